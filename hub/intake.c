#include "intake.h"

#include "hub/attachment.h"
#include "hub/fold.h"
#include "hub/fold.h"
#include "hub/search.h"

enum { CLEANED = 8 };

/* ---- ways ---- */

static const char *const ways[] = {"", "name", "pseudonym", "anonymous"};

enum intake_how intake_how_of(struct str name) {
	for (size_t i = 1; i < lengthof(ways); i++)
		if (str_is(name, ways[i])) return (enum intake_how)i;
	return INTAKE_NONE;
}

const char *intake_how_name(enum intake_how how) {
	return ways[how];
}

const struct str *intake_withheld(enum intake_how how) {
	static const struct str none[] = {{"", 0}};
	static const struct str anonymous[] = {S_INIT("/reporter/name"), S_INIT("/reporter/email"), S_INIT("/reporter/phone"), S_INIT("/reporter/other"),
		S_INIT("/reporter/organization"), S_INIT("/reporter/share_contact"), {"", 0}};
	return how == INTAKE_ANONYMOUS ? anonymous : none;
}

/* ---- the body ---- */

static const struct kind *report_kind(const struct hub *h) {
	return kind_find(h->kinds, S("report"));
}

bool intake_refuses_files(const struct hub *h, struct arena *a, const struct json *body, struct str *reason) {
	const struct kind *k = report_kind(h);
	if (!k || !k->refuse_files || !schema_valid(k->refuse_files, body, a, NULL)) return false;
	if (reason) *reason = k->refuse_files_reason;
	return true;
}

static const struct json *answer(const struct json *body, const char *name) {
	return json_get(json_get_lit(body, "classification"), str_of(name));
}

/* The table of the report form: harm done, malicious actor → type. */
struct str intake_type(const struct json *body) {
	static const char *const types[2][2] = {{"hazard", "vulnerability"}, {"real-world-incident", "security-incident"}};
	const struct json *harm = answer(body, "real_world_harm"), *actor = answer(body, "malicious_actor");
	if (!json_is(harm, JSON_BOOL) || !json_is(actor, JSON_BOOL)) return json_string(answer(body, "type"));
	return str_of(types[harm->boolean][actor->boolean]);
}

static const struct json *with_type(struct arena *a, const struct json *body) {
	struct str type = intake_type(body);
	return type.n ? json_with_pointer(a, body, S("/classification/type"), json_str(a, type)) : body;
}

/* What the schema says may not stand here at all, for the answers that were given. */
static const struct json *without_forbidden(const struct kind *k, struct arena *a, const struct json *body) {
	for (int i = 0; k && i < CLEANED; i++) {
		struct schema_errors errors = {0};
		bool changed = false;
		if (schema_valid(k->schema, body, a, &errors)) return body;
		/* From the end, so that items of arrays keep their places. */
		for (size_t j = errors.n; j > 0; j--) {
			const struct schema_error *one = &errors.items[j - 1];
			if (!str_is(one->keyword, "false") || !json_pointer(body, one->instance)) continue;
			body = json_with_pointer(a, body, one->instance, NULL);
			changed = true;
		}
		if (!changed) return body;
	}
	return body;
}

const struct json *intake_clean(const struct hub *h, struct arena *a, enum intake_how how, const struct json *body) {
	for (const struct str *p = intake_withheld(how); p->n; p++)
		if (json_pointer(body, *p)) body = json_with_pointer(a, body, *p, NULL);
	if (json_is(json_get_lit(body, "reporter"), JSON_OBJECT) && !json_count(json_get_lit(body, "reporter"))) body = json_with(a, body, S("reporter"), NULL);
	return without_forbidden(report_kind(h), a, with_type(a, body));
}

static enum err_code refuse_at(struct err *e, struct str where, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "%.*s", STR_ARG(where));
	return ERR_INVALID;
}

static enum err_code check_finder(const struct intake *in, struct err *e) {
	for (const struct str *p = intake_withheld(in->how); p->n; p++)
		if (json_pointer(in->body, *p))
			return refuse_at(e, *p, "an anonymous report says nothing of who you are or how you are reached; send it by pseudonym, or leave this out");
	if (in->how == INTAKE_PSEUDONYM && !str_trim(json_string(json_pointer(in->body, S("/reporter/name")))).n)
		return refuse_at(e, S("/reporter/name"), "a pseudonymous report needs the name that you want to be known by");
	return ERR_OK;
}

