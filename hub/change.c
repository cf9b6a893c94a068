#include "change.h"

#include <pthread.h>
#include <zstd.h>

#include "hub/access/access.h"
#include "hub/act_private.h"
#include "hub/attachment.h"
#include "hub/case/case.h"
#include "hub/clock.h"
#include "hub/change_store.h"
#include "hub/dispute/dispute.h"
#include "hub/receipt.h"
#include "hub/redaction.h"
#include "hub/release/release.h"
#include "hub/reveal.h"
#include "hub/writer.h"

const struct actor actor_operator = {S_INIT("operator"), ROLE_ANYONE | ROLE_MEMBER | ROLE_OWNER | ROLE_COORDINATOR};

enum { ATTEMPTS = 4, COMMENT = 20000, REASON = 2000 };

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
	struct str key_id;             /* create: of its own key; "" it stands in the clear */
	const struct act *act;
	const struct json *args;
	struct strike *strike;         /* erase, of fields alone */
	const struct json *shown, *of; /* reveal: names of fields, and of which leaf */
};

/* ---- preparing ---- */

struct preparing {
	struct hub *hub;
	struct db *db;
	const struct change *c;
	struct arena *a;
	struct prepared *p;
	struct err *e;
	unsigned roles;   /* of the actor, on the record too where there is one */
};

static enum err_code allowed(struct preparing *x, unsigned needed, const char *what) {
	if (x->roles & needed) return ERR_OK;
	if (!needed) return err_set(x->e, ERR_FORBIDDEN, "%s is for nobody: a record of this kind stays as it was made", what);
	return err_set(x->e, ERR_FORBIDDEN, "%s is for the %.*s of this record; you are neither", what, STR_ARG(role_words(x->a, needed)));
}

static enum err_code compute(struct preparing *x, const struct json *body) {
	struct prepared *p = x->p;
	const struct visibility *v;
	enum err_code code = visibility_override(x->a, p->kind->visibility, p->visibility, &v, x->e);
	return code ? code : project(x->a, p->kind, v, p->state, body, p->base.is_public ? p->base.published : now(), &p->projection, x->e);
}

/* Made once a thread: a new one costs more than most of what it compresses. */
static pthread_key_t compressor_key;

static void forget_compressor(void *context) {
	ZSTD_freeCCtx(context);
}

static void make_compressor_key(void) {
	if (pthread_key_create(&compressor_key, forget_compressor) != 0) abort();
}

static ZSTD_CCtx *compressor(void) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_compressor_key);
	ZSTD_CCtx *context = pthread_getspecific(compressor_key);
	if (!context && (context = ZSTD_createCCtx())) pthread_setspecific(compressor_key, context);
	return context;
}

static enum err_code compress_origin(struct preparing *x) {
	const struct change_origin *o = x->c->origin;
	if (!o) return ERR_OK;
	size_t bound = ZSTD_compressBound(o->fetched.n);
	autofree char *to = malloc(bound);
	ZSTD_CCtx *context = compressor();
	if (!to || !context) return err_set(x->e, ERR_MEMORY, "out of memory");
	size_t n = ZSTD_compressCCtx(context, to, bound, o->fetched.p, o->fetched.n, 1);
	if (ZSTD_isError(n)) return err_set(x->e, ERR_INTERNAL, "compression failed: %s", ZSTD_getErrorName(n));
	if (x->p->base.struck.n) return ERR_OK; /* the form that came holds what was erased: it is not kept again */
	x->p->fetched = arena_str(x->a, str_n(to, n));
	x->p->fetched_digest = sha256(o->fetched);
	return ERR_OK;
}

static enum err_code check_schema(struct preparing *x, const struct json *body) {
	enum err_code code = schema_check(x->p->kind->schema, body, x->a, x->e);
	if (code == ERR_INVALID && x->c->told) schema_valid(x->p->kind->schema, body, x->a, x->c->told);
	return code;
}

static enum err_code check_requires(struct preparing *x, const struct kind_move *m, const struct json *body) {
	for (size_t i = 0; i < m->requires_.n; i++) {
		if (kind_has_value(body, m->requires_.items[i])) continue;
		err_set(x->e, ERR_INVALID, "before the move \"%.*s\", %.*s must be filled in", STR_ARG(m->name), STR_ARG(m->requires_.items[i]));
		err_where(x->e, "%.*s", STR_ARG(m->requires_.items[i]));
		return ERR_INVALID;
	}
	return ERR_OK;
}

static void move_to(struct preparing *x, const struct kind_move *m, struct str from) {
	struct prepared *p = x->p;
	p->state = m->to;
	struct json_builder b = json_object_of(x->a);
	json_set_str(&b, S("from"), from);
	json_set_str(&b, S("move"), m->name);
	json_put_str(&b, S("reason"), str_cut_utf8(str_trim(x->c->reason), REASON));
	p->detail = json_text(x->a, json_built(&b));
}

/* A record that is made and moved in one go, as by whoever made it. */
static enum err_code prepare_first_move(struct preparing *x, const struct json *body) {
	struct prepared *p = x->p;
	const struct kind_move *m = kind_move(p->kind, x->c->move);
	if (!x->c->move.n) return ERR_OK;
	if (!m || !kind_move_from(m, p->state) || m->carried_out || !(m->who & (x->roles | ROLE_OWNER)))
		return err_set(x->e, ERR_INVALID, "a new record of the kind %.*s can't be moved by \"%.*s\"", STR_ARG(p->kind->name), STR_ARG(x->c->move));
	enum err_code code = check_requires(x, m, body);
	if (code) return code;
	p->first = p->state;
	move_to(x, m, p->first);
	return ERR_OK;
}

/* Here, since it may wait for the disk, which the writer must not. What is refused later leaves the key unused, and it is swept. */
static enum err_code take_key(struct preparing *x) {
	struct record_key key;
	enum err_code code = keystore_take(x->hub->keys, &key, x->e);
	if (code) return code;
	x->p->key_id = arena_str(x->a, str_of(key.id));
	record_key_wipe(&key);
	return ERR_OK;
}

