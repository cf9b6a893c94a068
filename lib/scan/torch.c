/* PyTorch's archives (torch/serialization.py, _save; caffe2/serialize/inline_container.cc): a zip file with NAME/data.pkl, whose tensors name their storages, NAME/data/KEY. TorchScript besides
 * has NAME/code/, programs in a language of its own, and NAME/constants.pkl. */
#include "pickle.h"
#include "zip.h"

struct torch {
	struct zip *z;
	struct map storages; /* "NAME/data/KEY" to struct pickle_storage */
	bool script;
};

static bool is_pickle_name(struct str name) {
	return str_is(name, "data.pkl") || str_ends(name, S("/data.pkl")) || str_ends(name, S("/constants.pkl")) || str_ends(name, S("/attributes.pkl")) || str_ends(name, S(".debug_pkl"));
}

/* The folder whose entries a pickle's storages are: "NAME/data/" beside data.pkl, "NAME/constants/" beside constants.pkl. */
static struct str storage_folder(struct arena *a, struct str name) {
	return arena_cat(a, str_sub(name, 0, name.n - 4), S("/"));
}

static bool note_storages(struct torch *t, struct str pickle, const struct pickle_run *run) {
	struct arena *a = t->z->s->scratch;
	struct str folder = storage_folder(a, pickle);
	for (size_t i = 0; i < run->storages_n; i++) {
		void **at = map_at(&t->storages, arena_cat(a, folder, run->storages[i].key));
		if (!at) return false;
		*at = &run->storages[i];
	}
	return true;
}

static void read_pickle(struct torch *t, const struct zip_entry *e) {
	struct scan *s = t->z->s;
	struct zip_reader r;
	struct tally tally = {0};
	struct inside in;
	if (!zip_open(t->z, e, &r)) return;
	if (go_inside(s, &in, e->name, e->header)) {
		struct pickle_run run = {.place = t->script ? PICKLE_TORCHSCRIPT : PICKLE_TORCH};
		unsigned grave = s->grave;
		pickle_stream(s, r.r, &run, &tally);
		if (!reader_at_end(r.r) && s->grave == grave) found(s, RULE_UNACCOUNTED, run.offset, "bytes stand behind the pickle");
		note_storages(t, e->name, &run);
		come_back(s, &in);
	}
	zip_close(t->z, &r, &tally, reader_drain(r.r));
}

static void read_storage(struct torch *t, const struct zip_entry *e, const struct pickle_storage *storage) {
	struct scan *s = t->z->s;
	struct zip_reader r;
	struct tally tally = {0};
	if (!zip_open(t->z, e, &r)) return;
	if (reader_peek(r.r, 1)) {
		reader_fill(r.r, 64);
		struct str before = s->member;
		s->member = before.n ? arena_fmt(s->scratch, "%.*s!%.*s", STR_ARG(before), STR_ARG(e->name)) : arena_str(s->scratch, shown(s, e->name));
		opaque_data(s, reader_window(r.r), 0, "a storage");
		s->member = before;
	}
	tally.opaque = reader_drain(r.r);
	if (storage->width && tally.opaque != storage->count * storage->width)
		found(s, RULE_TORCH_INVALID, e->header, "the storage \"%.*s\" has another length than its tensors say", SHOWN(s, e->name));
	zip_close(t->z, &r, &tally, 0);
}

/* ---- TorchScript ---- */

static const char *const file_operators[] = {"from_file(", "aten::save", "torch.save", "prim::unchecked", "ops.profiler", "torch.load", "classes.", "ops.image.read_file", "ops.image.write_file", "read_file(", "write_file("};

static void read_code(struct torch *t, const struct zip_entry *e) {
	struct scan *s = t->z->s;
	struct zip_reader r;
	struct tally tally = {0};
	struct held held;
	if (!zip_open(t->z, e, &r)) return;
	if (all_bytes(s, r.r, &held)) {
		struct str text = held.bytes;
		for (size_t i = 0; i < lengthof(file_operators); i++) {
			size_t at = str_find(text, str_of(file_operators[i]));
			if (at != STR_NONE) found(s, RULE_TORCHSCRIPT_OPERATOR, at, "\"%.*s\" uses %s", SHOWN(s, e->name), file_operators[i]);
		}
		tally.parsed = text.n;
		drop_bytes(s, &held);
	}
	zip_close(t->z, &r, &tally, 0);
}

bool parse_torch_zip(struct zip *z) {
	struct torch t = {.z = z, .storages = {.arena = z->s->scratch}};
	bool is = false;
	for (size_t i = 0; i < z->n; i++) {
		is |= str_is(z->entries[i].name, "data.pkl") || str_ends(z->entries[i].name, S("/data.pkl"));
		t.script |= str_find(z->entries[i].name, S("/code/")) != STR_NONE;
	}
	if (!is) return false;
	z->s->file->format = t.script ? "torchscript" : "pytorch-zip";
	for (size_t i = 0; i < z->n; i++)
		if (is_pickle_name(z->entries[i].name)) read_pickle(&t, &z->entries[i]);
	for (size_t i = 0; i < z->n; i++) {
		const struct zip_entry *e = &z->entries[i];
		const struct pickle_storage *storage = map_get(&t.storages, e->name);
		if (is_pickle_name(e->name)) continue;
		if (storage) read_storage(&t, e, storage);
		else if (t.script && str_find(e->name, S("/code/")) != STR_NONE && str_ends(e->name, S(".py"))) read_code(&t, e);
		else zip_examine(z, e);
	}
	return true;
}
