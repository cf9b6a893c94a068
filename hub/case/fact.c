/* What is known of the world: a flaw is public, an exploit is, attacks are seen. Any party may say so; it bears on the embargo only when a coordinator
 * confirms it, and then it ends it at once. */
#include "case.h"

static const struct {
	const char *name;
	enum case_fact fact;
	const char *exit_reason;
} facts[] = {
	{"public", PUBLIC_AWARE, "public"}, {"exploit-public", EXPLOIT_PUBLIC, "exploit-public"}, {"attacks", ATTACKS_OBSERVED, "attacks"},
};

static size_t fact_index(struct str name) {
	for (size_t i = 0; i < lengthof(facts); i++)
		if (str_is(name, facts[i].name)) return i;
	return 0; /* the schema knows no other */
}

static moment *since_of(struct case_state *c, enum case_fact fact) {
	return fact == PUBLIC_AWARE ? &c->public_aware : fact == EXPLOIT_PUBLIC ? &c->exploit_public : &c->attacks_observed;
}

static enum err_code since(struct acting *x, moment *out) {
	moment at = act_moment(x, "since");
	*out = at ? at : x->s->at;
	if (*out <= x->s->at + HOUR) return ERR_OK;
	err_set(x->s->e, ERR_INVALID, "it can't have begun in the future");
	err_where(x->s->e, "since");
	return ERR_INVALID;
}

static void note_fact(struct acting *x) {
	json_set_str(&x->detail, S("fact"), act_arg(x, "fact"));
	json_put_str(&x->detail, S("since"), act_arg(x, "since"));
	json_put_str(&x->detail, S("evidence"), act_arg(x, "evidence"));
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "reason")));
}

static enum err_code report(struct acting *x) {
	struct case_state c;
	struct participant p;
	moment at;
	size_t i = fact_index(act_arg(x, "fact"));
	enum err_code code = acting_participant_or_hub(x, &p);
	if (!code) code = case_state_read(x->s->db, x->s->a, x->r->id, &c, x->s->e);
	if (!code) code = since(x, &at);
	if (code) return code;
	if (c.confirmed & facts[i].fact) return err_set(x->s->e, ERR_CONFLICT, "that is confirmed already");
	*since_of(&c, facts[i].fact) = at;
	note_fact(x);
	code = p.subject.n ? participant_write(x->s, x->r->id, &p) : ERR_OK;
	return code ? code : case_state_write(x->s, x->r->id, &c);
}

/* What the public knows the vendors know. */
static enum err_code make_vendors_aware(struct acting *x) {
	struct participant *all;
	size_t n;
	enum err_code code = participant_list(x->s, x->r->id, &all, &n);
	for (size_t i = 0; i < n && !code; i++) {
		if (!all[i].supplies || all[i].aware) continue;
		all[i].aware = x->s->at;
		code = participant_write(x->s, x->r->id, &all[i]);
	}
	return code;
}

static enum err_code confirm(struct acting *x) {
	struct case_state c;
	moment at;
	size_t i = fact_index(act_arg(x, "fact"));
	enum err_code code = case_state_read(x->s->db, x->s->a, x->r->id, &c, x->s->e);
	if (!code) code = since(x, &at);
	if (code) return code;
	if (c.confirmed & facts[i].fact) return err_set(x->s->e, ERR_CONFLICT, "that is confirmed already");
	moment *began = since_of(&c, facts[i].fact);
	if (!*began || act_arg(x, "since").n) *began = at;
	c.confirmed |= facts[i].fact;
	/* An exploit that is public makes the flaw public. */
	if (case_state_forced(c.confirmed | VENDOR_AWARE) & PUBLIC_AWARE) {
		if (!c.public_aware) c.public_aware = *began;
		c.confirmed |= PUBLIC_AWARE;
	}
	if (c.confirmed & PUBLIC_AWARE) code = make_vendors_aware(x);
	if (!code && (c.embargo == 'A' || c.embargo == 'R' || c.embargo == 'P')) code = embargo_end(x, &c, str_of(facts[i].exit_reason));
	note_fact(x);
	return code ? code : case_state_write(x->s, x->r->id, &c);
}

static enum err_code dismiss(struct acting *x) {
	struct case_state c;
	size_t i = fact_index(act_arg(x, "fact"));
	enum err_code code = case_state_read(x->s->db, x->s->a, x->r->id, &c, x->s->e);
	if (code) return code;
	moment *began = since_of(&c, facts[i].fact);
	if (c.confirmed & facts[i].fact) return err_set(x->s->e, ERR_CONFLICT, "it is confirmed, and what is known can't be made unknown");
	if (!*began) return err_set(x->s->e, ERR_CONFLICT, "nobody has said so");
	*began = 0;
	note_fact(x);
	return case_state_write(x->s, x->r->id, &c);
}

const struct act_function fact_functions[] = {{"fact.report", report}, {"fact.confirm", confirm}, {"fact.dismiss", dismiss}};
const size_t fact_functions_n = lengthof(fact_functions);