/* Nobody widens by a record's own rules who reads a field that they themselves can't read. Who makes a record owns it. */
static enum err_code check_rules(struct preparing *x) {
	const struct json *old = NULL;
	bool fresh = x->c->op == CHANGE_CREATE;
	struct str own = fresh ? STR_EMPTY : x->p->base.visibility;
	unsigned roles = x->roles | (fresh ? (unsigned)ROLE_OWNER : 0);
	/* Who may read the hub's folder reads all of it anyway. */
	if (!x->c->visibility || x->c->origin || str_eq(x->c->actor.name, actor_operator.name)) return ERR_OK;
	if (!(roles & (ROLE_OWNER | ROLE_COORDINATOR)))
		return err_set(x->e, ERR_FORBIDDEN, "who reads which field is decided by owners of the record and coordinators");
	struct stored as_it_is = x->p->base;
	as_it_is.kind = x->p->kind;
	enum err_code code = own.n ? json_parse(x->a, own, NULL, &old, x->e) : ERR_OK;
	return code ? code : redaction_may(x->a, x->p->kind, old, x->c->visibility, store_audiences(&as_it_is, roles), x->e);
}

static enum err_code prepare_create(struct preparing *x) {
	const struct change *c = x->c;
	struct prepared *p = x->p;
	p->kind = kind_find(x->hub->kinds, c->kind);
	if (!p->kind) return err_set(x->e, ERR_NOT_FOUND, "there is no kind \"%.*s\"; `polder kinds` lists them", STR_ARG(c->kind));
	enum err_code code = allowed(x, p->kind->create | ROLE_COORDINATOR, "creating");
	if (code) return code;
	p->state = c->state.n ? c->state : c->imported ? p->kind->imported : p->kind->initial;
	if (!kind_state(p->kind, p->state))
		return err_set(x->e, ERR_INVALID, "the kind %.*s has no state \"%.*s\"", STR_ARG(p->kind->name), STR_ARG(p->state));
	if (!c->imported && !c->state.n) p->state = p->kind->initial;
	if (c->number.n) {
		int64_t seq;
		int year;
		if (!p->kind->number_form.n || !number_parse(p->kind->number_form, c->number, &seq, &year))
			return err_set(x->e, ERR_INVALID, "\"%.*s\" is no number of the kind %.*s", STR_ARG(c->number), STR_ARG(p->kind->name));
	}
	const struct json *body;
	code = store_says(x->hub, x->db, x->a, p->kind, c, NULL, c->body, &body, x->e);
	if (!code) code = check_schema(x, body);
	p->visibility = c->visibility;
	if (!code) code = check_rules(x);
	if (!code) code = case_check_body(p->kind, x->roles, NULL, body, x->e);
	if (!code) code = release_check_body(p->kind, NULL, body, c, x->e);
	if (!code) code = compress_origin(x);
	if (!code) code = prepare_first_move(x, body);
	if (!code) code = compute(x, body);
	return code || !p->kind->confidential || p->projection.is_public ? code : take_key(x);
}

static enum err_code read_base(struct preparing *x) {
	struct prepared *p = x->p;
	int64_t id;
	if (!x->db) return err_set(x->e, ERR_INTERNAL, "a change to a record needs a database to read it from");
	enum err_code code = store_resolve(x->db, x->a, x->c->record, &id, x->e);
	if (!code) code = store_read(x->hub, x->db, x->a, id, &p->base, x->e);
	if (!code) code = store_roles(x->db, &p->base, x->c->actor, &x->roles, x->e);
	/* Who administers the hub may be bound by law to erase what they may not see. */
	bool may_erase = x->c->op == CHANGE_ERASE && x->roles & ROLE_ADMINISTRATOR;
	if (!code && !store_audiences(&p->base, x->roles) && !may_erase) code = store_unknown(x->c->record, x->e);
	if (!code && p->base.erased) code = store_gone(&p->base, x->e);
	if (code) return code;
	p->kind = p->base.kind;
	p->state = p->base.state;
	if (x->c->expected && x->c->expected != p->base.revision)
		return err_set(x->e, ERR_CONFLICT, "the record is at revision %lld by now, you saw %lld: look again before you change it",
			(long long)p->base.revision, (long long)x->c->expected);
	if (x->c->visibility) {
		p->visibility = x->c->visibility;
	} else if (p->base.visibility.n) {
		code = json_parse(x->a, p->base.visibility, NULL, &p->visibility, x->e);
	}
	return code;
}

static struct str diff_detail(struct preparing *x, const struct json *from, const struct json *to) {
	const struct json *changes = json_diff(x->a, from, to);
	struct json_builder paths = json_array_of(x->a);
	for (size_t i = 0; i < json_count(changes) && i < 50; i++) json_add(&paths, json_get_lit(json_at(changes, i), "path"));
	struct json_builder b = json_object_of(x->a);
	json_set(&b, S("fields"), json_built(&paths));
	json_put_str(&b, S("note"), str_cut_utf8(x->c->reason, REASON));
	struct str rules = json_count(x->p->visibility) ? json_canonical(x->a, x->p->visibility) : STR_EMPTY;
	if (!str_eq(rules, x->p->base.visibility)) json_set_bool(&b, S("rules"), true);
	return json_text(x->a, json_built(&b));
}

/* What was erased here is not brought back by where it came from. */
static enum err_code keep_struck(struct preparing *x, const struct json *old, const struct json **body) {
	const struct json *struck = NULL;
	enum err_code code = x->p->base.struck.n ? json_parse(x->a, x->p->base.struck, NULL, &struck, x->e) : ERR_OK;
	for (size_t i = 0; i < json_count(struck); i++) {
		struct str name = json_string(json_at(struck, i));
		*body = json_with(x->a, *body, name, json_get(old, name));
	}
	return code;
}

