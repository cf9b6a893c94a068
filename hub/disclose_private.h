/* For disclose*.c and search.c, and for change_notice.c, which asks who may know of an event. */
#pragma once
#include "hub/change_store.h"
#include "hub/disclose.h"

static inline bool viewer_is_public(const struct disclosing *d) {
	return (d->viewer.roles & ~(unsigned)ROLE_ANYONE) == 0 && d->viewer.name.n == 0;
}

/* Audiences that the viewer belongs to for a record; 0 when it may not even know of it. */
enum err_code disclose_audiences(const struct disclosing *d, const struct stored *r, unsigned *out, struct err *e) must_use;
/* An event as it is stored. */
struct event_row {
	int64_t seq, record, revision;
	moment at;
	struct str type, actor, state;
	const struct json *detail; /* NULL none */
};
enum err_code event_read(const struct disclosing *d, int64_t seq, struct event_row *out, struct err *e) must_use;
/* Whether its effect shows to the viewer, who belongs to these audiences of the record r. */
enum err_code event_shows(const struct disclosing *d, const struct stored *r, unsigned audiences, const struct event_row *v, bool *out,
	struct err *e) must_use;
/* Whether a revision shows to all who see the record although no field of theirs changed: of what is amended with a word, that other fields are shown. */
static inline bool event_amends(const struct kind *kind, const struct json *detail) {
	return kind->amend_note && json_true(json_get_lit(detail, "rules"));
}
/* Of an erasure of fields: whether these audiences could read one of them, and what they are told of it. */
bool event_strikes(const struct visibility *v, const struct json *detail, unsigned audiences);
struct str event_struck_words(struct arena *a, const struct visibility *v, const struct json *detail, unsigned audiences);
/* The names of what a reveal shows. */
struct str event_revealed_words(struct arena *a, const struct json *detail);
/* Whether an event's detail names the viewer, or an organization of theirs, under "to"; or it is the viewer's own and names others. */
enum err_code event_addressed(const struct disclosing *d, const struct event_row *v, bool *out, struct err *e) must_use;
/* Whether these audiences know of a record before it is public: a role that only opens more of what is public (a seat in waiting) does not. */
static inline bool event_knows_closed(unsigned audiences) { return (audiences & ~(unsigned)(PUBLIC | PANEL | INVITED)) != 0; }
/* Whether the public could read the record in that state at that moment. */
static inline bool event_was_open(const struct kind_state *then, moment at, moment published) {
	return then && (then->is_public || (then->follows.n && published && at >= published));
}
/* What an act's event says to these audiences, its reason included; nothing for events of other types. Coordinators are told all; others nothing of what
 * is "private" nor to whom else it was told; who is only asked in what the embargo is to be, and that it ended. */
void event_tell_act(const struct disclosing *d, const struct stored *r, unsigned audiences, struct str type, const struct json *detail,
	struct disclosed_event *out);
/* Somebody's name as those audiences of a record are told it. Where the kind is confidential: who takes part under an alias is called by it, a member of an organization
 * that takes part by the organization, whoever runs the hub "Coordinator", who made the record "Finder", who judges a dispute about it "Member of the panel". Coordinators are told names as they are. */
struct str disclose_name_on(const struct disclosing *d, const struct kind *kind, int64_t record, unsigned audiences, struct str subject);
/* The same of who did something, where they are told who it was; owners of what is not confidential are not told by name. */
struct str event_actor_name(const struct disclosing *d, const struct kind *kind, int64_t record, unsigned audiences, struct str actor);
/* Whether the audiences are told who is a party. */
static inline bool event_tells_parties(unsigned audiences) { return (audiences & (PARTIES | OWNER | COORDINATORS)) != 0; }
/* A person's or organization's name for this viewer. */
struct str disclose_subject_name(const struct disclosing *d, struct str subject);
/* A line about a record for this viewer; ERR_NOT_FOUND when it may not know of it. */
enum err_code disclose_glimpse(const struct disclosing *d, int64_t record, struct glimpse *out, struct err *e) must_use;
/* Columns of a query that joins record r with public p: r.id, r.uid, r.kind, p.state, r.public_id, p.headline, p.summary, p.sort, p.updated,
 * p.published, whether an open dispute of it is public, from `first` on. */
#define GLIMPSE_COLUMNS "r.id, r.uid, r.kind, p.state, r.public_id, p.headline, p.summary, p.sort, p.updated, p.published, EXISTS (SELECT 1 FROM link dl " \
	"JOIN public dp ON dp.record = dl.source WHERE dl.target = r.id AND dl.rel = 'disputes' AND dp.state NOT IN ('final', 'withdrawn'))"
enum { GLIMPSE_WIDTH = 11 };
bool glimpse_read(const struct disclosing *d, struct db_query *q, int first, struct glimpse *out);
enum err_code disclose_resolve(const struct disclosing *d, struct str name, int64_t *id, struct err *e) must_use;
/* Sorts groups into the order of a page and fills in titles and labels. */
void disclose_order_facets(const struct disclosing *d, const struct kind *kind, struct facet_group *groups, size_t n);
/* The uid of the record that a filter on use, system or organization means; the value itself for other facets. */
enum err_code disclose_filter_value(const struct disclosing *d, const struct list_filter *f, struct str *out, struct err *e) must_use;
/* The condition that a record has a facet's value, for SQL that is put together: `record` is the column that names the record, the
 * parameters are $first and $first + 1. */
void disclose_has_facet(struct buf *sql, const char *record, size_t first);
/* Reads the list by change: hub/disclose_change.c. */
enum err_code disclose_by_change(const struct disclosing *d, const struct list_request *r, struct listed *out, struct err *e) must_use;
