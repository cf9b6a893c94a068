/* What the page of the API shows. */
#pragma once
#include "base/base.h"

struct docs_param {
	struct str name, place, type, help;
	bool required;
};
struct docs_operation {
	struct str id, method, path, help, text, who;
	const struct docs_param *params;
	size_t params_n;
	struct str facets;                 /* names with commas; "" none */
	struct str takes, takes_text;      /* name of the schema and the schema; "" no body */
	struct str gives, gives_text;
	struct str curl;
};
struct docs_page {
	struct str base;                   /* address of the hub */
	const struct docs_operation *items;
	size_t n;
	int64_t reads_anonymous, reads, writes;
};