/* Who was shown a part of the body can't have meant to take the rest away. An importer worked on the whole. */
static enum err_code put_back_hidden(struct preparing *x, const struct json *old, const struct json **body) {
	const struct json *rules = NULL;
	const struct visibility *v;
	struct str own = x->p->base.visibility;
	*body = x->c->body;
	if (x->c->origin) return keep_struck(x, old, body);
	enum err_code code = own.n ? json_parse(x->a, own, NULL, &rules, x->e) : ERR_OK;
	if (!code) code = visibility_override(x->a, x->p->kind->visibility, rules, &v, x->e);
	return code ? code : visibility_restore(x->a, v, old, x->c->body, store_audiences(&x->p->base, x->roles), body, x->e);
}

/* What was published is not changed without a word. Importers bring their source's own history. */
static enum err_code check_amendment(struct preparing *x, const struct json *old, const struct json *body) {
	const struct prepared *p = x->p;
	if (!p->kind->amend_note || !p->base.is_public || x->c->origin || str_trim(x->c->reason).n) return ERR_OK;
	if (json_equal(old, body) && !x->c->visibility) return ERR_OK;
	err_set(x->e, ERR_INVALID, "this is public: say in a note why it is amended");
	err_where(x->e, "note");
	return ERR_INVALID;
}

static enum err_code prepare_revise(struct preparing *x) {
	struct prepared *p = x->p;
	const struct json *old, *body;
	enum err_code code = allowed(x, p->kind->revise, "revising");
	if (!code) code = store_body(x->hub, x->db, x->a, &p->base, &old, x->e);
	if (!code) code = put_back_hidden(x, old, &body);
	if (!code) code = store_says(x->hub, x->db, x->a, p->kind, x->c, old, body, &body, x->e);
	if (!code) code = check_schema(x, body);
	if (!code) code = check_amendment(x, old, body);
	if (!code) code = check_rules(x);
	if (!code) code = case_check_body(p->kind, x->roles, old, body, x->e);
	if (!code) code = release_check_body(p->kind, old, body, x->c, x->e);
	if (!code) code = compress_origin(x);
	if (!code) code = compute(x, body);
	if (code) return code;
	p->before = sha256(json_canonical(x->a, old));
	p->refuses = store_refuses(p->kind, body, x->a) && !store_refuses(p->kind, old, x->a);
	p->detail = diff_detail(x, old, body);
	return ERR_OK;
}

static struct str moves_from(struct arena *a, const struct kind *k, struct str state) {
	struct str words = STR_EMPTY;
	for (size_t i = 0; i < k->moves_n; i++)
		if (kind_move_from(&k->moves[i], state))
			words = arena_fmt(a, "%.*s%s%.*s", STR_ARG(words), words.n ? ", " : "", STR_ARG(k->moves[i].name));
	return words.n ? words : S("none");
}

static enum err_code prepare_move(struct preparing *x) {
	struct prepared *p = x->p;
	const struct kind_move *m = kind_move(p->kind, x->c->move);
	if (!m || !kind_move_from(m, p->base.state))
		return err_set(x->e, m ? ERR_CONFLICT : ERR_INVALID, "%s \"%.*s\" from the state \"%.*s\"; there are: %.*s",
			m ? "it can't be moved by" : "there is no move", STR_ARG(x->c->move), STR_ARG(p->base.state),
			STR_ARG(moves_from(x->a, p->kind, p->base.state)));
	enum err_code code = allowed(x, m->who, "this move");
	if (code) return code;
	if (m->carried_out && !x->c->carried_out)
		return err_set(x->e, ERR_CONFLICT, "the move \"%.*s\" is made on the record's page, where what it decides is carried out", STR_ARG(m->name));
	if (m->reason && !str_trim(x->c->reason).n)
		return err_set(x->e, ERR_INVALID, "the move \"%.*s\" needs a reason", STR_ARG(m->name));
	const struct json *body;
	code = store_body(x->hub, x->db, x->a, &p->base, &body, x->e);
	if (code) return code;
	code = x->roles & ROLE_COORDINATOR ? ERR_OK : store_may_say(x->db, p->kind, x->c->actor, body, x->e);
	if (!code) code = check_requires(x, m, body);
	if (code) return code;
	move_to(x, m, p->base.state);
	return compute(x, body);
}

/* Who owns a record sees what they put to it themselves, whomever it is meant for. */
static unsigned told_to(const struct preparing *x) {
	unsigned audiences = x->c->audiences ? x->c->audiences : COORDINATORS;
	return x->roles & ROLE_OWNER && !(x->roles & ROLE_COORDINATOR) ? audiences | OWNER : audiences;
}

static enum err_code prepare_comment(struct preparing *x) {
	struct str text = str_trim(x->c->reason);
	if (!text.n || text.n > COMMENT || !str_utf8(text))
		return err_set(x->e, ERR_INVALID, "a comment is text of 1 to %d bytes", COMMENT);
	if (x->c->to_n > MESSAGE_TO) return err_set(x->e, ERR_INVALID, "a message goes to at most %d, or to all", MESSAGE_TO);
	struct json_builder b = json_object_of(x->a), to = json_array_of(x->a);
	x->p->audiences = x->c->to_n ? (unsigned)COORDINATORS : told_to(x);
	json_set_int(&b, S("audiences"), x->p->audiences);
	json_set_str(&b, S("text"), text);
	for (size_t i = 0; i < x->c->to_n; i++) json_add(&to, json_str_checked(x->a, x->c->to[i]));
	json_put(&b, S("to"), json_built(&to));
	x->p->detail = json_text(x->a, json_built(&b));
	return allowed(x, x->p->kind->comment, "commenting");
}

