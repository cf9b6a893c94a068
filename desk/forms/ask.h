/* One place as a question. For the files of desk/forms alone. */
#pragma once
#include "desk/forms/form.h"
#include "desk/forms/value.h"

struct asker {
	struct filled *f;
	struct arena *a;
	const struct asking *as;
	struct place root, would_root; /* of the body, and of `would` */
	const struct json *would;  /* the body as it will be when the next moves are made: what they make required */
	struct str needs;          /* title of the move that makes it so */
	size_t controls;
	struct map asked;          /* place → struct question * */
	bool zones;
};

/* Where a question stands. */
struct spot {
	struct place at, would_at;
	const struct json *v, *would_v;
	struct str name, place;    /* of the control; in the body */
	struct str member;         /* the last step */
	const struct layout_entry *entry; /* of this place; NULL none */
	const struct layout_entry *inside; /* of what is below, by pointers relative to `base` */
	size_t inside_n;
	struct str below;          /* this place, relative to the entry whose `inside` holds */
	unsigned audiences;        /* of what it stands in */
	int depth;
	bool in_row;
};

/* False when there is nothing to ask here and nothing to keep. */
bool ask_place(struct asker *m, const struct spot *s, struct question *q);
void keep_value(struct asker *m, const struct spot *s, struct question *q);
struct str small_first(struct arena *a, struct str s);
bool value_is_hollow(const struct json *v);
