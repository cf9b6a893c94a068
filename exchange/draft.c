#include "format.h"
#include "hub/identifier.h"

#include <stdarg.h>

/* A list in the arena, grown by doubling; false when memory is out. */
static bool room_for(struct arena *a, void **items, size_t n, size_t *room, size_t size) {
	if (n < *room) return true;
	size_t more = *room ? *room * 2 : 8;
	void *bigger = arena_array(a, more, size);
	if (!bigger) return false;
	if (n) memcpy(bigger, *items, n * size);
	*items = bigger;
	*room = more;
	return true;
}

struct draft *draft_new(struct drafts *d, struct str kind) {
	struct draft *r = arena_new_of(d->a, struct draft);
	if (!r || !room_for(d->a, (void **)&d->items, d->n, &d->room, sizeof *d->items)) return NULL;
	*r = (struct draft){.kind = kind};
	d->items[d->n++] = r;
	return r;
}

void draft_reject(struct drafts *d, struct str place, struct str source_id, const char *fmt, ...) {
	struct draft *r = draft_new(d, STR_EMPTY);
	if (!r) return;
	char words[480];
	va_list args;
	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	r->place = place;
	r->source_id = source_id;
	r->rejected = arena_str(d->a, str_of(words));
}

static void add_link(struct drafts *d, struct draft_link **links, size_t *n, size_t *room, struct str rel, struct str target) {
	if (!target.n) return;
	for (size_t i = 0; i < *n; i++)
		if (str_eq((*links)[i].rel, rel) && str_eq((*links)[i].target, target)) return;
	if (room_for(d->a, (void **)links, *n, room, sizeof **links)) (*links)[(*n)++] = (struct draft_link){rel, target};
}

void draft_link(struct drafts *d, struct draft *r, struct str rel, struct str target) {
	if (r) add_link(d, &r->links, &r->links_n, &r->links_room, rel, target);
}

static struct draft_party *party(struct drafts *d, struct str kind, struct str key, bool *made) {
	if (!d->party_by_key.arena) d->party_by_key.arena = d->a;
	void **at = map_at(&d->party_by_key, key);
	*made = false;
	if (!at || *at) return at ? *at : NULL;
	struct draft_party *p = arena_new_of(d->a, struct draft_party);
	if (!p || !room_for(d->a, (void **)&d->parties, d->parties_n, &d->parties_room, sizeof *d->parties)) return NULL;
	*p = (struct draft_party){.kind = kind, .key = key};
	d->parties[d->parties_n++] = p;
	*at = p;
	*made = true;
	return p;
}

enum { NAME = 300 };

/* The last word of the slug when it is a legal form, with its hyphen; never all of it. "Co" counts before another ("Co., Ltd."). */
static size_t legal_form(struct str slug, bool before_another) {
	static const char *const forms[] = {"ag", "bv", "corp", "corporation", "gmbh", "inc", "incorporated", "limited", "llc", "llp", "ltd",
		"plc", "pty", "se"};
	size_t hyphen = str_rfind_char(slug, '-');
	if (hyphen == STR_NONE || !hyphen) return 0;
	struct str word = str_from(slug, hyphen + 1);
	bool is = before_another && str_is(word, "co");
	for (size_t i = 0; i < lengthof(forms); i++) is |= str_is(word, forms[i]);
	return is ? slug.n - hyphen : 0;
}

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

/* The slug without legal form, and without hyphens but between numbers. */
static struct str compact(struct arena *a, struct str slug) {
	for (size_t n = 0, more; (more = legal_form(slug, n > 0)) > 0; n += more) slug.n -= more;
	struct str out = arena_str(a, slug);
	size_t n = 0;
	for (size_t i = 0; i < out.n; i++) {
		bool numbers = i && i + 1 < out.n && is_digit(out.p[i - 1]) && is_digit(out.p[i + 1]);
		if (out.p[i] != '-' || numbers) ((char *)(uintptr_t)out.p)[n++] = out.p[i];
	}
	return str_sub(out, 0, n);
}

