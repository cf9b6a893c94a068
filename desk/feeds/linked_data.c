/* A record as JSON-LD in the vocabulary of schema.org. What schema.org has no word for is left to the API's JSON, which is linked. */
#include "feeds.h"

#include "desk/registry/lines.h"
#include "desk/registry/schema_org.h"
#include "lib/json/json.h"

enum { LINKS_EACH = 50 };

struct linked {
	struct json_writer w;
	const struct disclosing *d;
	const struct disclosed *r;
	struct origin origin;
	struct schema_org is;
};

static void text(struct linked *x, const char *name, struct str value) {
	if (value.n) jw_field_str(&x->w, str_of(name), value);
}

static void field_moment(struct linked *x, const char *name, moment t) {
	char out[MOMENT_TEXT];
	if (t) text(x, name, moment_text(t, out));
}

static struct str address(struct linked *x, const struct glimpse *g) {
	return arena_cat(x->d->a, x->origin.base, record_path(x->d->a, g));
}

static bool is_url(struct str s) {
	return str_starts(s, S("https://")) || str_starts(s, S("http://"));
}

static void write_hub(struct linked *x, const char *name) {
	jw_name(&x->w, str_of(name));
	jw_object(&x->w);
	text(x, "@type", S("Organization"));
	text(x, "name", x->d->hub->name);
	text(x, "url", arena_cat(x->d->a, x->origin.base, S("/")));
	jw_object_end(&x->w);
}

/* Strings of an array that lies in the body. */
static void strings(struct linked *x, const char *name, const struct json *list) {
	if (!json_count(list)) return;
	jw_name(&x->w, str_of(name));
	jw_array(&x->w);
	for (size_t i = 0; i < json_count(list); i++)
		if (json_string(json_at(list, i)).n) jw_str(&x->w, json_string(json_at(list, i)));
	jw_array_end(&x->w);
}

static void citations(struct linked *x) {
	const struct json *list = json_get_lit(x->r->body, "references");
	size_t n = 0;
	for (size_t i = 0; i < json_count(list); i++) n += is_url(json_get_str(json_at(list, i), S("url")));
	if (!n || !x->is.work) return;
	jw_name(&x->w, S("citation"));
	jw_array(&x->w);
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		if (!is_url(json_get_str(one, S("url")))) continue;
		jw_object(&x->w);
		text(x, "@type", S("CreativeWork"));
		text(x, "name", json_get_str(one, S("title")));
		text(x, "url", json_get_str(one, S("url")));
		jw_object_end(&x->w);
	}
	jw_array_end(&x->w);
}

static void link_item(struct linked *x, const struct glimpse *g) {
	struct schema_org is = schema_org(g->kind, NULL);
	jw_object(&x->w);
	text(x, "@type", str_of(is.type));
	text(x, "@id", address(x, g));
	text(x, is.title, g->headline);
	jw_object_end(&x->w);
}

/* The property that a relation is; NULL: none. */
static const char *property_of(const struct linked *x, const struct disclosed_links *g) {
	static const struct {
		const char *rel;
		bool inverse;
		const char *property;
	} table[] = {
		{"developed-by", false, "creator"}, {"issued-by", false, "creator"}, {"built-on", false, "isBasedOn"},
		{"trained-on", false, "isBasedOn"}, {"adapted-from", false, "isBasedOn"}, {"part-of", false, "isPartOf"},
		{"affects", false, "about"}, {"concerns", false, "about"}, {"mitigates", false, "about"}, {"developer", false, "mentions"},
		{"deployer", false, "mentions"}, {"harmed", false, "mentions"}, {"reported-by", false, "mentions"},
		{"describes", false, "about"},
	};
	if (str_is(x->r->line.kind->name, "organization")) {
		if (str_is(g->rel, "part-of")) return g->inverse ? "subOrganization" : "parentOrganization";
		return NULL;
	}
	for (size_t i = 0; x->is.work && i < lengthof(table); i++)
		if (str_is(g->rel, table[i].rel) && g->inverse == table[i].inverse) return table[i].property;
	return NULL;
}

/* Relations that are one property are one array, since a name may come once. */
static void write_links(struct linked *x, const struct disclosed_links *groups, size_t n) {
	for (size_t i = 0; i < n; i++) {
		const char *property = property_of(x, &groups[i]);
		bool before = false;
		for (size_t j = 0; property && j < i; j++) {
			const char *other = property_of(x, &groups[j]);
			before |= other && strcmp(other, property) == 0;
		}
		if (!property || before) continue;
		jw_name(&x->w, str_of(property));
		jw_array(&x->w);
		for (size_t j = i; j < n; j++) {
			const char *other = property_of(x, &groups[j]);
			if (!other || strcmp(other, property) != 0) continue;
			for (size_t k = 0; k < groups[j].n; k++) link_item(x, &groups[j].items[k]);
		}
		jw_array_end(&x->w);
	}
}

