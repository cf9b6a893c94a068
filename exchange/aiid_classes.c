/* Classifications of the AI Incident Database: what our own fields ask for (mapped[]), and every answer as an annotation. */
#include "aiid.h"
#include "pieces.h"

enum how {
	LIST,      /* terms between commas */
	TEXT,
	COUNT,
	FLAG,      /* True, False */
	WORD,      /* yes, no, maybe; or another of words[] */
	DOMAIN,    /* "7. Label" */
	SUBDOMAIN, /* "7.3. Label" */
};

/* Columns that one of our own fields asks for. */
static const struct mapped {
	struct str scheme, column, pointer;
	enum how how;
} mapped[] = {
	{S_INIT("MIT"), S_INIT("Risk Domain"), S_INIT("/domains"), DOMAIN},
	{S_INIT("MIT"), S_INIT("Risk Subdomain"), S_INIT("/classifications"), SUBDOMAIN},
	{S_INIT("MIT"), S_INIT("Entity"), S_INIT("/causes/entity"), WORD},
	{S_INIT("MIT"), S_INIT("Intent"), S_INIT("/causes/intent"), WORD},
	{S_INIT("MIT"), S_INIT("Timing"), S_INIT("/causes/timing"), WORD},
	{S_INIT("CSETv1"), S_INIT("Tangible Harm"), S_INIT("/nature"), WORD},
	{S_INIT("CSETv1"), S_INIT("Estimated Date"), S_INIT("/date_estimated"), FLAG},
	{S_INIT("CSETv1"), S_INIT("Notes (Environmental and Temporal Characteristics)"), S_INIT("/date_note"), TEXT},
	{S_INIT("CSETv1"), S_INIT("Lives Lost"), S_INIT("/toll/deaths"), COUNT},
	{S_INIT("CSETv1"), S_INIT("Injuries"), S_INIT("/toll/injuries"), COUNT},
	{S_INIT("CSETv1"), S_INIT("Estimated Harm Quantities"), S_INIT("/toll/estimated"), FLAG},
	{S_INIT("CSETv1"), S_INIT("Notes ( Tangible Harm Quantities Information)"), S_INIT("/toll/note"), TEXT},
	{S_INIT("CSETv1"), S_INIT("Harm Distribution Basis"), S_INIT("/protected_characteristics"), LIST},
	{S_INIT("CSETv1"), S_INIT("Involving Minor"), S_INIT("/minors_involved"), WORD},
	{S_INIT("CSETv1"), S_INIT("Rights Violation"), S_INIT("/rights_violated"), WORD},
	{S_INIT("CSETv1"), S_INIT("Impact on Critical Services"), S_INIT("/critical_services"), WORD},
	{S_INIT("CSETv1"), S_INIT("Sector of Deployment"), S_INIT("/sectors"), LIST},
	{S_INIT("CSETv1"), S_INIT("Infrastructure Sectors"), S_INIT("/critical_sectors"), LIST},
	{S_INIT("CSETv1"), S_INIT("Public Sector Deployment"), S_INIT("/public_sector"), WORD},
	{S_INIT("CSETv1"), S_INIT("AI System Description"), S_INIT("/technology/description"), TEXT},
	{S_INIT("CSETv1"), S_INIT("AI Task"), S_INIT("/technology/goals"), LIST},
	{S_INIT("GMF"), S_INIT("Known AI Goal"), S_INIT("/technology/goals"), LIST},
	{S_INIT("GMF"), S_INIT("Potential AI Goal"), S_INIT("/technology/likely_goals"), LIST},
	{S_INIT("CSETv1"), S_INIT("AI tools and methods"), S_INIT("/technology/methods"), LIST},
	{S_INIT("GMF"), S_INIT("Known AI Technology"), S_INIT("/technology/methods"), LIST},
	{S_INIT("GMF"), S_INIT("Potential AI Technology"), S_INIT("/technology/likely_methods"), LIST},
	{S_INIT("GMF"), S_INIT("Known AI Technical Failure"), S_INIT("/technology/failures"), LIST},
	{S_INIT("GMF"), S_INIT("Potential AI Technical Failure"), S_INIT("/technology/likely_failures"), LIST},
	{S_INIT("CSETv1"), S_INIT("Data Inputs"), S_INIT("/technology/data_inputs"), LIST},
	{S_INIT("CSETv1"), S_INIT("Autonomy Level"), S_INIT("/technology/autonomy"), TEXT},
	{S_INIT("CSETv1"), S_INIT("Deployed"), S_INIT("/technology/deployed"), WORD},
	{S_INIT("CSETv1"), S_INIT("Physical System Type"), S_INIT("/technology/physical_system"), TEXT},
	{S_INIT("CSETv1"), S_INIT("AI System"), S_INIT("/technology/is_ai"), WORD},
	{S_INIT("CSETv1"), S_INIT("Notes (Information about AI System)"), S_INIT("/technology/note"), TEXT},
	{S_INIT("CSETv1"), S_INIT("Notes (AI Functionality and Techniques)"), S_INIT("/technology/note"), TEXT},
};

