#include "api.h"

#include "hub/account/member.h"
#include "hub/account/token.h"

static void roles_json(struct json_writer *w, const struct account *a) {
	jw_name(w, S("roles"));
	jw_array(w);
	for (int r = MEMBER_GUEST; r < MEMBER_ROLES; r++)
		if (a->hub_roles & 1u << r) jw_str(w, str_of(member_role_name((enum member_role)r)));
	jw_array_end(w);
}

static void organizations_json(struct json_writer *w, const struct membership *list, size_t n) {
	jw_name(w, S("organizations"));
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		if (!list[i].organization.n) continue; /* the hub itself: among the roles */
		jw_object(w);
		jw_field_str(w, S("organization"), list[i].organization);
		jw_field_str(w, S("name"), list[i].organization_name);
		jw_field_str(w, S("role"), str_of(member_role_name(list[i].role)));
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void scopes_json(struct json_writer *w, unsigned scopes) {
	jw_name(w, S("scopes"));
	jw_array(w);
	for (unsigned one = SCOPE_READ; one <= SCOPE_ADMIN; one <<= 1)
		if (scopes & one) jw_str(w, str_of(scope_name((enum scope)one)));
	jw_array_end(w);
}

enum err_code api_me(struct request *rq, struct response *rs, struct err *e) {
	const struct desk_user *u = desk_user(rq);
	struct membership *list;
	size_t n;
	enum err_code code = member_of(rq->worker, u->account.uid, rq->arena, &list, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("uid"), u->account.uid);
	jw_field_str(&w, S("login"), u->account.login);
	jw_field_str(&w, S("name"), u->account.name);
	if (u->account.email.n) jw_field_str(&w, S("email"), u->account.email);
	if (u->account.time_zone.n) jw_field_str(&w, S("time_zone"), u->account.time_zone);
	roles_json(&w, &u->account);
	organizations_json(&w, list, n);
	scopes_json(&w, u->scopes);
	jw_name(&w, S("limits"));
	jw_object(&w);
	jw_field_int(&w, S("reads"), desk_hub(rq)->limits.reads);
	jw_field_int(&w, S("writes"), desk_hub(rq)->limits.writes);
	jw_object_end(&w);
	jw_object_end(&w);
	return ERR_OK;
}
