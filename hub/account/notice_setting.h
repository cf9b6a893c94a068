/* Of which sort a notice is, and how somebody wants each sort mailed: at once, in a daily or weekly digest, or not at all. Every notice stands in the
 * inbox whatever is set here. */
#pragma once
#include "hub/account/account.h"

enum notice_sort {
	NOTICE_INVITATIONS, /* into a case, or to a record */
	NOTICE_TERMS,       /* embargoes, clocks and tasks */
	NOTICE_MESSAGES,    /* comments */
	NOTICE_REPORTS,     /* reports that are one's own or that one handles */
	NOTICE_CASES,
	NOTICE_DISPUTES,    /* disputes and panels */
	NOTICE_RECORDS,     /* all other records that concern somebody */
	NOTICE_SECURITY,    /* of one's account, and webhooks that were switched off */
	NOTICE_SORTS,
};
struct str notice_sort_name(enum notice_sort s);
/* NOTICE_SORTS where there is none of that name. */
enum notice_sort notice_sort_named(struct str name);

/* The sort of an event for whom it concerns, by its stored type, the act's name ("" none), the record's kind, and whether it is they who are asked in.
 * What a new desk's acts are about is told by how their names begin ("clock.", "panel."): add a line to the table in notice_setting.c. */
enum notice_sort notice_sort_of(struct str kind, struct str type, struct str act, bool asked_in);

enum notice_mail { NOTICE_MAIL_OFF, NOTICE_MAIL_NOW, NOTICE_MAIL_DAILY, NOTICE_MAIL_WEEKLY, NOTICE_MAILS };
struct str notice_mail_name(enum notice_mail m); /* off, now, daily, weekly */
enum notice_mail notice_mail_named(struct str name); /* NOTICE_MAILS where there is none */
/* What holds until somebody says otherwise: invitations, terms and security at once, the rest daily. */
enum notice_mail notice_mail_default(enum notice_sort s);

struct notice_settings {
	enum notice_mail mail[NOTICE_SORTS];
	int hour;    /* of digests, 0 to 23, in the account's time zone */
	int weekday; /* of the weekly one, 1 Monday to 7 Sunday */
};
enum err_code notice_settings_read(struct db *db, struct str uid, struct notice_settings *out, struct err *e) must_use;
/* Also for what waits for a digest already. ERR_INVALID with e->where "hour", "weekday" or the sort. */
enum err_code notice_settings_write(struct hub *h, struct str uid, const struct notice_settings *s, struct err *e) must_use;
/* One sort's way alone. */
enum err_code notice_setting_read(struct db *db, struct str uid, enum notice_sort s, enum notice_mail *out, struct err *e) must_use;

/* The first moment behind `after` at which the clocks of a zone show this hour, on this weekday (1 Monday to 7 Sunday; 0 any). An hour that a change to
 * summer time leaves out comes when that change does; of one that comes twice it is the first. An unknown zone is UTC. */
moment notice_digest_next(struct str zone, int hour, int weekday, moment after);

/* Digests off, everything else as it was: for who follows the link in a digest. In a transaction of the writer. */
enum err_code notice_digests_off(struct db *db, struct str uid, struct err *e) must_use;
/* That sort's mail at once off. */
enum err_code notice_sort_off(struct db *db, struct str uid, enum notice_sort s, struct err *e) must_use;
