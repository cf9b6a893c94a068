/* The tree of uses. What the tree is made of (vocabulary, intention, sort of entry) comes from lists narrowed by these
 * facets, a few queries in all, instead of the body of each entry. */
#include "pages.h"

#include "desk/site/words.h"
#include "tree.t.h"

enum { PAGE = 200, CLIMB = 32, SCHEMES = 16 };

static const char *const counted_kinds[TREE_COUNTS] = {"incident", "report", "safeguard"};

struct entry {
	struct tree_node node;
	int64_t record, parent;
	struct entry *above;
	struct str scheme;
	size_t room;
	bool here;
};

struct forest {
	const struct disclosing *d;
	const struct kind *kind;
	struct entry *entries;  /* in the order of their names */
	struct entry **by_record;
	size_t n;
};

static int by_record(const void *x, const void *y) {
	int64_t a = (*(struct entry *const *)x)->record, b = (*(struct entry *const *)y)->record;
	return (a > b) - (a < b);
}

static struct entry *find(const struct forest *f, int64_t record) {
	size_t low = 0, high = f->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int64_t at = f->by_record[middle]->record;
		if (at == record) return f->by_record[middle];
		if (at < record) low = middle + 1;
		else high = middle;
	}
	return NULL;
}

static enum err_code read_entries(struct forest *f, struct err *e) {
	struct disclosed_tree tree;
	enum err_code code = disclose_tree(f->d, f->kind, S("broader"), &tree, e);
	if (code) return code;
	f->entries = arena_array(f->d->a, tree.n + 1, sizeof *f->entries);
	f->by_record = arena_array(f->d->a, tree.n + 1, sizeof *f->by_record);
	if (!f->entries || !f->by_record) return err_set(e, ERR_MEMORY, "out of memory");
	f->n = tree.n;
	for (size_t i = 0; i < tree.n; i++) {
		f->entries[i] = (struct entry){
			.node = {.line = line_of(f->d->a, &tree.items[i]), .intention = STR_EMPTY, .sort = STR_EMPTY},
			.record = tree.items[i].record,
			.parent = tree.parents[i],
			.scheme = S("CUE")};
		f->by_record[i] = &f->entries[i];
	}
	qsort(f->by_record, f->n, sizeof *f->by_record, by_record);
	return ERR_OK;
}

/* ---- what facets tell of the entries ---- */

typedef void tell_fn(struct entry *entry, struct str value, struct str label);

static void tell_scheme(struct entry *entry, struct str value, struct str label) {
	(void)label;
	entry->scheme = value;
}

static void tell_intention(struct entry *entry, struct str value, struct str label) {
	entry->node.intention = label;
	entry->node.intention_value = value;
}

static void tell_sort(struct entry *entry, struct str value, struct str label) {
	entry->node.sort = str_is(value, "use") || str_is(value, "area") ? STR_EMPTY : label;
}

static enum err_code tell_value(struct forest *f, struct str name, struct str value, tell_fn *fn, struct err *e) {
	struct list_filter filter = {name, value};
	struct list_request request = {.kind = f->kind, .filters = &filter, .filters_n = 1, .limit = PAGE};
	struct str label = filter_value_words(f->d->hub, f->d->a, f->kind, name, value, STR_EMPTY);
	do {
		struct listed list;
		enum err_code code = disclose_list(f->d, &request, &list, e);
		if (code) return code;
		for (size_t i = 0; i < list.n; i++) {
			struct entry *entry = find(f, list.items[i].record);
			if (entry) fn(entry, value, label);
		}
		request.cursor = list.next;
	} while (request.cursor.n);
	return ERR_OK;
}

static enum err_code tell_all(struct forest *f, struct err *e) {
	static const struct {
		const char *facet;
		tell_fn *fn;
	} told[] = {{"vocabulary", tell_scheme}, {"intention", tell_intention}, {"sort", tell_sort}};
	struct facet_group *groups;
	size_t n;
	enum err_code code = disclose_facets(f->d, f->kind, &groups, &n, e);
	for (size_t i = 0; i < n && !code; i++)
		for (size_t t = 0; t < lengthof(told); t++) {
			if (!str_is(groups[i].name, told[t].facet)) continue;
			for (size_t j = 0; j < groups[i].n && !code; j++)
				code = tell_value(f, groups[i].name, groups[i].values[j].value, told[t].fn, e);
		}
	return code;
}

/* ---- the shape ---- */

static void add_child(struct arena *a, struct entry *parent, struct entry *child) {
	struct tree_node *node = &parent->node;
	if (node->n == parent->room) {
		size_t room = parent->room ? parent->room * 2 : 8;
		const struct tree_node **bigger = arena_array(a, room, sizeof *bigger);
		if (!bigger) return;
		if (node->n) memcpy((void *)bigger, (const void *)node->children, node->n * sizeof *bigger);
		node->children = bigger;
		parent->room = room;
	}
	((const struct tree_node **)(uintptr_t)node->children)[node->n++] = &child->node;
}

