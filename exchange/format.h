/* A foreign format: how to read it into drafts of records, and for some how to write it back.
 *
 * One file a format (avid.c, osv.c …), listed in format.c. Readers are pure: bytes in, drafts out, no database, any thread. Which drafts
 * are new, changed or known is the work of import.c; docs/ADD_AN_IMPORTER.md walks through one. */
#pragma once
#include "lib/json/json.h"

struct draft_link {
	struct str rel;
	struct str target; /* identifier that the target goes by ("AVID-2022-V003"), what draft_organization or draft_system gave, or
	                    * draft_crosswalk's */
};

/* One record as its source tells it. */
struct draft {
	struct str kind;
	const struct json *body;       /* after the kind's schema; `source` included */
	struct str source_id;          /* what the source calls it; the same again means the same record */
	struct str public_id;          /* what it is called here; "" its own uid */
	struct str number;             /* native format: "CUE-0001" */
	struct str uid;                /* native format: the uid that it has in the hub it comes from; "" none */
	struct str key;                /* natural key ("organization:…", "system:…") under which importers' parties find it; "" none */
	struct str state;              /* "" the kind's `imported` */
	struct str licence;            /* of the source's text */
	struct str fetched;            /* as it came: the file's bytes, or the canonical JSON of its part */
	const struct json *visibility; /* rules of its own: {"/source/extra": ["public"]}; NULL none */
	struct draft_link *links;
	size_t links_n, links_room;
	struct str place;              /* within the file, for messages: "row 12"; "" */
	bool partial;                  /* not all of its source's tables were there: what it does not tell now stays as it was told before */
	struct str rejected;           /* why it can't be taken; "" it can */
};

/* An organization or system that drafts name: becomes one record, once, whoever names it first. */
struct draft_party {
	struct str kind;               /* organization or system */
	struct str key;                /* "organization:moonshotai": the natural key, also the target of links to it */
	const struct json *body;
	bool provisional;              /* its name was derived from an identifier; a source that writes the name corrects it */
	struct draft_link *links;      /* a system's developed-by */
	size_t links_n, links_room;
};

/* What one call of a reader gives. */
struct drafts {
	struct arena *a;               /* everything lives here */
	struct draft **items;
	size_t n, room;
	struct draft_party **parties;
	size_t parties_n, parties_room;
	struct map party_by_key;
};

/* A new draft in the list; NULL when memory is out (then arena_failed). Everything below takes NULL quietly. */
struct draft *draft_new(struct drafts *d, struct str kind);
/* A draft that can't be taken, with its reason. */
void draft_reject(struct drafts *d, struct str place, struct str source_id, const char *fmt, ...) printf_like(4, 5);
/* Once for each pair; an empty target is passed over. */
void draft_link(struct drafts *d, struct draft *r, struct str rel, struct str target);
/* The natural key of the organization or system of this name: what draft_organization and draft_system give; "" when the name has no
 * letter or digit. Of an organization, and of what qualifies a system, neither the legal form nor spaces and hyphens count: "D-Link
 * Corporation" and "dlink" are the same. */
struct str draft_party_key(struct arena *a, struct str kind, struct str qualifier, struct str name);
/* The organization or system of this name, made if this list has none: gives the target for links ("" when the name has no letter or
 * digit, or says that nobody is known: "n/a"). provisional: the name is a slug or otherwise not as people write it. */
struct str draft_organization(struct drafts *d, struct str name, bool provisional);
/* Marks a provisional organization as people rather than a body of theirs ("Facebook users"). */
void draft_population(struct drafts *d, struct str key);
/* Which of several names of one party it is shown by, whoever tells it first: 2 as people write it ("Google"), 1 with its legal form or
 * all in small letters ("Google LLC", "openclaw"), 0 provisional. */
int draft_name_rank(struct str name, bool provisional);
/* developer: what draft_organization gave, or "". qualifier: what tells products of one name apart, such as a vendor or ecosystem; "" for
 * names that stand for themselves (models). type: after the kind's schema ("model", "application", …) or "". */
struct str draft_system(struct drafts *d, struct str qualifier, struct str name, struct str type, struct str developer);
/* The target of a link to whatever record stands for a term of another vocabulary: draft_crosswalk(d, S("AVID"), S("S0403")). */
struct str draft_crosswalk(struct drafts *d, struct str scheme, struct str id);

struct import_file {
	const char *path;
	struct str bytes;
};

struct format {
	const char *name;         /* "avid" */
	const char *title;        /* "AI Vulnerability Database reports and vulnerabilities" */
	const char *suffix;       /* files taken from a folder: ".json" */
	int64_t mapping;          /* version of the reading: a higher one reads again what is stored */
	bool together;            /* read gets all files at once (tables that refer to each other), else one */
	bool (*wants)(struct str file_name); /* of the files with the suffix; NULL all */
	/* Fills d from files. ERR_INVALID when a whole file is no such thing (e->where: line and column or pointer); a part that is wrong is
	 * draft_reject. ERR_MEMORY. */
	enum err_code (*read)(const struct import_file *files, size_t n, struct drafts *d, struct err *e);

	/* Writing back; NULL where the format is only read. body: of a record, as its viewer may see it; id: its public id. kind_fits says
	 * whether a record of this kind, from this source ("" none), can be told in this format. */
	bool (*kind_fits)(struct str kind, struct str source_system);
	enum err_code (*write)(struct arena *a, struct str kind, struct str id, const struct json *body, const struct json **out, struct err *e);
	const char *disputes;  /* member of what it writes in which disputes of a record stand; NULL: the format has no place for them there */
	bool dispute_notes;    /* they are told as notes of its document (CSAF 2.0, 3.2.1.8) */
};

extern const struct format *const formats[];
extern const size_t formats_n;
const struct format *format_find(struct str name);
