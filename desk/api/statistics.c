/* Statistics over the API: reading them, and working them out anew. */
#include "hub/statistics.h"

#include "api.h"

static enum err_code put(struct request *rq, struct response *rs, struct str table, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct statistics s;
	enum err_code code = disclose_statistics_table(&d, table, &s, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	statistics_json(&w, &s);
	desk_public(rq, rs);
	return ERR_OK;
}

enum err_code api_statistics(struct request *rq, struct response *rs, struct err *e) { return put(rq, rs, request_str(rq, "table"), e); }

enum err_code api_statistics_renew(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	enum err_code code = statistics_renew(desk_hub(rq), &d, request_stopped(rq), e);
	return code ? code : put(rq, rs, STR_EMPTY, e);
}
