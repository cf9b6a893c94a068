/* AI Incident Database: its tables as comma-separated values.
 *
 * incidents.csv is needed; classifications_*.csv and duplicates.csv, where they are given too, add to its rows. A table is known by its
 * columns, whatever the file is called. Each incident becomes a draft whose body holds the row; every row of a classification stands in
 * `annotations` answer by answer, as given, and what our own fields ask for is taken from it (mapped[]). Most rows of GMF are not
 * published by the source's own mark, which the annotation keeps; they count nevertheless. */
#include "aiid.h"
#include "pieces.h"
#include "slug.h"

enum { COLUMNS = 256, PARTIES = 500, CLASSES = 100 };

static void append(struct rows *list, struct row *r) {
	if (!list->first) list->last = &list->first;
	*list->last = r;
	list->last = &r->next;
	list->n++;
}

struct str aiid_cell(const struct row *r, struct str column) {
	size_t i = csv_column(&r->table->header, column);
	return i == STR_NONE ? STR_EMPTY : str_trim(r->fields[i]);
}

static struct str place(struct aiid *g, const struct row *r) {
	return arena_fmt(g->a, "%.*s row %zu", STR_ARG(r->table->file), r->number);
}

/* "23", and nothing that reads like it ("023"). */
static bool number_fits(struct str s) {
	int64_t n;
	return s.n && s.n <= 12 && s.p[0] >= '1' && s.p[0] <= '9' && str_int(s, &n);
}

/* Whether the tables are all that the database gives away: without one of them an incident is told in part. */
static bool is_whole(const struct aiid *g) {
	static const char *const schemes[] = {"CSETv1", "GMF", "MIT"};
	for (size_t i = 0; i < lengthof(schemes); i++) {
		const struct row *r = g->classes.first;
		while (r && !str_is(aiid_cell(r, S("Namespace")), schemes[i])) r = r->next;
		if (!r) return false;
	}
	return g->duplicates.first != NULL;
}

static const struct json *row_json(struct arena *a, const struct row *r) {
	struct json_builder b = json_object_of(a);
	for (size_t i = 0; i < r->table->header.n; i++) json_set_str(&b, r->table->header.fields[i], r->fields[i]);
	return json_built(&b);
}

/* ---- tables ---- */

static struct rows *rows_for(struct aiid *g, const struct csv_row *header) {
	if (csv_column(header, S("incident_id")) != STR_NONE && csv_column(header, S("title")) != STR_NONE) {
		g->has_incidents = true;
		return &g->incidents;
	}
	if (csv_column(header, S("Namespace")) != STR_NONE && csv_column(header, S("Incident ID")) != STR_NONE) return &g->classes;
	if (csv_column(header, S("duplicate_incident_number")) != STR_NONE && csv_column(header, S("true_incident_number")) != STR_NONE)
		return &g->duplicates;
	return NULL;
}

static enum err_code read_table(struct aiid *g, const struct import_file *file, struct err *e) {
	struct table *t = arena_new_of(g->a, struct table);
	if (!t) return err_set(e, ERR_MEMORY, "out of memory");
	t->file = file_name(str_of(file->path));
	struct csv c;
	struct str text = arena_str(g->a, file->bytes);
	if (arena_failed(g->a)) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = csv_open(&c, g->a, text, &(struct csv_limits){.columns = COLUMNS}, e);
	if (!code) code = csv_header(&c, &t->header, e);
	if (code) return code;
	struct rows *list = rows_for(g, &t->header);
	if (list == &g->classes && !(t->columns = aiid_columns(g->a, &t->header))) return err_set(e, ERR_MEMORY, "out of memory");
	if (!list)
		return err_set(e, ERR_INVALID, "no table of the AI Incident Database: neither incident_id and title, nor Namespace and "
			"Incident ID, nor duplicate_incident_number and true_incident_number are among its columns");
	for (;;) {
		struct csv_row r;
		code = csv_next(&c, &r, e);
		if (code || !r.n) return code;
		struct row *kept = arena_new_of(g->a, struct row);
		struct str *fields = arena_array(g->a, r.n, sizeof *fields);
		if (!kept || !fields) return err_set(e, ERR_MEMORY, "out of memory");
		memcpy(fields, r.fields, r.n * sizeof *fields);
		*kept = (struct row){t, fields, r.number, NULL};
		append(list, kept);
	}
}

/* ---- incidents ---- */

static const struct json *list_of(struct aiid *g, struct str s, enum json_type items) {
	const struct json *v;
	if (json_parse(g->a, s, NULL, &v, NULL) || v->type != JSON_ARRAY) return NULL;
	for (size_t i = 0; i < v->n; i++)
		if (v->items[i].type != items) return NULL;
	return v;
}

