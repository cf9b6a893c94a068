#include "notice_setting.h"

#include "lib/calendar/zone.h"
#include "hub/account/inside.h"

enum { DIGEST_HOUR = 8, DIGEST_WEEKDAY = 1 };

/* ---- sorts ---- */

static const struct {
	struct str name;
	enum notice_mail otherwise;
} sorts[NOTICE_SORTS] = {
	[NOTICE_INVITATIONS] = {S_INIT("invitations"), NOTICE_MAIL_NOW},
	[NOTICE_TERMS] = {S_INIT("terms"), NOTICE_MAIL_NOW},
	[NOTICE_MESSAGES] = {S_INIT("messages"), NOTICE_MAIL_DAILY},
	[NOTICE_REPORTS] = {S_INIT("reports"), NOTICE_MAIL_DAILY},
	[NOTICE_CASES] = {S_INIT("cases"), NOTICE_MAIL_DAILY},
	[NOTICE_DISPUTES] = {S_INIT("disputes"), NOTICE_MAIL_DAILY},
	[NOTICE_RECORDS] = {S_INIT("records"), NOTICE_MAIL_DAILY},
	[NOTICE_SECURITY] = {S_INIT("security"), NOTICE_MAIL_NOW},
};
static const struct str mails[NOTICE_MAILS] = {
	[NOTICE_MAIL_OFF] = S_INIT("off"), [NOTICE_MAIL_NOW] = S_INIT("now"), [NOTICE_MAIL_DAILY] = S_INIT("daily"), [NOTICE_MAIL_WEEKLY] = S_INIT("weekly"),
};

struct str notice_sort_name(enum notice_sort s) { return (unsigned)s < NOTICE_SORTS ? sorts[s].name : STR_EMPTY; }
struct str notice_mail_name(enum notice_mail m) { return (unsigned)m < NOTICE_MAILS ? mails[m] : STR_EMPTY; }
enum notice_mail notice_mail_default(enum notice_sort s) { return (unsigned)s < NOTICE_SORTS ? sorts[s].otherwise : NOTICE_MAIL_DAILY; }

enum notice_sort notice_sort_named(struct str name) {
	int s = 0;
	while (s < NOTICE_SORTS && !str_eq(sorts[s].name, name)) s++;
	return (enum notice_sort)s;
}

enum notice_mail notice_mail_named(struct str name) {
	int m = 0;
	while (m < NOTICE_MAILS && !str_eq(mails[m], name)) m++;
	return (enum notice_mail)m;
}

enum notice_sort notice_sort_of(struct str kind, struct str type, struct str act, bool asked_in) {
	/* By the beginning of an act's name, then by kind; the first that fits. */
	static const struct {
		struct str begins;
		enum notice_sort sort;
	} acts[] = {
		{S_INIT("embargo."), NOTICE_TERMS}, {S_INIT("clock."), NOTICE_TERMS}, {S_INIT("term."), NOTICE_TERMS}, {S_INIT("task."), NOTICE_TERMS},
		{S_INIT("publication."), NOTICE_TERMS},
		{S_INIT("dispute."), NOTICE_DISPUTES}, {S_INIT("panel."), NOTICE_DISPUTES}, {S_INIT("message."), NOTICE_MESSAGES},
	};
	static const struct {
		struct str kind;
		enum notice_sort sort;
	} kinds[] = {{S_INIT("report"), NOTICE_REPORTS}, {S_INIT("case"), NOTICE_CASES}, {S_INIT("dispute"), NOTICE_DISPUTES}};
	if (asked_in) return NOTICE_INVITATIONS;
	if (str_is(type, "comment")) return NOTICE_MESSAGES;
	for (size_t i = 0; i < lengthof(acts); i++)
		if (str_starts(act, acts[i].begins)) return acts[i].sort;
	for (size_t i = 0; i < lengthof(kinds); i++)
		if (str_eq(kind, kinds[i].kind)) return kinds[i].sort;
	return NOTICE_RECORDS;
}

/* ---- reading ---- */

enum err_code notice_setting_read(struct db *db, struct str uid, enum notice_sort s, enum notice_mail *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT mail FROM notice_setting WHERE account = $1 AND sort = $2");
	db_bind_str(&q, 1, uid);
	db_bind_str(&q, 2, notice_sort_name(s));
	enum notice_mail m = db_row(&q) ? notice_mail_named(db_str(&q, 0)) : NOTICE_MAILS;
	enum err_code code = db_done(&q, e);
	if (!code) *out = m == NOTICE_MAILS ? notice_mail_default(s) : m;
	return code;
}