/* The column of this name with the suffix, which then is an aside to it. */
static size_t companion(struct arena *a, const struct csv_row *header, struct column *columns, struct str name, struct str suffix) {
	size_t at = csv_column(header, arena_cat(a, name, suffix));
	if (at != STR_NONE) columns[at].aside = true;
	return at;
}

struct column *aiid_columns(struct arena *a, const struct csv_row *header) {
	struct column *columns = arena_array(a, header->n, sizeof *columns);
	for (size_t i = 0; columns && i < header->n; i++) {
		struct column *c = &columns[i];
		c->name = header->fields[i];
		c->snippets = companion(a, header, columns, c->name, S(" Snippets"));
		c->discussion = companion(a, header, columns, c->name, S(" Classification Discussion"));
		for (size_t k = 0; k < lengthof(mapped); k++)
			if (str_eq(mapped[k].column, c->name)) c->mapped = &mapped[k];
	}
	return columns;
}

/* ---- classifications ---- */

static const struct {
	const char *theirs, *ours;
} words[] = {
	{"yes", "yes"}, {"no", "no"}, {"maybe", "maybe"}, {"unclear", "unknown"},
	{"human", "human"}, {"ai", "ai"}, {"other", "other"}, {"intentional", "intentional"}, {"unintentional", "unintentional"},
	{"pre-deployment", "pre-deployment"}, {"post-deployment", "post-deployment"},
	{"tangible harm definitively occurred", "event"}, {"imminent risk of tangible harm (near miss) did occur", "near-miss"},
	{"non-imminent risk of tangible harm (an issue) occurred", "issue"},
};

/* Says that there is nothing to say. */
static bool empty_term(struct str s) {
	static const char *const none[] = {"none", "unclear", "unknown", "n/a", "--"};
	for (size_t i = 0; i < lengthof(none); i++)
		if (str_eq_ascii_case(s, str_of(none[i]))) return true;
	return !s.n;
}

/* Terms of the schemes that hold the comma which separates terms. */
static size_t term_with_commas(struct str s) {
	static const char *const terms[] = {
		"nation of origin, citizenship, immigrant status", "arts, entertainment and recreation", "agriculture, forestry and fishing",
		"electricity, gas, steam and air conditioning supply", "professional, scientific and technical activities",
		"water supply; sewerage, waste management and remediation activities", "nuclear reactors, materials, and waste",
	};
	for (size_t i = 0; i < lengthof(terms); i++) {
		size_t n = strlen(terms[i]);
		if (str_eq_ascii_case(str_sub(s, 0, n), str_of(terms[i])) && (s.n == n || s.p[n] == ',')) return n;
	}
	return 0;
}

/* The terms of a list; not at commas in parentheses. Joined with ", " they give the text again. */
static const struct json *terms(struct arena *a, struct str s) {
	struct json_builder list = json_array_of(a);
	while (s.n) {
		size_t at = term_with_commas(s);
		for (int open = 0; at < s.n; at++) {
			if (s.p[at] == '(') open++;
			if (s.p[at] == ')' && open) open--;
			if (!open && s.p[at] == ',' && at + 1 < s.n && s.p[at + 1] == ' ') break;
		}
		if (at) json_add(&list, json_str(a, str_sub(s, 0, at)));
		s = str_from(s, at + 2);
	}
	return json_built(&list);
}

/* Longer lists than any schema allows are not made. */
enum { ITEMS = 200, NOTE = 4000 };

/* Puts the value there unless another classification already did. */
static void put(struct aiid *g, struct incident *in, struct str pointer, const struct json *v) {
	if (v && !json_pointer(in->body, pointer)) in->body = json_with_pointer(g->a, in->body, pointer, v);
}

