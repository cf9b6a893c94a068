/* Who has a part in a flaw along the supply chain: proposed from the graph of systems, for a coordinator to confirm.
 *
 * From each system of the case: who develops, hosts and deploys it; up the chain, through what it is built on or adapted from, who develops the base
 * models, and through what they are trained on, who provides the data; down the chain, who develops and deploys what is built on it. Whoever only uses what
 * is affected is told after there is a mitigation (duty "informed"), so that knowledge of the flaw does not run ahead of what helps against it. */
#include "case.h"

#include "hub/disclose.h"

enum { DEPTH = 8, SYSTEMS = 500 };

struct seen {
	int64_t system;
	int depth;
	bool up, down;             /* reached as a base, as a derivative */
};

struct chain {
	struct acting *x;
	struct seen *seen;
	size_t n, proposed;
	struct str *unwanted;      /* names of those who the finders said must not be told */
	size_t unwanted_n;
	struct json_builder list;
};

static void add_system(struct chain *c, int64_t system, int depth, bool up, bool down) {
	for (size_t i = 0; i < c->n; i++)
		if (c->seen[i].system == system) return;
	if (c->n < SYSTEMS && depth <= DEPTH) c->seen[c->n++] = (struct seen){system, depth, up, down};
}

struct found {
	int64_t id;
	struct str uid, rel;
};

