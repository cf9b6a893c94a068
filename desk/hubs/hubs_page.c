/* Who the other hubs are, and the way to a record of one. */
#include "pages.h"

#include "desk/site/site.h"
#include "desk/site/words.h"
#include "hub/ledger/ledger.h"
#include "hub/peer/file.h"
#include "hubs.t.h"

static struct hubs_change change_line(struct arena *a, const struct peer_change *c) {
	struct hubs_change l = {.when = moment_words(a, c->at), .datetime = moment_str(a, c->at), .reason = c->reason};
	l.what = c->replaces.n ? str_of(words.hub_rekeyed) : str_is(c->state, "listed") ? str_of(words.hub_listed) : str_is(c->state, "removed") ? str_of(words.hub_removed) : str_of(words.hub_changed);
	if (c->replaces.n) l.key = c->replaces;
	if (c->leaf >= 0) l.leaf = number_words(a, c->leaf);
	return l;
}

static struct hubs_line line_from(struct arena *a, const struct hubs_told *t) {
	const struct peer *p = &t->p;
	struct hubs_line l = {.name = p->name, .url = p->url, .origin = p->origin, .prefix = p->prefix, .key = p->key, .fingerprint = t->fingerprint, .clash = t->clash, .n = t->n};
	struct hubs_change *changes = arena_array(a, t->n + 1, sizeof *changes);
	for (size_t i = 0; changes && i < t->n; i++) changes[i] = change_line(a, &t->changes[i]);
	l.changes = changes;
	l.since = day_words(a, p->since);
	l.datetime = moment_str(a, p->since);
	if (p->follows) l.followed = p->looked_at ? words_with(a, words.hub_followed_at, moment_words(a, p->looked_at)) : str_of(words.hub_followed);
	return l;
}

static enum err_code own_lines(const struct disclosing *d, struct hubs_page *page, struct err *e) {
	struct tlog_key *keys;
	size_t n;
	enum err_code code = ledger_origin(d->hub, d->db, d->a, &page->origin, e);
	if (!code) code = ledger_keys(d->db, d->a, &keys, &n, e);
	if (code || !n) return code;
	page->key = tlog_key_text(d->a, &keys[0]);
	page->fingerprint = hubs_fingerprint(d->a, page->key);
	return ERR_OK;
}

enum err_code show_hubs_page(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct hubs_page page = {.hub = d.hub->name, .prefix = d.hub->prefix, .address = d.hub->base_url};
	struct hubs_told *told;
	enum err_code code = own_lines(&d, &page, e);
	if (!code) code = hubs_tell(&d, &told, &page.n, e);
	if (code) return code;
	struct hubs_line *items = arena_array(d.a, page.n + 1, sizeof *items);
	for (size_t i = 0; items && i < page.n; i++) items[i] = line_from(d.a, &told[i]);
	page.items = items;
	if (arena_failed(d.a)) return err_set(e, ERR_MEMORY, "out of memory");
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(words.hubs), .description = str_of(words.hubs_description), .canonical = S("/hubs"), .api = S("/api/v1/hubs")});
	hubs_body(out, &page);
	return site_end(rq, rs);
}

/* To the address that is listed and nowhere else: the name of a hub chooses among those, and what follows is one segment of a path. */
enum err_code show_there(struct request *rq, struct response *rs, struct err *e) {
	struct str path = request_str(rq, "path"), own;
	size_t slash = str_rfind_char(path, '/');
	struct str hub = slash == STR_NONE ? STR_EMPTY : str_sub(path, 0, slash), id = slash == STR_NONE ? STR_EMPTY : str_from(path, slash + 1);
	struct peer p = {0};
	autobuf struct buf to = BUF(4000);
	if (!hub.n || !id.n || str_is(id, ".") || str_is(id, "..")) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	enum err_code code = ledger_origin(desk_hub(rq), rq->worker, rq->arena, &own, e);
	if (!code && !str_eq(hub, own) && !str_eq(hub, desk_hub(rq)->prefix)) code = peer_find(rq->worker, rq->arena, hub, &p, e);
	if (code) return code;
	buf_add(&to, p.url);
	buf_add(&to, S("/r/"));
	url_encode(&to, id);
	response_redirect(rs, 302, arena_str(rq->arena, buf_str(&to)));
	return ERR_OK;
}

enum err_code show_hubs_file(struct request *rq, struct response *rs, struct err *e) {
	struct str bytes;
	enum err_code code = peer_directory_signed(desk_hub(rq), rq->worker, rq->arena, &bytes, e);
	if (code == ERR_NOT_FOUND) return err_set(e, ERR_NOT_FOUND, "%s", words.no_directory);
	if (code) return code;
	response_bytes(rs, S("text/plain; charset=utf-8"), bytes);
	response_public(rs, 0);
	return ERR_OK;
}
