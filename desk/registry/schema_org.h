/* What a record is in the vocabulary of schema.org, for the microdata of its page and for its JSON-LD. A kind that the table does not know
 * is a CreativeWork. */
#pragma once
#include "hub/disclose.h"

struct schema_org {
	const char *type;      /* "Report" */
	const char *title;     /* the property of its headline: "headline" or "name" */
	const char *text;      /* of its summary: "abstract" or "description" */
	const char *code;      /* of its identifier: "identifier", "termCode" */
	const char *date;      /* of the date that matters; NULL: schema.org has none */
	bool work;             /* a CreativeWork: has publisher, licence, dates of publication */
};
struct schema_org schema_org(const struct kind *kind, const struct json *body);
