/* Up to four policies side by side. */
#include "pages.h"

#include "compare.t.h"
#include "desk/api/json.h"
#include "desk/site/words.h"

enum { ROWS = 80, COMMITMENTS = 30, ITEMS = 12 };

/* ---- durations ---- */

struct str duration_words(struct arena *a, struct str duration, struct str days) {
	static const struct {
		char letter;
		const char *one, *many;
	} units[] = {{'Y', "year", "years"}, {'M', "month", "months"}, {'W', "week", "weeks"}, {'D', "day", "days"}};
	int64_t n;
	if (duration.n > 3 && str_starts(duration, S("PT")) && duration.p[duration.n - 1] == 'H' && str_int(str_sub(duration, 2, duration.n - 3), &n) && n >= 0)
		return arena_fmt(a, "%lld %s", (long long)n, n == 1 ? "hour" : "hours");
	if (duration.n > 2 && duration.p[0] == 'P' && str_int(str_sub(duration, 1, duration.n - 2), &n) && n >= 0)
		for (size_t i = 0; i < lengthof(units); i++) {
			if (duration.p[duration.n - 1] != units[i].letter) continue;
			bool business = str_is(days, "business") && units[i].letter == 'D';
			return arena_fmt(a, "%lld %s%s", (long long)n, business ? "business " : "", n == 1 ? units[i].one : units[i].many);
		}
	return duration;
}

/* ---- cells ---- */

static struct compare_cell text(struct str s) {
	return (struct compare_cell){.text = s};
}
static struct compare_cell yes_or_no(bool yes, const char *why) {
	return (struct compare_cell){.mark = yes ? MARK_YES : MARK_NO, .text = str_of(why)};
}
static struct compare_cell of_point(const struct policy_point *p) {
	return yes_or_no(p->met, p->why);
}
static struct compare_cell cut(struct arena *a, struct str s) {
	enum { CUT = 280 };
	return text(s.n > CUT ? arena_cat(a, str_cut_utf8(s, CUT), S(" …")) : s);
}

/* Strings of a list, or one member of each of its objects. */
static struct compare_cell list(struct arena *a, const struct json *values, const char *member) {
	struct str *items = arena_array(a, ITEMS + 1, sizeof *items);
	size_t n = 0;
	for (size_t i = 0; items && i < json_count(values); i++) {
		const struct json *one = json_at(values, i);
		struct str s = member ? json_get_str(one, str_of(member)) : json_string(one);
		if (!s.n) continue;
		if (n == ITEMS) {
			items[n++] = arena_fmt(a, "… and %zu more", json_count(values) - i);
			break;
		}
		items[n++] = s.n > 160 ? arena_cat(a, str_cut_utf8(s, 160), S(" …")) : s;
	}
	return (struct compare_cell){.items = items, .n = n};
}

static struct compare_cell channels(struct arena *a, const struct json *body) {
	const struct json *all = json_get_lit(body, "channels");
	struct str *items = arena_array(a, ITEMS, sizeof *items);
	size_t n = 0;
	for (size_t i = 0; items && i < json_count(all) && n < ITEMS; i++) {
		const struct json *one = json_at(all, i);
		struct str type = value_words(a, json_get_str(one, S("type"))), address = json_get_str(one, S("address"));
		items[n++] = address.n ? arena_fmt(a, "%.*s: %.*s", STR_ARG(type), STR_ARG(str_cut_utf8(address, 120))) : type;
	}
	return (struct compare_cell){.items = items, .n = n};
}

static struct compare_cell anonymity(struct arena *a, const struct json *body) {
	const struct json *all = json_get_lit(body, "channels");
	bool offered = false;
	for (size_t i = 0; i < json_count(all); i++) offered |= json_true(json_get_lit(json_at(all, i), "anonymous"));
	struct compare_cell cell = cut(a, json_get_str(body, S("anonymity")));
	if (offered) cell.mark = MARK_YES;
	return cell;
}