static enum err_code linked(struct chain *c, int64_t system, bool inverse, struct found **out, size_t *n) {
	struct found *items = arena_array(c->x->s->a, SYSTEMS, sizeof *items);
	if (!items) return err_set(c->x->s->e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(c->x->s->db, inverse ?
		"SELECT r.id, r.uid, l.rel FROM link l JOIN record r ON r.id = l.source WHERE l.target = $1 AND l.rel IN ('built-on', 'adapted-from', 'part-of') "
		"AND r.kind = 'system' ORDER BY r.id LIMIT 500" :
		"SELECT r.id, r.uid, l.rel FROM link l JOIN record r ON r.id = l.target WHERE l.source = $1 AND l.rel IN ('developed-by', 'hosted-by', "
		"'deployed-by', 'built-on', 'adapted-from', 'trained-on', 'part-of') ORDER BY r.id LIMIT 500");
	db_bind_int(&q, 1, system);
	*n = 0;
	while (*n < SYSTEMS && db_row(&q))
		items[(*n)++] = (struct found){db_int(&q, 0), arena_str(c->x->s->a, db_str(&q, 1)), arena_str(c->x->s->a, db_str(&q, 2))};
	*out = items;
	return db_done(&q, c->x->s->e);
}

/* ---- whom the finders do not want told ---- */

static enum err_code read_unwanted(struct chain *c) {
	struct store *s = c->x->s;
	int64_t reports[50];
	size_t n = 0;
	c->unwanted = arena_array(s->a, 500, sizeof *c->unwanted);
	if (!c->unwanted) return err_set(s->e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(s->db, "SELECT target FROM link WHERE source = $1 AND rel = 'handles' LIMIT 50");
	db_bind_int(&q, 1, c->x->r->id);
	while (n < lengthof(reports) && db_row(&q)) reports[n++] = db_int(&q, 0);
	enum err_code code = db_done(&q, s->e);
	for (size_t i = 0; i < n && !code; i++) {
		struct stored report;
		const struct json *body;
		code = store_read(s->hub, s->db, s->a, reports[i], &report, s->e);
		if (!code) code = store_body(s->hub, s->db, s->a, &report, &body, s->e);
		const struct json *names = code ? NULL : json_get_lit(json_get_lit(body, "disclosure"), "not_recipients");
		for (size_t j = 0; j < json_count(names) && c->unwanted_n < 500; j++) c->unwanted[c->unwanted_n++] = json_string(json_at(names, j));
	}
	return code;
}

static bool is_unwanted(struct chain *c, struct str uid) {
	struct str name = disclose_public_name(c->x->s->db, c->x->s->a, uid);
	for (size_t i = 0; i < c->unwanted_n; i++)
		if (str_eq_ascii_case(str_trim(c->unwanted[i]), name) || str_eq(c->unwanted[i], uid)) return true;
	return false;
}

/* ---- proposing ---- */

static enum err_code propose_one(struct chain *c, struct str subject, const char *part, const char *duty, struct str reason) {
	struct participant p;
	struct store *s = c->x->s;
	enum err_code code = participant_read(s, c->x->r->id, subject, &p);
	if (!code) return ERR_OK; /* they are there already, in whatever part */
	if (code != ERR_NOT_FOUND) return code;
	if (is_unwanted(c, subject)) return ERR_OK;
	p = (struct participant){.subject = subject, .part = str_of(part), .duty = str_of(duty), .reason = reason, .access = S("proposed"), .supplies = true,
		.report_state = 'S', .consent = CONSENT_NONE, .report_since = s->at, .consent_since = s->at};
	c->proposed++;
	struct json_builder one = json_object_of(s->a);
	json_set_str(&one, S("subject"), subject);
	json_set_str(&one, S("part"), str_of(part));
	json_set_str(&one, S("reason"), reason);
	json_add(&c->list, json_built(&one));
	return participant_write(s, c->x->r->id, &p);
}

static enum err_code look_at(struct chain *c, struct seen at) {
	struct found *links;
	size_t n = 0;
	struct store *s = c->x->s;
	struct stored system;
	enum err_code code = store_read(s->hub, s->db, s->a, at.system, &system, s->e);
	if (!code) code = linked(c, at.system, false, &links, &n);
	for (size_t i = 0; i < n && !code; i++) {
		struct str who = links[i].uid;
		if (str_is(links[i].rel, "developed-by")) {
			const char *part = at.up ? "base-model-developer" : at.down ? "downstream-developer" : "developer";
			code = propose_one(c, who, part, at.down ? "informed" : at.up ? "consulted" : "responsible", arena_cat(s->a, S("develops "), system.uid));
		} else if (str_is(links[i].rel, "hosted-by")) {
			if (!at.up) code = propose_one(c, who, "hosting-platform", "consulted", arena_cat(s->a, S("hosts "), system.uid));
		} else if (str_is(links[i].rel, "deployed-by")) {
			if (!at.up) code = propose_one(c, who, "deployer", "informed", arena_cat(s->a, S("deploys "), system.uid));
		} else if (str_is(links[i].rel, "trained-on")) {
			struct found *providers;
			size_t providers_n;
			if (at.down) continue;
			code = linked(c, links[i].id, false, &providers, &providers_n);
			for (size_t j = 0; j < providers_n && !code; j++)
				if (str_is(providers[j].rel, "developed-by"))
					code = propose_one(c, providers[j].uid, "dataset-provider", "consulted",
						arena_fmt(s->a, "provides %.*s, on which %.*s is trained", STR_ARG(links[i].uid), STR_ARG(system.uid)));
		} else if (!at.down) {
			add_system(c, links[i].id, at.depth + 1, true, false);
		}
	}
	if (!code && !at.up) code = linked(c, at.system, true, &links, &n);
	for (size_t i = 0; i < n && !code && !at.up; i++) add_system(c, links[i].id, at.depth + 1, false, true);
	return code;
}

static enum err_code propose(struct acting *x) {
	struct chain c = {.x = x, .seen = arena_array(x->s->a, SYSTEMS, sizeof *c.seen), .list = json_array_of(x->s->a)};
	if (!c.seen) return err_set(x->s->e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(x->s->db, "SELECT target FROM link WHERE source = $1 AND rel = 'affects' ORDER BY target LIMIT 500");
	db_bind_int(&q, 1, x->r->id);
	while (db_row(&q)) add_system(&c, db_int(&q, 0), 0, false, false);
	enum err_code code = db_done(&q, x->s->e);
	if (!code) code = read_unwanted(&c);
	/* Those that are found on the way stand behind: nearer ones are looked at first, and name the part of who has several. */
	for (size_t i = 0; i < c.n && !code; i++) code = look_at(&c, c.seen[i]);
	x->changed = c.proposed > 0;
	json_set(&x->detail, S("proposed"), json_built(&c.list));
	return code;
}

const struct act_function chain_functions[] = {{"chain.propose", propose}};
const size_t chain_functions_n = lengthof(chain_functions);
