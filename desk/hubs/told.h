/* A hub of the directory as it is told: by page, API and command alike. */
#pragma once
#include "hub/disclose.h"
#include "hub/peer/peer.h"
#include "lib/json/json.h"

struct hubs_told {
	struct peer p;
	struct str fingerprint;      /* of its key */
	bool clash;                  /* its prefix is this hub's own, too */
	struct peer_change *changes; /* what the log said of it, oldest first */
	size_t n;
};
/* Those that are listed, by origin. */
enum err_code hubs_tell(const struct disclosing *d, struct hubs_told **out, size_t *n, struct err *e) must_use;
/* {origin, key, fingerprint, name, url, prefix?, since, follows, looked_at?, size?, changes: [{at, state, key, replaces?, reason?, leaf?}]} */
void hubs_json(struct json_writer *w, struct arena *a, const struct hubs_told *t);
/* SHA-256 of the key with its name, whose first four bytes are the key ID (lib/tlog/key.h): hexadecimal in groups of four, for comparing by eye or aloud. "" it is no key. */
struct str hubs_fingerprint(struct arena *a, struct str key);
