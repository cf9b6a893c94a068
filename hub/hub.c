#include "hub.h"

#include <errno.h>
#include <ini.h>
#include <sys/stat.h>

#include "hub/account/oidc.h"
#include "hub/account/provider.h"
#include "hub/account/throttle.h"
#include "hub/act.h"
#include "hub/identifier.h"
#include "hub/keystore.h"
#include "hub/ledger/ledger.h"
#include "hub/migrations/migrations.h"
#include "hub/root.h"
#include "hub/seal.h"
#include "hub/table.h"
#include "hub/writer.h"
#include "lib/calendar/duration.h"
#include "lib/calendar/zone.h"

enum { HUB_CAP = 8 << 20, CONF_BYTES = 1 << 20, THROTTLED = 50000 };

static const char *database_of(struct arena *a, const char *dir) {
	return file_join(a, dir, "hub.db");
}

/* ---- settings ---- */

static enum err_code set_setting(struct db *db, struct str name, struct str value, struct err *e) {
	struct db_query q = db_query(db, "INSERT INTO setting (name, value) VALUES ($1, $2)");
	db_bind_str(&q, 1, name);
	db_bind_str(&q, 2, value);
	return db_run(&q, e);
}

static enum err_code get_setting(struct db *db, struct arena *a, struct str name, struct str *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT value FROM setting WHERE name = $1");
	db_bind_str(&q, 1, name);
	*out = db_row(&q) ? arena_str(a, db_str(&q, 0)) : STR_EMPTY;
	return db_done(&q, e);
}

enum err_code hub_prefix_check(struct str prefix, struct err *e) {
	bool ok = prefix.n >= 2 && prefix.n <= 10 && prefix.p[0] >= 'A' && prefix.p[0] <= 'Z';
	for (size_t i = 0; i < prefix.n; i++)
		ok &= (prefix.p[i] >= 'A' && prefix.p[i] <= 'Z') || (prefix.p[i] >= '0' && prefix.p[i] <= '9');
	if (ok) return ERR_OK;
	return err_set(e, ERR_INVALID, "\"%.*s\" can't be the prefix of numbers: 2 to 10 capital letters and digits, a letter first",
		STR_ARG(str_cut_utf8(prefix, 40)));
}

/* A name as it can stand in polder.conf, whose lines are short and know no quotation marks. */
static enum err_code check_name(struct str name, struct err *e) {
	bool ok = str_utf8(name) && name.n <= 150 && str_trim(name).n == name.n && !str_starts(name, S(";"));
	for (size_t i = 0; i < name.n; i++)
		ok &= (unsigned char)name.p[i] >= 32 && name.p[i] != 127 && !(name.p[i] == ';' && i && name.p[i - 1] == ' ');
	if (ok) return ERR_OK;
	return err_set(e, ERR_INVALID, "the hub's name must be one line of at most 150 bytes, without a semicolon behind a blank");
}

/* RFC 9116, section 2.5.3: a URI; a mail address alone becomes one. */
static enum err_code check_contact(struct hub *h, struct err *e) {
	struct str c = str_trim(h->contact);
	bool uri = str_starts(c, S("mailto:")) || str_starts(c, S("https://")) || str_starts(c, S("tel:")), ok = true;
	for (size_t i = 0; i < c.n; i++) ok &= (unsigned char)c.p[i] > 32 && (unsigned char)c.p[i] < 127;
	if (ok && (uri || !c.n || str_find_char(c, '@') != STR_NONE)) {
		h->contact = uri || !c.n ? c : arena_cat(h->arena, S("mailto:"), c);
		return ERR_OK;
	}
	return err_set(e, ERR_INVALID, "contact must be an address that begins with https://, mailto: or tel:, or a mail address");
}

