/* The hub that a report goes to: a folder on this machine, or another's address. Both ways end in hub/intake.h. */
#include "report.h"

#include "desk/api/receipt_json.h"
#include "desk/intake/pages.h"
#include "hub/attachment.h"
#include "hub/message.h"
#include "hub/net.h"

enum { MESSAGES = 200 };

bool report_is_remote(const struct cli *c) {
	struct str where = str_of(c->dir);
	return str_starts(where, S("https://")) || str_starts(where, S("http://"));
}

static enum err_code open_hub(struct cli *c, struct err *e) {
	if (c->hub) return ERR_OK;
	enum err_code code = hub_open(&c->hub, c->dir, e);
	return code ? code : hub_reader(c->hub, &c->db, e);
}

/* ---- elsewhere ---- */

struct calling {
	const char *method;
	struct str path, body, type, receipt, once;
	bool by_name;
};

static enum err_code told(struct arena *a, const struct net_answer *answer, const struct json **out, struct err *e) {
	static const struct { int status; enum err_code code; } codes[] = {{401, ERR_FORBIDDEN}, {403, ERR_FORBIDDEN}, {404, ERR_NOT_FOUND}, {409, ERR_CONFLICT},
		{413, ERR_TOO_LARGE}, {415, ERR_UNSUPPORTED}, {422, ERR_INVALID}, {400, ERR_INVALID}, {429, ERR_BUSY}, {503, ERR_BUSY}};
	const struct json *v = NULL;
	if (json_parse(a, answer->body, NULL, &v, NULL)) return err_set(e, ERR_UNSUPPORTED, "what answers at this address is no hub (status %d)", answer->status);
	if (answer->status < 300) return *out = v, ERR_OK;
	enum err_code code = ERR_UNSUPPORTED;
	for (size_t i = 0; i < lengthof(codes); i++)
		if (codes[i].status == answer->status) code = codes[i].code;
	const struct json *first = json_at(json_get_lit(v, "errors"), 0);
	struct str where = json_get_str(first, S("pointer")), words = json_get_str(v, S("detail"));
	if (json_get_str(first, S("detail")).n) words = json_get_str(first, S("detail"));
	err_set(e, code, "%.*s", STR_ARG(str_cut_utf8(words.n ? words : json_get_str(v, S("title")), 400)));
	if (str_starts(where, S("/body/"))) where = str_from(where, 5);
	err_where(e, "%.*s", STR_ARG(where));
	return code;
}

static enum err_code call(struct cli *c, const struct calling *k, const struct json **out, struct err *e) {
	struct net_header headers[6];
	size_t n = 0;
	struct net_answer answer;
	const char *token = getenv("POLDER_TOKEN");
	struct str base = str_of(c->dir);
	while (base.n && base.p[base.n - 1] == '/') base.n--;
	headers[n++] = (struct net_header){S("Accept"), S("application/json")};
	if (k->type.n) headers[n++] = (struct net_header){S("Content-Type"), k->type};
	if (k->receipt.n) headers[n++] = (struct net_header){S("Receipt"), k->receipt};
	if (k->once.n) headers[n++] = (struct net_header){S("Idempotency-Key"), k->once};
	if (k->by_name && token && token[0]) headers[n++] = (struct net_header){S("Authorization"), arena_fmt(c->a, "Bearer %s", token)};
	struct net_fetch f = {.url = arena_cat(c->a, base, k->path), .method = str_of(k->method), .headers = headers, .headers_n = n, .body = k->body, .allow_http = true};
	enum err_code code = net_fetch(c->a, &f, &answer, e);
	return code ? code : told(c->a, &answer, out, e);
}

static struct str query_name(struct arena *a, struct str name) {
	autobuf struct buf out = BUF(2000);
	for (size_t i = 0; i < name.n; i++) {
		unsigned char b = (unsigned char)name.p[i];
		bool plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '.' || b == '-' || b == '_';
		if (plain) buf_add_char(&out, (char)b);
		else buf_fmt(&out, "%%%02X", b);
	}
	return arena_str(a, buf_str(&out));
}

static enum err_code attach_there(struct cli *c, struct str code, const struct report_file *file, struct err *e) {
	const struct json *v;
	if (!str_utf8(file->bytes)) return err_set(e, ERR_UNSUPPORTED, "%s: to another hub only files of text can be sent from here; add it on the page /receipt", file->path);
	struct calling k = {.method = "POST", .path = arena_cat(c->a, S("/api/v1/receipt/files?name="), query_name(c->a, file->name)), .body = file->bytes,
		.type = attachment_media_type(file->name), .receipt = code};
	return call(c, &k, &v, e);
}

