#include "pickle.h"

/* What may stand behind the last STOP of a text that an editor or a shell wrote. */
static bool is_line_end(struct str s) {
	return str_is(s, "\n") || str_is(s, "\r\n");
}

/* ---- legacy PyTorch files (torch/serialization.py, _legacy_save): the number, the protocol, the machine, the object, the keys of its storages, and the storages ---- */

static const struct pickle_storage *storage_of(const struct map *by_key, struct str key) {
	return map_get(by_key, key);
}

static bool read_storage(struct scan *s, struct reader *r, const struct pickle_storage *storage, struct tally *t) {
	uint64_t at = reader_offset(r);
	const uint8_t *p = reader_take(r, 8);
	uint64_t bytes;
	if (!p) {
		found(s, RULE_TRUNCATED, at, "the storage %.*s is missing", SHOWN(s, storage->key));
		return false;
	}
	t->parsed += 8;
	if (le64(p) != storage->count || __builtin_mul_overflow(storage->count, (uint64_t)storage->width, &bytes)) {
		found(s, RULE_TORCH_INVALID, at, "the storage %.*s has another length than its tensor says", SHOWN(s, storage->key));
		return false;
	}
	opaque_data(s, str_sub(reader_window(r), 0, bytes), reader_offset(r), "a storage");
	uint64_t passed = reader_skip(r, bytes);
	t->opaque += passed;
	if (passed < bytes) found(s, RULE_TRUNCATED, at, "the storage %.*s is cut short", SHOWN(s, storage->key));
	return passed == bytes;
}

static void read_storages(struct scan *s, struct reader *r, const struct pickle_run *object, const struct pickle_run *keys, struct tally *t) {
	struct map by_key = {.arena = s->scratch};
	for (size_t i = 0; i < object->storages_n; i++) {
		void **at = map_at(&by_key, object->storages[i].key);
		if (!at) return;
		*at = &object->storages[i];
	}
	for (size_t i = 0; i < keys->strings_n; i++) {
		const struct pickle_storage *storage = storage_of(&by_key, keys->strings[i]);
		if (!storage) {
			found(s, RULE_TORCH_INVALID, reader_offset(r), "there is a storage %.*s that no tensor uses", SHOWN(s, keys->strings[i]));
			return;
		}
		if (time_is_up(s) || !read_storage(s, r, storage, t)) return;
	}
}

static bool parse_legacy(struct scan *s, struct reader *r, struct tally *t) {
	struct pickle_run protocol = {.place = PICKLE_PLAIN}, machine = protocol, object = {.place = PICKLE_TORCH}, keys = {.place = PICKLE_PLAIN, .want_strings = true};
	struct pickle_run *const order[] = {&protocol, &machine, &object, &keys};
	s->file->format = "pytorch-legacy";
	for (size_t i = 0; i < lengthof(order); i++) {
		pickle_stream(s, r, order[i], t);
		if (order[i]->end != PICKLE_STOPPED) return false;
	}
	read_storages(s, r, &object, &keys, t);
	return true;
}

/* ---- a file of streams ---- */

void parse_pickle(struct scan *s, struct reader *r, struct tally *t) {
	s->file->format = "pickle";
	bool joblib = false;
	for (;;) {
		struct pickle_run run = {.place = PICKLE_PLAIN};
		pickle_stream(s, r, &run, t);
		joblib |= run.joblib;
		if (joblib) s->file->format = "joblib";
		if (run.end != PICKLE_STOPPED || (run.torch_magic && !parse_legacy(s, r, t)) || reader_at_end(r)) return;
		reader_fill(r, READER_PEEK);
		struct str rest = reader_window(r);
		if (is_line_end(rest)) {
			t->parsed += rest.n;
			reader_skip(r, rest.n);
			return;
		}
		if (!count_member(s, reader_offset(r)) || !pickle_begins(s, rest)) return;
	}
}
