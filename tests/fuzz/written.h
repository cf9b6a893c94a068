/* What a format that is written back must keep to: what was taken comes out again as it came in. */
#pragma once
#include "drafts.h"

static inline void check_written(const struct format *format, const uint8_t *data, size_t size) {
	struct arena *a = arena_new((size_t)256 << 20);
	if (!a) return;
	struct drafts d = {.a = a};
	struct import_file file = {"file", str_n(data, size)};
	const struct json *document = NULL, *body = NULL, *out = NULL;
	bool read = !format->read(&file, 1, &d, NULL) && !json_parse(a, file.bytes, NULL, &document, NULL);
	for (size_t i = 0; read && i < d.n && !arena_failed(a); i++) {
		const struct draft *r = d.items[i];
		if (r->rejected.n || json_parse(a, json_canonical(a, r->body), NULL, &body, NULL)) continue;
		enum err_code code = format->write(a, r->kind, S("POL-2026-0001"), body, &out, NULL);
		if (!arena_failed(a)) MUST(!code && json_equal(out, document));
	}
	arena_free(a);
}
