/* What the tests of hub/ share: a hub in a temporary folder, with a kind "note" of the tests' own, and short ways to change and to look. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hub/change.h"
#include "hub/disclose.h"
#include "hub/ledger/verify.h"
#include "hub/maintain.h"
#include "hub/search.h"
#include "hub/visibility.h"
#include "hub/writer.h"

static struct arena *arena; /* of one test */
static struct err test_err;

#define assert_str(s, expected) assert_str_((s), (expected), __FILE__, __LINE__)
static inline void assert_str_(struct str got, const char *expected, const char *file, int line) {
	if (str_is(got, expected)) return;
	print_error("got:      \"%.*s\"\nexpected: \"%s\"\n", STR_ARG(got), expected);
	_fail(file, line);
}
#define assert_has(text, what) assert_has_(str_of(text), (what), __FILE__, __LINE__)
static inline void assert_has_(struct str text, const char *what, const char *file, int line) {
	if (str_find(text, str_of(what)) != STR_NONE) return;
	print_error("\"%s\" is not in: %.*s\n", what, STR_ARG(text));
	_fail(file, line);
}
static inline void ok_(enum err_code code, const char *file, int line) {
	if (!code) return;
	print_error("error %s: %s %s (%s)\n", err_name(code), test_err.where, test_err.message, test_err.detail);
	_fail(file, line);
}
/* The call must succeed; its words go to &test_err. */
#define ok(call) ok_((call), __FILE__, __LINE__)
#define fails(call, code) assert_int_equal((call), (code))

/* JSON in which ' stands for ". */
static inline const struct json *json(const char *text) {
	struct str s = arena_str(arena, str_of(text));
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\'') ((char *)(uintptr_t)s.p)[i] = '"';
	const struct json *v = NULL;
	ok(json_parse(arena, s, NULL, &v, &test_err));
	return v;
}

static inline int start_arena(void **state) {
	(void)state;
	arena = arena_new((size_t)1 << 30);
	return arena ? 0 : -1;
}
static inline int end_arena(void **state) {
	(void)state;
	arena_free(arena);
	arena = NULL;
	return 0;
}

/* ---- a hub ---- */

static struct hub *hub;
static struct db *db;
static char folder[64];

static const char note_kind[] =
	"{'kind': 'note', 'title': 'Note', 'plural': 'Notes', 'path': 'notes', 'area': 'data', 'description': 'Of the tests.',"
	"'schema': {'type': 'object', 'additionalProperties': false, 'required': ['title'], 'properties': {"
	"  'title': {'type': 'string', 'minLength': 1}, 'summary': {'type': 'string'}, 'text': {'type': 'string'}, 'date': {'type': 'string'},"
	"  'tags': {'type': 'array', 'items': {'type': 'string'}}, 'color': {'type': 'string'}, 'secret': {'type': 'string'},"
	"  'panel': {'type': 'string'}, 'undeclared': {'type': 'string'}, 'aliases': {'type': 'array', 'items': {'type': 'string'}},"
	"  'crosswalks': {'type': 'array'}, 'source': {'type': 'object'}, 'contact': {'type': 'object'},"
	"  'people': {'type': 'array', 'items': {'type': 'object'}}}},"
	"'headline': '/title', 'summary': '/summary', 'date': '/date', 'number': {'form': '{prefix}-{year}-{seq:3}'},"
	"'visibility': {'public': ['/title', '/summary', '/text', '/date', '/tags', '/color', '/aliases', '/crosswalks', '/source', '/contact/site',"
	"  '/people/*/name'], 'owner': ['/secret', '/contact', '/people'], 'coordinators': ['/secret', '/contact', '/people', '/people/*/note'],"
	"  'panel': ['/panel']},"
	"'links': {'same-as': {'title': 'Same as', 'inverse': 'Same as', 'to': ['note']},"
	"  'related-to': {'title': 'Related to', 'inverse': 'Related to', 'to': ['*']},"
	"  'about': {'title': 'About', 'inverse': 'Notes', 'to': ['use', 'system', 'organization']},"
	"  'quiet': {'title': 'Quietly about', 'inverse': 'Quiet notes', 'to': ['organization'], 'visibility': ['coordinators', 'owner']},"
	"  'parent': {'title': 'Part of', 'inverse': 'Parts', 'to': ['note'], 'max': 1}},"
	"'lifecycle': {'initial': 'draft', 'imported': 'published', 'states': {'draft': {'title': 'Draft'}, 'review': {'title': 'Review'},"
	"  'published': {'title': 'Published', 'public': true}, 'withdrawn': {'title': 'Withdrawn', 'public': true, 'withdrawn': true}, 'hidden': {'title': 'Hidden'}},"
	" 'moves': {'submit': {'title': 'Submit', 'from': ['draft'], 'to': 'review', 'who': ['owner']},"
	"  'publish': {'title': 'Publish', 'from': ['draft', 'review', 'hidden'], 'to': 'published', 'who': ['coordinator'], 'requires': ['/title']},"
	"  'check': {'title': 'Check', 'from': ['draft'], 'to': 'review', 'who': ['coordinator'], 'requires': ['/text', '/tags/*']},"
	"  'withdraw': {'title': 'Withdraw', 'from': ['published'], 'to': 'withdrawn', 'who': ['owner', 'coordinator'], 'reason': true},"
	"  'hide': {'title': 'Hide', 'from': ['published', 'withdrawn'], 'to': 'hidden', 'who': ['coordinator']}}},"
	"'search': {'title': ['/title'], 'high': ['/summary', '/tags/*'], 'text': ['/text', '/contact', '/people', '/secret']},"
	"'facets': {'color': {'title': 'Colour', 'field': '/color'}, 'tag': {'title': 'Tag', 'field': '/tags/*'}}}";

