/* Protocol Buffers on the wire (protobuf.dev, "Encoding"), walked by tables: a message is a list of the fields that it may have.
 *
 * Invariants: what no table has isn't passed over in silence: its bytes stay unaccounted; groups and unknown wire types are malformed. Nothing is
 * allocated. Bytes of keys, lengths and numbers are parsed; a field that the table calls opaque is opaque. */
#pragma once
#include "inside.h"

enum proto_kind {
	PROTO_VALUE,   /* number or text, of no interest */
	PROTO_TELL,    /* the same, but the walker's owner is told */
	PROTO_OPAQUE,  /* data */
	PROTO_MESSAGE,
	PROTO_ANY,     /* a message that is only checked for being one, or a text */
};
struct proto_message;
struct proto_field {
	uint16_t number;
	enum proto_kind kind;
	const struct proto_message *message;
};
struct proto_message {
	int id;                           /* for the owner */
	const struct proto_field *fields;
	size_t n;
};
#define PROTO_FIELDS(array) (array), lengthof(array)

struct proto_value {
	uint16_t number;
	unsigned wire;     /* 0 varint, 1 eight bytes, 2 with a length, 5 four bytes */
	uint64_t integer;
	struct str bytes;  /* for wire 2 */
	uint64_t at;       /* offset of the value */
};

struct proto {
	struct scan *s;
	struct str whole;            /* offsets count from its start */
	struct tally t;
	uint64_t unknown;            /* bytes of fields that no table has */
	bool malformed;
	uint64_t malformed_at;
	void *owner;
	void (*begin)(struct proto *p, const struct proto_message *m, uint64_t at);
	void (*tell)(struct proto *p, const struct proto_message *m, const struct proto_value *v);
	void (*end)(struct proto *p, const struct proto_message *m, uint64_t at);
};

/* The next field of *rest, which moves behind it; false at the end (rest empty) or when malformed (rest not empty). */
bool proto_next(struct str *rest, struct proto_value *out);
/* Walks a message. False when malformed. */
bool proto_walk(struct proto *p, const struct proto_message *m, struct str bytes, int depth);
/* True when bytes are well-formed fields from start to end, numbers in [1, most]. */
bool proto_is_message(struct str bytes, uint32_t most);
