/* The directory of hubs over the API. */
#include "api.h"
#include "desk/hubs/told.h"

enum err_code api_hubs(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct hubs_told *items;
	size_t n;
	enum err_code code = hubs_tell(&d, &items, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) hubs_json(&w, d.a, &items[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	desk_public(rq, rs);
	return ERR_OK;
}