enum err_code notice_settings_read(struct db *db, struct str uid, struct notice_settings *out, struct err *e) {
	struct notice_settings got = {.hour = DIGEST_HOUR, .weekday = DIGEST_WEEKDAY};
	for (int s = 0; s < NOTICE_SORTS; s++) got.mail[s] = notice_mail_default((enum notice_sort)s);
	struct db_query q = db_query(db, "SELECT sort, mail FROM notice_setting WHERE account = $1");
	db_bind_str(&q, 1, uid);
	while (db_row(&q)) {
		enum notice_sort s = notice_sort_named(db_str(&q, 0));
		enum notice_mail m = notice_mail_named(db_str(&q, 1));
		if (s < NOTICE_SORTS && m < NOTICE_MAILS) got.mail[s] = m;
	}
	enum err_code code = db_done(&q, e);
	if (code) return code;
	q = db_query(db, "SELECT hour, weekday FROM notice_digest WHERE account = $1");
	db_bind_str(&q, 1, uid);
	if (db_row(&q)) {
		got.hour = (int)db_int(&q, 0);
		got.weekday = (int)db_int(&q, 1);
	}
	code = db_done(&q, e);
	if (!code) *out = got;
	return code;
}

/* ---- writing ---- */

struct writing {
	struct str uid;
	const struct notice_settings *settings;
};

/* What waits for a digest goes the new way; what is due now was promised already. */
static enum err_code put_sort(struct db *db, struct str uid, enum notice_sort s, enum notice_mail m, struct err *e) {
	struct db_query q = db_query(db,
		"INSERT INTO notice_setting (account, sort, mail) VALUES ($1, $2, $3) ON CONFLICT (account, sort) DO UPDATE SET mail = excluded.mail");
	db_bind_str(&q, 1, uid);
	db_bind_str(&q, 2, notice_sort_name(s));
	db_bind_str(&q, 3, notice_mail_name(m));
	enum err_code code = db_run(&q, e);
	if (code) return code;
	q = db_query(db, "UPDATE notice SET mail = $3 WHERE account = $1 AND sort = $2 AND mail IN ('daily', 'weekly')");
	db_bind_str(&q, 1, uid);
	db_bind_str(&q, 2, notice_sort_name(s));
	db_bind_str(&q, 3, m == NOTICE_MAIL_OFF ? STR_EMPTY : notice_mail_name(m));
	return db_run(&q, e);
}

static enum err_code write_all(struct db *db, void *arg, struct err *e) {
	const struct writing *c = arg;
	struct notice_settings old;
	enum err_code code = notice_settings_read(db, c->uid, &old, e);
	for (int s = 0; s < NOTICE_SORTS && !code; s++)
		if (old.mail[s] != c->settings->mail[s]) code = put_sort(db, c->uid, (enum notice_sort)s, c->settings->mail[s], e);
	if (code) return code;
	struct db_query q = db_query(db,
		"INSERT INTO notice_digest (account, hour, weekday) VALUES ($1, $2, $3) "
		"ON CONFLICT (account) DO UPDATE SET hour = excluded.hour, weekday = excluded.weekday");
	db_bind_str(&q, 1, c->uid);
	db_bind_int(&q, 2, c->settings->hour);
	db_bind_int(&q, 3, c->settings->weekday);
	return db_run(&q, e);
}

static enum err_code wrong(struct err *e, struct str where, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "%.*s", STR_ARG(where));
	return ERR_INVALID;
}

enum err_code notice_settings_write(struct hub *h, struct str uid, const struct notice_settings *s, struct err *e) {
	for (int i = 0; i < NOTICE_SORTS; i++)
		if ((unsigned)s->mail[i] >= NOTICE_MAILS) return wrong(e, notice_sort_name((enum notice_sort)i), "mail comes now, daily, weekly, or is off");
	if (s->hour < 0 || s->hour > 23) return wrong(e, S("hour"), "an hour is a number from 0 to 23");
	if (s->weekday < 1 || s->weekday > 7) return wrong(e, S("weekday"), "a weekday is a number from 1, Monday, to 7, Sunday");
	struct writing c = {uid, s};
	return account_write(h, write_all, &c, e);
}

enum err_code notice_digests_off(struct db *db, struct str uid, struct err *e) {
	struct notice_settings s;
	enum err_code code = notice_settings_read(db, uid, &s, e);
	for (int i = 0; i < NOTICE_SORTS && !code; i++)
		if (s.mail[i] == NOTICE_MAIL_DAILY || s.mail[i] == NOTICE_MAIL_WEEKLY) code = put_sort(db, uid, (enum notice_sort)i, NOTICE_MAIL_OFF, e);
	return code;
}

enum err_code notice_sort_off(struct db *db, struct str uid, enum notice_sort s, struct err *e) {
	return put_sort(db, uid, s, NOTICE_MAIL_OFF, e);
}

/* ---- moments ---- */

moment notice_digest_next(struct str zone, int hour, int weekday, moment after) {
	int64_t day = after / DAY - 2; /* no clock is two days behind UTC */
	moment at = after;
	for (int i = 0; i < 12 && at <= after; i++, day++) {
		int64_t local = day * 86400 + (int64_t)hour * 3600;
		int offset = 0;
		int of_week = (int)(((day + 3) % 7 + 7) % 7) + 1; /* 1970-01-01 was a Thursday */
		if (weekday && of_week != weekday) continue;
		if (!zone_offset(zone, local, &offset)) offset = 0;
		at = (local - offset) * SECOND;
	}
	return at;
}