static enum err_code prepare_attach(struct preparing *x) {
	const struct kind *k = x->p->kind;
	const struct json *body;
	enum err_code code = allowed(x, k->revise, "attaching");
	if (!code && k->refuse_files) {
		code = store_body(x->hub, x->db, x->a, &x->p->base, &body, x->e);
		if (!code && store_refuses(k, body, x->a)) code = store_refusal(k, x->e);
	}
	if (!code) code = attachment_check(x->c->file_name, x->c->media_type, x->c->bytes, x->e);
	/* The file comes before its row: what a row names is always there, and a file that no row names is only space. */
	if (!code) code = store_attach_bytes(x->hub, &x->p->base, x->c, x->a, &x->p->attached, x->e);
	if (code) return code;
	struct json_builder b = json_object_of(x->a);
	x->p->audiences = told_to(x);
	json_set_int(&b, S("audiences"), x->p->audiences);
	json_set_str(&b, S("name"), x->c->file_name);
	json_set_str(&b, S("sha256"), x->p->attached.digest);
	x->p->detail = json_text(x->a, json_built(&b));
	return ERR_OK;
}

static enum err_code prepare_party(struct preparing *x) {
	const struct change *c = x->c;
	bool whatever = c->op == CHANGE_DISMISS && !c->role.n;
	if (!whatever && !str_is(c->role, "party") && !str_is(c->role, "owner"))
		return err_set(x->e, ERR_INVALID, "a party is \"party\" or \"owner\", not \"%.*s\"", STR_ARG(str_cut_utf8(c->role, 40)));
	struct json_builder b = json_object_of(x->a);
	json_put_str(&b, S("reason"), str_cut_utf8(str_trim(c->reason), REASON));
	json_put_str(&b, S("role"), c->role);
	json_set_str(&b, S("subject"), c->subject);
	x->p->detail = json_text(x->a, json_built(&b));
	if (x->p->kind->follows.n || x->p->kind->answers_to.n)
		return err_set(x->e, ERR_CONFLICT, "who takes part here follows from the record that it is about");
	if (str_is(x->p->kind->name, "case"))
		return err_set(x->e, ERR_CONFLICT, "who takes part in a case is asked in by the act \"participant.ask\", since an embargo may hold");
	/* Coordinators of the hub; whoever owns the record. */
	return allowed(x, ROLE_OWNER | ROLE_COORDINATOR, c->op == CHANGE_INVITE ? "inviting" : "dismissing");
}

static enum err_code prepare_act(struct preparing *x) {
	struct prepared *p = x->p;
	struct json_builder none = json_object_of(x->a);
	p->act = act_find(x->hub->acts, p->kind, x->c->act);
	p->args = x->c->args ? x->c->args : json_built(&none);
	if (!p->act)
		return err_set(x->e, ERR_INVALID, "a record of the kind %.*s knows no act \"%.*s\"", STR_ARG(p->kind->name),
			STR_ARG(str_cut_utf8(x->c->act, 60)));
	if (p->act->by_hub && !str_is(x->c->actor.name, "hub"))
		return err_set(x->e, ERR_FORBIDDEN, "\"%.*s\" is done by the hub itself alone", STR_ARG(p->act->name));
	enum err_code code = allowed(x, p->act->who, "this");
	if (!code) code = schema_check(p->act->schema, p->args, x->a, x->e);
	if (code == ERR_INVALID && x->c->told) schema_valid(p->act->schema, p->args, x->a, x->c->told);
	return code;
}

/* "/description", or the name itself. */
static enum err_code top_field(struct preparing *x, struct str pointer, struct str *out) {
	struct str name = str_from(pointer, str_starts(pointer, S("/")) ? 1 : 0);
	if (name.n && name.n <= 200 && str_utf8(name) && str_find_char(name, '/') == STR_NONE && str_find_char(name, '~') == STR_NONE)
		return *out = arena_str(x->a, name), ERR_OK;
	err_set(x->e, ERR_INVALID, "\"%.*s\" is no field that can be erased alone: a field is a name at the top of the record, such as /description; "
		"a part of one is changed by a new revision, and then the field erased", STR_ARG(str_cut_utf8(pointer, 100)));
	err_where(x->e, "/fields");
	return ERR_INVALID;
}

/* Where the kind asks for a text, one stands there that says nothing. */
static enum err_code take_field(struct preparing *x, struct strike *k, struct str name, bool valid, const struct json **body) {
	const struct json *without = json_with(x->a, *body, name, NULL), *said = json_get(*body, name);
	k->fields[k->n] = name;
	bool fits = !valid || !said || schema_valid(x->p->kind->schema, without, x->a, NULL);
	if (!fits) {
		without = json_with(x->a, *body, name, json_str(x->a, S(COMMITMENT_ERASED)));
		k->stays[k->n] = true;
		if (!json_is(said, JSON_STRING) || !schema_valid(x->p->kind->schema, without, x->a, NULL)) {
			err_set(x->e, ERR_INVALID, "a record of the kind %.*s needs /%.*s and takes no other text in its place: revise it first, so that it says what may stay, or erase the "
				"whole record", STR_ARG(x->p->kind->name), STR_ARG(name));
			err_where(x->e, "/fields");
			return ERR_INVALID;
		}
	}
	k->n++;
	*body = without;
	return ERR_OK;
}

static enum err_code prepare_strike(struct preparing *x) {
	struct prepared *p = x->p;
	struct strike *k = p->strike = arena_new_of(x->a, struct strike);
	const struct json *body;
	if (!k) return err_set(x->e, ERR_MEMORY, "out of memory");
	if (x->c->fields_n > STRIKE_FIELDS) return err_set(x->e, ERR_TOO_LARGE, "at most %d fields are erased at once", STRIKE_FIELDS);
	k->reason = str_trim(x->c->reason);
	k->basis = str_trim(x->c->basis);
	enum err_code code = store_body(x->hub, x->db, x->a, &p->base, &body, x->e);
	bool valid = !code && schema_valid(p->kind->schema, body, x->a, NULL);
	for (size_t i = 0; i < x->c->fields_n && !code; i++) {
		struct str name = STR_EMPTY;
		bool again = false;
		code = top_field(x, x->c->fields[i], &name);
		for (size_t j = 0; j < k->n; j++) again |= str_eq(k->fields[j], name);
		if (!code && !again) code = take_field(x, k, name, valid, &body);
	}
	if (!code) code = compute(x, body);
	if (code || !p->base.key_id.n) return code;
	code = take_key(x);
	k->key_id = p->key_id;
	return code ? code : store_strike_files(x->hub, x->db, &p->base, x->a, k, x->e);
}