struct str draft_party_key(struct arena *a, struct str kind, struct str qualifier, struct str name) {
	struct str slug = name_key(a, str_cut_utf8(str_trim(name), NAME)), before = compact(a, name_key(a, qualifier));
	if (!slug.n) return STR_EMPTY;
	if (str_is(kind, "organization")) slug = compact(a, slug);
	/* "GitLab" by GitLab is the same as GitLab by itself. */
	if (str_eq(before, compact(a, slug))) before = STR_EMPTY;
	return arena_fmt(a, "%.*s:%.*s%s%.*s", STR_ARG(kind), STR_ARG(before), before.n ? "/" : "", STR_ARG(slug));
}

int draft_name_rank(struct str name, bool provisional) {
	static const char *const forms[] = {" AG", " Corp", " Corp.", " Corporation", " GmbH", " Inc", " Inc.", " Limited", " LLC", " LLP", " Ltd",
		" Ltd.", " PLC", " SE", "_SE"};
	bool plain = false;
	for (size_t i = 0; i < name.n; i++) plain |= !(name.p[i] >= 'a' && name.p[i] <= 'z') && str_find_char(S("0123456789 -_./@"), name.p[i]) == STR_NONE;
	for (size_t i = 0; i < lengthof(forms); i++) plain &= !str_ends(name, str_of(forms[i]));
	return provisional ? 0 : plain ? 2 : 1;
}

/* How sources write that they know of nobody. */
static bool says_nobody(struct str key) {
	static const char *const words[] = {"organization:na", "organization:unknown", "organization:none", "organization:unspecified"};
	for (size_t i = 0; i < lengthof(words); i++)
		if (str_is(key, words[i])) return true;
	return false;
}

static bool is_better_name(const struct draft_party *p, struct str name, bool provisional) {
	return draft_name_rank(name, provisional) > draft_name_rank(json_get_str(p->body, S("name")), p->provisional);
}

struct str draft_organization(struct drafts *d, struct str name, bool provisional) {
	struct str key = draft_party_key(d->a, S("organization"), STR_EMPTY, name);
	if (!key.n || says_nobody(key)) return STR_EMPTY;
	name = str_cut_utf8(str_trim(name), NAME);
	bool made;
	struct draft_party *p = party(d, S("organization"), key, &made);
	if (!p) return STR_EMPTY;
	if (made || is_better_name(p, name, provisional)) {
		struct json_builder b = json_object_of(d->a);
		json_set_str(&b, S("name"), name);
		if (provisional) json_set_bool(&b, S("provisional"), true);
		p->body = json_built(&b);
		p->provisional = provisional;
	}
	return p->key;
}

void draft_population(struct drafts *d, struct str key) {
	struct draft_party *p = map_get(&d->party_by_key, key);
	if (p && p->provisional && !json_get_lit(p->body, "type")) p->body = json_with(d->a, p->body, S("type"), json_str(d->a, S("population")));
}

struct str draft_system(struct drafts *d, struct str qualifier, struct str name, struct str type, struct str developer) {
	struct str key = draft_party_key(d->a, S("system"), qualifier, name);
	if (!key.n) return STR_EMPTY;
	name = str_cut_utf8(str_trim(name), NAME);
	bool made;
	struct draft_party *p = party(d, S("system"), key, &made);
	if (!p) return STR_EMPTY;
	if (made) {
		struct json_builder b = json_object_of(d->a);
		json_set_str(&b, S("name"), name);
		json_put_str(&b, S("type"), type);
		p->body = json_built(&b);
	} else if (is_better_name(p, name, false)) {
		p->body = json_with(d->a, p->body, S("name"), json_str(d->a, name));
	}
	add_link(d, &p->links, &p->links_n, &p->links_room, S("developed-by"), developer);
	return p->key;
}

struct str draft_crosswalk(struct drafts *d, struct str scheme, struct str id) {
	struct str s = name_key(d->a, scheme), i = name_key(d->a, id);
	return s.n && i.n ? arena_fmt(d->a, "crosswalk:%.*s/%.*s", STR_ARG(s), STR_ARG(i)) : STR_EMPTY;
}