/* An entry whose broader one is not here, or that is its own, stands at the root. */
static void tie(struct forest *f) {
	for (size_t i = 0; i < f->n; i++) {
		struct entry *entry = &f->entries[i], *above = entry->parent ? find(f, entry->parent) : NULL;
		entry->above = entry->here && above && above->here ? above : NULL;
	}
	for (size_t i = 0; i < f->n; i++) {
		int steps = 0;
		for (struct entry *up = f->entries[i].above; up && steps <= CLIMB; up = up->above) steps++;
		if (steps > CLIMB) f->entries[i].above = NULL;
	}
	for (size_t i = 0; i < f->n; i++) {
		if (f->entries[i].above) add_child(f->d->a, f->entries[i].above, &f->entries[i]);
		for (struct entry *up = f->entries[i].above; up; up = up->above) up->node.below++;
	}
}

static enum err_code count_tied(struct forest *f, struct tree_page *page, struct err *e) {
	for (int k = 0; k < TREE_COUNTS; k++) {
		const struct kind *kind = kind_find(f->d->hub->kinds, str_of(counted_kinds[k]));
		if (!kind) continue;
		page->one[k] = kind->title;
		page->many[k] = kind->plural;
		for (size_t i = 0; i < f->n; i++) {
			struct entry *entry = &f->entries[i];
			if (!entry->here) continue;
			struct str name = str_from(entry->node.line.href, 3);
			struct list_filter filter = {S("use"), entry->node.line.id};
			struct listed list;
			struct list_request request = {.kind = kind, .filters = &filter, .filters_n = 1, .limit = 1};
			enum err_code code = disclose_list(f->d, &request, &list, e);
			if (code) return code;
			entry->node.counts[k] = list.total > 0 ? list.total : 0;
			entry->node.hrefs[k] = arena_fmt(f->d->a, "/browse/%.*s?use=%.*s", STR_ARG(kind->path), STR_ARG(name));
		}
	}
	return ERR_OK;
}

/* ---- the page ---- */

static struct tree_scheme *scheme_of(struct tree_scheme *schemes, size_t *n, struct str name) {
	for (size_t i = 0; i < *n; i++)
		if (str_eq(schemes[i].name, name)) return &schemes[i];
	if (*n == SCHEMES) return NULL;
	schemes[*n] = (struct tree_scheme){.name = name};
	return &schemes[(*n)++];
}

static enum err_code choose(struct forest *f, struct str wanted, struct tree_page *page, struct err *e) {
	struct tree_scheme *schemes = arena_array(f->d->a, SCHEMES, sizeof *schemes);
	if (!schemes) return err_set(e, ERR_MEMORY, "out of memory");
	scheme_of(schemes, &page->schemes_n, S("CUE"));
	for (size_t i = 0; i < f->n; i++) {
		struct tree_scheme *s = scheme_of(schemes, &page->schemes_n, f->entries[i].scheme);
		if (s) s->n++;
	}
	if (!wanted.n) wanted = schemes[0].n || page->schemes_n == 1 ? schemes[0].name : schemes[1].name;
	bool known = false;
	for (size_t i = 0; i < page->schemes_n; i++) {
		autobuf struct buf href = BUF(2048);
		buf_add(&href, S("/cue?scheme="));
		url_encode(&href, schemes[i].name);
		schemes[i].href = i ? arena_str(f->d->a, buf_str(&href)) : S("/cue");
		schemes[i].here = str_eq_ascii_case(schemes[i].name, wanted);
		known |= schemes[i].here;
		if (schemes[i].here) page->scheme = schemes[i].name;
	}
	page->schemes = schemes;
	if (!known) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_scheme);
	for (size_t i = 0; i < f->n; i++) {
		f->entries[i].here = str_eq(f->entries[i].scheme, page->scheme);
		page->entries += f->entries[i].here;
	}
	return ERR_OK;
}

enum err_code show_tree(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct forest f = {.d = &d, .kind = kind_find(d.hub->kinds, S("use"))};
	struct tree_page page = {.scheme = STR_EMPTY};
	if (!f.kind) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	enum err_code code = read_entries(&f, e);
	if (!code) code = tell_all(&f, e);
	if (!code) code = choose(&f, request_str(rq, "scheme"), &page, e);
	if (!code) code = count_tied(&f, &page, e);
	if (code) return code;
	tie(&f);
	const struct tree_node **roots = arena_array(d.a, f.n + 1, sizeof *roots);
	if (!roots) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < f.n; i++)
		if (f.entries[i].here && !f.entries[i].above) roots[page.n++] = &f.entries[i].node;
	page.roots = roots;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(words.uses), .here = SITE_USES,
		.description = f.kind->description, .canonical = S("/cue"), .api = S("/api/v1/records?kind=use")});
	tree_body(out, &page);
	return site_end(rq, rs);
}