static enum err_code send_there(struct cli *c, const struct report_sending *s, struct report_sent *out, struct err *e) {
	struct json_builder b = json_object_of(c->a), systems = json_array_of(c->a);
	const struct json *v;
	for (size_t i = 0; i < s->systems_n; i++) json_add(&systems, json_str_checked(c->a, s->systems[i]));
	json_set_str(&b, S("how"), str_of(intake_how_name(s->how)));
	json_set(&b, S("body"), s->body);
	json_put(&b, S("systems"), json_built(&systems));
	struct calling k = {.method = "POST", .path = S("/api/v1/reports"), .body = json_text(c->a, json_built(&b)), .type = S("application/json"), .once = s->once,
		.by_name = s->how == INTAKE_NAMED};
	enum err_code code = call(c, &k, &v, e);
	if (code) return code;
	*out = (struct report_sent){.id = json_get_str(v, S("id")), .receipt = json_get_str(v, S("receipt")), .again = json_true(json_get_lit(v, "again"))};
	for (size_t i = 0; i < s->files_n && !out->again; i++) {
		struct err why = {0};
		if (!out->receipt.n) out->trouble = S("files are added by name on the report's own page");
		else if (attach_there(c, out->receipt, &s->files[i], &why)) out->trouble = arena_str(c->a, str_of(why.message));
	}
	return ERR_OK;
}

/* ---- here ---- */

static enum err_code send_here(struct cli *c, const struct report_sending *s, struct report_sent *out, struct err *e) {
	struct intake_file *files = arena_array(c->a, s->files_n + 1, sizeof *files);
	struct intake_sent sent;
	if (!files) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < s->files_n; i++) files[i] = (struct intake_file){s->files[i].name, attachment_media_type(s->files[i].name), s->files[i].bytes};
	struct intake in = {.how = s->how, .actor = cli_actor(c), .body = s->body, .files = files, .files_n = s->files_n, .systems = s->systems,
		.systems_n = s->systems_n, .once = s->once};
	enum err_code code = open_hub(c, e);
	if (!code) code = intake_send(c->hub, c->db, &in, c->a, &sent, e);
	if (code) return code;
	*out = (struct report_sent){.id = arena_str(c->a, str_of(sent.uid)), .receipt = arena_str(c->a, str_of(sent.receipt)), .again = sent.again || sent.differs};
	if (sent.trouble.code) out->trouble = arena_str(c->a, str_of(sent.trouble.message));
	return ERR_OK;
}

enum err_code report_send(struct cli *c, const struct report_sending *s, struct report_sent *out, struct err *e) {
	return report_is_remote(c) ? send_there(c, s, out, e) : send_here(c, s, out, e);
}

/* ---- following ---- */

struct following {
	struct receipt receipt;
	struct disclosing d;
	struct disclosed r;
};

static enum err_code follow(struct cli *c, struct str typed, struct following *f, struct err *e) {
	struct receipt_code code;
	enum err_code failed = receipt_parse(typed, &code, e);
	if (!failed) failed = open_hub(c, e);
	if (!failed) failed = receipt_find(c->hub, c->db, &code, c->a, &f->receipt, e);
	if (!failed && !f->receipt.record.n) failed = err_set(e, ERR_NOT_FOUND, "there is no report with this receipt code");
	if (failed) return failed;
	f->d = (struct disclosing){c->hub, c->db, receipt_viewer(&f->receipt), c->a};
	return disclose_record(&f->d, f->receipt.record, &f->r, e);
}

