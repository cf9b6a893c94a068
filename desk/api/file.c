/* Files of a record: sent as a form or as they are. */
#include "api.h"

#include "hub/attachment.h"
#include "http/form.h"

static bool refuse(struct response *rs, int status, const char *where, const char *words) {
	struct problem_item item = {str_of(where), str_of(words)};
	response_problem(rs, &(struct problem){.status = status, .type = status == 415 ? S("unsupported") : S("invalid"),
		.detail = str_of(words), .errors = &item, .n = where[0] ? 1 : 0});
	return false;
}

static bool read_form(struct request *rq, struct response *rs, struct upload *u, struct err *e) {
	const struct form_field *fields;
	size_t n, files = 0;
	if (request_form(rq, &fields, &n, e)) {
		response_error(rs, e);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (fields[i].is_file) {
			files++;
			u->name = fields[i].file_name;
			u->media_type = fields[i].media_type;
			u->bytes = fields[i].value;
		} else if (str_is(fields[i].name, "audiences")) {
			u->audiences = fields[i].value;
		} else {
			return refuse(rs, 422, "", "The form holds a field that is neither the file nor audiences.");
		}
	}
	return files == 1 || refuse(rs, 422, "", "The form must hold one file.");
}

bool api_upload(struct request *rq, struct response *rs, struct upload *u, struct err *e) {
	struct str type = api_media_type(rq);
	*u = (struct upload){.name = request_str(rq, "name"), .audiences = request_str(rq, "audiences")};
	if (str_eq_ascii_case(type, S("multipart/form-data"))) return read_form(rq, rs, u, e);
	if (!u->name.n) return refuse(rs, 400, "name", "A file that is sent as it is needs ?name=, or send it as multipart/form-data.");
	/* What curl and browsers say who were told nothing. */
	bool said = type.n && !str_eq_ascii_case(type, S("application/x-www-form-urlencoded"));
	u->media_type = said ? type : attachment_media_type(u->name);
	if (!request_body_map(rq, &u->bytes, e)) return true;
	response_error(rs, e);
	return false;
}

static bool read_audiences(struct response *rs, struct str list, unsigned *out) {
	struct str name;
	*out = 0;
	while (list.n && list.p && str_split(&list, ',', &name)) {
		unsigned one = audience_of(str_trim(name));
		if (!one) return refuse(rs, 422, "audiences", "There is no such audience.");
		*out |= one;
	}
	return true;
}

/* An empty file is none: most often it is a mistake of whoever sent it. */
static enum err_code attach(struct request *rq, struct response *rs, struct err *e) {
	struct upload u;
	struct outcome o;
	struct asked q = {.change = {.op = CHANGE_ATTACH, .record = request_str(rq, "id"), .actor = desk_actor(rq)}, .version = STR_EMPTY,
		.place = STR_EMPTY};
	if (!api_upload(rq, rs, &u, e) || !read_audiences(rs, u.audiences, &q.change.audiences)) return ERR_OK;
	if (!u.bytes.n) {
		refuse(rs, 422, "", "The file is empty.");
		return ERR_OK;
	}
	q.change.file_name = u.name;
	q.change.media_type = u.media_type;
	q.change.bytes = u.bytes;
	enum err_code code = api_change(rq, &q, &o, e);
	if (code) return code;
	if (o.refusal.status) return api_refuse(rs, &o.refusal);
	char hex[SHA256_HEX];
	struct sha256 digest = sha256(u.bytes);
	struct disclosed_file f = {.name = u.name, .media_type = u.media_type, .sha256 = sha256_hex(&digest, hex), .size = (int64_t)u.bytes.n};
	struct json_writer w = json_writer(response_json(rs));
	rs->etag = written_json(&w, rq, &o, &f);
	rs->status = o.result.changed ? 201 : 200;
	response_header(rs, "Location", arena_fmt(rq->arena, "/api/v1/records/%s/files/%s", o.result.uid, hex));
	return ERR_OK;
}

enum err_code api_attach(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, attach, e);
}
