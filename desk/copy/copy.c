#include "copy.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "desk/site/words.h"

#define LOOK (2 * SECOND)
enum { BODY = 1 << 16 }; /* what is refused is refused for what it is, whatever it brings */

struct str copy_address(struct arena *a, const struct desk_copy *c, struct str path) {
	return c->of.url.n ? arena_cat(a, c->of.url, path) : STR_EMPTY;
}

/* ---- what is refused ---- */

static enum err_code refuse(struct request *rq, struct response *rs, struct err *e) {
	(void)rs;
	const struct desk_copy *c = desk_copied(rq);
	if (rq->route->method == HTTP_GET && !str_starts(rq->path, S("/api/")))
		return err_set(e, ERR_FORBIDDEN, "%.*s", STR_ARG(words_with(rq->arena, words.copy_elsewhere, c->of.hub, copy_address(rq->arena, c, rq->path))));
	return err_set(e, ERR_FORBIDDEN, "%.*s", STR_ARG(words_with(rq->arena, words.copy_refuses, c->of.hub, c->of.url)));
}

/* What people do with the hub itself, and what a copy cannot know of it. */
static bool is_elsewhere(struct str path) {
	static const char *const places[] = {"/report", "/receipt", "/sign-in", "/reset", "/invitation", "/unsubscribe", "/statistics", "/disputes", "/harbor", "/organizations",
		"/.well-known", "/api/v1/receipt", "/api/v1/disputes", "/api/v1/statistics", "/sitemap", "/hubs", "/api/v1/hubs"};
	for (size_t i = 0; i < lengthof(places); i++) {
		struct str place = str_of(places[i]);
		if (!str_starts(path, place)) continue;
		if (path.n == place.n || strchr("/.-", path.p[place.n])) return true;
	}
	return false;
}

static bool is_shown(const struct route *r) {
	return r->method == HTTP_GET && r->permission == ROUTE_PUBLIC && !is_elsewhere(str_of(r->path));
}

/* Only what stands in the path is read. */
static const struct param *path_params(struct arena *a, const struct param *all) {
	size_t n = 0, used = 0;
	while (all && all[n].name) n++;
	struct param *kept = arena_array(a, n + 1, sizeof *kept);
	for (size_t i = 0; kept && i < n; i++)
		if (all[i].in == PARAM_PATH) kept[used++] = all[i];
	return kept;
}

static struct route refused(struct arena *a, const struct route *r) {
	struct route out = *r;
	out.run = refuse;
	out.permission = ROUTE_PUBLIC;
	out.flags = ROUTE_SAME_FOR_ALL;
	if (out.csrf != CSRF_API) out.csrf = r->method == HTTP_GET ? r->csrf : CSRF_ORIGIN;
	out.params = path_params(a, r->params);
	if (r->method != HTTP_GET && out.body_max < BODY) out.body_max = BODY;
	return out;
}

static route_fn *of_log(const struct route *r) {
	for (const struct route *one = copy_log_routes; one->path; one++)
		if (r->method == HTTP_GET && strcmp(one->path, r->path) == 0) return one->run;
	return NULL;
}

enum err_code copy_routes(struct arena *a, const struct route *const *tables, size_t n, const struct route *const **out, struct err *e) {
	const struct route **made = arena_array(a, n + 1, sizeof *made);
	for (size_t t = 0; made && t < n; t++) {
		size_t count = 0;
		while (tables[t][count].path) count++;
		struct route *list = arena_array(a, count + 1, sizeof *list);
		for (size_t i = 0; list && i < count; i++) {
			const struct route *r = &tables[t][i];
			list[i] = is_shown(r) ? *r : refused(a, r);
			if (of_log(r)) list[i].run = of_log(r);
		}
		made[t] = list;
	}
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = made;
	return ERR_OK;
}

bool copy_refuses(const struct desk_copy *c, struct response *rs) {
	if (!atomic_load(&c->broken)) return false;
	struct err e = {0};
	err_set(&e, ERR_BUSY, "The mirror that this shows is damaged, so nothing of it is told: %s", c->words);
	response_error(rs, &e);
	rs->cache = CACHE_NO_STORE;
	return true;
}

/* ---- keeping it up to date ---- */

struct copy_keeper {
	struct hub *hub;
	struct desk_copy *copy;
	struct db *db;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping;
};

static void note_state(struct copy_keeper *k) {
	autoarena struct arena *a = arena_new(8 << 20);
	struct view_state s;
	if (!a || view_state(k->hub, k->db, a, &s, NULL)) return;
	atomic_store(&k->copy->size, s.size);
	atomic_store(&k->copy->as_of, s.as_of);
}

static void look(struct copy_keeper *k) {
	struct err e = {0};
	bool broken = false;
	enum err_code code = view_refresh(k->hub, k->db, &broken, &e);
	if (code && strcmp(k->copy->words, e.message) != 0) fprintf(stderr, "polder: the mirror: %s\n", e.message);
	if (code && broken) {
		snprintf(k->copy->words, sizeof k->copy->words, "%s", e.message);
		atomic_store(&k->copy->broken, true);
	}
	if (code) return;
	note_state(k);
	atomic_store(&k->copy->broken, false);
}

static void *keep(void *arg) {
	struct copy_keeper *k = arg;
	pthread_mutex_lock(&k->lock);
	while (!k->stopping) {
		struct timespec until;
		pthread_mutex_unlock(&k->lock);
		look(k);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += (time_t)(LOOK / SECOND);
		pthread_mutex_lock(&k->lock);
		while (!k->stopping && pthread_cond_timedwait(&k->changed, &k->lock, &until) != ETIMEDOUT) continue;
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

static void forget(struct copy_keeper *k) {
	db_close(k->db);
	pthread_mutex_destroy(&k->lock);
	pthread_cond_destroy(&k->changed);
	free(k);
}

enum err_code copy_start(struct hub *h, struct desk_copy *c, struct copy_keeper **out, struct err *e) {
	struct copy_keeper *k = calloc(1, sizeof *k);
	if (!k) return err_set(e, ERR_MEMORY, "out of memory");
	*k = (struct copy_keeper){.hub = h, .copy = c};
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->changed, NULL);
	enum err_code code = hub_reader(h, &k->db, e);
	if (!code) {
		note_state(k);
		int rc = pthread_create(&k->thread, NULL, keep, k);
		if (rc) code = err_errno(e, rc, "starting a thread");
	}
	if (code) return forget(k), code;
	*out = k;
	return ERR_OK;
}

void copy_stop(struct copy_keeper *k) {
	pthread_mutex_lock(&k->lock);
	k->stopping = true;
	pthread_cond_broadcast(&k->changed);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	forget(k);
}