static enum err_code check_mail(const struct hub_mail *m, struct err *e) {
	if (!m->server.n) return ERR_OK;
	if (!str_starts(m->server, S("smtp://")) && !str_starts(m->server, S("smtps://")))
		return err_set(e, ERR_INVALID, "[mail] server begins with smtp:// or smtps://");
	if (str_find_char(m->from, '@') == STR_NONE) return err_set(e, ERR_INVALID, "[mail] from must say from what address mail is sent");
	return ERR_OK;
}

struct conf {
	struct hub *hub;
	char wrong[100];
};

static bool set_limit(struct hub_limits *limits, const char *name, const char *value) {
	const struct {
		const char *name;
		int64_t *to;
	} all[] = {{"reads_anonymous", &limits->reads_anonymous}, {"reads", &limits->reads}, {"writes", &limits->writes}};
	for (size_t i = 0; i < lengthof(all); i++) {
		int64_t n;
		if (strcmp(all[i].name, name) != 0) continue;
		if (!str_int(str_of(value), &n) || n < 0 || n > 1000000) return false;
		*all[i].to = n;
		return true;
	}
	return false;
}

static bool set_panel(struct hub_panel *p, const char *name, const char *value) {
	const struct {
		const char *name;
		int64_t *to;
	} all[] = {{"seats", &p->seats}, {"quorum", &p->quorum}, {"per_sector", &p->per_sector}, {"days", &p->days}};
	for (size_t i = 0; i < lengthof(all); i++) {
		int64_t n;
		if (strcmp(all[i].name, name) != 0) continue;
		if (!str_int(str_of(value), &n) || n < 1 || n > 60) return false;
		*all[i].to = n;
		return true;
	}
	return false;
}

static struct str *mail_setting(struct hub_mail *m, const char *name) {
	if (strcmp(name, "server") == 0) return &m->server;
	if (strcmp(name, "from") == 0) return &m->from;
	if (strcmp(name, "user") == 0) return &m->user;
	return strcmp(name, "password_file") == 0 ? &m->password_file : NULL;
}

static bool set_oidc(struct conf *c, const char *name, struct str value) {
	struct hub_oidc *o = &c->hub->oidc;
	const struct {
		const char *name;
		struct str *value;
	} texts[] = {{"issuer", &o->issuer}, {"client_id", &o->client_id}, {"client_secret_file", &o->client_secret_file}, {"name", &o->name},
		{"scopes", &o->scopes}};
	for (size_t i = 0; i < lengthof(texts); i++) {
		if (strcmp(name, texts[i].name) != 0) continue;
		*texts[i].value = arena_str(c->hub->arena, value);
		return true;
	}
	if (strcmp(name, "create") == 0) return oidc_create_of(value, &o->create);
	if (strcmp(name, "trust_second_factor") != 0 || (!str_is(value, "yes") && !str_is(value, "no"))) return false;
	o->trust_second_factor = str_is(value, "yes");
	return true;
}

/* One that is as long whenever it begins. */
static bool set_span(int64_t *to, struct str value) {
	struct duration d;
	if (!duration_parse(value, &d) || d.years || d.months) return false;
	*to = (7 * d.weeks + d.days) * DAY + d.hours * HOUR + d.minutes * MINUTE + d.seconds * SECOND;
	return true;
}

static bool set_escalation(struct hub_escalation *to, const char *name, struct str value) {
	if (strcmp(name, "remind") == 0) return str_int(value, &to->remind) && to->remind >= 1 && to->remind <= 100;
	if (strcmp(name, "owners") == 0) return set_span(&to->owners, value);
	return strcmp(name, "adjudicators") == 0 && set_span(&to->adjudicators, value);
}

/* KEY URL, the address on an indented line of its own where both are long: such a line comes here by itself. */
static bool set_witness(struct conf *c, struct str value) {
	struct hub_log *l = &c->hub->log;
	struct str rest = arena_str(c->hub->arena, str_trim(value)), key;
	struct log_witness *last = l->witnesses_n ? &l->witnesses[l->witnesses_n - 1] : NULL;
	if (str_starts(rest, S("http")) && last && !last->url.n) return last->url = rest, true;
	if (l->witnesses_n == LOG_WITNESSES || !str_split(&rest, ' ', &key)) return false;
	l->witnesses[l->witnesses_n++] = (struct log_witness){.text = key, .url = rest.p ? str_trim(rest) : STR_EMPTY};
	return true;
}

