/* What a followed hub gives: a record's body, held against a kind, and names by which it wants to be called. What is let in fits, has a title, and says what was left out. */
#include "fuzz.h"

#include "hub/copied.h"

static struct kinds *kinds;

static void check_body(struct arena *a, struct str text) {
	static const char *const names[] = {"lesson", "incident", "use", "organization"};
	const struct json *v, *out;
	struct str left_out;
	if (json_parse(a, text, NULL, &v, NULL)) return;
	for (size_t i = 0; i < lengthof(names); i++) {
		const struct kind *kind = kind_find(kinds, str_of(names[i]));
		if (copied_fits(a, kind, v, &out, &left_out, NULL)) continue;
		bool some = str_ends(left_out, S("…"));
		size_t gone = left_out.n ? 1 : 0;
		for (size_t k = 0; k < left_out.n; k++) gone += left_out.p[k] == ',';
		MUST(!copied_check(a, kind, out, NULL));
		MUST(json_string(json_pointer(out, kind->headline)).n > 0);
		MUST(json_count(out) <= json_count(v) && (some || json_count(out) + gone >= json_count(v)));
		for (size_t k = 0; k < json_count(out); k++)
			MUST(json_get(v, json_member_at(out, k)->name));
	}
}

static void check_name(struct arena *a, struct str text) {
	struct str name = copied_name(a, text, text);
	if (copied_hub_fits(text)) MUST(copied_hub(text).n > 0 && str_find_char(text, ' ') == STR_NONE && str_starts(name, copied_hub(text)));
	if (copied_id_fits(text)) MUST(str_utf8(text) && str_find_char(text, '\n') == STR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size > 1 << 16) return 0;
	if (!kinds && kinds_load(&kinds, NULL, NULL)) abort();
	struct arena *a = arena_new(256 << 20);
	if (!a) return 0;
	check_body(a, str_n(data, size));
	check_name(a, str_n(data, size < 300 ? size : 300));
	arena_free(a);
	return 0;
}
