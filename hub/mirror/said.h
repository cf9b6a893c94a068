/* What a mirrored log says of a record, read from the folder and held against it. */
#pragma once
#include "hub/ledger/entry.h"
#include "lib/tlog/bundle.h"
#include "lib/tlog/checkpoint.h"
#include "lib/tlog/folder.h"

enum { MIRROR_STATEMENTS = 8 << 20, MIRROR_RECORD = 8 << 20 }; /* of a file: what is larger is not read here */

/* A line of DIR/log/statements/N whose leaf is the log's. All in the arena. */
struct mirror_said {
	uint64_t leaf;
	enum entry_type type;
	struct str uid;                /* as uids are written; "" it is of no record */
	struct str kind, id, state, hub, basis;
	moment at;
	struct str root, seed;         /* 32 bytes each; root "": the public sees nothing of it any more; seed "": something newer was said since */
	const struct json *struck;     /* of a tombstone: the fields that were erased, where the record lives on without them; NULL: all of it was */
	const struct json *line;
};

/* A mirror's folder, open for reading. */
struct mirror_folder {
	const char *dir;
	struct tlog_folder log;
	struct str origin, key, url;   /* mirror.json */
	struct str *before;            /* keys that the log had, newest first */
	size_t before_n;
	struct str signed_by;          /* which of them signed the checkpoint that is here */
	struct tlog_checkpoint checkpoint;
	uint64_t said;                 /* leaves whose statements are here */
};
/* Whether it is the log's key, or was it before. */
bool mirror_knows(const struct mirror_folder *f, struct str key);
/* Reads mirror.json and the checkpoint, and verifies its signature. ERR_NOT_FOUND: there is no mirror in the folder; ERR_FORBIDDEN, ERR_INVALID. */
enum err_code mirror_open(struct arena *a, const char *dir, struct mirror_folder *out, struct err *e) must_use;

/* Calls fn for each statement in the leaves from … until - 1, oldest first, each held against the log's entries. Where fn does not keep it, its arena is cleared
 * afterwards. ERR_CORRUPT names the leaf that is not what the log committed to. */
enum err_code mirror_walk(const struct mirror_folder *f, uint64_t from, uint64_t until, enum err_code (*fn)(const struct mirror_said *one, void *arg, struct err *e),
	void *arg, struct err *e) must_use;
/* The statement in one leaf. ERR_NOT_FOUND: it says nothing to everybody. */
enum err_code mirror_statement(struct arena *a, const struct mirror_folder *f, uint64_t leaf, struct mirror_said *out, struct err *e) must_use;

/* A public record as the hub gives it: {uid, id, kind, state, body, links}. *right: its body is what the statement says. ERR_NOT_FOUND: it is not here; ERR_TOO_LARGE. */
enum err_code mirror_record(struct arena *a, const struct mirror_folder *f, const struct mirror_said *said, struct str *text, const struct json **record, bool *right,
	struct err *e) must_use;
/* The tlog-proof of a leaf, under the checkpoint that is here. */
enum err_code mirror_proof(struct arena *a, const struct mirror_folder *f, uint64_t leaf, struct str *out, struct err *e) must_use;
