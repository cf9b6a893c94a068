/* A receipt that somebody brings. Nothing of it is kept. */
#include "pages.h"

#include "desk/site/words.h"
#include "http/form.h"
#include "log.t.h"

enum { SHOWN = 4000, FIELDS = 500, CHECK_CAP = 128 << 20 };

enum err_code log_check(const struct disclosing *d, struct str text, struct log_checked *out, struct err *e) {
	struct tlog_key *keys;
	size_t n;
	*out = (struct log_checked){0};
	enum err_code code = ledger_keys(d->db, d->a, &keys, &n, e);
	if (code) return code;
	struct err why = {0};
	struct tlog_key witnesses[LOG_WITNESSES];
	for (size_t i = 0; i < d->hub->log.witnesses_n; i++) witnesses[i] = d->hub->log.witnesses[i].key;
	code = receipt_check(d->a, text, NULL, 0, witnesses, d->hub->log.witnesses_n, &out->r, &why);
	if (code == ERR_MEMORY) return err_set(e, code, "%s", why.message);
	if (code) out->wrong = sentence_words(d->a, arena_str(d->a, str_of(why.message)));
	for (size_t i = 0; i < n; i++) out->ours |= str_eq(tlog_key_text(d->a, &keys[i]), out->r.key);
	return ERR_OK;
}

void checked_json(struct json_writer *w, struct arena *a, const struct log_checked *c) {
	const struct receipt_checked *r = &c->r;
	jw_object(w);
	jw_field_bool(w, S("good"), !c->wrong.n);
	if (c->wrong.n) jw_field_str(w, S("wrong"), c->wrong);
	jw_field_str(w, S("origin"), r->origin);
	jw_field_str(w, S("key"), r->key);
	jw_field_bool(w, S("key_trusted"), c->ours);
	if (!c->wrong.n) {
		jw_field_str(w, S("record"), r->record);
		jw_field_str(w, S("event"), r->event);
		jw_field_str(w, S("actor"), r->actor);
		jw_field_str(w, S("at"), r->at);
		jw_field_str(w, S("state"), r->state);
		jw_field_int(w, S("revision"), r->revision);
		if (r->fields) jw_field(w, S("fields"), r->fields);
		jw_field_int(w, S("kept_back"), (int64_t)r->hidden);
		jw_field_str(w, S("commitment"), entry_hex(a, sha256_str(&r->commitment)));
		if (r->promised) jw_field_str(w, S("promised_by"), r->by);
	}
	if (!c->wrong.n && r->logged) {
		jw_field_int(w, S("leaf"), (int64_t)r->leaf);
		jw_field_int(w, S("size"), (int64_t)r->size);
		jw_field_int(w, S("witnesses"), (int64_t)r->witnesses);
	}
	jw_object_end(w);
}

/* ---- the page ---- */

static struct str moment_of(struct arena *a, struct str text) {
	moment at;
	return moment_parse(text, &at) ? moment_words(a, at) : text;
}

static void fill_fields(struct arena *a, const struct json *fields, struct check_page *p) {
	size_t n = json_count(fields) < FIELDS ? json_count(fields) : FIELDS;
	struct check_field *out = arena_array(a, n + 1, sizeof *out);
	for (size_t i = 0; out && i < n; i++) {
		const struct json_member *m = json_member_at(fields, i);
		struct str value = json_is(&m->value, JSON_STRING) ? m->value.string : json_text(a, &m->value);
		if (value.n > SHOWN) value = arena_cat(a, str_cut_utf8(value, SHOWN), S(" …"));
		out[p->n++] = (struct check_field){m->name, value};
	}
	p->fields = out;
}

static void fill(const struct disclosing *d, const struct log_checked *c, struct check_page *p) {
	struct arena *a = d->a;
	const struct receipt_checked *r = &c->r;
	*p = (struct check_page){.good = !c->wrong.n, .ours = c->ours, .wrong = c->wrong, .origin = r->origin, .key = r->key};
	if (!p->good) return;
	p->done = happened_words(a, r->event);
	p->record = r->record;
	if (c->ours) p->href = arena_cat(a, S("/r/"), r->record);
	p->actor = r->actor;
	p->when = moment_of(a, r->at);
	p->datetime = r->at;
	p->state = value_words(a, r->state);
	p->revision = number_words(a, r->revision);
	fill_fields(a, r->fields, p);
	if (r->hidden) p->kept_back = number_words(a, (int64_t)r->hidden);
	if (r->promised) p->promised = moment_of(a, r->by);
	if (!r->logged) return;
	p->leaf = number_words(a, (int64_t)r->leaf);
	p->size = number_words(a, (int64_t)r->size);
	if (d->hub->log.witnesses_n) p->witnesses = number_words(a, (int64_t)r->witnesses);
}

/* A file that was chosen counts; else what was pasted. */
static struct str brought(const struct form_field *fields, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (fields[i].is_file && fields[i].value.n) return fields[i].value;
	return str_trim(form_value(fields, n, "receipt"));
}

enum err_code take_check(struct request *rq, struct response *rs, struct err *e) {
	const struct form_field *fields;
	size_t n;
	struct log_checked checked;
	struct check_page page;
	autoarena struct arena *a = arena_new(CHECK_CAP);
	struct disclosing d = desk_disclosing(rq);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	d.a = a;
	enum err_code code = request_form(rq, &fields, &n, e);
	if (!code) code = log_check(&d, brought(fields, n), &checked, e);
	if (code) return code;
	fill(&d, &checked, &page);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(page.good ? words.receipt_holds : words.receipt_wrong)});
	checked_body(out, &page);
	code = site_end(rq, rs);
	rs->cache = CACHE_NO_STORE;
	if (!page.good) rs->status = 422;
	return code;
}