static enum err_code check_files(const struct hub *h, const struct intake *in, struct arena *a, struct err *e) {
	struct str reason = STR_EMPTY;
	if (in->files_n && intake_refuses_files(h, a, in->body, &reason)) return err_set(e, ERR_FORBIDDEN, "%.*s", STR_ARG(reason));
	if (in->files_n > INTAKE_FILES) return err_set(e, ERR_TOO_LARGE, "a report is sent with at most %d files; more can be added afterwards", INTAKE_FILES);
	for (size_t i = 0; i < in->files_n; i++) {
		enum err_code code = attachment_check(in->files[i].name, in->files[i].media_type, in->files[i].bytes, e);
		if (code) return code;
	}
	return ERR_OK;
}

/* ---- sending ---- */

/* Records that the sender may know of; a name that leads to none is refused rather than left to become one. */
static enum err_code find_links(const struct disclosing *d, struct str rel, const char *kind, const struct str *names, size_t n, struct change_link *out,
	struct err *e) {
	for (size_t i = 0; i < n; i++) {
		struct disclosed r;
		enum err_code code = disclose_record(d, names[i], &r, e);
		if (code == ERR_NOT_FOUND || (!code && kind[0] && !str_is(r.line.kind->name, kind)))
			return err_set(e, ERR_INVALID, "there is no %s called \"%.*s\" here; leave it out, its name in the text is enough", kind[0] ? kind : "record",
				STR_ARG(str_cut_utf8(names[i], 100)));
		if (code) return code;
		out[i] = (struct change_link){rel, r.line.uid};
	}
	return ERR_OK;
}

static enum err_code find_all_links(const struct intake *in, struct hub *h, struct db *db, struct arena *a, struct change *c, struct err *e) {
	struct disclosing d = {h, db, viewer_public, a};
	if (in->how == INTAKE_NAMED) d.viewer = (struct viewer){in->actor.name, in->actor.roles};
	if (in->systems_n > INTAKE_SYSTEMS || in->same_n > INTAKE_SYSTEMS) return err_set(e, ERR_TOO_LARGE, "a report may name at most %d systems", INTAKE_SYSTEMS);
	struct change_link *links = arena_array(a, in->systems_n + in->same_n + 1, sizeof *links);
	if (!links) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = find_links(&d, S("affects"), "system", in->systems, in->systems_n, links, e);
	if (!code) code = find_links(&d, S("related-to"), "", in->same, in->same_n, links + in->systems_n, e);
	c->links = links;
	c->links_n = in->systems_n + in->same_n;
	return code;
}

static struct str what_is_sent(const struct intake *in, struct arena *a) {
	struct json_builder systems = json_array_of(a), all = json_object_of(a);
	for (size_t i = 0; i < in->systems_n; i++) json_add(&systems, json_str_checked(a, in->systems[i]));
	json_set(&all, S("body"), in->body);
	json_set_str(&all, S("how"), str_of(intake_how_name(in->how)));
	json_set(&all, S("systems"), json_built(&systems));
	return json_canonical(a, json_built(&all));
}

static void attach_all(struct hub *h, struct db *db, const struct intake *in, struct actor actor, struct intake_sent *out) {
	for (size_t i = 0; i < in->files_n; i++) {
		const struct intake_file *f = &in->files[i];
		struct change c = {.op = CHANGE_ATTACH, .actor = actor, .record = str_of(out->uid), .file_name = f->name, .media_type = f->media_type,
			.bytes = f->bytes, .audiences = COORDINATORS | PARTIES};
		struct change_result result;
		struct err e = {0};
		if (!change_apply(h, db, &c, &result, &e)) out->files++;
		else if (!out->trouble.code) out->trouble = e;
	}
}

static enum err_code send_named(struct hub *h, struct db *db, const struct intake *in, struct change *c, struct intake_sent *out, struct err *e) {
	struct change_result result;
	enum err_code code = change_apply(h, db, c, &result, e);
	if (code) return code;
	memcpy(out->uid, result.uid, sizeof out->uid);
	out->sealed = result.sealed;
	attach_all(h, db, in, c->actor, out);
	return ERR_OK;
}

static enum err_code choose_code(struct hub *h, const struct intake *in, struct receipt_code *code, struct err *e) {
	if (in->code) return *code = *in->code, ERR_OK;
	if (in->once.n) return receipt_of_request(h, in->once, code, e);
	*code = receipt_make();
	return ERR_OK;
}

