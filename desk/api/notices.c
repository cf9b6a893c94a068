/* How one's notices are mailed. */
#include "api.h"

#include "hub/account/notice_setting.h"

static void settings_json(struct json_writer *w, const struct notice_settings *s) {
	jw_object(w);
	jw_name(w, S("mail"));
	jw_object(w);
	for (int i = 0; i < NOTICE_SORTS; i++) jw_field_str(w, notice_sort_name((enum notice_sort)i), notice_mail_name(s->mail[i]));
	jw_object_end(w);
	jw_field_int(w, S("hour"), s->hour);
	jw_field_int(w, S("weekday"), s->weekday);
	jw_object_end(w);
}

enum err_code api_notices(struct request *rq, struct response *rs, struct err *e) {
	struct notice_settings s;
	enum err_code code = notice_settings_read(rq->worker, desk_user(rq)->account.uid, &s, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	settings_json(&w, &s);
	return ERR_OK;
}

/* What is not named stays. */
enum err_code api_notices_set(struct request *rq, struct response *rs, struct err *e) {
	const struct json *v;
	struct arena *memory;
	struct notice_settings s;
	struct str uid = desk_user(rq)->account.uid;
	if (!api_body(rq, rs, &v, &memory, e)) return ERR_OK;
	enum err_code code = notice_settings_read(rq->worker, uid, &s, e);
	if (code) return code;
	const struct json *mail = json_get_lit(v, "mail");
	for (size_t i = 0; i < json_count(mail); i++) {
		const struct json_member *m = json_member_at(mail, i);
		enum notice_sort sort = notice_sort_named(m->name);
		if (sort < NOTICE_SORTS) s.mail[sort] = notice_mail_named(json_string(&m->value));
	}
	s.hour = (int)json_integer(json_get_lit(v, "hour"), s.hour);
	s.weekday = (int)json_integer(json_get_lit(v, "weekday"), s.weekday);
	code = notice_settings_write(desk_hub(rq), uid, &s, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	settings_json(&w, &s);
	return ERR_OK;
}