static bool set_log(struct conf *c, const char *name, struct str value) {
	struct hub_log *l = &c->hub->log;
	if (strcmp(name, "epoch") == 0) return set_span(&l->epoch, value) && l->epoch >= SECOND && l->epoch <= DAY;
	if (strcmp(name, "fill") == 0) return str_int(value, &l->fill) && l->fill >= 1 && l->fill <= 1024;
	if (strcmp(name, "overlap") == 0) return set_span(&l->overlap, value) && l->overlap >= SECOND && l->overlap <= 400 * DAY;
	if (strcmp(name, "quorum") == 0) return str_int(value, &l->quorum) && l->quorum >= 0 && l->quorum <= LOG_WITNESSES;
	if (strcmp(name, "witness") == 0) return set_witness(c, value);
	if (strcmp(name, "origin") != 0) return false;
	l->origin = arena_str(c->hub->arena, value);
	return true;
}

static bool set_webhooks(struct hub_webhooks *w, const char *name, struct str value) {
	bool *to = strcmp(name, "private_networks") == 0 ? &w->private_networks : strcmp(name, "http_to_this_machine") == 0 ? &w->http_to_this_machine : NULL;
	if (!to || (!str_is(value, "yes") && !str_is(value, "no"))) return false;
	*to = str_is(value, "yes");
	return true;
}

static enum err_code check_witness(struct hub *h, size_t i, struct err *e) {
	struct log_witness *w = &h->log.witnesses[i];
	enum err_code code = tlog_key_parse(w->text, &w->key, e);
	if (!code && w->key.type != TLOG_COSIGNATURE) code = err_set(e, ERR_INVALID, "that is no key of a witness (of type 04)");
	if (!code && !str_starts(w->url, S("https://")) && !str_starts(w->url, S("http://")))
		code = err_set(e, ERR_INVALID, "%.*s: behind the key stands where the witness is asked, https://…, or on the next line, indented", STR_ARG(w->key.name));
	for (size_t j = 0; j < i && !code; j++)
		if (memcmp(h->log.witnesses[j].key.bytes, w->key.bytes, TLOG_KEY_BYTES) == 0) code = err_set(e, ERR_INVALID, "%.*s stands there twice", STR_ARG(w->key.name));
	if (!code && w->url.p[w->url.n - 1] != '/') w->url = arena_cat(h->arena, w->url, S("/"));
	return code;
}

/* More than half of the witnesses, where nothing else is said. */
static enum err_code check_log(struct hub *h, struct err *e) {
	struct hub_log *l = &h->log;
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < l->witnesses_n && !code; i++) code = check_witness(h, i, e);
	if (code) return err_prefix(e, "[log] witness"), code;
	if (l->quorum < 0) l->quorum = l->witnesses_n ? (int64_t)l->witnesses_n / 2 + 1 : 0;
	if (l->quorum > (int64_t)l->witnesses_n) return err_set(e, ERR_INVALID, "[log] quorum: there are not so many witnesses");
	return ERR_OK;
}

