/* Which key a hub's log has, and how a copy follows when it changes. */
#include "hub/mirror/inside.h"

enum { KEPT = 1 << 20, BEFORE = 1000 };

static void add_before(struct mirroring *m, struct str key) {
	if (m->before_n == BEFORE) m->before_n--;
	if (m->before_n) memmove(m->before + 1, m->before, m->before_n * sizeof *m->before);
	m->before[0] = key;
	m->before_n++;
}

enum err_code mirror_read_kept(struct mirroring *m) {
	struct str text, kept = STR_EMPTY;
	const struct json *v = NULL;
	m->before = arena_array(m->a, BEFORE, sizeof *m->before);
	if (!m->before) return err_set(m->e, ERR_MEMORY, "out of memory");
	enum err_code code = file_read(m->a, mirror_path(m, "mirror.json"), KEPT, &text, m->e);
	if (code && code != ERR_NOT_FOUND) return err_prefix(m->e, "mirror.json"), code;
	if (!code) {
		code = json_parse(m->a, text, NULL, &v, m->e);
		if (code) return err_prefix(m->e, "mirror.json"), code;
		kept = json_get_str(v, S("key"));
		m->said = (uint64_t)json_integer(json_get_lit(v, "said"), 0);
		const struct json *before = json_get_lit(v, "before");
		for (size_t i = 0; i < json_count(before) && i < BEFORE; i++) m->before[m->before_n++] = json_string(json_at(before, i));
	}
	m->kept_key = kept.n ? kept : m->r->key;
	m->now = m->kept_key;
	m->other = kept.n && m->r->key.n && !str_eq(kept, m->r->key);
	m->out->first = !kept.n && !m->r->key.n;
	struct str key = m->r->key.n ? m->r->key : kept;
	m->out->key = arena_str(m->kept, key);
	return key.n ? tlog_key_parse(key, &m->key, m->e) : ERR_OK;
}

enum err_code mirror_write_kept(struct mirroring *m) {
	struct json_builder b = json_object_of(m->a), before = json_array_of(m->a);
	for (size_t i = 0; i < m->before_n; i++) json_add(&before, json_str(m->a, m->before[i]));
	json_set_str(&b, S("polder"), S("mirror"));
	json_set_str(&b, S("url"), m->r->url);
	json_set_str(&b, S("origin"), m->out->origin);
	json_set_str(&b, S("key"), m->out->key);
	if (m->before_n) json_set(&b, S("before"), json_built(&before));
	json_set_int(&b, S("said"), (int64_t)m->said);
	return file_write(mirror_path(m, "mirror.json"), json_text(m->a, json_built(&b)), 0644, m->e);
}

enum err_code mirror_read_here(struct mirroring *m, struct tlog_checkpoint *out) {
	struct str bytes;
	struct tlog_key *keys = arena_array(m->a, m->before_n + 2, sizeof *keys);
	struct tlog_policy policy = {.log_keys = keys};
	if (!keys) return err_set(m->e, ERR_MEMORY, "out of memory");
	enum err_code code = file_read(m->a, mirror_path(m, "log/checkpoint"), TLOG_NOTE_BYTES, &bytes, m->e);
	if (!code) code = tlog_checkpoint_parse(m->a, bytes, out, m->e);
	if (code) return code;
	if (m->key.name.n) keys[policy.log_keys_n++] = m->key;
	if (m->other) code = tlog_key_parse(m->now, &keys[policy.log_keys_n++], m->e);
	for (size_t i = 0; i < m->before_n && !code; i++) code = tlog_key_parse(m->before[i], &keys[policy.log_keys_n++], m->e);
	return code || !policy.log_keys_n ? code : tlog_checkpoint_verify(out, &policy, NULL, m->e);
}

/* Where nobody gave a key and none was kept, the log's own word is taken: its first statement of one, and those that take its place. */
void mirror_follow(struct mirroring *m, const struct json *statement) {
	struct str key = json_get_str(statement, S("key"));
	struct tlog_key k;
	if (!str_is(json_get_str(statement, S("type")), "key") || tlog_key_parse(key, &k, NULL) || !str_eq(k.name, m->out->origin)) return;
	bool begins = !m->now.n, replaces = m->now.n && str_eq(json_get_str(statement, S("replaces")), m->now) && !str_eq(key, m->now);
	if (replaces) add_before(m, m->now);
	if (begins || replaces) m->now = arena_str(m->a, key);
}

static bool led_to(const struct mirroring *m, struct str key) {
	bool found = str_eq(m->now, key);
	for (size_t i = 0; i < m->before_n; i++) found |= str_eq(m->before[i], key);
	return found;
}

enum err_code mirror_settle_key(struct mirroring *m) {
	struct str was = m->kept_key;
	if (!m->now.n) return err_set(m->e, ERR_NOT_FOUND, "the log does not say with which key it is signed: give it with --key");
	if (m->out->first) {
		struct tlog_policy policy = {.origin = m->out->origin, .log_keys = &m->key, .log_keys_n = 1};
		enum err_code code = tlog_key_parse(m->now, &m->key, m->e);
		if (!code) code = tlog_checkpoint_verify(&m->theirs, &policy, NULL, m->e);
		if (code) return err_prefix(m->e, "the key that the log names itself"), code;
	} else if (m->other && !led_to(m, m->r->key)) {
		return err_set(m->e, ERR_FORBIDDEN, "this folder holds the log of another key, and the log does not say that the one that was given takes its place: %.*s", STR_ARG(m->now));
	}
	if (was.n && !str_eq(m->now, was)) m->out->replaced = arena_str(m->kept, was);
	m->out->key = arena_str(m->kept, m->now);
	return ERR_OK;
}
