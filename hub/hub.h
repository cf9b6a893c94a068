/* A hub: a folder with its database, files, configuration and further kinds.
 *
 *     DIR/polder.conf   what the administrator sets (INI): name, prefix, address
 *     DIR/hub.db        everything that is a row
 *     DIR/files/        attachments by SHA-256
 *     DIR/kinds/        kinds added or replaced (docs/KINDS.md)
 *     DIR/tables/       decision tables added or replaced (tables/README.md)
 *     DIR/keys.db       the keys of records that are encrypted (hub/keystore.h); in no backup
 *     DIR/secret.key    with which those are wrapped, and secrets in the database sealed (hub/seal.h); in no backup
 *     DIR/signing.key   with which the hub signs (hub/signing.h); in no backup
 *     DIR/log/, log.key its log, and the key that signs it, for a time with log.key.old (hub/ledger/ledger.h); in no backup
 *
 * Two doors and no other way: hub/change.h changes records, hub/disclose.h shows them. A hub may be open in several processes;
 * SQLite's locks keep them apart. */
#pragma once
#include "db/db.h"
#include "hub/kind.h"
#include "lib/tlog/key.h"

/* Requests a minute to the API; 0: without a limit. [limits] of polder.conf. */
struct hub_limits {
	int64_t reads_anonymous, reads, writes; /* reads: with a token; writes: by whomever */
};

/* How mail is sent: [mail] in polder.conf, as hub/mail.h says. */
struct hub_mail {
	struct str server;    /* "" no mail is sent */
	struct str from, user;
	struct str password_file;
};

/* Signing in by another authority: [oidc] in polder.conf, as hub/account/oidc.h says. */
enum oidc_create { OIDC_CREATE_NEVER, OIDC_CREATE_INVITED, OIDC_CREATE_ANY };
struct hub_oidc {
	struct str issuer;    /* "" there is none */
	struct str client_id, client_secret_file;
	struct str name;      /* of the provider, on the button */
	struct str scopes;
	enum oidc_create create;
	bool trust_second_factor;
};

/* How panels are made up: [panel] in polder.conf. */
struct hub_panel {
	int64_t seats, quorum, per_sector; /* members, how many must vote, how many of one sector */
	int64_t days;                      /* business days to decide */
};

/* When those who have a duty are reminded, and how long after its end an overdue term goes up: [escalation] in polder.conf, a percentage (remind = 75) and
 * durations (owners = P3D). */
struct hub_escalation {
	int64_t remind;               /* percent of the term, 1 to 100 */
	int64_t owners, adjudicators; /* microseconds */
};

/* [webhooks] in polder.conf, as hub/webhook.h says. */
struct hub_webhooks {
	bool private_networks, http_to_this_machine;
};

/* Who cosigns the log's checkpoints: hub/ledger/cosign.h. */
enum { LOG_WITNESSES = 16 };
struct log_witness {
	struct str text;   /* its verifier key, of type 04 */
	struct tlog_key key;
	struct str url;    /* where it is asked, with its last slash: URL/add-checkpoint */
};

/* The log: [log] in polder.conf, as hub/ledger/ledger.h says. */
struct hub_log {
	struct str origin; /* "" made from the address, or the uid */
	moment epoch;      /* microseconds */
	int64_t fill;
	moment overlap;    /* for how long the key before the present one signs too; microseconds */
	struct log_witness witnesses[LOG_WITNESSES];
	size_t witnesses_n;
	int64_t quorum;    /* how many of them must have cosigned */
};

struct hub {
	const char *dir;
	struct str name;      /* "Example hub" */
	struct str prefix;    /* of the numbers that this hub gives: [A-Z][A-Z0-9]{1,9} */
	struct str uid;       /* of the hub itself, random, given by init */
	struct hub_limits limits;
	struct str time_zone; /* in which days are counted (hub/working_days.h); "" UTC */
	struct hub_escalation escalation; /* hub/clock.h */
	struct hub_panel panel;
	struct str base_url;  /* of its public address, without the last slash; "" when not set */
	struct str contact;   /* where flaws of the hub itself are told: an address with mailto:, https: or tel:; "" when not set */
	struct str policy;    /* name of the record with the hub's own disclosure policy; "" when not set */
	struct kinds *kinds;
	struct tables *tables; /* hub/table.h */
	struct acts *acts;     /* hub/act.h */
	struct writer *writer; /* hub/writer.h */
	struct keystore *keys; /* hub/keystore.h */
	struct throttle *throttle; /* failures of signing in: hub/account/throttle.h */
	struct hub_mail mail;
	struct hub_webhooks webhooks;
	struct hub_log log;
	struct hub_oidc oidc;
	struct provider_cache *provider; /* what it said of itself: hub/account/provider.h */
	unsigned char root[32]; /* hub/root.h */
	bool has_root;
	struct arena *arena;
};

struct hub_settings {
	struct str name, prefix;
};

/* Makes the folder and an empty hub in it. ERR_EXISTS when there is one. */
enum err_code hub_init(const char *dir, const struct hub_settings *settings, struct err *e) must_use;

/* Opens a hub, migrates its database, loads its kinds and tables. ERR_NOT_FOUND with what to do when the folder holds no hub. */
enum err_code hub_open(struct hub **out, const char *dir, struct err *e) must_use;
void hub_close(struct hub *h);

/* Whether numbers may begin with it. ERR_INVALID. */
enum err_code hub_prefix_check(struct str prefix, struct err *e) must_use;

/* A connection for reading, one a thread. */
enum err_code hub_reader(const struct hub *h, struct db **out, struct err *e) must_use;

/* A number that grows with every change to the hub, by whatever process. */
enum err_code hub_sequence(struct db *db, int64_t *out, struct err *e) must_use;

/* A consistent copy of a hub that may be running, as a folder: database, files, kinds, tables, configuration; not keys.db and secret.key (hub/keys.h). The folder must not exist.
 * Restoring is the same the other way: backup folder to new hub folder, after a check that it is whole. */
enum err_code hub_backup(const char *dir, const char *to, struct err *e) must_use;
enum err_code hub_restore(const char *from, const char *dir, struct err *e) must_use;