static int conf_line(void *user, const char *section, const char *name, const char *value) {
	struct conf *c = user;
	struct str *mail = strcmp(section, "mail") == 0 ? mail_setting(&c->hub->mail, name) : NULL;
	if (mail)
		*mail = arena_str(c->hub->arena, str_of(value));
	else if (strcmp(section, "hub") == 0 && strcmp(name, "name") == 0)
		c->hub->name = arena_str(c->hub->arena, str_of(value));
	else if (strcmp(section, "hub") == 0 && strcmp(name, "prefix") == 0)
		c->hub->prefix = arena_str(c->hub->arena, str_of(value));
	else if (strcmp(section, "hub") == 0 && strcmp(name, "url") == 0)
		c->hub->base_url = arena_str(c->hub->arena, str_of(value));
	else if (strcmp(section, "hub") == 0 && strcmp(name, "contact") == 0)
		c->hub->contact = arena_str(c->hub->arena, str_of(value));
	else if (strcmp(section, "hub") == 0 && strcmp(name, "policy") == 0)
		c->hub->policy = arena_str(c->hub->arena, str_of(value));
	else if (strcmp(section, "hub") == 0 && strcmp(name, "time_zone") == 0)
		c->hub->time_zone = arena_str(c->hub->arena, str_of(value));
	else if (strcmp(section, "escalation") == 0 && set_escalation(&c->hub->escalation, name, str_of(value)))
		return 1;
	else if (strcmp(section, "log") == 0 && set_log(c, name, str_of(value)))
		return 1;
	else if (strcmp(section, "panel") == 0 && set_panel(&c->hub->panel, name, value))
		return 1;
	else if (strcmp(section, "webhooks") == 0 && set_webhooks(&c->hub->webhooks, name, str_of(value)))
		return 1;
	else if (strcmp(section, "oidc") == 0 && set_oidc(c, name, str_of(value)))
		return 1;
	else if (strcmp(section, "limits") != 0 || !set_limit(&c->hub->limits, name, value))
		snprintf(c->wrong, sizeof c->wrong, "[%s] %s", section, name);
	return c->wrong[0] == 0;
}

static enum err_code read_conf(struct hub *h, struct err *e) {
	const char *path = file_join(h->arena, h->dir, "polder.conf");
	struct str text;
	enum err_code code = file_read(h->arena, path, CONF_BYTES, &text, e);
	if (code) return code;
	if (memchr(text.p, 0, text.n)) return err_set(e, ERR_INVALID, "%s: holds a NUL byte", path);
	if (!str_utf8(text)) return err_set(e, ERR_INVALID, "%s: is not UTF-8 text", path);
	struct conf c = {.hub = h};
	h->limits = (struct hub_limits){600, 3000, 300};
	h->escalation = (struct hub_escalation){75, 3 * DAY, 7 * DAY};
	h->log = (struct hub_log){.epoch = LEDGER_EPOCH, .fill = LEDGER_FILL, .overlap = LEDGER_OVERLAP, .quorum = -1};
	h->panel = (struct hub_panel){.seats = 5, .quorum = 3, .per_sector = 2, .days = 15};
	int line = ini_parse_string(arena_cstr(h->arena, text), conf_line, &c);
	if (line)
		return err_set(e, ERR_INVALID, "%s, line %d: %s%s", path, line, c.wrong[0] ? "there is no setting " : "not a line of settings",
			c.wrong);
	if (!h->name.n) h->name = S("Polder");
	while (h->base_url.n && h->base_url.p[h->base_url.n - 1] == '/') h->base_url.n--;
	if (h->time_zone.n && !zone_known(h->time_zone))
		return err_set(e, ERR_INVALID, "[hub] time_zone: the system knows no zone \"%.*s\"", STR_ARG(h->time_zone));
	if (h->escalation.adjudicators < h->escalation.owners)
		return err_set(e, ERR_INVALID, "[escalation] adjudicators come after owners: give them the longer span");
	if (h->panel.quorum > h->panel.seats) return err_set(e, ERR_INVALID, "[panel] quorum must not be larger than seats");
	code = hub_prefix_check(h->prefix, e);
	if (!code) code = check_contact(h, e);
	if (!code) code = check_mail(&h->mail, e);
	if (!code) code = check_log(h, e);
	if (!code) code = oidc_check_settings(h, e);
	return code ? (err_prefix(e, "%s", path), code) : ERR_OK;
}

/* ---- making and opening ---- */

