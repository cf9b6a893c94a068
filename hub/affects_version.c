/* Versions, as records' `affected` has them (kinds/common.json: affected, version-range). */
#include "hub/affects.h"
#include "hub/identifier.h"
#include "lib/version/version.h"

/* Commits, and releases of a distribution's packages, have no order that can be read off them. */
static bool is_text(struct str type) {
	static const char *const types[] = {"git", "original_commit_for_fix", "rpm", "deb", "dpkg", "apk"};
	for (size_t i = 0; i < lengthof(types); i++)
		if (str_is(type, types[i])) return true;
	return false;
}

static enum affects_version status(struct str words) {
	return str_is(words, "affected") ? AFFECTS_YES : str_is(words, "not-affected") ? AFFECTS_NO : AFFECTS_UNSURE;
}

/* The status that holds from the last change on that is not after the version. */
static enum affects_version in_range(const struct json *range, struct str version) {
	struct str said = json_get_str(range, S("status"));
	enum affects_version now_holds = said.n ? status(said) : AFFECTS_YES;
	const struct json *changes = json_get_lit(range, "changes");
	for (size_t i = 0; i < json_count(changes); i++) {
		int order;
		if (!version_compare(version, json_get_str(json_at(changes, i), S("at")), &order)) return AFFECTS_UNSURE;
		if (order >= 0) now_holds = status(json_get_str(json_at(changes, i), S("status")));
	}
	return now_holds;
}

/* Of one affected item. What is affected by one range is affected, whatever others say; nothing is called unaffected while a range can't be read. */
static enum affects_version of_item(const struct json *item, struct str version) {
	const struct json *ranges = json_get_lit(item, "ranges"), *listed = json_get_lit(item, "versions");
	bool unsure = false, no = false;
	for (size_t i = 0; i < json_count(listed); i++) {
		int order;
		if (version_compare(json_string(json_at(listed, i)), version, &order) && order == 0) return AFFECTS_YES;
	}
	for (size_t i = 0; i < json_count(ranges); i++) {
		const struct json *one = json_at(ranges, i);
		struct version_range r = {.from = json_get_str(one, S("from")), .before = json_get_str(one, S("before")), .through = json_get_str(one, S("through")),
			.text = is_text(json_get_str(one, S("type")))};
		enum version_within where = version_within(&r, version);
		enum affects_version holds = where == VERSION_INSIDE ? in_range(one, version) : AFFECTS_UNSURE;
		if (holds == AFFECTS_YES) return AFFECTS_YES;
		no |= where == VERSION_INSIDE && holds == AFFECTS_NO;
		unsure |= where == VERSION_UNSURE || (where == VERSION_INSIDE && holds == AFFECTS_UNSURE);
	}
	if (no) return AFFECTS_NO;
	struct str otherwise = json_get_str(item, S("default_status"));
	if (unsure || (!otherwise.n && !json_count(ranges) && !json_count(listed))) return AFFECTS_UNSURE;
	return otherwise.n ? status(otherwise) : AFFECTS_NO;
}

static bool has_key(struct arena *a, struct str name, const struct str *keys, size_t n) {
	struct str key = name_key(a, name);
	for (size_t i = 0; i < n && key.n; i++)
		if (str_eq(key, keys[i])) return true;
	return false;
}

static bool is_about(struct arena *a, const struct json *item, const struct str *keys, size_t n) {
	struct str name = json_get_str(item, S("name")), package = json_get_str(item, S("package")), vendor = json_get_str(item, S("vendor"));
	return has_key(a, name, keys, n) || has_key(a, package, keys, n) || has_key(a, arena_fmt(a, "%.*s %.*s", STR_ARG(vendor), STR_ARG(name)), keys, n);
}

enum affects_version affects_version_of(struct arena *a, const struct json *body, const struct str *keys, size_t keys_n, struct str version) {
	const struct json *items = json_get_lit(body, "affected");
	bool no = false, unsure = false;
	if (!version.n) return AFFECTS_UNSURE;
	for (size_t i = 0; i < json_count(items); i++) {
		const struct json *item = json_at(items, i);
		/* The only one there is speaks of the system, by whatever name. */
		if (json_count(items) > 1 && !is_about(a, item, keys, keys_n)) continue;
		enum affects_version one = of_item(item, version);
		if (one == AFFECTS_YES) return AFFECTS_YES;
		no |= one == AFFECTS_NO;
		unsure |= one == AFFECTS_UNSURE;
	}
	return no && !unsure ? AFFECTS_NO : AFFECTS_UNSURE;
}