static enum err_code prepare_erase(struct preparing *x) {
	struct str reason = str_trim(x->c->reason), basis = str_trim(x->c->basis);
	bool own = x->p->kind->answers_to.n && x->c->actor.name.n && str_eq(x->c->actor.name, x->p->base.created_by);
	if (!own && !(x->roles & (ROLE_COORDINATOR | ROLE_ADMINISTRATOR)))
		return err_set(x->e, ERR_FORBIDDEN, "erasing is for coordinators and for those who administer the hub");
	if (!reason.n || reason.n > REASON || !str_utf8(reason) || basis.n > REASON || !str_utf8(basis))
		return err_set(x->e, ERR_INVALID, "erasing needs a reason: text of 1 to %d bytes, which stays and must tell nothing of what goes", REASON);
	struct json_builder b = json_object_of(x->a);
	json_put_str(&b, S("basis"), basis);
	json_set_str(&b, S("reason"), reason);
	x->p->detail = json_text(x->a, json_built(&b));
	return x->c->fields_n ? prepare_strike(x) : ERR_OK;
}

static enum err_code prepare_reveal(struct preparing *x) {
	struct json_builder b = json_object_of(x->a), fields = json_array_of(x->a), of = json_object_of(x->a);
	struct sealed_version v;
	enum err_code code = reveal_read(x->hub, x->db, x->a, &x->p->base, x->c->version, &v, x->e);
	if (!code) code = reveal_check(x->hub, x->db, x->a, &x->p->base, &v, x->roles, x->c->actor.name, x->c->fields, x->c->fields_n, x->e);
	if (code) return code;
	for (size_t i = 0; i < x->c->fields_n; i++) json_add(&fields, json_str_checked(x->a, x->c->fields[i]));
	x->p->shown = json_built(&fields);
	json_set_str(&of, S("commitment"), entry_hex(x->a, sha256_str(&v.entry.commitment)));
	json_set_int(&of, S("leaf"), v.entry.leaf);
	x->p->of = json_built(&of);
	json_set(&b, S("fields"), x->p->shown);
	json_set(&b, S("of"), x->p->of);
	json_put_str(&b, S("reason"), str_cut_utf8(str_trim(x->c->reason), REASON));
	json_set_int(&b, S("version"), v.number);
	x->p->detail = json_text(x->a, json_built(&b));
	return ERR_OK;
}

enum err_code change_prepare(struct hub *h, struct db *db, const struct change *c, struct arena *a, struct prepared **out,
	struct err *e) {
	struct prepared *p = arena_new_of(a, struct prepared);
	if (!p) return err_set(e, ERR_MEMORY, "out of memory");
	struct preparing x = {h, db, c, a, p, e, c->actor.roles | ROLE_ANYONE};
	p->change = c;
	enum err_code code = c->op == CHANGE_CREATE ? ERR_OK : read_base(&x);
	if (code) return code;
	switch (c->op) {
	case CHANGE_CREATE: code = prepare_create(&x); break;
	case CHANGE_REVISE: code = prepare_revise(&x); break;
	case CHANGE_MOVE: code = prepare_move(&x); break;
	case CHANGE_LINK:
	case CHANGE_UNLINK:
		code = allowed(&x, p->kind->revise, "linking");
		if (!code) code = case_check_link(p->kind, x.roles, c->rel, e);
		if (!code) code = store_may_link(p->kind, c->rel, e);
		break;
	case CHANGE_COMMENT: code = prepare_comment(&x); break;
	case CHANGE_ATTACH: code = prepare_attach(&x); break;
	case CHANGE_INVITE:
	case CHANGE_DISMISS: code = prepare_party(&x); break;
	case CHANGE_ACT: code = prepare_act(&x); break;
	case CHANGE_ERASE: code = prepare_erase(&x); break;
	case CHANGE_REVEAL: code = prepare_reveal(&x); break;
	}
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "the change is too large");
	if (!code) *out = p;
	return code;
}

/* ---- writing ---- */

static enum err_code write_names(struct store *s, const struct stored *r, const struct prepared *p) {
	const struct change *c = p->change;
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < c->names_n && !code; i++)
		if (!store_hides(r) || str_is(c->names[i].role, "source")) code = store_name(s, r, c->names[i].role, c->names[i].name, !str_is(c->names[i].role, "key"));
	return code ? code : store_body_names(s, r, &p->projection);
}

static enum err_code write_links(struct store *s, const struct stored *r, const struct change *c, bool *changed) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < c->links_n && !code; i++) {
		code = store_link(s, r, c->links[i].rel, c->links[i].target, changed);
		if (!code) code = clock_follow_link(s, r, c->links[i].rel);
	}
	return code;
}

static void tell(struct change_result *out, const struct stored *r) {
	snprintf(out->uid, sizeof out->uid, "%.*s", STR_ARG(r->uid));
	snprintf(out->public_id, sizeof out->public_id, "%.*s", STR_ARG(r->public_id));
	snprintf(out->state, sizeof out->state, "%.*s", STR_ARG(r->state));
	out->record = r->id;
	out->revision = r->revision;
}

static struct str create_detail(struct store *s, const struct json *links) {
	if (!json_count(links)) return STR_EMPTY;
	struct json_builder b = json_object_of(s->a);
	json_set(&b, S("links"), links);
	return json_text(s->a, json_built(&b));
}