/* Links to the organizations of a column; what names none is kept. */
static void read_parties(struct aiid *g, struct incident *in, struct str column, struct str rel) {
	struct str s = aiid_cell(in->row, column);
	const struct json *slugs = s.n ? list_of(g, s, JSON_STRING) : NULL;
	if (json_count(slugs) > PARTIES) slugs = NULL;
	struct json_builder nobody = json_array_of(g->a);
	for (size_t i = 0; i < json_count(slugs); i++) {
		struct str slug = str_trim(json_string(json_at(slugs, i)));
		struct str key = draft_organization(g->d, slug_readable(g->a, slug), true);
		if (key.n) draft_link(g->d, in->draft, rel, key);
		else if (slug.n) json_add(&nobody, json_str(g->a, slug));
		if (key.n && slug_is_population(slug)) draft_population(g->d, key);
	}
	if (s.n && !slugs) json_set_str(&in->extra, column, s);
	put_list(&in->extra, column, &nobody);
}

static void read_reports(struct aiid *g, struct incident *in) {
	struct str s = aiid_cell(in->row, S("reports"));
	const struct json *numbers = s.n ? list_of(g, s, JSON_INT) : NULL;
	struct json_builder ids = json_array_of(g->a);
	for (size_t i = 0; i < json_count(numbers); i++)
		json_add(&ids, json_str(g->a, arena_fmt(g->a, "%lld", (long long)json_integer(json_at(numbers, i), 0))));
	if (ids.n) in->body = json_with(g->a, in->body, S("report_ids"), json_built(&ids));
	if (s.n && !numbers) json_set_str(&in->extra, S("reports"), s);
}

static bool is_mapped_column(struct str column) {
	static const char *const columns[] = {
		"incident_id", "date", "reports", "Alleged deployer of AI system", "Alleged developer of AI system",
		"Alleged harmed or nearly harmed parties", "description", "title",
	};
	for (size_t i = 0; i < lengthof(columns); i++)
		if (str_is(column, columns[i])) return true;
	return false;
}

/* The file's own record of the incident: what it is compared by when it comes again. */
static struct str as_it_came(struct aiid *g, const struct incident *in) {
	struct json_builder b = json_object_of(g->a), classes = json_array_of(g->a), duplicates = json_array_of(g->a);
	json_set(&b, S("incident"), row_json(g->a, in->row));
	for (const struct row *r = in->classes.first; r; r = r->next) json_add(&classes, row_json(g->a, r));
	for (const struct row *r = in->found_to_be; r; r = r->next) json_add(&duplicates, row_json(g->a, r));
	put_list(&b, S("classifications"), &classes);
	put_list(&b, S("duplicates"), &duplicates);
	json_put_str(&b, S("duplicate_of"), in->duplicate_of);
	return json_canonical(g->a, json_built(&b));
}

static void read_incident(struct aiid *g, struct incident *in) {
	struct arena *a = g->a;
	struct draft *r = in->draft = draft_new(g->d, S("incident"));
	if (!r) return;
	struct str name = arena_cat(a, S("AIID-"), in->id), description = aiid_cell(in->row, S("description"));
	struct json_builder body = json_object_of(a), aliases = json_array_of(a);
	json_set_str(&body, S("title"), headline(a, aiid_cell(in->row, S("title")), description, name));
	json_put_str(&body, S("date"), aiid_cell(in->row, S("date")));
	json_put_str(&body, S("description"), description);
	json_add(&aliases, json_str(a, name));
	for (const struct row *f = in->found_to_be; f; f = f->next)
		json_add(&aliases, json_str(a, arena_cat(a, S("AIID-"), aiid_cell(f, S("duplicate_incident_number")))));
	put_list(&body, S("aliases"), &aliases);
	in->body = json_built(&body);
	in->extra = json_object_of(a);
	for (size_t i = 0; i < in->row->table->header.n; i++) {
		struct str column = in->row->table->header.fields[i], s = str_trim(in->row->fields[i]);
		if (s.n && !is_mapped_column(column)) json_set_str(&in->extra, column, s);
	}
	read_reports(g, in);
	read_parties(g, in, S("Alleged deployer of AI system"), S("deployer"));
	read_parties(g, in, S("Alleged developer of AI system"), S("developer"));
	read_parties(g, in, S("Alleged harmed or nearly harmed parties"), S("harmed"));
	for (const struct row *c = in->classes.first; c; c = c->next) aiid_classify(g, in, c);
	if (in->duplicate_of.n) {
		draft_link(g->d, r, S("duplicate-of"), arena_cat(a, S("AIID-"), in->duplicate_of));
		r->state = S("merged");
	}

	body = json_object_of(a);
	for (size_t i = 0; i < json_count(in->body); i++) json_set(&body, in->body->members[i].name, &in->body->members[i].value);
	struct origin o = {.system = S("AIID"), .id = in->id, .licence = S("CC BY-SA 4.0")};
	o.url = arena_cat(a, S("https://incidentdatabase.ai/cite/"), in->id);
	o.extra = in->extra.n ? json_built(&in->extra) : NULL;
	r->place = place(g, in->row);
	r->partial = !g->whole;
	draft_finish(g->d, r, &body, &o, as_it_came(g, in));
	r->public_id = name;
}

