/* What every reader of a foreign format must keep to, whatever it is given. */
#pragma once
#include "exchange/format.h"
#include "fuzz.h"

static inline void check_links(const struct draft_link *links, size_t n) {
	for (size_t i = 0; i < n; i++) MUST(links[i].rel.n && links[i].target.n);
}

static inline void check_drafts(const struct drafts *d) {
	for (size_t i = 0; i < d->n; i++) {
		const struct draft *r = d->items[i];
		if (r->rejected.n) {
			MUST(str_utf8(r->rejected) && !r->body);
			continue;
		}
		MUST(r->kind.n && r->source_id.n && r->fetched.n && json_is(r->body, JSON_OBJECT));
		check_links(r->links, r->links_n);
		const struct json *again = NULL;
		MUST(!json_parse(d->a, json_text(d->a, r->body), NULL, &again, NULL) && json_equal(again, r->body));
	}
	for (size_t i = 0; i < d->parties_n; i++) {
		const struct draft_party *p = d->parties[i];
		MUST(p->key.n && json_get_str(p->body, S("name")).n && map_get(&d->party_by_key, p->key) == p);
		check_links(p->links, p->links_n);
	}
}

/* Files of one input are parted by form feeds. */
static inline void check_reader(const struct format *format, const uint8_t *data, size_t size) {
	enum { FILES = 6 };
	struct arena *a = arena_new((size_t)256 << 20);
	struct import_file files[FILES];
	size_t n = 0;
	struct str rest = str_n(data, size), part;
	if (!a) return;
	while (n < FILES && str_split(&rest, '\f', &part)) files[n++] = (struct import_file){"file", part};
	struct drafts d = {.a = a};
	struct err e = {.code = ERR_OK};
	enum err_code code = format->read(files, format->together ? n : 1, &d, &e);
	if (code) MUST(code == e.code && e.message[0]);
	else if (!arena_failed(a)) check_drafts(&d);
	arena_free(a);
}