static enum err_code first_move(struct store *s, struct stored *r, const struct prepared *p) {
	r->state = p->state;
	enum err_code code = p->projection.is_public && !r->number.n ? store_number(s, r) : ERR_OK;
	if (!code) code = store_update_record(s, r);
	if (!code) code = store_event(s, r, "move", p->detail, NULL, NULL);
	return code ? code : store_public(s, r, &p->projection);
}

static enum err_code commit_create(struct store *s, const struct prepared *p, struct change_result *out) {
	const struct change *c = p->change;
	struct stored r;
	if (c->if_absent.n) {
		int64_t id;
		enum err_code code = store_resolve(s->db, s->a, c->if_absent, &id, s->e);
		if (!code) code = store_read(s->hub, s->db, s->a, id, &r, s->e);
		if (!code) tell(out, &r);
		if (code != ERR_NOT_FOUND) return code;
	}
	bool taken = false;
	enum err_code code = c->number.n ? store_number_taken(s, c->number, &taken) : ERR_OK;
	if (!code && taken) code = err_set(s->e, ERR_EXISTS, "%.*s is taken by another record", STR_ARG(c->number));
	/* The same organization or system may have been named by another source since this was prepared. */
	for (size_t i = 0; c->origin && i < c->names_n && !code; i++) {
		if (!str_is(c->names[i].role, "key")) continue;
		code = store_key_taken(s, c->names[i].name, &taken);
		if (!code && taken) code = err_set(s->e, ERR_CONFLICT, "%.*s became a record at the same moment", STR_ARG(c->names[i].name));
	}
	if (!code) code = store_new_record(s, c, p->kind, p->first.n ? p->first : p->state, p->key_id, &r);
	if (code) return code;
	r.updated = s->at;
	if (!code && c->organization.n) code = store_on_behalf(s, &r, c->organization);
	if (!code) code = store_revision(s, &r, &p->projection);
	if (!code && c->origin) code = store_origin(s, &r, c->origin, p->fetched, &p->fetched_digest);
	if (!code && c->number.n) {
		r.number = r.public_id = c->number;
		code = store_name(s, &r, S("number"), r.number, true);
	} else if (!code && p->projection.is_public && !p->projection.follows && !c->origin) {
		code = store_number(s, &r);
	}
	if (!code && r.number.n) code = store_update_record(s, &r);
	if (!code && c->receipt) code = receipt_put(s->db, c->receipt, r.id, s->e);
	if (!code && !p->first.n) code = store_public(s, &r, &p->projection);
	s->fresh = 0;
	/* A record and the links it came with are one event. */
	struct json_builder links = json_array_of(s->a);
	s->links = &links;
	if (!code) code = write_names(s, &r, p);
	if (!code) code = write_links(s, &r, c, NULL);
	if (!code) code = store_said_by(s, &r, c);
	s->links = NULL;
	if (!code) code = publication_follow(s, &r, p->projection.body);
	if (!code) code = clock_follow_body(s, &r, p->projection.body);
	if (!code) code = release_follow(s, &r, p->projection.body);
	if (!code) code = store_event(s, &r, "create", create_detail(s, json_built(&links)), NULL, &p->projection.digest);
	if (!code && p->first.n) code = first_move(s, &r, p);
	if (!code && !c->origin) code = clock_follow_state(s, &r);
	if (!code) code = dispute_filed(s, &r, c);
	if (!code) code = access_asked(s, &r, c);
	if (code) return code;
	out->changed = true;
	tell(out, &r);
	return ERR_OK;
}

/* What the preparation was made from must still be so. */
static enum err_code still(struct store *s, const struct prepared *p, struct stored *r) {
	enum err_code code = store_read(s->hub, s->db, s->a, p->base.id, r, s->e);
	if (code || (r->revision == p->base.revision && str_eq(r->state, p->base.state))) return code;
	return err_set(s->e, ERR_CONFLICT, "the record was changed by somebody else at the same moment: look again before you change it");
}

static enum err_code erase_files(struct store *s, const struct stored *r) {
	struct str *erased = arena_array(s->a, FILES_ERASED, sizeof *erased);
	size_t n = 0;
	if (!erased) return err_set(s->e, ERR_MEMORY, "out of memory");
	enum err_code code = store_erase_files(s, r, erased, FILES_ERASED, &n);
	for (size_t i = 0; i < n && !code; i++) json_add(s->erased, json_str(s->erased->a, arena_str(s->erased->a, erased[i])));
	return code;
}

static enum err_code commit_revise(struct store *s, const struct prepared *p, struct change_result *out) {
	const struct change *c = p->change;
	struct stored r;
	enum err_code code = still(s, p, &r);
	if (code) return code;
	bool body = memcmp(&p->before, &p->projection.digest, sizeof p->before) != 0;
	struct str visibility = json_count(p->visibility) ? json_canonical(s->a, p->visibility) : STR_EMPTY;
	bool rules = !str_eq(visibility, r.visibility), linked = false;
	if (body || rules) {
		r.revision++;
		r.visibility = visibility;
		code = store_revision(s, &r, &p->projection);
		if (!code) code = store_update_record(s, &r);
		if (!code) code = store_event(s, &r, "revise", p->detail, &p->before, &p->projection.digest);
		if (!code) code = store_public(s, &r, &p->projection);
		if (!code) code = store_forget_names(s, &r);
		if (!code) code = write_names(s, &r, p);
		if (!code) code = publication_follow(s, &r, p->projection.body);
		if (!code) code = clock_follow_body(s, &r, p->projection.body);
		if (!code) code = release_follow(s, &r, p->projection.body);
	}
	if (!code && p->refuses && body) code = erase_files(s, &r);
	if (!code && c->origin) code = store_origin(s, &r, c->origin, p->fetched, &p->fetched_digest);
	if (!code && c->names_n && !body && !rules) code = write_names(s, &r, p);
	if (!code) code = write_links(s, &r, c, &linked);
	if (code) return code;
	out->changed = body || rules || linked;
	tell(out, &r);
	return ERR_OK;
}