static void put_item(struct aiid *g, struct incident *in, struct str pointer, const struct json *v) {
	const struct json *there = json_pointer(in->body, pointer);
	struct json_builder list = json_array_of(g->a);
	if (json_count(there) >= ITEMS) return;
	for (size_t i = 0; i < json_count(there); i++) {
		if (json_equal(json_at(there, i), v)) return;
		json_add(&list, json_at(there, i));
	}
	json_add(&list, v);
	in->body = json_with_pointer(g->a, in->body, pointer, json_built(&list));
}

static void put_terms(struct aiid *g, struct incident *in, struct str pointer, const struct json *list) {
	for (size_t i = 0; i < json_count(list) && i < ITEMS; i++) {
		struct str term = str_trim(json_string(json_at(list, i)));
		if (!empty_term(term)) put_item(g, in, pointer, json_str(g->a, term));
	}
}

/* "7.3. Label" as id and label; false where it has no number in front. */
static bool numbered(struct str s, struct str *id, struct str *label) {
	size_t n = 0;
	while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '.')) n++;
	*id = str_sub(s, 0, n);
	if (str_ends(*id, S("."))) id->n--;
	*label = str_trim(str_from(s, n));
	return n && id->n && id->n < n && label->n && s.p[n] == ' ';
}

static void put_risk(struct aiid *g, struct incident *in, enum how how, struct str s) {
	static const struct str repository = S_INIT("MIT AI Risk Repository");
	struct str id, label;
	bool known = numbered(s, &id, &label);
	struct json_builder c = json_object_of(g->a);
	json_set_str(&c, S("scheme"), repository);
	if (known) json_set_str(&c, S("id"), id);
	json_set_str(&c, S("label"), known ? label : s);
	put_item(g, in, S("/classifications"), json_built(&c));
	if (how == DOMAIN) put_item(g, in, S("/domains"), json_str(g->a, known ? label : s));
	else if (known) draft_link(g->d, in->draft, S("concerns"), draft_crosswalk(g->d, repository, id));
}

static void put_word(struct aiid *g, struct incident *in, struct str pointer, struct str s) {
	for (size_t i = 0; i < lengthof(words); i++)
		if (str_eq_ascii_case(s, str_of(words[i].theirs))) put(g, in, pointer, json_str(g->a, str_of(words[i].ours)));
}

/* A second note goes below the first. */
static void put_text(struct aiid *g, struct incident *in, struct str pointer, struct str s) {
	struct str before = json_string(json_pointer(in->body, pointer));
	bool is_note = str_ends(pointer, S("note"));
	if (is_note && before.n) s = arena_fmt(g->a, "%.*s\n\n%.*s", STR_ARG(before), STR_ARG(s));
	else if (before.n || (!is_note && empty_term(s))) return;
	if (str_is(pointer, "/date_note") || str_is(pointer, "/toll/note")) s = str_cut_utf8(s, NOTE);
	in->body = json_with_pointer(g->a, in->body, pointer, json_str(g->a, s));
}

static void put_mapped(struct aiid *g, struct incident *in, const struct mapped *m, struct str s) {
	int64_t n;
	switch (m->how) {
	case LIST: put_terms(g, in, m->pointer, terms(g->a, s)); break;
	case TEXT: put_text(g, in, m->pointer, s); break;
	case COUNT:
		if (str_int(s, &n) && n >= 0) put(g, in, m->pointer, json_int(g->a, n));
		break;
	case FLAG:
		if (str_is(s, "True") || str_is(s, "False")) put(g, in, m->pointer, json_bool(g->a, s.p[0] == 'T'));
		break;
	case WORD: put_word(g, in, m->pointer, s); break;
	case DOMAIN:
	case SUBDOMAIN: put_risk(g, in, m->how, s); break;
	}
}

static void put_location(struct aiid *g, struct incident *in, const struct row *r) {
	static const struct {
		struct str column, ours;
	} parts[] = {
		{S_INIT("Location City"), S_INIT("city")}, {S_INIT("Location State/Province (two letters)"), S_INIT("region")},
		{S_INIT("Location Country (two letters)"), S_INIT("country")}, {S_INIT("Location Region"), S_INIT("area")},
	};
	struct json_builder place = json_object_of(g->a);
	for (size_t i = 0; i < lengthof(parts); i++) {
		struct str s = aiid_cell(r, parts[i].column);
		if (!empty_term(s)) json_set_str(&place, parts[i].ours, s);
	}
	if (place.n) put_item(g, in, S("/locations"), json_built(&place));
}

