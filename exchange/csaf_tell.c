/* An advisory of ours as a CSAF 2.0 document.
 *
 * Standard as in csaf.h. What CSAF has no place for (causes, measures, cards, the answer to it) is told as notes, so that a reader loses none of it.
 * "unknown" is no status of CSAF 2.0: such an item stands in the product tree alone, and a note says that it is not known. */
#include "csaf.h"

static struct str get(const struct json *object, const char *name) {
	return json_get_str(object, str_of(name));
}

struct telling {
	struct arena *a;
	struct str id;
	const struct json *body;
	struct map products;          /* short name of an item → its product_id */
	struct json_builder all, unknown; /* product_ids; names of those of which nothing is known */
};

static struct str product_id(struct telling *x, size_t i) { return arena_fmt(x->a, "CSAFPID-%04zu", i + 1); }

/* ---- document ---- */

static const struct json *tell_publisher(struct telling *x) {
	static const char *const known[] = {"coordinator", "discoverer", "other", "translator", "user", "vendor"};
	const struct json *p = json_get_lit(x->body, "publisher");
	struct json_builder o = json_object_of(x->a);
	struct str category = get(p, "category"), space = get(p, "url");
	bool fits = false;
	for (size_t i = 0; i < lengthof(known); i++) fits |= str_is(category, known[i]);
	json_set_str(&o, S("category"), fits ? category : S("other"));
	json_put_str(&o, S("contact_details"), get(p, "contact"));
	json_put_str(&o, S("issuing_authority"), get(p, "authority"));
	json_set_str(&o, S("name"), get(p, "name").n ? get(p, "name") : S("Unknown"));
	json_set_str(&o, S("namespace"), space.n ? space : S("urn:polder:hub"));
	return json_built(&o);
}

static struct str utc_or(struct telling *x, struct str when, struct str otherwise) {
	struct str t = when_utc(x->a, when);
	return t.n ? t : otherwise;
}