static enum err_code write_conf(struct arena *a, const char *dir, const struct hub_settings *s, struct err *e) {
	struct str text = arena_fmt(a,
		"; What this hub is. Read when a command starts; `polder serve` wants a restart.\n"
		"[hub]\n"
		"; shown at the head of every page\n"
		"name = %.*s\n"
		"; begins the numbers that this hub gives, such as %.*s-%s; never change it once a number is public\n"
		"prefix = %.*s\n"
		"; the public address, for links in feeds and notices\n"
		"; url = https://hub.example.org\n"
		"; where flaws of the hub itself are told, and the record with its disclosure policy: for /.well-known/security.txt\n"
		"; contact = mailto:security@hub.example.org\n"
		"; policy = R-XXXX-XXXX\n"
		"; in which days are counted for terms; holidays: polder admin holidays\n"
		"; time_zone = Europe/Amsterdam\n"
		"\n"
		"; After how much of a term, in percent, whose duty it is is reminded; and how long after its end an overdue term is told to the hub's owners, and to\n"
		"; its adjudicators.\n"
		"[escalation]\n"
		"; remind = 75\n"
		"; owners = P3D\n"
		"; adjudicators = P7D\n"
		"\n"
		"[limits]\n"
		"; requests a minute to the API: reading without a token by address, reading by token, writing; 0: no limit\n"
		"; reads_anonymous = 600\n"
		"; reads = 3000\n"
		"; writes = 300\n"
		"\n"
		"; How invitations and new passwords are mailed; without a server, none are.\n"
		"[mail]\n"
		"; server = smtp://127.0.0.1:25\n"
		"; from = %.*s <hub@example.org>\n"
		"; user = hub\n"
		"; password_file = /etc/polder/mail-password\n"
		"\n"
		"; Addresses that are called when something happens (docs/WEBHOOKS.md). Whoever has an account may name one, so what only this machine can reach is not called.\n"
		"[webhooks]\n"
		"; yes: also addresses of private networks\n"
		"; private_networks = no\n"
		"; yes: also http://127.0.0.1, for trying things out\n"
		"; http_to_this_machine = no\n"
		"\n"
		"; The transparency log (docs/LEDGER.md). Its name is settled when it begins and never changes.\n"
		"[log]\n"
		"; origin = hub.example.org/log\n"
		"; what is confidential enters it at the end of an epoch, from PT1S to P1D, in multiples of `fill` leaves\n"
		"; epoch = PT15M\n"
		"; fill = 4\n"
		"; for how long the key before the present one signs too, after `polder log key rotate`\n"
		"; overlap = P30D\n"
		"; who cosigns it: a witness's verifier key and, on an indented line, where it is asked; one `witness` each. quorum: how many of them must have cosigned\n"
		"; witness = witness.example.org/one+1a2b3c4d+BA…\n"
		";   https://witness.example.org/one/\n"
		"; quorum = 1\n"
		"\n"
		"; Signing in by another authority (OpenID Connect); the hub's url above must be set, and the provider told of URL/sign-in/callback.\n"
		"[oidc]\n"
		"; issuer = https://id.example.org\n"
		"; client_id = polder\n"
		"; client_secret_file = /etc/polder/oidc-secret\n"
		"; name = Example\n"
		"; who gets an account at the first sign-in: never, invited (whoever opens an invitation) or any (as a guest)\n"
		"; create = never\n"
		"; yes: who comes from there gives no second step here\n"
		"; trust_second_factor = no\n",
		STR_ARG(s->name), STR_ARG(s->prefix), "2026-0001", STR_ARG(s->prefix), STR_ARG(s->name));
	return file_write(file_join(a, dir, "polder.conf"), text, 0640, e);
}

