/* What is read is a JSON value within the limits, and JSON written from it is YAML again, of the same value. */
#include "fuzz.h"
#include "lib/yaml/yaml.h"

static const struct yaml_limits limits = {.bytes = 1 << 16, .nodes = 20000};

/* *large is set where a number is written in digits that are too many for YAML's reader. */
static size_t nodes(const struct json *v, int depth, bool *large) {
	size_t n = 1;
	MUST(depth <= YAML_DEPTH);
	if (v->type == JSON_REAL && (v->real >= 0x1p63 || v->real < -0x1p63)) *large = true;
	for (size_t i = 0; i < json_count(v); i++)
		n += nodes(v->type == JSON_ARRAY ? json_at(v, i) : &json_member_at(v, i)->value, depth + 1, large);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)64 << 20);
	struct err e = {.code = ERR_OK};
	const struct json *v = NULL, *again = NULL;
	if (!a) return 0;
	enum err_code code = yaml_parse(a, str_n(data, size), &limits, &v, &e);
	if (code) {
		MUST(code == e.code && e.message[0] && !v);
		return 0;
	}
	bool large = false;
	MUST(nodes(v, 0, &large) <= limits.nodes);
	struct str text = json_text(a, v);
	MUST(!json_parse(a, text, NULL, &again, &e) && json_equal(v, again));
	/* YAML 1.1 breaks lines at characters beyond ASCII that JSON leaves alone, and its keys are not as long as JSON's may be. */
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x7F) return 0;
	if (!large && text.n <= limits.bytes && !yaml_parse(a, text, &limits, &again, &e)) MUST(json_equal(v, again));
	return 0;
}