static void add_language(struct str *items, size_t *n, struct str tag) {
	for (size_t i = 0; i < *n; i++)
		if (str_eq(items[i], tag)) return;
	if (tag.n && *n < ITEMS) items[(*n)++] = tag;
}

static struct compare_cell languages(struct arena *a, const struct json *body) {
	struct str *items = arena_array(a, ITEMS, sizeof *items);
	size_t n = 0;
	if (!items) return text(STR_EMPTY);
	const struct json *all = json_get_lit(body, "channels"), *preferred = json_pointer(body, S("/security_txt/preferred_languages"));
	for (size_t i = 0; i < json_count(all); i++) {
		const struct json *of = json_get_lit(json_at(all, i), "languages");
		for (size_t j = 0; j < json_count(of); j++) add_language(items, &n, json_string(json_at(of, j)));
	}
	for (size_t i = 0; i < json_count(preferred); i++) add_language(items, &n, json_string(json_at(preferred, i)));
	autobuf struct buf out = BUF(2000);
	for (size_t i = 0; i < n; i++) buf_fmt(&out, "%s%.*s", i ? ", " : "", STR_ARG(items[i]));
	return text(arena_str(a, buf_str(&out)));
}

static struct compare_cell reward(struct arena *a, const struct json *body) {
	const struct json *r = json_get_lit(body, "recognition"), *least = json_get_lit(r, "minimum"), *most = json_get_lit(r, "maximum");
	struct str words_ = value_words(a, json_get_str(r, S("reward"))), currency = json_get_str(r, S("currency"));
	if (least) words_ = arena_fmt(a, "%.*s, from %.*s %.*s", STR_ARG(words_), STR_ARG(currency), STR_ARG(json_text(a, least)));
	if (most) words_ = arena_fmt(a, "%.*s%s up to %.*s %.*s", STR_ARG(words_), least ? "" : ",", STR_ARG(currency), STR_ARG(json_text(a, most)));
	return text(words_.n ? words_ : json_get_str(r, S("text")));
}

static struct compare_cell within(struct arena *a, const struct json *body, struct str what) {
	const struct json *all = json_get_lit(body, "commitments");
	for (size_t i = 0; i < json_count(all); i++) {
		const struct json *one = json_at(all, i);
		if (!str_eq_ascii_case(json_get_str(one, S("what")), what)) continue;
		struct str said = duration_words(a, json_get_str(one, S("within")), json_get_str(one, S("days")));
		return said.n ? text(said) : cut(a, json_get_str(one, S("text")));
	}
	return text(STR_EMPTY);
}

/* ---- rows ---- */

struct table {
	struct arena *a;
	struct compare_row *rows;
	size_t n;
	struct policy_record **policies;
	size_t policies_n;
	const char *group;
};

static struct compare_row *add(struct table *t, struct str title) {
	static struct compare_row spare;
	if (t->n == ROWS) return &spare;
	struct compare_row *row = &t->rows[t->n++];
	row->title = title;
	row->group = str_of(t->group);
	t->group = NULL;
	return row;
}

#define EACH_CELL(t, title, expression) \
	do { \
		struct compare_row *row_ = add((t), (title)); \
		for (size_t i_ = 0; i_ < (t)->policies_n; i_++) { \
			const struct policy_record *p = (t)->policies[i_]; \
			const struct json *body = p->r.body; \
			(void)body; \
			row_->cells[i_] = (expression); \
		} \
	} while (0)

static void add_protection(struct table *t) {
	t->group = words.compare_protection;
	EACH_CELL(t, S("Level"), text(arena_fmt(t->a, "%d of 5: %s", p->assessment.level, policy_level_title(p->assessment.level))));
	for (size_t i = 0; i < POLICY_TESTS; i++) EACH_CELL(t, str_of(t->policies[0]->assessment.tests[i]->title), of_point(p->assessment.tests[i]));
	for (size_t i = 0; i < POLICY_TECHNICAL; i++)
		EACH_CELL(t, str_of(t->policies[0]->assessment.technical[i].title), of_point(&p->assessment.technical[i]));
	EACH_CELL(t, str_of(t->policies[0]->assessment.independent.title), of_point(&p->assessment.independent));
}