static enum err_code send_with_receipt(struct hub *h, struct db *db, const struct intake *in, struct change *c, struct arena *a,
	struct intake_sent *out, struct err *e) {
	struct receipt_code code;
	struct receipt_row row;
	struct receipt before;
	struct change_result result = {0};
	struct str sent = what_is_sent(in, a);
	enum err_code failed = choose_code(h, in, &code, e);
	if (failed) return failed;
	for (int attempt = 0;; attempt++) {
		failed = receipt_row_for(h, db, &code, sent, a, &row, &before, e);
		if (failed && failed != ERR_EXISTS) return failed;
		if (failed) break;
		c->receipt = &row;
		c->actor = (struct actor){str_of(row.subject), ROLE_ANYONE};
		failed = change_apply(h, db, c, &result, e);
		if (failed != ERR_EXISTS || attempt) break; /* the same came twice at once: look again */
	}
	receipt_text(&code, out->receipt);
	memcpy(out->subject, failed == ERR_EXISTS ? before.subject : row.subject, sizeof out->subject);
	if (failed == ERR_EXISTS && before.record.n) {
		snprintf(out->uid, sizeof out->uid, "%.*s", STR_ARG(before.record));
		out->again = receipt_same(&before, &row);
		out->differs = !out->again;
		return ERR_OK;
	}
	if (failed) return failed;
	memcpy(out->uid, result.uid, sizeof out->uid);
	out->sealed = result.sealed;
	attach_all(h, db, in, c->actor, out);
	return ERR_OK;
}

enum err_code intake_send(struct hub *h, struct db *db, const struct intake *given, struct arena *a, struct intake_sent *out, struct err *e) {
	struct intake in = *given;
	struct intake_sent sent = {.uid = ""};
	if (!report_kind(h)) return err_set(e, ERR_UNSUPPORTED, "this hub takes no reports");
	in.body = with_type(a, in.body);
	struct change c = {.op = CHANGE_CREATE, .actor = in.actor, .kind = S("report"), .body = in.body, .move = S("submit")};
	enum err_code code = in.how == INTAKE_NONE ? err_set(e, ERR_INVALID, "say how you report: by name, pseudonym or anonymous") : ERR_OK;
	if (!code && in.how == INTAKE_NAMED && !in.actor.name.n) code = err_set(e, ERR_FORBIDDEN, "to report by name, sign in");
	if (!code) code = check_finder(&in, e);
	if (!code) code = check_files(h, &in, a, e);
	if (!code) code = find_all_links(&in, h, db, a, &c, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "the report is too large");
	if (!code) code = in.how == INTAKE_NAMED ? send_named(h, db, &in, &c, &sent, e) : send_with_receipt(h, db, &in, &c, a, &sent, e);
	if (code == ERR_INVALID && in.told) schema_valid(report_kind(h)->schema, in.body, a, in.told);
	if (!code) *out = sent;
	return code;
}

/* ---- what is there already ---- */

/* A name that somebody gave it stands in its title: some word of three letters is in both. */
static bool is_named(struct arena *a, struct str title, struct str name) {
	autobuf struct buf theirs = BUF(4000), ours = BUF(4000);
	buf_add_char(&theirs, ' ');
	fold_words(&theirs, str_cut_utf8(title, 500));
	fold_words(&ours, str_cut_utf8(name, 500));
	struct str rest = buf_str(&ours), word;
	while (rest.n && str_split(&rest, ' ', &word))
		if (word.n >= 3 && str_find(buf_str(&theirs), arena_fmt(a, " %.*s ", STR_ARG(word))) != STR_NONE) return true;
	return false;
}

enum err_code intake_systems(const struct disclosing *d, struct str name, struct glimpse out[INTAKE_HITS], size_t *n, struct err *e) {
	struct list_filter filter = {S("kind"), S("system")};
	struct search_request request = {.query = str_cut_utf8(str_trim(name), 200), .filters = &filter, .filters_n = 1, .limit = 4 * INTAKE_HITS};
	struct search_result found = {0};
	*n = 0;
	if (!request.query.n) return ERR_OK;
	enum err_code code = disclose_search(d, &request, &found, e);
	if (code) return code == ERR_INVALID ? ERR_OK : code;
	for (size_t i = 0; i < found.n && *n < INTAKE_HITS; i++)
		if (is_named(d->a, found.items[i].line.headline, name)) out[(*n)++] = found.items[i].line;
	return ERR_OK;
}