static void write_names(struct linked *x) {
	const struct json *aliases = json_get_lit(x->r->body, "aliases");
	strings(x, "alternateName", json_get_lit(x->r->body, "other_names"));
	jw_name(&x->w, S("identifier"));
	jw_array(&x->w);
	jw_str(&x->w, x->r->line.id);
	if (!str_eq(x->r->line.uid, x->r->line.id)) jw_str(&x->w, x->r->line.uid);
	for (size_t i = 0; i < json_count(aliases); i++) {
		struct str alias = json_string(json_at(aliases, i));
		if (alias.n && !str_eq(alias, x->r->line.id)) jw_str(&x->w, alias);
	}
	jw_array_end(&x->w);
}

static void write_own(struct linked *x) {
	const struct json *body = x->r->body;
	struct str kind = x->r->line.kind->name;
	if (str_is(kind, "organization")) {
		text(x, "legalName", json_get_str(body, S("legal_name")));
		text(x, "foundingDate", json_get_str(body, S("founded")));
		text(x, "dissolutionDate", json_get_str(body, S("dissolved")));
		if (is_url(json_get_str(body, S("website")))) text(x, "sameAs", json_get_str(body, S("website")));
	} else if (str_is(kind, "use")) {
		struct str scheme = json_get_str(body, S("scheme"));
		jw_name(&x->w, S("inDefinedTermSet"));
		jw_object(&x->w);
		text(x, "@type", S("DefinedTermSet"));
		text(x, "name", scheme.n ? scheme : S("CUE"));
		text(x, "url", arena_cat(x->d->a, x->origin.base, S("/cue")));
		jw_object_end(&x->w);
	} else if (str_is(kind, "system")) {
		text(x, "version", json_get_str(body, S("version")));
		if (strcmp(x->is.type, "SoftwareApplication") == 0) text(x, "applicationCategory", json_get_str(body, S("type")));
		if (is_url(json_get_str(body, S("url")))) text(x, "sameAs", json_get_str(body, S("url")));
	}
}

static void write_record(struct linked *x, const struct disclosed_links *groups, size_t n) {
	const struct json *body = x->r->body, *source = json_get_lit(body, "source");
	struct str url = address(x, &x->r->line);
	jw_object(&x->w);
	text(x, "@context", S("https://schema.org"));
	text(x, "@type", str_of(x->is.type));
	text(x, "@id", url);
	text(x, "url", url);
	text(x, x->is.title, x->r->line.headline);
	text(x, x->is.text, x->r->line.summary);
	if (strcmp(x->is.code, "identifier") != 0) text(x, x->is.code, x->r->line.id);
	write_names(x);
	if (x->is.date) text(x, x->is.date, json_string(json_pointer(body, x->r->line.kind->date)));
	if (x->is.work) {
		field_moment(x, "datePublished", x->r->published);
		field_moment(x, "dateModified", x->r->line.updated);
		text(x, "inLanguage", json_get_str(body, S("language")));
		text(x, "creativeWorkStatus", x->r->line.state->title);
		text(x, "license", json_get_str(source, S("licence")));
		strings(x, "keywords", json_get_lit(body, "tags"));
		write_hub(x, "publisher");
		if (is_url(json_get_str(source, S("url")))) text(x, "isBasedOn", json_get_str(source, S("url")));
	}
	write_own(x);
	citations(x);
	write_links(x, groups, n);
	jw_object_end(&x->w);
}

enum err_code show_jsonld(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	struct disclosed r;
	struct disclosed_links *groups;
	size_t n;
	bool done;
	enum err_code code = feeds_record(rq, rs, ".jsonld", &r, &done, e);
	if (code || done) return code;
	code = disclose_links(&d, &r, LINKS_EACH, &groups, &n, e);
	if (code) return code;
	struct linked x = {.w = json_writer(response_buf(rs, "application/ld+json")), .d = &d, .r = &r, .origin = feeds_origin(rq),
		.is = schema_org(r.line.kind, r.body)};
	write_record(&x, groups, n);
	struct disclosed_copy copy = {0};
	if (r.line.hub.n) code = disclose_copy(&d, &r, &copy, e);
	if (code) return code;
	response_link(rs, "canonical", copy.url.n ? copy.url : record_path(d.a, &r.line));
	return feeds_finish(rs, &x.origin);
}
