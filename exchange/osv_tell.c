#include "osv.h"

static struct str get(const struct json *object, const char *name) {
	return json_get_str(object, str_of(name));
}

/* ---- OSV's own words ---- */

static const char *const ecosystems[] = {
	"AlmaLinux", "Alpaquita", "Alpine", "Android", "Azure Linux", "BellSoft Hardened Containers", "Bioconductor",
	"Bitnami", "CRAN", "Chainguard", "CleanStart", "ConanCenter", "Debian", "Docker Hardened Images", "Echo", "FreeBSD",
	"GHC", "GIT", "GitHub Actions", "Go", "Hackage", "Hex", "Julia", "Kubernetes", "Linux", "Mageia", "Maven", "MinimOS",
	"NuGet", "OSS-Fuzz", "Packagist", "Photon OS", "Pub", "PyPI", "Red Hat", "Rocky Linux", "Root", "RubyGems", "SUSE",
	"SwiftURL", "TuxCare", "Ubuntu", "VSCode", "Wolfi", "crates.io", "npm", "openEuler", "openSUSE", "opam"};

/* One of the package collections that OSV knows, with or without a release behind a colon. */
static bool ecosystem_fits(struct str name) {
	size_t colon = str_find_char(name, ':');
	if (colon != STR_NONE && colon + 1 < name.n) name = str_sub(name, 0, colon);
	for (size_t i = 0; i < lengthof(ecosystems); i++)
		if (str_is(name, ecosystems[i])) return true;
	return false;
}

static bool commit_fits(struct str s) {
	if (str_is(s, "0")) return true;
	if (s.n != 40 && s.n != 64) return false;
	for (size_t i = 0; i < s.n; i++)
		if (!one_of(s.p[i], "0123456789abcdef")) return false;
	return true;
}

static struct str reference_type(const struct json *reference) {
	static const struct {
		const char *ours, *theirs;
	} types[] = {
		{"advisory", "ADVISORY"}, {"vendor-advisory", "ADVISORY"}, {"third-party-advisory", "ADVISORY"},
		{"article", "ARTICLE"}, {"news", "ARTICLE"}, {"paper", "ARTICLE"}, {"detection", "DETECTION"},
		{"discussion", "DISCUSSION"}, {"mailing-list", "DISCUSSION"}, {"report", "REPORT"}, {"issue-tracking", "REPORT"},
		{"fix", "FIX"}, {"patch", "FIX"}, {"introduced", "INTRODUCED"}, {"git", "GIT"}, {"package", "PACKAGE"},
		{"product", "PACKAGE"}, {"evidence", "EVIDENCE"}, {"exploit", "EVIDENCE"},
	};
	const struct json *tags = json_get_lit(reference, "tags");
	for (size_t i = 0; i < lengthof(types); i++) {
		if (str_is(get(reference, "type"), types[i].ours)) return str_of(types[i].theirs);
		for (size_t k = 0; k < json_count(tags); k++)
			if (str_is(json_string(json_at(tags, k)), types[i].ours)) return str_of(types[i].theirs);
	}
	return S("WEB");
}

/* ---- severity ---- */

static const struct json *tell_severity(struct arena *a, const struct json *scores, bool theirs) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(scores); i++) {
		const struct json *s = json_at(scores, i);
		struct str vector = get(s, "vector"), system = get(s, "system"), label = get(s, "label"), version = get(s, "version");
		struct json_builder o = json_object_of(a);
		struct cvss parsed;
		bool known = cvss_read(vector, &parsed);
		if (str_is(system, "CVSS") && (known || (theirs && vector.n))) {
			if (known) version = arena_fmt(a, "%d", parsed.version / 10);
			json_set_str(&o, S("type"), arena_cat(a, S("CVSS_V"), version));
			json_set_str(&o, S("score"), vector);
		} else if (theirs && label.n) {
			json_set_str(&o, S("type"), system);
			json_set_str(&o, S("score"), label);
		}
		add_object(&list, &o);
	}
	return list.n ? json_built(&list) : NULL;
}

/* ---- ranges ---- */

static void add_event(struct json_builder *events, const char *name, struct str version) {
	if (!version.n) return;
	struct json_builder o = json_object_of(events->a);
	json_set_str(&o, str_of(name), version);
	add_object(events, &o);
}

/* Words of CVE records for "from the first version on". */
static bool is_start(struct str from) {
	return str_is(from, "*") || str_is(from, "unspecified") || str_is(from, "n/a");
}