/* What any of them promises by a time, in the order in which it first comes. */
static void add_clocks(struct table *t) {
	struct str seen[COMMITMENTS];
	size_t n = 0;
	t->group = words.compare_clocks;
	for (size_t i = 0; i < t->policies_n; i++) {
		const struct json *all = json_get_lit(t->policies[i]->r.body, "commitments");
		for (size_t j = 0; j < json_count(all); j++) {
			struct str what = json_get_str(json_at(all, j), S("what"));
			bool known = !what.n || n == COMMITMENTS;
			for (size_t k = 0; k < n && !known; k++) known = str_eq_ascii_case(seen[k], what);
			if (known) continue;
			seen[n++] = what;
			EACH_CELL(t, value_words(t->a, what), within(t->a, body, what));
		}
	}
}

static struct compare_cell said(const struct json *v, const char *yes, const char *no) {
	return json_is(v, JSON_BOOL) ? yes_or_no(v->boolean, v->boolean ? yes : no) : text(STR_EMPTY);
}

static void add_publication(struct table *t) {
	t->group = words.compare_publication;
	EACH_CELL(t, S("After"), text(duration_words(t->a, json_string(json_pointer(body, S("/disclosure/default"))), STR_EMPTY)));
	EACH_CELL(t, S("If exploited"), text(duration_words(t->a, json_string(json_pointer(body, S("/disclosure/exploited"))), STR_EMPTY)));
	EACH_CELL(t, S("Finder may publish then"), said(json_pointer(body, S("/disclosure/finder_may_publish")), "Yes", "No"));
	EACH_CELL(t, S("Rewards without silence"), said(json_pointer(body, S("/disclosure/no_gag")), "No reward depends on silence", "A reward may depend on silence"));
	EACH_CELL(t, S("Embargo"), cut(t->a, json_string(json_pointer(body, S("/disclosure/embargo")))));
}

static void add_rest(struct table *t) {
	t->group = words.compare_scope;
	EACH_CELL(t, S("Systems"), list(t->a, json_pointer(body, S("/scope/systems")), "name"));
	EACH_CELL(t, S("Topics"), list(t->a, json_pointer(body, S("/scope/topics")), NULL));
	EACH_CELL(t, S("Invited activities"), list(t->a, json_pointer(body, S("/scope/activities")), NULL));
	EACH_CELL(t, S("In words"), cut(t->a, json_string(json_pointer(body, S("/scope/text")))));
	EACH_CELL(t, S("Out of scope"), list(t->a, json_get_lit(body, "out_of_scope"), "text"));
	t->group = words.compare_reporting;
	EACH_CELL(t, S("Channels"), channels(t->a, body));
	EACH_CELL(t, S("Anonymous reports"), anonymity(t->a, body));
	EACH_CELL(t, S("Languages"), languages(t->a, body));
	EACH_CELL(t, S("Reward"), reward(t->a, body));
	EACH_CELL(t, S("Law"), text(json_get_str(body, S("jurisdiction"))));
}

/* A row in which nobody says anything is left out; its heading goes to the next. */
static size_t drop_empty(struct compare_row *rows, size_t n, size_t columns) {
	size_t kept = 0;
	struct str group = STR_EMPTY;
	for (size_t i = 0; i < n; i++) {
		bool any = false;
		for (size_t j = 0; j < columns; j++) any |= rows[i].cells[j].mark != MARK_NONE || rows[i].cells[j].text.n || rows[i].cells[j].n;
		if (rows[i].group.n) group = rows[i].group;
		if (!any) continue;
		rows[kept] = rows[i];
		rows[kept++].group = group;
		group = STR_EMPTY;
	}
	return kept;
}

/* ---- the page ---- */

