/* What the log is, how it stands, and what it says of one record. */
#include "pages.h"

#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "log.t.h"

enum { NEWEST = 20, OF_RECORD = 200 };

static struct log_line line_from(const struct disclosing *d, const struct json *item) {
	const struct json *said = json_get_lit(item, "statement");
	struct str uid = json_get_str(said, S("record")), at = json_get_str(said, S("at"));
	struct log_line l = {.what = statement_words(d->a, json_get_str(item, S("type"))), .datetime = at, .when = at, .name = disclose_public_name(d->db, d->a, uid),
		.state = value_words(d->a, json_get_str(said, S("state"))), .leaf = number_words(d->a, json_integer(json_get_lit(item, "leaf"), 0)),
		.root = json_get_str(said, S("root"))};
	const struct json *fields = json_get_lit(said, "fields");
	for (size_t i = 0; i < json_count(fields); i++)
		l.what = arena_fmt(d->a, "%.*s%s%.*s", STR_ARG(l.what), i ? ", " : ": ", STR_ARG(json_string(json_at(fields, i))));
	moment t;
	if (moment_parse(at, &t)) l.when = moment_words(d->a, t);
	if (str_eq(l.state, l.what)) l.state = STR_EMPTY;
	if (!str_eq(l.name, uid)) l.href = arena_cat(d->a, S("/r/"), uid);
	return l;
}

static const struct log_line *lines_from(const struct disclosing *d, const struct json *const *items, size_t n) {
	struct log_line *lines = arena_array(d->a, n + 1, sizeof *lines);
	for (size_t i = 0; lines && i < n; i++) lines[i] = line_from(d, items[i]);
	return lines;
}

/* Before the log begins its size is 0. */
static enum err_code head_of(const struct disclosing *d, struct ledger_signed *out, struct err *e) {
	*out = (struct ledger_signed){0};
	enum err_code code = ledger_signed(d->hub, d->a, out, e);
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

/* Receipts of before are by the keys of before. */
static enum err_code fill_keys(const struct disclosing *d, struct log_page *page, struct err *e) {
	struct tlog_key *keys;
	struct ledger_key_status s;
	size_t n;
	enum err_code code = ledger_keys(d->db, d->a, &keys, &n, e);
	if (!code) code = ledger_key_status(d->hub, d->db, d->a, &s, e);
	if (code || !n) return code;
	struct str *before = arena_array(d->a, n, sizeof *before);
	if (!before) return err_set(e, ERR_MEMORY, "out of memory");
	page->key = tlog_key_text(d->a, &keys[0]);
	for (size_t i = 1; i < n; i++) before[page->before_n++] = tlog_key_text(d->a, &keys[i]);
	page->before = before;
	if (s.before.n) page->signs_too = moment_words(d->a, s.until);
	return ERR_OK;
}

static enum err_code fill_witnesses(const struct disclosing *d, struct log_page *page, struct err *e) {
	struct cosign_status s;
	enum err_code code = cosign_status(d->hub, d->db, d->a, &s, e);
	struct log_witness_line *lines = arena_array(d->a, s.n + 1, sizeof *lines);
	if (code || !lines) return code ? code : err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < s.n; i++) {
		const struct cosign_witness *w = &s.items[i];
		lines[i] = (struct log_witness_line){.name = w->witness->key.name, .key = w->witness->text, .href = w->witness->url, .newest = w->newest, .refuses = w->refused != 0};
		if (!w->size) continue;
		lines[i].size = number_words(d->a, (int64_t)w->size);
		lines[i].when = moment_words(d->a, w->at);
		lines[i].datetime = moment_str(d->a, w->at);
	}
	page->witnesses = lines;
	page->witnesses_n = s.n;
	page->quorum = number_words(d->a, s.quorum);
	page->holds = s.holds;
	if (s.cosigned.head.size) page->cosigned = number_words(d->a, (int64_t)s.cosigned.head.size);
	return ERR_OK;
}

enum err_code show_log(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct log_page page = {.hub = d.hub->name, .address = d.hub->base_url};
	struct ledger_signed head;
	const struct json **items = NULL;
	enum err_code code = head_of(&d, &head, e);
	if (!code) code = ledger_origin(d.hub, d.db, d.a, &page.origin, e);
	if (!code) code = fill_keys(&d, &page, e);
	if (!code) code = disclose_log_newest(&d, (int64_t)head.head.size, NEWEST, &items, &page.n, e);
	if (!code) code = fill_witnesses(&d, &page, e);
	if (code) return code;
	page.size = number_words(d.a, (int64_t)head.head.size);
	if (head.at) {
		page.signed_words = moment_words(d.a, head.at);
		page.signed_at = moment_str(d.a, head.at);
	}
	page.lines = lines_from(&d, items, page.n);
	if (arena_failed(d.a)) return err_set(e, ERR_MEMORY, "out of memory");
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(words.log), .description = str_of(words.log_description), .canonical = S("/log"),
		.api = S("/api/v1/log")});
	log_body(out, &page);
	return site_end(rq, rs);
}

enum err_code show_record_log(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	struct record_log_page page = {0};
	struct ledger_signed head;
	const struct json **items = NULL;
	int64_t newest;
	bool done;
	enum err_code code = record_by_path(rq, rs, "/log", &r, &done, e);
	if (code || done) return code;
	code = head_of(&d, &head, e);
	if (!code) code = disclose_log(&d, &r, 0, (int64_t)head.head.size, OF_RECORD, &items, &page.n, e);
	if (!code) code = disclose_logged(&d, &r, &newest, e);
	if (code) return code;
	page.line = line_of(d.a, &r.line);
	page.lines = lines_from(&d, items, page.n);
	page.waits = newest == LOG_WAITS;
	page.api = arena_fmt(d.a, "/api/v1/records/%.*s/log", STR_ARG(str_from(page.line.href, 3)));
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = words_with(d.a, words.log_of, r.line.headline), .canonical = rq->path, .api = page.api});
	record_log_body(out, &page);
	return site_end(rq, rs);
}