static void add_events(struct json_builder *events, const struct json *range, bool theirs) {
	const struct json *changes = json_get_lit(range, "changes");
	struct str from = get(range, "from"), before = get(range, "before"), through = get(range, "through");
	if (from.n || !json_count(changes)) {
		add_event(events, "introduced", !from.n || (!theirs && is_start(from)) ? S("0") : from);
		if (!str_eq(before, NO_END)) add_event(events, "fixed", before);
		if (!str_eq(through, NO_END)) add_event(events, "last_affected", through);
		add_event(events, "limit", get(range, "limit"));
		return;
	}
	for (size_t i = 0; i < json_count(changes); i++) {
		const struct json *change = json_at(changes, i);
		add_event(events, str_is(get(change, "status"), "affected") ? "introduced" : "fixed", get(change, "at"));
	}
}

/* Of one OSV range: the same sort of versions in the same repository. */
static bool continues(const struct json *range, const struct json *next, bool theirs) {
	return next && str_eq(get(range, "type"), get(next, "type")) &&
		str_eq(get(range, "repository"), get(next, "repository")) &&
		(theirs || !get(range, "through").n == !get(next, "through").n) &&
		json_count(json_get_lit(range, "changes")) == 0 && json_count(json_get_lit(next, "changes")) == 0;
}

/* The ranges that `which` wants, as OSV ranges. */
static const struct json *tell_ranges(struct arena *a, const struct json *item, bool theirs,
	bool (*which)(const struct json *, const struct json *)) {
	const struct json *ranges = json_get_lit(item, "ranges");
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(ranges); i++) {
		const struct json *first = json_at(ranges, i);
		if (!which(item, first)) continue;
		struct json_builder o = json_object_of(a), events = json_array_of(a);
		json_set_str(&o, S("type"), respelled(a, get(first, "type"), true, ' ', ' '));
		json_put_str(&o, S("repo"), get(first, "repository"));
		add_events(&events, first, theirs);
		while (continues(first, json_at(ranges, i + 1), theirs) && which(item, json_at(ranges, i + 1)))
			add_events(&events, json_at(ranges, ++i), theirs);
		put_list(&o, S("events"), &events);
		add_object(&list, &o);
	}
	return list.n ? json_built(&list) : NULL;
}

static bool says_affected(const struct json *range) {
	struct str status = get(range, "status");
	return !status.n || str_is(status, "affected");
}

static bool is_usual(const struct json *item, const struct json *range) {
	return says_affected(range) && !osv_is_custom(get(item, "ecosystem"), get(range, "type"));
}

static bool is_custom(const struct json *item, const struct json *range) {
	return says_affected(range) && osv_is_custom(get(item, "ecosystem"), get(range, "type"));
}

static bool is_single(const struct json *range) {
	return get(range, "from").n && !get(range, "before").n && !get(range, "through").n && !get(range, "limit").n &&
		!json_count(json_get_lit(range, "changes"));
}

/* Of records from elsewhere: spans of affected versions, of a sort that OSV knows how to compare. */
static bool is_comparable(const struct json *item, const struct json *range) {
	struct str type = get(range, "type");
	bool both = get(range, "before").n && get(range, "through").n;
	if (!says_affected(range) || is_single(range) || both || json_count(json_get_lit(range, "changes"))) return false;
	if (str_is(type, "git"))
		return get(range, "repository").n && commit_fits(get(range, "from")) &&
			(!get(range, "before").n || commit_fits(get(range, "before"))) &&
			(!get(range, "through").n || commit_fits(get(range, "through")));
	return str_is(type, "semver") || (str_is(type, "ecosystem") && ecosystem_fits(get(item, "ecosystem")));
}

/* ---- affected packages ---- */

static const struct json *tell_imports(struct arena *a, const struct json *components) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(components); i++) {
		const struct json *c = json_at(components, i), *platforms = json_get_lit(c, "platforms");
		struct json_builder o = json_object_of(a), systems = json_array_of(a), machines = json_array_of(a);
		json_put_str(&o, S("path"), get(c, "path"));
		json_put(&o, S("symbols"), json_get_lit(c, "symbols"));
		for (size_t k = 0; k < json_count(platforms); k++)
			json_add(osv_is_goos(json_string(json_at(platforms, k))) ? &systems : &machines, json_at(platforms, k));
		put_list(&o, S("goos"), &systems);
		put_list(&o, S("goarch"), &machines);
		add_object(&list, &o);
	}
	return list.n ? json_built(&list) : NULL;
}

