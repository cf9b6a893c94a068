/* What is known of the models, datasets and software that somebody uses: advisories and incidents about them and about what they are made from. Of the door out; public
 * records alone, whoever asks, so that the answer is the same for all and may be cached. */
#pragma once
#include "hub/disclose.h"

enum { AFFECTS_NAMES = 50, AFFECTS_SYSTEMS = 500, AFFECTS_ITEMS = 1000, AFFECTS_DEPTH = 8 };

/* Whether a version is affected, as far as the record says so in a form that can be read. */
enum affects_version { AFFECTS_UNSURE, AFFECTS_YES, AFFECTS_NO };

struct affects_request {
	/* Each a name of a system here (uid, identifier, alias), "owner/model" of a model hub, a package URL (purl-spec: pkg:huggingface/owner/model, pkg:pypi/name), or its
	 * name in words. What stands behind "@" in a package URL is its version. */
	const struct str *names;
	size_t names_n;
	struct str version;      /* of the first; "" not said */
};
struct affects_system {
	struct glimpse line;
	size_t name;             /* which of the names led to it */
	int distance;            /* 0: it is what was named; n: steps up the chain */
	struct str rel;          /* how that below is made from it ("built-on"); "" at distance 0 */
	size_t below;            /* system, at distance > 0 */
	const struct json *licence; /* of its public body; NULL not said */
};
struct affects_item {
	struct glimpse line;
	struct str severity;     /* as the kinds have it ("high"); "" not said */
	bool withdrawn;
	size_t system;           /* the nearest that it is about */
	enum affects_version version; /* at distance 0 with a version that was given; else AFFECTS_UNSURE */
};
struct affects {
	struct affects_system *systems; /* nearest first */
	size_t systems_n;
	struct affects_item *items;     /* nearest first, then the newest; what is withdrawn last */
	size_t items_n;
	struct str *unknown;            /* names that lead to nothing here */
	size_t unknown_n;
	bool more;                      /* there is more than the limits above */
};
/* ERR_INVALID: no name, too many, or one of over 500 bytes. */
enum err_code disclose_affects(const struct disclosing *d, const struct affects_request *r, struct affects *out, struct err *e) must_use;

/* ---- pure, within hub/ ---- */

/* What a body's `affected` says of a version of a system that is known by these keys (name_key of its names). */
enum affects_version affects_version_of(struct arena *a, const struct json *body, const struct str *keys, size_t keys_n, struct str version);