static enum err_code commit_move(struct store *s, const struct prepared *p, struct change_result *out) {
	struct stored r;
	enum err_code code = still(s, p, &r);
	if (code) return code;
	r.state = p->state;
	bool out_now = p->projection.is_public && !p->projection.follows;
	code = case_check_move(s, &r, p->change->move, out_now);
	if (!code && out_now) code = store_number(s, &r);
	if (!code) code = store_update_record(s, &r);
	if (!code) code = store_event(s, &r, "move", p->detail, NULL, NULL);
	if (!code) code = clock_follow_state(s, &r);
	if (!code) code = store_public(s, &r, &p->projection);
	if (!code) code = store_forget_names(s, &r);
	if (!code) code = write_names(s, &r, p);
	if (code) return code;
	out->changed = true;
	tell(out, &r);
	return ERR_OK;
}

static enum err_code commit_erase(struct store *s, const struct prepared *p, struct change_result *out) {
	struct stored r;
	enum err_code code = p->strike ? still(s, p, &r) : store_read(s->hub, s->db, s->a, p->base.id, &r, s->e);
	if (!code && r.erased) code = store_gone(&r, s->e);
	/* Encrypted anew with another key by somebody else: what was prepared is of the old one. */
	if (!code && p->strike && !str_eq(r.key_id, p->base.key_id)) code = err_set(s->e, ERR_CONFLICT, "the record was changed at the same moment: look again");
	if (!code) code = p->strike ? store_strike(s, &r, p->strike, &p->projection) : store_erase(s, &r, str_trim(p->change->basis), p->detail);
	if (code) return code;
	out->changed = true;
	tell(out, &r);
	return ERR_OK;
}

/* What was public and whose it was when it was prepared must be so still: an embargo may have begun since. */
static enum err_code commit_reveal(struct store *s, const struct prepared *p, struct change_result *out) {
	struct stored r;
	struct sealed_version v;
	struct str shown;
	unsigned roles = 0;
	enum err_code code = store_read(s->hub, s->db, s->a, p->base.id, &r, s->e);
	if (!code) code = store_roles(s->db, &r, s->actor, &roles, s->e);
	if (!code) code = reveal_read(s->hub, s->db, s->a, &r, p->change->version, &v, s->e);
	if (!code) code = reveal_check(s->hub, s->db, s->a, &r, &v, roles, s->actor.name, p->change->fields, p->change->fields_n, s->e);
	if (!code) code = store_event(s, &r, "reveal", p->detail, NULL, NULL);
	if (!code) code = reveal_public(s->db, s->a, &r, &shown, s->e);
	if (!code) code = ledger_note_reveal(s, &r, shown, p->shown, p->of);
	if (code) return code;
	out->changed = true;
	tell(out, &r);
	return ERR_OK;
}

static enum err_code commit_other(struct store *s, const struct prepared *p, struct change_result *out) {
	const struct change *c = p->change;
	struct stored r;
	enum err_code code = store_read(s->hub, s->db, s->a, p->base.id, &r, s->e);
	if (code) return code;
	if (c->op == CHANGE_LINK) {
		int64_t target; /* a person means a record that is there; only an importer may wait for one */
		code = store_known(s, c->target, &target);
		if (!code && target == r.id) code = err_set(s->e, ERR_INVALID, "a record can't be linked to itself");
		if (!code) code = store_link(s, &r, c->rel, c->target, &out->changed);
		if (!code) code = clock_follow_link(s, &r, c->rel);
	} else if (c->op == CHANGE_UNLINK) {
		int64_t target;
		code = store_known(s, c->target, &target);
		if (!code) code = store_unlink(s, &r, c->rel, c->target, &out->changed);
		if (!code) code = clock_follow_link(s, &r, c->rel);
	} else if (c->op == CHANGE_ATTACH) {
		code = store_may_attach(s, &r, p->attached.sha256);
		if (!code) code = store_attach(s, &r, &p->attached, (int64_t)c->bytes.n, p->audiences, p->detail, &out->changed);
	} else if (c->op == CHANGE_INVITE) {
		code = store_subject(s, c->subject);
		if (!code) code = store_invite(s, &r, c->subject, c->role, p->detail, &out->changed);
	} else if (c->op == CHANGE_DISMISS) {
		code = store_dismiss(s, &r, c->subject, c->role, p->detail, &out->changed);
	} else {
		code = store_message(s, &r, p->change, p->detail, p->audiences);
		out->changed = true;
	}
	if (!code) tell(out, &r);
	return code;
}

/* The event comes first, since rows name it, and goes again where nothing happened. */
static enum err_code commit_act(struct store *s, const struct prepared *p, struct change_result *out) {
	struct stored r;
	struct acting x = {.s = s, .act = p->act, .r = &r, .args = p->args, .detail = json_object_of(s->a), .audiences = p->act->audiences,
		.changed = true};
	enum err_code code = store_read(s->hub, s->db, s->a, p->base.id, &r, s->e);
	if (!code) code = store_roles(s->db, &r, s->actor, &x.roles, s->e);
	if (!code && !(x.roles & p->act->who)) code = err_set(s->e, ERR_FORBIDDEN, "you may not do that any more");
	if (!code) code = store_event_begin(s, &r, "act", &x.event);
	if (!code) code = p->act->fn(&x);
	if (!code && !x.changed) code = store_event_drop(s, x.event);
	if (!code && x.changed) {
		json_set_str(&x.detail, S("act"), p->act->name);
		json_set_int(&x.detail, S("audiences"), x.audiences);
		code = store_event_end(s, &r, x.event, "act", json_text(s->a, json_built(&x.detail)));
	}
	if (code) return code;
	out->changed = x.changed;
	tell(out, &r);
	return ERR_OK;
}

