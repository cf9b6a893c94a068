/* Between the parts of the CSAF format: csaf.c maps, csaf_shape.c says what a document is made of, csaf_products.c,
 * csaf_scores.c, csaf_tracking.c and csaf_profile.c hold the mandatory tests.
 *
 * Standard: OASIS, "Common Security Advisory Framework Version 2.0", schema in section 3, mandatory tests in section
 * 6.1. The numbers and names of the tests in our messages are those of its sections. */
#pragma once
#include "pieces.h"

struct csaf_branch {
	const struct json *branch;
	const struct csaf_branch *above, *before; /* above it in the tree; the one found before it */
};

/* A product that the product tree defines. */
struct csaf_product {
	const struct json *name;          /* the full_product_name */
	const struct json *relationship;  /* which defines it; NULL */
	const struct csaf_branch *branch; /* which defines it; NULL */
	bool again;                       /* its identifier is one that an earlier product has */
	int visit;                        /* of the search for circles */
};

struct csaf {
	struct arena *a;
	const struct json *doc, *document, *tracking, *tree, *vulnerabilities;
	struct csaf_product **products;
	size_t n, room;
	const struct csaf_branch *branches; /* the last one found */
	struct map by_id;                   /* product_id → struct csaf_product */
	struct map groups;                  /* group_id → the group */
	struct str reasons;                 /* what was found wrong; "" nothing */
};

/* The version of a document: one integer, or Semantic Versioning 2.0. */
struct csaf_version {
	bool semantic;
	int64_t major, minor, patch;
	struct str pre; /* "rc.1" of 1.0.0-rc.1; build metadata count for nothing */
};
bool csaf_version_read(struct str s, struct csaf_version *out);

/* What is not as the schema says, in words; "" when all is. Only members that we read are looked at. */
struct str csaf_misshapen(struct arena *a, const struct json *doc);

/* Gathers products, branches and groups of a document that is well shaped. False when memory is out. */
bool csaf_gather(struct csaf *c, struct arena *a, const struct json *doc);

/* Runs all mandatory tests; c->reasons then says which failed and why. True when none did. */
bool csaf_tests(struct csaf *c);
void csaf_test_products(struct csaf *c); /* 6.1.1 to 6.1.6, 6.1.13, 6.1.23 to 6.1.25, 6.1.29, 6.1.31 to 6.1.33 */
void csaf_test_scores(struct csaf *c);   /* 6.1.7 to 6.1.11 */
void csaf_test_tracking(struct csaf *c); /* 6.1.14, 6.1.16 to 6.1.22, 6.1.30 */
void csaf_test_profile(struct csaf *c);  /* 6.1.12, 6.1.15, 6.1.26 to 6.1.28 */

/* Notes a failed test; a test is told once. */
void csaf_fail(struct csaf *c, const char *test, const char *fmt, ...) printf_like(3, 4);

/* The products that an item's product_ids and group_ids name:
 * `for (struct csaf_names n = csaf_names(c, item); csaf_name(&n, &id);)`. */
struct csaf_names {
	const struct csaf *c;
	const struct json *ids, *groups;
	size_t i, group, within;
};
struct csaf_names csaf_names(const struct csaf *c, const struct json *item);
bool csaf_name(struct csaf_names *n, struct str *id);

/* csaf_tell.c: an advisory of ours as a document; the rest of format.write. */
enum err_code csaf_tell(struct arena *a, struct str kind, struct str id, const struct json *body, const struct json **out, struct err *e) must_use;
