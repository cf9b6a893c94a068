#include "feeds.h"

#include "desk/registry/lines.h"

struct origin feeds_origin(struct request *rq) {
	const struct desk_app *app = rq->app;
	if (app->hub->base_url.n) return (struct origin){app->hub->base_url, true};
	/* Reading a header keeps the answer out of the cache that all share. */
	struct str host = request_header(rq, "Host");
	if (!host.n) return (struct origin){STR_EMPTY, false};
	return (struct origin){arena_cat(rq->arena, app->https ? S("https://") : S("http://"), host), false};
}

enum err_code feeds_finish(struct response *rs, const struct origin *o) {
	if (o->own) response_public(rs, 0);
	else rs->cache = CACHE_PRIVATE;
	return ERR_OK;
}

struct disclosing feeds_disclosing(const struct request *rq) {
	return (struct disclosing){.hub = desk_hub(rq), .db = rq->worker, .viewer = viewer_public, .a = rq->arena};
}

enum err_code feeds_record(
	struct request *rq, struct response *rs, const char *suffix, struct disclosed *out, bool *done, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	struct str name = request_str(rq, "id");
	enum err_code code = disclose_record(&d, name, out, e);
	if (code) return code;
	*done = !str_eq(name, record_name(&out->line));
	if (!*done) return ERR_OK;
	response_redirect(rs, 301, arena_cat(d.a, record_path(d.a, &out->line), str_of(suffix)));
	response_public(rs, 0);
	return ERR_OK;
}