static const struct json *tell_package(struct arena *a, const struct json *item) {
	struct json_builder o = json_object_of(a);
	struct str name = get(item, "package");
	const struct json *identifiers = json_get_lit(item, "identifiers");
	json_put_str(&o, S("ecosystem"), get(item, "ecosystem"));
	json_put_str(&o, S("name"), name.n ? name : get(item, "name"));
	for (size_t i = 0; i < json_count(identifiers); i++)
		if (str_is(get(json_at(identifiers, i), "scheme"), "purl")) {
			json_put_str(&o, S("purl"), get(json_at(identifiers, i), "id"));
			break;
		}
	return json_built(&o);
}

static const struct json *their_item(struct arena *a, const struct json *item) {
	struct json_builder o = json_object_of(a), specific = json_object_of(a);
	json_put(&o, S("package"), tell_package(a, item));
	json_put(&o, S("severity"), tell_severity(a, json_get_lit(item, "scores"), true));
	json_put(&o, S("ranges"), tell_ranges(a, item, true, is_usual));
	json_put(&o, S("versions"), json_get_lit(item, "versions"));
	json_put(&specific, S("imports"), tell_imports(a, json_get_lit(item, "components")));
	json_put(&specific, S("custom_ranges"), tell_ranges(a, item, true, is_custom));
	if (specific.n || str_is(get(item, "ecosystem"), "Go")) json_set(&o, S("ecosystem_specific"), json_built(&specific));
	return json_built(&o);
}

/* What of a product from elsewhere OSV can't compare is told in our own words. */
static const struct json *foreign_item(struct arena *a, const struct json *item, bool severity_above) {
	struct json_builder o = json_object_of(a), specific = json_object_of(a), rest = json_array_of(a),
		versions = json_array_of(a);
	const struct json *ranges = json_get_lit(item, "ranges"), *listed = json_get_lit(item, "versions");
	bool package = ecosystem_fits(get(item, "ecosystem"));
	if (package) json_put(&o, S("package"), tell_package(a, item));
	if (!severity_above) json_put(&o, S("severity"), tell_severity(a, json_get_lit(item, "scores"), false));
	json_put(&o, S("ranges"), tell_ranges(a, item, false, is_comparable));
	for (size_t i = 0; i < json_count(listed); i++) json_add(&versions, json_at(listed, i));
	for (size_t i = 0; i < json_count(ranges); i++) {
		const struct json *r = json_at(ranges, i);
		if (is_single(r) && says_affected(r))
			json_add(&versions, json_get_lit(r, "from"));
		else if (!is_comparable(item, r))
			json_add(&rest, r);
	}
	put_list(&o, S("versions"), &versions);
	static const char *const told[] = {"name", "vendor", "type", "default_status", "repository"};
	for (size_t i = 0; i < lengthof(told); i++)
		if (!package || i > 2) json_put_str(&specific, str_of(told[i]), get(item, told[i]));
	json_put(&specific, S("statuses"), json_get_lit(item, "statuses"));
	put_list(&specific, S("ranges"), &rest);
	put_list(&o, S("database_specific"), &specific);
	return o.n ? json_built(&o) : NULL;
}

static const struct json *tell_affected(struct arena *a, const struct json *affected, bool theirs,
	bool severity_above) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(affected); i++) {
		const struct json *ours = json_at(affected, i);
		const struct json *item = theirs ? their_item(a, ours) : foreign_item(a, ours, severity_above);
		if (item) json_add(&list, item);
	}
	return list.n ? json_built(&list) : NULL;
}

/* ---- the rest ---- */

static const struct json *tell_references(struct arena *a, const struct json *references, bool theirs) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(references); i++) {
		const struct json *r = json_at(references, i);
		struct str url = get(r, "url");
		if (!url.n || (!theirs && str_find(url, S("://")) == STR_NONE)) continue;
		struct json_builder o = json_object_of(a);
		json_set_str(&o, S("type"), reference_type(r));
		json_set_str(&o, S("url"), url);
		add_object(&list, &o);
	}
	return list.n ? json_built(&list) : NULL;
}