/* ---- all together ---- */

static void find_incidents(struct aiid *g, struct incident *list, size_t *n) {
	for (const struct row *r = g->incidents.first; r; r = r->next) {
		struct str id = aiid_cell(r, S("incident_id"));
		if (!number_fits(id)) {
			draft_reject(g->d, place(g, r), id, "incident_id: expected a number");
			continue;
		}
		void **at = map_at(&g->by_id, id);
		if (!at) return;
		const struct incident *before = *at;
		if (before) {
			draft_reject(g->d, place(g, r), id, "incident %.*s stands in row %zu already", STR_ARG(id), before->row->number);
			continue;
		}
		list[*n] = (struct incident){.row = r, .id = id};
		*at = &list[(*n)++];
	}
}

static void find_classifications(struct aiid *g) {
	for (struct row *r = g->classes.first, *next; r; r = next) {
		next = r->next;
		r->next = NULL;
		struct str id = aiid_cell(r, S("Incident ID"));
		struct incident *in = map_get(&g->by_id, id);
		if (in && in->classes.n >= CLASSES) draft_reject(g->d, place(g, r), id, "more than %d classifications of one incident", CLASSES);
		else if (in) append(&in->classes, r);
		else draft_reject(g->d, place(g, r), id, "incident %.*s is not among the incidents", STR_ARG(str_cut_utf8(id, 50)));
	}
}

/* The database leads from a duplicate's number to the true incident; mostly the duplicate itself is no longer there. */
static void find_duplicates(struct aiid *g) {
	for (struct row *r = g->duplicates.first, *next; r; r = next) {
		next = r->next;
		struct str one = aiid_cell(r, S("duplicate_incident_number")), other = aiid_cell(r, S("true_incident_number"));
		struct incident *duplicate = map_get(&g->by_id, one), *real = map_get(&g->by_id, other);
		if (!number_fits(one) || !number_fits(other) || str_eq(one, other)) {
			draft_reject(g->d, place(g, r), STR_EMPTY, "expected the numbers of two incidents");
		} else if (duplicate && !duplicate->duplicate_of.n) {
			duplicate->duplicate_of = other;
		} else if (!duplicate && real) {
			r->next = real->found_to_be;
			real->found_to_be = r;
		} else if (!duplicate) {
			draft_reject(g->d, place(g, r), one, "neither %.*s nor %.*s is among the incidents", STR_ARG(one), STR_ARG(other));
		} else {
			draft_reject(g->d, place(g, r), one, "%.*s is a duplicate of %.*s already", STR_ARG(one), STR_ARG(duplicate->duplicate_of));
		}
	}
}

static enum err_code read_tables(const struct import_file *files, size_t n, struct drafts *d, struct err *e) {
	struct aiid g = {.d = d, .a = d->a, .by_id.arena = d->a};
	for (size_t i = 0; i < n; i++) {
		enum err_code code = read_table(&g, &files[i], e);
		if (code && n > 1) err_prefix(e, "%.*s", STR_ARG(file_name(str_of(files[i].path))));
		if (code) return code;
	}
	if (!g.has_incidents)
		return err_set(e, ERR_INVALID, "incidents.csv is not among the files: classifications and duplicates mean nothing without it");
	struct incident *list = arena_array(d->a, g.incidents.n + 1, sizeof *list);
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	size_t count = 0;
	g.whole = is_whole(&g);
	find_incidents(&g, list, &count);
	find_classifications(&g);
	find_duplicates(&g);
	for (size_t i = 0; i < count; i++) read_incident(&g, &list[i]);
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

static bool wants(struct str name) {
	return str_is(name, "incidents.csv") || str_is(name, "duplicates.csv") || str_starts(name, S("classifications_"));
}

extern const struct format format_aiid;
const struct format format_aiid = {
	.name = "aiid",
	.title = "AI Incident Database: incidents with their classifications",
	.suffix = ".csv",
	.mapping = 1,
	.together = true,
	.wants = wants,
	.read = read_tables,
};