static enum err_code read_policies(struct request *rq, const struct disclosing *d, struct policy_record **out, size_t *n, struct err *e) {
	size_t asked;
	const struct str *names = request_strs(rq, "id", &asked);
	*n = 0;
	for (size_t i = 0; i < asked; i++) {
		struct policy_record *p = arena_new_of(d->a, struct policy_record);
		if (!p) return err_set(e, ERR_MEMORY, "out of memory");
		enum err_code code = policy_record(d, names[i], p, e);
		if (code) return code;
		bool known = false;
		for (size_t j = 0; j < *n; j++) known |= out[j]->r.line.record == p->r.line.record;
		if (known) continue;
		if (*n == COMPARE_MOST) {
			code = err_set(e, ERR_INVALID, "at most %d policies can be compared at once", COMPARE_MOST);
			err_where(e, "id");
			return code;
		}
		out[(*n)++] = p;
	}
	return ERR_OK;
}

static struct str without(struct arena *a, struct policy_record *const *policies, size_t n, size_t left_out) {
	autobuf struct buf out = BUF(4096);
	buf_add(&out, S("/policies/compare"));
	bool first = true;
	for (size_t i = 0; i < n; i++) {
		if (i == left_out) continue;
		buf_add(&out, first ? S("?id=") : S("&id="));
		url_encode(&out, policies[i]->r.line.uid);
		first = false;
	}
	return arena_str(a, buf_str(&out));
}

static enum err_code build(struct request *rq, const struct disclosing *d, struct compare_page *page, struct err *e) {
	struct policy_record *policies[COMPARE_MOST];
	enum err_code code = read_policies(rq, d, policies, &page->n, e);
	if (code) return code;
	struct table t = {.a = d->a, .rows = arena_array(d->a, ROWS, sizeof *t.rows), .policies = policies, .policies_n = page->n};
	if (!t.rows) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < page->n; i++)
		page->columns[i] = (struct compare_column){.policy = policies[i], .line = line_of(d->a, &policies[i]->r.line),
			.issuers = issuers_words(d->a, policies[i]), .without = without(d->a, policies, page->n, i)};
	if (page->n) {
		add_protection(&t);
		add_clocks(&t);
		add_publication(&t);
		add_rest(&t);
	}
	page->rows = t.rows;
	page->rows_n = drop_empty(t.rows, t.n, page->n);
	page->api = arena_cat(d->a, S("/api/v1"), without(d->a, policies, page->n, SIZE_MAX));
	return ERR_OK;
}

enum err_code show_compare(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct compare_page page = {0};
	enum err_code code = build(rq, &d, &page, e);
	if (code) return code;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(words.compare_policies), .here = SITE_BROWSE, .api = page.api});
	compare_body(out, &page);
	return site_end(rq, rs);
}

static void cell_json(struct json_writer *w, const struct compare_cell *c) {
	jw_object(w);
	if (c->mark != MARK_NONE) jw_field_bool(w, S("yes"), c->mark == MARK_YES);
	if (c->text.n) jw_field_str(w, S("text"), c->text);
	if (c->n) {
		jw_name(w, S("items"));
		jw_array(w);
		for (size_t i = 0; i < c->n; i++) jw_str(w, c->items[i]);
		jw_array_end(w);
	}
	jw_object_end(w);
}

enum err_code api_compare(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	struct compare_page page = {0};
	enum err_code code = build(rq, &d, &page, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("policies"));
	jw_array(&w);
	for (size_t i = 0; i < page.n; i++) assessment_json(&w, d.a, d.hub, page.columns[i].policy, &page.columns[i].policy->assessment, false);
	jw_array_end(&w);
	jw_name(&w, S("rows"));
	jw_array(&w);
	struct str group = STR_EMPTY;
	for (size_t i = 0; i < page.rows_n; i++) {
		if (page.rows[i].group.n) group = page.rows[i].group;
		jw_object(&w);
		jw_field_str(&w, S("group"), group);
		jw_field_str(&w, S("title"), page.rows[i].title);
		jw_name(&w, S("cells"));
		jw_array(&w);
		for (size_t j = 0; j < page.n; j++) cell_json(&w, &page.rows[i].cells[j]);
		jw_array_end(&w);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	response_public(rs, 0);
	return ERR_OK;
}