/* ---- annotations ---- */

static bool is_notes(struct str column) {
	return str_starts(column, S("Notes")) || str_ends(column, S(" Notes"));
}

/* Columns that say something about the annotation itself; what does not fit stays an answer. */
static bool about_annotation(struct aiid *g, struct json_builder *b, struct incident *in, struct str column, struct str s) {
	static const struct {
		struct str column, ours;
	} parts[] = {
		{S_INIT("Published"), S_INIT("published")}, {S_INIT("Quality Control"), S_INIT("quality_controlled")},
		{S_INIT("Annotation Status"), S_INIT("status")}, {S_INIT("Annotator"), S_INIT("annotators")},
		{S_INIT("Peer Reviewer"), S_INIT("reviewers")}, {S_INIT("Namespace"), S_INIT("scheme")},
	};
	if (str_is(column, "Incident ID") || (str_is(column, "Incident Number") && str_eq(s, in->id))) return true;
	for (size_t i = 0; i < lengthof(parts); i++) {
		if (!str_eq(column, parts[i].column)) continue;
		const struct json *v = json_str(g->a, s);
		bool flag = i < 2, list = i == 3 || i == 4;
		if (flag && !str_is(s, "True") && !str_is(s, "False")) return false;
		if (flag) v = json_bool(g->a, s.p[0] == 'T');
		if (list) v = terms(g->a, s);
		json_put(b, parts[i].ours, v);
		return true;
	}
	return false;
}

static const struct json *answer(struct aiid *g, const struct row *r, size_t i, struct str scheme) {
	const struct column *c = &r->table->columns[i];
	struct str s = str_trim(r->fields[i]), discussion = c->discussion == STR_NONE ? STR_EMPTY : str_trim(r->fields[c->discussion]);
	struct json_builder b = json_object_of(g->a), values = json_array_of(g->a);
	bool list = c->mapped && c->mapped->how == LIST && str_eq(c->mapped->scheme, scheme);
	json_set_str(&b, S("question"), c->name);
	if (is_notes(c->name)) {
		json_put_str(&b, S("note"), s);
	} else {
		if (s.n && !list) json_add(&values, json_str(g->a, s));
		json_put(&b, S("values"), list ? terms(g->a, s) : json_built(&values));
		if (c->snippets != STR_NONE) json_put_str(&b, S("snippets"), str_trim(r->fields[c->snippets]));
		json_put_str(&b, S("note"), discussion);
	}
	return b.n > 1 ? json_built(&b) : NULL;
}

static const struct json *annotation(struct aiid *g, struct incident *in, const struct row *r) {
	struct json_builder b = json_object_of(g->a), answers = json_array_of(g->a);
	struct str scheme = aiid_cell(r, S("Namespace"));
	json_set_str(&b, S("scheme"), scheme);
	for (size_t i = 0; i < r->table->header.n; i++) {
		struct str s = str_trim(r->fields[i]);
		if (r->table->columns[i].aside || (s.n && about_annotation(g, &b, in, r->table->columns[i].name, s))) continue;
		const struct json *given = answer(g, r, i, scheme);
		if (given) json_add(&answers, given);
	}
	put_list(&b, S("answers"), &answers);
	return json_built(&b);
}

void aiid_classify(struct aiid *g, struct incident *in, const struct row *r) {
	struct str scheme = aiid_cell(r, S("Namespace"));
	put_item(g, in, S("/annotations"), annotation(g, in, r));
	/* In a form that is not finished, numbers and marks are what it was opened with. */
	bool unfinished = str_is(aiid_cell(r, S("Published")), "False");
	for (size_t i = 0; i < r->table->header.n; i++) {
		const struct mapped *m = r->table->columns[i].mapped;
		struct str s = str_trim(r->fields[i]);
		if (!s.n || !m || !str_eq(m->scheme, scheme) || (unfinished && (m->how == COUNT || m->how == FLAG))) continue;
		put_mapped(g, in, m, s);
	}
	if (str_is(scheme, "CSETv1")) put_location(g, in, r);
}