enum err_code hub_init(const char *dir, const struct hub_settings *settings, struct err *e) {
	autoarena struct arena *a = arena_new(HUB_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = check_name(settings->name, e);
	if (!code) code = hub_prefix_check(settings->prefix, e);
	if (!code) code = file_make_dir(dir, e);
	if (code) return code;
	/* The configuration comes last: a folder without it is no hub, so a half-made one can be made again. */
	if (file_exists(file_join(a, dir, "polder.conf"))) return err_set(e, ERR_EXISTS, "%s: there is a hub already", dir);
	code = file_make_dir(file_join(a, dir, "files"), e);
	if (!code && chmod(file_join(a, dir, "files"), 0700) != 0) code = err_errno(e, errno, "%s/files", dir);
	if (!code) code = file_make_dir(file_join(a, dir, "kinds"), e);
	if (!code) code = file_make_dir(file_join(a, dir, "tables"), e);
	struct db *db = NULL;
	if (!code) code = db_open(&db, database_of(a, dir), DB_CREATE, e);
	int applied;
	if (!code) code = db_migrate(db, hub_migrations, hub_migrations_n, &applied, e);
	struct str uid = STR_EMPTY;
	if (!code) code = get_setting(db, a, S("uid"), &uid, e);
	if (!code && !uid.n) {
		char fresh[UID_SIZE];
		uid_make(fresh);
		code = set_setting(db, S("uid"), str_of(fresh), e);
	}
	db_close(db);
	if (!code) code = seal_make_key(dir, e);
	return code ? code : write_conf(a, dir, settings, e);
}

static enum err_code open_database(struct hub *h, struct err *e) {
	struct db *db;
	enum err_code code = db_open(&db, database_of(h->arena, h->dir), DB_WRITE, e);
	if (code) return code;
	int applied;
	code = db_migrate(db, hub_migrations, hub_migrations_n, &applied, e);
	if (!code) code = get_setting(db, h->arena, S("uid"), &h->uid, e);
	if (!code) code = root_load(h, db, e);
	db_close(db);
	return code;
}

enum err_code hub_open(struct hub **out, const char *dir, struct err *e) {
	struct arena *a = arena_new(HUB_CAP);
	struct hub *h = a ? arena_new_of(a, struct hub) : NULL;
	if (!h) {
		arena_free(a);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	*h = (struct hub){.dir = arena_cstr(a, str_of(dir)), .arena = a};
	enum err_code code = ERR_OK;
	if (!file_exists(file_join(a, dir, "polder.conf")))
		code = err_set(e, ERR_NOT_FOUND, "%s: there is no hub here; make one with `polder init %s`", dir, dir);
	if (!code) code = read_conf(h, e);
	if (!code) code = open_database(h, e);
	if (!code) code = kinds_load(&h->kinds, file_join(a, dir, "kinds"), e);
	if (!code) code = tables_load(&h->tables, file_join(a, dir, "tables"), e);
	if (!code) code = acts_load(&h->acts, h->kinds, e);
	if (!code) code = writer_new(&h->writer, database_of(a, dir), e);
	if (!code) code = keystore_new(&h->keys, h->dir, e);
	if (!code) code = throttle_new(&h->throttle, THROTTLED, e);
	if (!code && oidc_configured(h)) code = provider_cache_new(&h->provider, e);
	if (code) {
		hub_close(h);
		return code;
	}
	*out = h;
	return ERR_OK;
}

void hub_close(struct hub *h) {
	if (!h) return;
	writer_free(h->writer);
	keystore_free(h->keys);
	throttle_free(h->throttle);
	provider_cache_free(h->provider);
	acts_free(h->acts);
	tables_free(h->tables);
	kinds_free(h->kinds);
	arena_free(h->arena);
}

enum err_code hub_reader(const struct hub *h, struct db **out, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	return db_open(out, database_of(a, h->dir), DB_READ, e);
}

enum err_code hub_sequence(struct db *db, int64_t *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT coalesce(max(seq), 0) FROM event");
	if (db_row(&q)) *out = db_int(&q, 0);
	return db_done(&q, e);
}

/* ---- backup ---- */

enum { FILE_CAP = 128 << 20 };

static enum err_code copy_file(const char *from, const char *to, struct err *e) {
	autoarena struct arena *a = arena_new(FILE_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct str bytes;
	enum err_code code = file_read(a, from, FILE_CAP / 2, &bytes, e);
	return code ? code : file_write(to, bytes, 0640, e);
}

/* Copies DIR/name/… as it is; folders are made as they are needed. */
static enum err_code copy_tree(struct arena *a, const char *from, const char *to, const char *name, struct err *e) {
	const char *base = file_join(a, from, name);
	struct file_list files = {0};
	enum err_code code = file_make_dir(file_join(a, to, name), e);
	if (!code && file_is_dir(base)) code = file_walk(a, base, "", &files, e);
	size_t skip = strlen(from) + 1;
	autoarena struct arena *one = arena_new(1 << 16);
	if (!one) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < files.n && !code; i++) {
		const char *target = file_join(one, to, files.paths[i] + skip);
		const char *slash = strrchr(target, '/');
		if (!slash) return err_set(e, ERR_MEMORY, "out of memory");
		code = file_make_dir(arena_cstr(one, str_n(target, (size_t)(slash - target))), e);
		if (!code) code = copy_file(files.paths[i], target, e);
		arena_clear(one);
	}
	return code;
}

static enum err_code copy_hub(struct arena *a, const char *from, const char *to, struct err *e) {
	enum err_code code = file_make_dir(to, e);
	struct db *db = NULL;
	if (!code) code = db_open(&db, database_of(a, from), DB_READ, e);
	if (!code) code = db_copy(db, database_of(a, to), e);
	db_close(db);
	/* The database first: a file is written before the row that names it, so what the copy names is there. */
	if (!code) code = copy_tree(a, from, to, "files", e);
	if (!code) code = copy_tree(a, from, to, "kinds", e);
	if (!code) code = copy_tree(a, from, to, "tables", e);
	/* A copy opens as WAL again; checked whole before it may be called a backup. */
	if (!code) code = db_open(&db, database_of(a, to), DB_WRITE, e);
	if (!code) {
		code = db_check(db, e);
		db_checkpoint(db);
		db_close(db);
	}
	if (!code) code = copy_file(file_join(a, from, "polder.conf"), file_join(a, to, "polder.conf"), e);
	return code;
}

static enum err_code copy_to_new(const char *from, const char *to, struct err *e) {
	autoarena struct arena *a = arena_new((size_t)1 << 30); /* the paths of all files */
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	while (strlen(from) > 1 && from[strlen(from) - 1] == '/') from = arena_cstr(a, str_n(from, strlen(from) - 1));
	if (!file_exists(file_join(a, from, "polder.conf"))) return err_set(e, ERR_NOT_FOUND, "%s: there is no hub or backup here", from);
	if (file_exists(to)) return err_set(e, ERR_EXISTS, "%s: exists; a copy is written to a new folder", to);
	/* Made under another name, so that a folder of the right name is always whole. */
	const char *partial = arena_fmt(a, "%s.partial-%d", to, (int)getpid()).p;
	enum err_code code = copy_hub(a, from, partial, e);
	if (!code && rename(partial, to) != 0) code = err_errno(e, errno, "%s", to);
	if (code && e) err_detail(e, "what was copied lies in %s", partial);
	return code;
}

enum err_code hub_backup(const char *dir, const char *to, struct err *e) {
	return copy_to_new(dir, to, e);
}

/* Others may have seen more of the log than the backup has: it is not gone on with until somebody says how. */
static enum err_code hold_log(const char *dir, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	struct db *db;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = db_open(&db, database_of(a, dir), DB_WRITE, e);
	if (code) return code;
	struct db_query q = db_query(db, "INSERT INTO setting (name, value) SELECT 'log.held', $1 WHERE EXISTS (SELECT 1 FROM head) ON CONFLICT (name) DO NOTHING");
	db_bind_str(&q, 1, moment_str(a, now()));
	code = db_run(&q, e);
	db_close(db);
	return code;
}

enum err_code hub_restore(const char *from, const char *dir, struct err *e) {
	enum err_code code = copy_to_new(from, dir, e);
	return code ? code : hold_log(dir, e);
}