/* Versions are counted 1, 2, …; the test 6.1.14 wants them in the order of their dates. */
static const struct json *tell_history(struct telling *x, struct str first, struct str *latest, struct str *version) {
	struct json_builder list = json_array_of(x->a);
	const struct json *revisions = json_get_lit(x->body, "revisions");
	size_t n = json_count(revisions);
	*latest = first;
	for (size_t i = 0; i < (n ? n : 1); i++) {
		const struct json *r = json_at(revisions, i);
		struct json_builder o = json_object_of(x->a);
		struct str date = utc_or(x, get(r, "date"), *latest);
		if (str_cmp(date, *latest) > 0) *latest = date;
		*version = arena_fmt(x->a, "%zu", i + 1);
		json_set_str(&o, S("date"), *latest);
		json_set_str(&o, S("number"), *version);
		json_set_str(&o, S("summary"), get(r, "summary").n ? get(r, "summary") : i ? S("Amended.") : S("Published."));
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

static const struct json *tell_tracking(struct telling *x) {
	struct json_builder o = json_object_of(x->a);
	struct str first = utc_or(x, get(x->body, "published"), S("1970-01-01T00:00:00Z")), latest, version = STR_EMPTY;
	const struct json *history = tell_history(x, first, &latest, &version);
	json_put(&o, S("aliases"), json_get_lit(x->body, "aliases"));
	json_set_str(&o, S("current_release_date"), latest);
	json_set_str(&o, S("id"), x->id);
	json_set_str(&o, S("initial_release_date"), first);
	json_set(&o, S("revision_history"), history);
	json_set_str(&o, S("status"), S("final"));
	json_set_str(&o, S("version"), version);
	return json_built(&o);
}

static void add_note(struct telling *x, struct json_builder *list, const char *category, const char *title, struct str text) {
	struct json_builder o = json_object_of(x->a);
	if (!str_trim(text).n) return;
	json_set_str(&o, S("category"), str_of(category));
	json_set_str(&o, S("text"), text);
	if (*title) json_set_str(&o, S("title"), str_of(title));
	json_add(list, json_built(&o));
}

/* A line for each of a list: its words, with what else is said of it in brackets. */
static struct str lines_of(struct telling *x, const char *member, const char *words, const char *const *more, size_t more_n) {
	autobuf struct buf out = BUF(1 << 20);
	const struct json *list = json_get(x->body, str_of(member));
	for (size_t i = 0; i < json_count(list); i++) {
		buf_fmt(&out, "%s- %.*s", i ? "\n" : "", STR_ARG(get(json_at(list, i), words)));
		for (size_t j = 0; j < more_n; j++)
			if (get(json_at(list, i), more[j]).n) buf_fmt(&out, " [%s: %.*s]", more[j], STR_ARG(get(json_at(list, i), more[j])));
	}
	return arena_str(x->a, buf_str(&out));
}
#define LINES(member, words, ...) lines_of(x, member, words, (const char *const[]){__VA_ARGS__}, lengthof(((const char *const[]){__VA_ARGS__})))

static struct str unknown_words(struct telling *x) {
	autobuf struct buf out = BUF(1 << 20);
	const struct json *names = json_built(&x->unknown);
	for (size_t i = 0; i < json_count(names); i++) buf_fmt(&out, "- %.*s\n", STR_ARG(json_string(json_at(names, i))));
	return arena_str(x->a, buf_str(&out));
}

static const struct json *document_notes(struct telling *x) {
	struct json_builder list = json_array_of(x->a);
	add_note(x, &list, "summary", "", get(x->body, "summary"));
	add_note(x, &list, "other", "Root cause", get(x->body, "root_cause"));
	add_note(x, &list, "other", "What contributed", LINES("contributing_factors", "text", "type"));
	add_note(x, &list, "other", "Impact", get(x->body, "impact"));
	add_note(x, &list, "other", "What users can do", get(x->body, "user_actions"));
	add_note(x, &list, "other", "Risk that remains", get(x->body, "remaining_risk"));
	add_note(x, &list, "other", "Course of events", LINES("timeline", "text", "date"));
	add_note(x, &list, "other", "Measures", LINES("measures", "text", "by", "status", "due"));
	add_note(x, &list, "other", "Changes to cards", LINES("card_changes", "change", "system", "card", "before", "after", "date"));
	add_note(x, &list, "other", "Statements of parties", LINES("statements", "text", "party", "status", "date"));
	add_note(x, &list, "other", "Not known whether affected", unknown_words(x));
	add_note(x, &list, "other", "Withdrawn", get(x->body, "withdrawn_reason"));
	return json_built(&list);
}

static const struct json *tell_references(struct telling *x) {
	struct json_builder list = json_array_of(x->a);
	const struct json *references = json_get_lit(x->body, "references");
	for (size_t i = 0; i < json_count(references); i++) {
		struct str url = get(json_at(references, i), "url"), title = get(json_at(references, i), "title");
		struct json_builder o = json_object_of(x->a);
		if (!url.n) continue;
		json_set_str(&o, S("category"), S("external"));
		json_set_str(&o, S("summary"), title.n ? title : url);
		json_set_str(&o, S("url"), url);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

static const struct json *tell_thanks(struct telling *x) {
	struct json_builder list = json_array_of(x->a);
	const struct json *credits = json_get_lit(x->body, "credits");
	for (size_t i = 0; i < json_count(credits); i++) {
		struct json_builder o = json_object_of(x->a), names = json_array_of(x->a);
		struct str name = get(json_at(credits, i), "name");
		if (name.n) json_add(&names, json_str(x->a, name));
		json_put(&o, S("names"), json_built(&names));
		json_put_str(&o, S("organization"), get(json_at(credits, i), "organization"));
		json_put_str(&o, S("summary"), get(json_at(credits, i), "role"));
		add_object(&list, &o);
	}
	return json_built(&list);
}

static const struct json *tell_distribution(struct telling *x) {
	const struct json *d = json_get_lit(x->body, "distribution");
	struct json_builder o = json_object_of(x->a), tlp = json_object_of(x->a);
	/* What anybody may read is white, as CLEAR was called. */
	struct str label = get(d, "tlp");
	bool known = str_is(label, "GREEN") || str_is(label, "AMBER") || str_is(label, "RED");
	json_set_str(&tlp, S("label"), known ? label : S("WHITE"));
	json_put_str(&o, S("text"), get(d, "text"));
	json_set(&o, S("tlp"), json_built(&tlp));
	return json_built(&o);
}

static const struct json *tell_document(struct telling *x, bool products) {
	struct json_builder o = json_object_of(x->a);
	json_put(&o, S("acknowledgments"), tell_thanks(x));
	json_set_str(&o, S("category"), products ? S("csaf_security_advisory") : S("csaf_base"));
	json_set_str(&o, S("csaf_version"), S("2.0"));
	json_set(&o, S("distribution"), tell_distribution(x));
	json_put_str(&o, S("lang"), get(x->body, "language"));
	json_put(&o, S("notes"), document_notes(x));
	json_set(&o, S("publisher"), tell_publisher(x));
	json_put(&o, S("references"), tell_references(x));
	json_set_str(&o, S("title"), get(x->body, "title"));
	json_set(&o, S("tracking"), tell_tracking(x));
	return json_built(&o);
}

/* ---- products ---- */

static struct str item_name(struct telling *x, const struct json *item) {
	struct str name = get(item, "name").n ? get(item, "name") : get(item, "package"), vendor = get(item, "vendor");
	const struct json *versions = json_get_lit(item, "versions");
	if (!name.n) name = S("(unnamed)");
	if (vendor.n && str_find(name, vendor) == STR_NONE) name = arena_fmt(x->a, "%.*s %.*s", STR_ARG(vendor), STR_ARG(name));
	if (json_count(versions) == 1) name = arena_fmt(x->a, "%.*s %.*s", STR_ARG(name), STR_ARG(json_string(json_at(versions, 0))));
	return name;
}

static const struct json *tell_tree(struct telling *x) {
	const struct json *affected = json_get_lit(x->body, "affected");
	struct json_builder names = json_array_of(x->a), tree = json_object_of(x->a);
	for (size_t i = 0; i < json_count(affected); i++) {
		const struct json *item = json_at(affected, i);
		struct json_builder o = json_object_of(x->a);
		struct str pid = product_id(x, i), *kept = arena_new_of(x->a, struct str);
		void **at = get(item, "id").n ? map_at(&x->products, get(item, "id")) : NULL;
		if (at && kept && !*at) {
			*kept = pid;
			*at = kept;
		}
		json_set_str(&o, S("name"), item_name(x, item));
		json_set_str(&o, S("product_id"), pid);
		json_add(&names, json_built(&o));
		json_add(&x->all, json_str(x->a, pid));
	}
	json_set(&tree, S("full_product_names"), json_built(&names));
	return json_built(&tree);
}

/* The one list that an item stands in: contradictions are no CSAF (6.1.6). */
static const char *status_list(struct str status) {
	static const struct {
		const char *ours, *theirs;
	} lists[] = {{"affected", "known_affected"}, {"not-affected", "known_not_affected"}, {"fixed", "fixed"}, {"under-investigation", "under_investigation"},
		{"first-affected", "first_affected"}, {"last-affected", "last_affected"}, {"first-fixed", "first_fixed"}, {"recommended", "recommended"}};
	for (size_t i = 0; i < lengthof(lists); i++)
		if (str_is(status, lists[i].ours)) return lists[i].theirs;
	return NULL;
}

static const struct json *tell_status(struct telling *x) {
	static const char *const lists[] = {"first_affected", "first_fixed", "fixed", "known_affected", "known_not_affected", "last_affected", "recommended",
		"under_investigation"};
	const struct json *affected = json_get_lit(x->body, "affected");
	struct json_builder o = json_object_of(x->a);
	for (size_t l = 0; l < lengthof(lists); l++) {
		struct json_builder list = json_array_of(x->a);
		for (size_t i = 0; i < json_count(affected); i++) {
			const char *theirs = status_list(json_string(json_at(json_get_lit(json_at(affected, i), "statuses"), 0)));
			if (theirs && !strcmp(theirs, lists[l])) json_add(&list, json_str(x->a, product_id(x, i)));
			if (!theirs && l == 0) json_add(&x->unknown, json_str(x->a, item_name(x, json_at(affected, i))));
		}
		json_put(&o, str_of(lists[l]), json_built(&list));
	}
	return json_built(&o);
}

static struct str remedy_category(struct telling *x, struct str said) {
	static const char *const known[] = {"mitigation", "no_fix_planned", "none_available", "vendor_fix", "workaround"};
	struct str lower = respelled(x->a, respelled(x->a, said, false, ' ', '_'), false, '-', '_');
	for (size_t i = 0; i < lengthof(known); i++)
		if (str_is(lower, known[i])) return str_of(known[i]);
	return S("mitigation");
}

static const struct json *tell_remedies(struct telling *x) {
	const struct json *remedies = json_get_lit(x->body, "remediations");
	struct json_builder list = json_array_of(x->a);
	for (size_t i = 0; i < json_count(remedies); i++) {
		const struct json *r = json_at(remedies, i), *named = json_get_lit(r, "products");
		struct json_builder o = json_object_of(x->a), ids = json_array_of(x->a);
		if (!get(r, "text").n) continue;
		for (size_t j = 0; j < json_count(named); j++) {
			const struct str *pid = map_get(&x->products, json_string(json_at(named, j)));
			if (pid) json_add(&ids, json_str(x->a, *pid));
		}
		json_set_str(&o, S("category"), remedy_category(x, get(r, "category")));
		json_put_str(&o, S("date"), when_utc(x->a, get(r, "date")));
		json_set_str(&o, S("details"), get(r, "text"));
		json_set(&o, S("product_ids"), ids.n ? json_built(&ids) : json_get_lit(x->body, "affected") ? json_built(&x->all) : json_built(&ids));
		json_put_str(&o, S("url"), get(r, "url"));
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

static bool is_cve(struct str s) { return str_starts(s, S("CVE-")) && identifier_fits(s); }

static const struct json *tell_flaw(struct telling *x, const struct json *status) {
	struct json_builder o = json_object_of(x->a), notes = json_array_of(x->a), list = json_array_of(x->a);
	const struct json *aliases = json_get_lit(x->body, "aliases");
	for (size_t i = 0; i < json_count(aliases) && !o.n; i++)
		if (is_cve(json_string(json_at(aliases, i)))) json_set_str(&o, S("cve"), json_string(json_at(aliases, i)));
	struct str text = get(x->body, "description");
	add_note(x, &notes, "description", "", text.n ? text : get(x->body, "summary").n ? get(x->body, "summary") : get(x->body, "title"));
	add_note(x, &notes, "details", "Conditions", get(x->body, "conditions"));
	add_note(x, &notes, "details", "Detection", get(x->body, "detection"));
	json_put_str(&o, S("discovery_date"), when_utc(x->a, get(x->body, "discovered")));
	json_set(&o, S("notes"), json_built(&notes));
	json_put(&o, S("product_status"), status);
	json_put(&o, S("remediations"), tell_remedies(x));
	json_set_str(&o, S("title"), get(x->body, "title"));
	json_add(&list, json_built(&o));
	return json_built(&list);
}

enum err_code csaf_tell(struct arena *a, struct str kind, struct str id, const struct json *body, const struct json **out, struct err *e) {
	struct telling x = {.a = a, .id = id, .body = body, .products = {.arena = a}, .all = json_array_of(a), .unknown = json_array_of(a)};
	struct json_builder doc = json_object_of(a);
	bool products = json_count(json_get_lit(body, "affected")) > 0;
	(void)kind;
	const struct json *tree = products ? tell_tree(&x) : NULL, *status = products ? tell_status(&x) : NULL;
	/* The profile of a security advisory wants a status of some product. */
	json_set(&doc, S("document"), tell_document(&x, json_count(status) > 0));
	json_put(&doc, S("product_tree"), tree);
	json_set(&doc, S("vulnerabilities"), tell_flaw(&x, status));
	*out = json_built(&doc);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "memory is out") : ERR_OK;
}
