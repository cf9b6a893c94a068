#include "concerns.h"

#include "desk/registry/years.h"
#include "desk/site/words.h"

enum { SHOWN = 15, OF_EACH = 5 }; /* of each where there are several kinds: a hundred reports would hide the one incident */

static const char *const kinds[] = {"incident", "report", "advisory"};

bool concerns_kind(const struct kind *kind) {
	for (size_t i = 0; i < lengthof(kinds); i++)
		if (str_is(kind->name, kinds[i])) return true;
	return false;
}

struct found {
	struct glimpse items[lengthof(kinds) * SHOWN];
	size_t n;
};

static int newest_first(const void *x, const void *y) {
	const struct glimpse *a = x, *b = y;
	int by_date = str_cmp(b->sort, a->sort);
	return by_date ? by_date : str_cmp(b->id, a->id);
}

/* The newest of one kind, and how many there are. */
static enum err_code read_kind(const struct disclosing *d, const struct disclosed *r, const struct kind *kind, struct found *found,
	struct record_concerns *out, struct record_count *counts, struct err *e) {
	struct list_filter filter = {r->line.kind->name, r->line.uid};
	struct listed list;
	enum err_code code = disclose_list(d, &(struct list_request){.kind = kind, .filters = &filter, .filters_n = 1, .limit = SHOWN}, &list, e);
	if (code || !list.n) return code;
	for (size_t i = 0; i < list.n; i++) found->items[found->n++] = list.items[i];
	autobuf struct buf href = BUF(4096);
	buf_fmt(&href, "/browse/%.*s?%.*s=", STR_ARG(kind->path), STR_ARG(r->line.kind->name));
	url_encode(&href, record_name(&r->line));
	counts[out->counts_n++] = (struct record_count){
		number_words(d->a, list.total), list.total == 1 ? kind->title : kind->plural, arena_str(d->a, buf_str(&href))};
	return ERR_OK;
}

/* A relation that is called as the other's kind says nothing that the kind doesn't. */
static struct str role_words_of(const struct glimpse *g, struct str role) {
	return str_eq(role, g->kind->plural) || str_eq(role, g->kind->title) ? STR_EMPTY : role;
}

enum err_code concerns_read(const struct disclosing *viewed, const struct disclosed *r, struct record_concerns *out, struct err *e) {
	if (!gathers(r->line.kind)) return ERR_OK;
	struct disclosing d = *viewed;
	d.viewer = viewer_public;
	struct found *found = arena_new_of(d.a, struct found);
	struct record_count *counts = arena_array(d.a, lengthof(kinds), sizeof *counts);
	struct record_concern *items = arena_array(d.a, SHOWN, sizeof *items);
	struct str *roles = arena_array(d.a, SHOWN, sizeof *roles);
	struct glimpse newest[lengthof(kinds) * OF_EACH];
	if (!found || !counts || !items || !roles) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < lengthof(kinds) && !code; i++) {
		const struct kind *kind = kind_find(d.hub->kinds, str_of(kinds[i]));
		if (kind) code = read_kind(&d, r, kind, found, out, counts, e);
	}
	if (code || !found->n) return code;
	if (out->counts_n > 1) {
		size_t kept = 0, of_kind = 0;
		for (size_t i = 0; i < found->n; i++) {
			of_kind = i && found->items[i].kind == found->items[i - 1].kind ? of_kind + 1 : 0;
			if (of_kind < OF_EACH) newest[kept++] = found->items[i];
		}
		memcpy(found->items, newest, kept * sizeof *newest);
		found->n = kept;
	}
	qsort(found->items, found->n, sizeof *found->items, newest_first);
	out->n = found->n < SHOWN ? found->n : SHOWN;
	out->several = out->counts_n > 1;
	code = disclose_roles(&d, r, found->items, out->n, roles, e);
	for (size_t i = 0; i < out->n; i++)
		items[i] = (struct record_concern){line_of(d.a, &found->items[i]), role_words_of(&found->items[i], roles[i])};
	out->items = items;
	out->counts = counts;
	struct list_filter filter = {r->line.kind->name, record_name(&r->line)};
	struct years_request years = {.id = "concerns-years", .filters = &filter, .filters_n = 1,
		.title = words_with(d.a, words.concerning_by_year, r->line.headline)};
	return code ? code : years_chart(viewed, &years, &out->chart, e);
}
