#include "desk/hubs/told.h"

#include "hub/ledger/entry.h"

struct str hubs_fingerprint(struct arena *a, struct str text) {
	struct tlog_key key;
	struct err why;
	if (tlog_key_parse(text, &key, &why)) return STR_EMPTY;
	char type = (char)key.type;
	struct str parts[] = {key.name, S("\n"), str_n(&type, 1), str_n(key.bytes, TLOG_KEY_BYTES)};
	struct sha256 digest = sha256_parts(parts, lengthof(parts));
	struct str hex = entry_hex(a, sha256_str(&digest));
	autobuf struct buf out = BUF(100);
	for (size_t i = 0; i < hex.n; i += 4) {
		if (i) buf_add_char(&out, ' ');
		buf_add(&out, str_sub(hex, i, 4));
	}
	return arena_str(a, buf_str(&out));
}

/* All statements are read once, and given to the hubs that they are of, in their order. */
static enum err_code give_changes(const struct disclosing *d, struct hubs_told *items, size_t n, struct err *e) {
	struct map by_origin = {.arena = d->a};
	struct peer_change *all;
	size_t all_n;
	enum err_code code = peer_history(d->db, d->a, STR_EMPTY, &all, &all_n, e);
	for (size_t i = 0; i < n && !code; i++) {
		void **slot = map_at(&by_origin, items[i].p.origin);
		if (!slot) code = err_set(e, ERR_MEMORY, "out of memory");
		else *slot = &items[i];
	}
	for (size_t i = 0; i < all_n && !code; i++) {
		struct hubs_told *t = map_get(&by_origin, all[i].origin);
		if (t) t->n++;
	}
	for (size_t i = 0; i < n && !code; i++) {
		items[i].changes = arena_array(d->a, items[i].n + 1, sizeof *items[i].changes);
		if (!items[i].changes) code = err_set(e, ERR_MEMORY, "out of memory");
		items[i].n = 0;
	}
	for (size_t i = 0; i < all_n && !code; i++) {
		struct hubs_told *t = map_get(&by_origin, all[i].origin);
		if (t) t->changes[t->n++] = all[i];
	}
	return code;
}

enum err_code hubs_tell(const struct disclosing *d, struct hubs_told **out, size_t *n, struct err *e) {
	struct peer *peers;
	enum err_code code = peer_list(d->db, d->a, false, &peers, n, e);
	struct hubs_told *items = code ? NULL : arena_array(d->a, *n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; !code && i < *n; i++) {
		items[i] = (struct hubs_told){.p = peers[i], .fingerprint = hubs_fingerprint(d->a, peers[i].key), .clash = peers[i].prefix.n && str_eq(peers[i].prefix, d->hub->prefix)};
	}
	if (!code) code = give_changes(d, items, *n, e);
	if (!code) *out = items;
	return code;
}

static void change_json(struct json_writer *w, struct arena *a, const struct peer_change *c) {
	jw_object(w);
	jw_field_str(w, S("at"), moment_str(a, c->at));
	jw_field_str(w, S("state"), c->state);
	jw_field_str(w, S("key"), c->key);
	if (c->replaces.n) jw_field_str(w, S("replaces"), c->replaces);
	if (c->reason.n) jw_field_str(w, S("reason"), c->reason);
	if (c->leaf >= 0) jw_field_int(w, S("leaf"), c->leaf);
	jw_object_end(w);
}

void hubs_json(struct json_writer *w, struct arena *a, const struct hubs_told *t) {
	const struct peer *p = &t->p;
	jw_object(w);
	jw_field_str(w, S("origin"), p->origin);
	jw_field_str(w, S("key"), p->key);
	jw_field_str(w, S("fingerprint"), t->fingerprint);
	jw_field_str(w, S("name"), p->name);
	jw_field_str(w, S("url"), p->url);
	if (p->prefix.n) jw_field_str(w, S("prefix"), p->prefix);
	jw_field_bool(w, S("prefix_clash"), t->clash);
	jw_field_str(w, S("since"), moment_str(a, p->since));
	jw_field_bool(w, S("follows"), p->follows);
	if (p->looked_at) jw_field_str(w, S("looked_at"), moment_str(a, p->looked_at));
	if (p->size) jw_field_int(w, S("size"), p->size);
	jw_name(w, S("changes"));
	jw_array(w);
	for (size_t i = 0; i < t->n; i++) change_json(w, a, &t->changes[i]);
	jw_array_end(w);
	jw_object_end(w);
}