static inline void write_kind(const char *dir, const char *name, const char *text) {
	autoarena struct arena *a = arena_new(1 << 20);
	struct arena *before = arena;
	arena = a;
	ok(file_put(arena_fmt(a, "%s/kinds/%s.json", dir, name).p, json_pretty(a, json(text)), 0644, &test_err));
	arena = before;
}

static inline void reopen(void) {
	db_close(db);
	hub_close(hub);
	ok(hub_open(&hub, folder, &test_err));
	ok(hub_reader(hub, &db, &test_err));
}

/* Before each test: an empty hub. */
static inline int start_hub(void **state) {
	char name[] = "/tmp/polder-hub-XXXXXX";
	if (start_arena(state) || !mkdtemp(name)) return -1;
	snprintf(folder, sizeof folder, "%s/h", name);
	struct hub_settings settings = {.name = S("Test hub"), .prefix = S("TST")};
	ok(hub_init(folder, &settings, &test_err));
	write_kind(folder, "note", note_kind);
	ok(hub_open(&hub, folder, &test_err));
	ok(hub_reader(hub, &db, &test_err));
	return 0;
}
static bool wrote_itself; /* the test: rows that no change made, and of which the log knows nothing */
static inline void check_log(void);
static inline int end_hub(void **state) {
	char command[100];
	if (!wrote_itself) check_log();
	wrote_itself = false;
	db_close(db);
	hub_close(hub);
	db = NULL;
	hub = NULL;
	*strrchr(folder, '/') = 0;
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command) == 0 ? end_arena(state) : -1;
}
#define hub_test(fn) cmocka_unit_test_setup_teardown(fn, start_hub, end_hub)
#define arena_test(fn) cmocka_unit_test_setup_teardown(fn, start_arena, end_arena)

/* ---- changing ---- */

static const struct actor importer __attribute__((unused)) = {S_INIT("import:test"), ROLE_MEMBER | ROLE_COORDINATOR};
static struct change_result result __attribute__((unused));