static enum err_code status_here(struct cli *c, struct str code, const struct json **out, struct err *e) {
	struct following f;
	struct message *messages;
	size_t n;
	bool more;
	enum err_code failed = follow(c, code, &f, e);
	if (!failed) failed = disclose_messages(&f.d, &f.r, &(struct message_request){.limit = MESSAGES}, &messages, &n, &more, e);
	if (failed) return failed;
	autobuf struct buf text = BUF(16 << 20);
	struct json_writer w = json_writer(&text);
	const struct json *more_of_it;
	jw_object(&w);
	failed = receipt_more_json(&w, &f.d, &f.r, e);
	jw_object_end(&w);
	if (!failed) failed = json_parse(c->a, buf_str(&text), NULL, &more_of_it, e);
	if (failed) return failed;
	struct json_builder b = json_object_of(c->a), list = json_array_of(c->a);
	for (size_t i = 0; i < n; i++) {
		struct json_builder m = json_object_of(c->a);
		json_set_int(&m, S("id"), messages[i].id);
		json_set_str(&m, S("at"), moment_str(c->a, messages[i].at));
		json_set_str(&m, S("author_name"), messages[i].author_name);
		json_set_str(&m, S("text"), messages[i].text);
		json_set_bool(&m, S("own"), messages[i].own);
		json_set_bool(&m, S("unread"), messages[i].unread);
		json_add(&list, json_built(&m));
	}
	json_set_str(&b, S("id"), f.r.line.uid);
	json_set_str(&b, S("state"), f.r.line.state->name);
	const struct intake_step *step = intake_step_of(f.r.line.state);
	json_set_str(&b, S("title"), str_of(step->title));
	json_set_str(&b, S("now"), step->now[0] ? str_of(step->now) : f.r.line.state->description);
	json_set_str(&b, S("next"), str_of(step->next));
	json_set(&b, S("body"), f.r.body);
	json_set(&b, S("messages"), json_built(&list));
	json_set(&b, S("cases"), json_get_lit(more_of_it, "cases"));
	json_set(&b, S("disputes"), json_get_lit(more_of_it, "disputes"));
	*out = json_built(&b);
	return arena_failed(c->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

enum err_code report_status(struct cli *c, struct str code, const struct json **out, struct err *e) {
	if (!report_is_remote(c)) return status_here(c, code, out, e);
	return call(c, &(struct calling){.method = "GET", .path = S("/api/v1/receipt"), .receipt = code}, out, e);
}

enum err_code report_receipt(struct cli *c, struct str code, const struct json **out, struct err *e) {
	struct following f;
	if (report_is_remote(c)) return call(c, &(struct calling){.method = "GET", .path = S("/api/v1/receipt/file"), .receipt = code}, out, e);
	enum err_code failed = follow(c, code, &f, e);
	return failed ? failed : disclose_receipt(&f.d, &f.r, 0, out, e);
}

static enum err_code change_here(struct cli *c, struct str code, struct change *change, struct err *e) {
	struct following f;
	struct change_result result;
	enum err_code failed = follow(c, code, &f, e);
	if (failed) return failed;
	change->actor = receipt_actor(&f.receipt);
	change->record = f.receipt.record;
	return change_apply(c->hub, c->db, change, &result, e);
}

static enum err_code post_there(struct cli *c, struct str code, const char *path, const struct json *body, struct err *e) {
	const struct json *v;
	struct calling k = {.method = "POST", .path = str_of(path), .body = json_text(c->a, body), .type = S("application/json"), .receipt = code};
	return call(c, &k, &v, e);
}

enum err_code report_message(struct cli *c, struct str code, struct str text, struct err *e) {
	struct json_builder b = json_object_of(c->a);
	if (!str_utf8(text)) return err_set(e, ERR_INVALID, "a message is text in UTF-8");
	json_set_str(&b, S("text"), text);
	struct change change = {.op = CHANGE_COMMENT, .reason = text, .audiences = OWNER | COORDINATORS};
	return report_is_remote(c) ? post_there(c, code, "/api/v1/receipt/messages", json_built(&b), e) : change_here(c, code, &change, e);
}

enum err_code report_withdraw(struct cli *c, struct str code, struct str reason, struct err *e) {
	struct json_builder b = json_object_of(c->a);
	if (!str_utf8(reason)) return err_set(e, ERR_INVALID, "a reason is text in UTF-8");
	json_set_str(&b, S("move"), S("withdraw"));
	json_set_str(&b, S("reason"), reason);
	struct change change = {.op = CHANGE_MOVE, .move = S("withdraw"), .reason = reason};
	return report_is_remote(c) ? post_there(c, code, "/api/v1/receipt/moves", json_built(&b), e) : change_here(c, code, &change, e);
}

enum err_code report_attach(struct cli *c, struct str code, const struct report_file *file, struct err *e) {
	struct change change = {.op = CHANGE_ATTACH, .file_name = file->name, .media_type = attachment_media_type(file->name), .bytes = file->bytes,
		.audiences = COORDINATORS | PARTIES};
	return report_is_remote(c) ? attach_there(c, code, file, e) : change_here(c, code, &change, e);
}
