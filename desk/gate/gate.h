/* The gate's verdict as JSON and as one page that stands alone. */
#pragma once
#include "http/html.h"
#include "lib/gate/gate.h"

struct gate_file {
	struct str path, verdict, sha256; /* sha256 in hexadecimal; "" it could not be read */
	int64_t size;
};
struct gate_shown {
	const struct gate *gate;
	struct str model, version;        /* what was judged: folder or name; "" not said */
	struct str hub;                   /* that was asked; "" none */
	const struct str *accepted;
	size_t accepted_n;
	const struct gate_file *files;
	size_t files_n;
};
/* {verdict, model, version?, hub?, accepted, unused, checks: [{check, done, verdict, words, findings: [{verdict, rule, subject, message, advice, url?, accepted}]}],
 * files: [{path, sha256, bytes, verdict}]} */
void gate_json(struct json_writer *w, const struct gate_shown *g);
/* A whole document, without anything that it would have to fetch. */
void gate_page(struct html *out, const struct gate_shown *g);

/* Within desk/gate/. */
void gate_style(struct html *out);