static inline enum err_code apply(struct change c) {
	if (!c.actor.name.n && !c.actor.roles) c.actor = actor_operator;
	return change_apply(hub, db, &c, &result, &test_err);
}
static inline struct str create(const char *kind, const char *body) {
	ok(apply((struct change){.op = CHANGE_CREATE, .kind = str_of(kind), .body = json(body)}));
	return arena_str(arena, str_of(result.uid));
}
static inline struct str create_public(const char *kind, const char *body) {
	ok(apply((struct change){.op = CHANGE_CREATE, .kind = str_of(kind), .body = json(body), .state = S("published")}));
	return arena_str(arena, str_of(result.uid));
}
static inline void revise(struct str id, const char *body) {
	ok(apply((struct change){.op = CHANGE_REVISE, .record = id, .body = json(body)}));
}
static inline enum err_code move(struct str id, const char *name, const char *reason) {
	return apply((struct change){.op = CHANGE_MOVE, .record = id, .move = str_of(name), .reason = str_of(reason)});
}
static inline enum err_code link_to(struct str a, const char *rel, struct str b) {
	return apply((struct change){.op = CHANGE_LINK, .record = a, .rel = str_of(rel), .target = b});
}
static inline void hide(struct str id, const char *rules) {
	struct change c = {.op = CHANGE_REVISE, .record = id, .visibility = json(rules)};
	struct disclosing d = {hub, db, viewer_operator, arena};
	struct disclosed r;
	ok(disclose_record(&d, id, &r, &test_err));
	c.body = r.body;
	ok(apply(c));
}

/* ---- looking ---- */

static inline struct disclosing as(struct viewer viewer) {
	return (struct disclosing){hub, db, viewer, arena};
}
static inline struct viewer viewer_of(const char *name, unsigned roles) {
	return (struct viewer){str_of(name), roles};
}
static inline struct disclosed shown_to(struct viewer viewer, struct str id) {
	struct disclosing d = as(viewer);
	struct disclosed r;
	ok(disclose_record(&d, id, &r, &test_err));
	return r;
}
static inline bool is_shown(struct viewer viewer, struct str id) {
	struct disclosing d = as(viewer);
	struct disclosed r;
	enum err_code code = disclose_record(&d, id, &r, &test_err);
	if (code != ERR_NOT_FOUND) ok(code);
	return !code;
}
static inline struct search_result search(const char *query) {
	struct disclosing d = as(viewer_public);
	struct search_result r;
	ok(disclose_search(&d, &(struct search_request){.query = str_of(query), .limit = 100}, &r, &test_err));
	return r;
}
/* Headlines of the hits, best first, with commas between. */
static inline struct str hits(const char *query) {
	struct search_result r = search(query);
	struct str out = STR_EMPTY;
	for (size_t i = 0; i < r.n; i++) out = arena_fmt(arena, "%.*s%s%.*s", STR_ARG(out), i ? "," : "", STR_ARG(r.items[i].line.headline));
	return out;
}
/* How many public records a facet counts: in the lists of a kind. */
static inline int64_t counted(const char *kind, const char *facet, const char *value) {
	struct disclosing d = as(viewer_public);
	struct facet_group *groups;
	size_t n;
	ok(disclose_facets(&d, kind_find(hub->kinds, str_of(kind)), &groups, &n, &test_err));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; str_is(groups[i].name, facet) && j < groups[i].n; j++)
			if (str_is(groups[i].values[j].value, value)) return groups[i].values[j].n;
	return 0;
}
static inline size_t linked(struct viewer viewer, struct str id, const char *rel, bool inverse) {
	struct disclosing d = as(viewer);
	struct disclosed r = shown_to(viewer, id);
	struct disclosed_links *groups;
	size_t n;
	ok(disclose_links(&d, &r, 100, &groups, &n, &test_err));
	for (size_t i = 0; i < n; i++)
		if (str_is(groups[i].rel, rel) && groups[i].inverse == inverse) return groups[i].n;
	return 0;
}
static inline int64_t sql_number(const char *sql) {
	struct db_query q = db_query_once(db, str_of(sql));
	int64_t value = db_row(&q) ? db_int(&q, 0) : -1;
	ok(db_done(&q, &test_err));
	return value;
}
#include "test_log.h"

/* Nothing that is stored contradicts anything else. */
static inline void check_whole(void) {
	struct hub_findings f;
	check_log();
	ok(maintain_check(hub, db, arena, &f, &test_err));
	for (size_t i = 0; i < f.n; i++) print_error("finding: %.*s\n", STR_ARG(f.items[i]));
	assert_int_equal(f.n, 0);
	struct ledger_report log;
	ok(ledger_verify(hub, db, arena, NULL, 0, &log, &test_err));
	for (size_t i = 0; i < log.n; i++) print_error("the log: %.*s\n", STR_ARG(log.findings[i]));
	assert_int_equal(log.n, 0);
}