static enum err_code commit_one(struct store *s, const struct prepared *p, struct change_result *out) {
	switch (p->change->op) {
	case CHANGE_CREATE: return commit_create(s, p, out);
	case CHANGE_REVISE: return commit_revise(s, p, out);
	case CHANGE_MOVE: return commit_move(s, p, out);
	case CHANGE_LINK:
	case CHANGE_UNLINK:
	case CHANGE_COMMENT:
	case CHANGE_ATTACH:
	case CHANGE_INVITE:
	case CHANGE_DISMISS: return commit_other(s, p, out);
	case CHANGE_ACT: return commit_act(s, p, out);
	case CHANGE_ERASE: return commit_erase(s, p, out);
	case CHANGE_REVEAL: return commit_reveal(s, p, out);
	}
	return ERR_INTERNAL;
}

enum err_code store_apply(struct store *s, const struct change *c, struct change_result *out) {
	struct prepared *p;
	struct actor by = s->actor;
	*out = (struct change_result){0};
	enum err_code code = change_prepare(s->hub, s->db, c, s->a, &p, s->e);
	s->actor = c->actor;
	if (!code) code = commit_one(s, p, out);
	s->actor = by;
	return code;
}

struct commit {
	struct hub *hub;
	struct prepared *const *list;
	size_t n;
	struct change_result *results;
	struct arena *a;
	const struct json *erased; /* files whose bytes are to go */
};

enum { COMMIT_CAP = 256 << 20 };

static bool whole_failed(enum err_code code) {
	return code == ERR_STORAGE || code == ERR_BUSY || code == ERR_CORRUPT || code == ERR_MEMORY;
}

/* Each alone in a savepoint, or all in one: FTS5 writes out what it has gathered whenever a savepoint ends, so a savepoint for each of
 * many changes costs more than the changes. *failed: one was refused, and all must be taken back. */
static enum err_code commit_each(struct store *s, struct commit *c, bool alone, bool *failed, struct err *e) {
	for (size_t i = 0; i < c->n; i++) {
		struct change_result *r = &c->results[i];
		*r = (struct change_result){0};
		size_t mark = counts_mark(s->counts);
		s->actor = c->list[i]->change->actor;
		s->e = &r->err;
		enum err_code code = alone ? db_savepoint(s->db, e) : ERR_OK;
		if (code) return code;
		s->noted = (struct ledger_notes){0};
		r->code = commit_one(s, c->list[i], r);
		if (!r->code) r->code = ledger_write(s, r);
		if (!r->code && arena_failed(s->a)) r->code = err_set(&r->err, ERR_MEMORY, "the change is too large");
		arena_clear(s->a);
		if (whole_failed(r->code)) {
			if (e) *e = r->err;
			return r->code;
		}
		if (r->code) {
			r->changed = false;
			*failed = true;
			if (!alone) return ERR_OK;
			db_rollback_to(s->db);
			counts_back_to(s->counts, mark);
		} else if (alone && (code = db_release(s->db, e))) {
			return code;
		}
	}
	return ERR_OK;
}

static enum err_code commit_all(struct db *db, void *arg, struct err *e) {
	struct commit *c = arg;
	autoarena struct arena *a = arena_new(COMMIT_CAP);
	autoarena struct arena *kept = arena_new(COMMIT_CAP);
	if (!a || !kept) return err_set(e, ERR_MEMORY, "out of memory");
	struct store s = {.hub = c->hub, .db = db, .a = a, .counts = counts_new(kept), .at = now()};
	struct json_builder erased = json_array_of(c->a);
	s.erased = &erased;
	if (!s.counts) return err_set(e, ERR_MEMORY, "out of memory");
	bool failed = false;
	enum err_code code = db_savepoint(db, e);
	if (!code) code = commit_each(&s, c, false, &failed, e);
	if (code) return code;
	if (failed) {
		db_rollback_to(db);
		counts_back_to(s.counts, 0);
		if (c->n > 1) code = commit_each(&s, c, true, &failed, e);
	} else {
		code = db_release(db, e);
	}
	s.e = e;
	c->erased = json_built(&erased);
	return code ? code : counts_write(&s);
}

/* What was erased may name files that another change of the group, taken back, wanted gone: they are looked at again there. */
static enum err_code erase_bytes(struct hub *h, const struct json *list, struct err *e) {
	struct str names[FILES_ERASED];
	size_t n = 0;
	for (size_t i = 0; i < json_count(list) && n < FILES_ERASED; i++) names[n++] = json_string(json_at(list, i));
	return store_unlink_files(h, names, n, e);
}

enum err_code change_commit(struct hub *h, struct prepared *const *list, size_t n, struct change_result *results, struct err *e) {
	if (!n) return ERR_OK;
	autoarena struct arena *a = arena_new(1 << 20);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct commit c = {.hub = h, .list = list, .n = n, .results = results, .a = a};
	enum err_code code = writer_run(h->writer, commit_all, &c, e);
	return code || !json_count(c.erased) ? code : erase_bytes(h, c.erased, e);
}

enum err_code change_apply(struct hub *h, struct db *db, const struct change *c, struct change_result *result, struct err *e) {
	for (int attempt = 0;; attempt++) {
		autoarena struct arena *a = arena_new(COMMIT_CAP);
		if (!a) return err_set(e, ERR_MEMORY, "out of memory");
		struct prepared *p;
		enum err_code code = change_prepare(h, db, c, a, &p, e);
		if (!code) code = change_commit(h, &p, 1, result, e);
		if (code) return code;
		if (result->code == ERR_CONFLICT && !c->expected && attempt < ATTEMPTS && (c->op == CHANGE_REVISE || c->op == CHANGE_MOVE || c->op == CHANGE_ATTACH ||
				c->op == CHANGE_ERASE)) continue;
		if (result->code && e) *e = result->err;
		return result->code;
	}
}