static const struct json *tell_credits(struct arena *a, const struct json *credits) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(credits); i++) {
		const struct json *c = json_at(credits, i);
		struct str name = get(c, "name"), role = get(c, "role");
		if (!name.n) name = get(c, "organization");
		if (!name.n) name = get(c, "note");
		if (!name.n) continue;
		/* Roles that OSV has no word for. */
		if (str_is(role, "author") || str_is(role, "annotator") || str_is(role, "editor")) role = S("other");
		struct json_builder o = json_object_of(a);
		json_set_str(&o, S("name"), name);
		json_put(&o, S("contact"), json_get_lit(c, "contact"));
		json_put_str(&o, S("type"), respelled(a, role, true, '-', '_'));
		add_object(&list, &o);
	}
	return list.n ? json_built(&list) : NULL;
}

static const struct json *tell_database_specific(struct arena *a, const struct json *body, bool theirs) {
	struct json_builder o = json_object_of(a), cwes = json_array_of(a);
	const struct json *weaknesses = json_get_lit(body, "weaknesses");
	for (size_t i = 0; i < json_count(weaknesses); i++)
		if (str_is(get(json_at(weaknesses, i), "scheme"), "CWE") && get(json_at(weaknesses, i), "id").n)
			json_add(&cwes, json_get_lit(json_at(weaknesses, i), "id"));
	if (theirs) {
		json_put_str(&o, S("review_status"), get(body, "review_status"));
		json_put_str(&o, S("url"), json_string(json_pointer(body, S("/source/url"))));
	} else {
		json_put_str(&o, S("severity"), get(body, "severity"));
	}
	put_list(&o, S("cwe_ids"), &cwes);
	return o.n ? json_built(&o) : NULL;
}

static const struct json *without(struct arena *a, const struct json *strings, struct str one) {
	struct json_builder list = json_array_of(a);
	bool left_out = false;
	for (size_t i = 0; i < json_count(strings); i++) {
		bool is_it = !left_out && str_eq(json_string(json_at(strings, i)), one);
		if (is_it)
			left_out = true;
		else
			json_add(&list, json_at(strings, i));
	}
	return list.n ? json_built(&list) : NULL;
}

/* Identifiers of a database that OSV does not know begin with x_. */
static struct str foreign_id(struct arena *a, struct str id) {
	return str_starts(id, S("CVE-")) || str_starts(id, S("GHSA-")) ? id : arena_cat(a, S("x_"), id);
}

static void put_dates(struct json_builder *doc, const struct json *body, bool theirs) {
	static const char *const names[] = {"modified", "published", "withdrawn"};
	for (size_t i = 0; i < lengthof(names); i++) {
		struct str date = get(body, names[i]);
		if (!theirs && i == 0 && !date.n) date = get(body, "published");
		if (!theirs) date = when_utc(doc->a, date);
		/* Demanded; the zero time of Go stands for "not known" in published records too. */
		if (!theirs && i == 0 && !date.n) date = S("0001-01-01T00:00:00Z");
		json_put_str(doc, str_of(names[i]), date);
	}
}

const struct json *osv_tell(struct arena *a, struct str id, const struct json *body) {
	const struct json *source = json_get_lit(body, "source");
	bool theirs = str_is(get(source, "system"), "OSV");
	struct str their_id = theirs ? get(source, "id") : STR_EMPTY, text = get(body, "description");
	const struct json *severity = tell_severity(a, json_get_lit(body, "scores"), theirs);
	struct json_builder doc = json_object_of(a);
	json_put_str(&doc, S("schema_version"), theirs ? get(source, "version") : S("1.7.0"));
	json_set_str(&doc, S("id"), their_id.n ? their_id : foreign_id(a, id));
	put_dates(&doc, body, theirs);
	json_put(&doc, S("aliases"), without(a, json_get_lit(body, "aliases"), their_id.n ? their_id : id));
	json_put(&doc, S("related"), json_get_lit(body, "related_ids"));
	json_put(&doc, S("upstream"), json_get_lit(body, "upstream_ids"));
	json_put_str(&doc, S("summary"), get(body, "title"));
	json_put_str(&doc, S("details"), text.n || theirs ? text : get(body, "summary"));
	json_put(&doc, S("severity"), severity);
	json_put(&doc, S("affected"), tell_affected(a, json_get_lit(body, "affected"), theirs, severity != NULL));
	json_put(&doc, S("references"), tell_references(a, json_get_lit(body, "references"), theirs));
	json_put(&doc, S("credits"), tell_credits(a, json_get_lit(body, "credits")));
	json_put(&doc, S("database_specific"), tell_database_specific(a, body, theirs));
	return json_built(&doc);
}
