/* Checkpoints (c2sp.org/tlog-checkpoint): a tree head as a signed note of three lines,
 *
 *	origin, the log's name
 *	size, in leaves, ASCII decimal without leading zeros
 *	root, base64 of 32 bytes
 *
 * and cosignatures (c2sp.org/tlog-cosignature) of witnesses, who saw that the log only grew. Extension lines are neither written nor read: no monitor can
 * audit them, and some witnesses refuse them. */
#pragma once
#include "hash.h"
#include "note.h"

enum { TLOG_ORIGIN_BYTES = 255 };

struct tlog_checkpoint {
	struct str origin;
	struct tlog_head head;
	struct tlog_note note; /* note.text: the three lines */
	struct str bytes;      /* the whole note */
};

/* The three lines. The origin of a log of one's own follows the rules for key names (tlog_name_valid); ERR_INVALID where it does not. */
enum err_code tlog_checkpoint_text(struct arena *a, struct str origin, const struct tlog_head *head, struct str *out, struct err *e) must_use;
/* Text and signatures of these signers, in their order: the log's own. time is for signers of type 04. */
enum err_code tlog_checkpoint_sign(struct arena *a, struct str origin, const struct tlog_head *head, const struct tlog_signer *signers, size_t n, int64_t time,
	struct str *out, struct err *e) must_use;
/* Nothing is verified by this. Origins of others may hold spaces. ERR_INVALID; ERR_UNSUPPORTED: extension lines; ERR_TOO_LARGE; ERR_MEMORY. */
enum err_code tlog_checkpoint_parse(struct arena *a, struct str bytes, struct tlog_checkpoint *out, struct err *e) must_use;

/* A cosignature line. The signer is of type 04, else ERR_INVALID. Who signs has verified the log's signature and the consistency with what it saw before. */
enum err_code tlog_cosign(struct arena *a, const struct tlog_checkpoint *c, const struct tlog_signer *s, int64_t time, struct str *line, struct err *e) must_use;
/* The checkpoint with those lines of a witness's answer that were made by these keys and are right; all others are dropped. ERR_NOT_FOUND: none is left. */
enum err_code tlog_checkpoint_join(
	struct arena *a, const struct tlog_checkpoint *c, struct str lines, const struct tlog_key *keys, size_t n, struct str *out, struct err *e) must_use;

/* Whose word is enough: the log's, by at least one of its keys, and that of `quorum` different witnesses. */
struct tlog_policy {
	struct str origin; /* "": the name of the first log key */
	const struct tlog_key *log_keys;
	size_t log_keys_n;
	const struct tlog_key *witnesses; /* type 04; one public key counts once, under however many names it stands */
	size_t witnesses_n;
	size_t quorum;
};
struct tlog_trust {
	size_t witnesses;      /* that cosigned */
	int64_t first, latest; /* times of their cosignatures, seconds since 1970; whether one of the future is taken is the caller's to say */
};
/* ERR_FORBIDDEN: another origin, no key of the log's has signed, a signature by a known key is wrong, or too few witnesses; ERR_INVALID: the policy has a
 * witness key of another type, or can't be met. out may be NULL. */
enum err_code tlog_checkpoint_verify(const struct tlog_checkpoint *c, const struct tlog_policy *p, struct tlog_trust *out, struct err *e) must_use;
