/* What change_prepare.c works out and change.c writes: for these two alone. */
#pragma once
#include "hub/act_private.h"
#include "hub/attachment.h"
#include "hub/change_store.h"
#include "hub/reveal.h"

struct prepared {
	const struct change *change;
	const struct kind *kind;
	struct stored base;            /* all but create */
	struct str state;              /* after the change */
	struct str first;              /* create with a move: the state before it; "" none */
	struct projection projection;  /* create, revise, move */
	struct sha256 before;          /* digest of the body that is replaced */
	const struct json *visibility;
	bool refuses;                  /* revise: the body takes no file, and none may stay */
	struct str fetched;            /* compressed */
	struct sha256 fetched_digest;
	struct attached attached;      /* attach */
	unsigned audiences;            /* of a comment or file */
	struct str detail;
	struct str moved;              /* revise of a copied record: detail of its move; "" it stays where it is */
	struct str key_id;             /* create: of its own key; "" it stands in the clear */
	const struct act *act;
	const struct json *args;
	struct strike *strike;         /* erase, of fields alone */
	const struct json *shown, *of; /* reveal: names of fields, and of which leaf */
};
