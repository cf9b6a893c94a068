/* The first half of a change: it is checked and what it will write is worked out, outside the writer. */
#include <pthread.h>
#include <zstd.h>

#include "hub/access/access.h"
#include "hub/case/case.h"
#include "hub/change_prepared.h"
#include "hub/copied.h"
#include "hub/receipt.h"
#include "hub/redaction.h"
#include "hub/release/release.h"

enum { COMMENT = 20000, REASON = 2000 };

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
	if (x->p->base.struck.n && !(x->c->copied && copied_without(x->a, x->c->body, x->p->base.struck))) return ERR_OK; /* the form that came holds what was erased: it is not kept again */
	x->p->fetched = arena_str(x->a, str_n(to, n));
	x->p->fetched_digest = sha256(o->fetched);
	return ERR_OK;
}

static enum err_code check_schema(struct preparing *x, const struct json *body) {
	if (x->c->copied) return copied_check(x->a, x->p->kind, body, x->e);
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
	if (!code && c->copied) code = json_parse(x->a, S(COPIED_RULES), NULL, &p->visibility, x->e);
	if (!code) code = check_rules(x);
	if (!code) code = case_check_body(p->kind, x->roles, NULL, body, x->e);
	if (!code && !c->copied) code = release_check_body(p->kind, NULL, body, c, x->e);
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
	if (!code) code = store_may_change(&p->base, x->c, x->e);
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
	*body = x->c->body ? x->c->body : old;
	if (x->c->origin || x->c->copied) return keep_struck(x, old, body);
	enum err_code code = own.n ? json_parse(x->a, own, NULL, &rules, x->e) : ERR_OK;
	if (!code) code = visibility_override(x->a, x->p->kind->visibility, rules, &v, x->e);
	return code ? code : visibility_restore(x->a, v, old, x->c->body, store_audiences(&x->p->base, x->roles), body, x->e);
}

/* What was published is not changed without a word. Importers bring their source's own history. */
static enum err_code check_amendment(struct preparing *x, const struct json *old, const struct json *body) {
	const struct prepared *p = x->p;
	if (!p->kind->amend_note || !p->base.is_public || x->c->origin || x->c->copied || str_trim(x->c->reason).n) return ERR_OK;
	if (json_equal(old, body) && !x->c->visibility) return ERR_OK;
	err_set(x->e, ERR_INVALID, "this is public: say in a note why it is amended");
	err_where(x->e, "note");
	return ERR_INVALID;
}

static enum err_code prepare_revise(struct preparing *x) {
	struct prepared *p = x->p;
	const struct json *old, *body;
	enum err_code code = x->c->copied ? copied_move(x->a, p->kind, &p->state, x->c->state, &p->moved, x->e) : allowed(x, p->kind->revise, "revising");
	if (!code) code = store_body(x->hub, x->db, x->a, &p->base, &old, x->e);
	if (!code) code = put_back_hidden(x, old, &body);
	if (!code) code = store_says(x->hub, x->db, x->a, p->kind, x->c, old, body, &body, x->e);
	if (!code) code = check_schema(x, body);
	if (!code) code = check_amendment(x, old, body);
	if (!code) code = check_rules(x);
	if (!code) code = case_check_body(p->kind, x->roles, old, body, x->e);
	if (!code && !x->c->copied) code = release_check_body(p->kind, old, body, x->c, x->e);
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
