/* Receipts of who is signed in: what they did to a record. */
#include "pages.h"

#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "log.t.h"

enum err_code show_receipts(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	struct disclosed_receipt *items;
	struct receipts_page page = {0};
	bool done;
	enum err_code code = record_by_path(rq, rs, "/receipts", &r, &done, e);
	if (code || done) return code;
	code = disclose_receipts(&d, &r, &items, &page.n, e);
	struct receipt_line *lines = code ? NULL : arena_array(d.a, page.n + 1, sizeof *lines);
	if (!code && !lines) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	page.line = line_of(d.a, &r.line);
	for (size_t i = 0; i < page.n; i++)
		lines[i] = (struct receipt_line){.what = happened_words(d.a, items[i].type), .when = moment_words(d.a, items[i].at), .datetime = moment_str(d.a, items[i].at),
			.href = arena_fmt(d.a, "%.*s/receipts/%lld.json", STR_ARG(page.line.href), (long long)items[i].event),
			.leaf = items[i].leaf < 0 ? STR_EMPTY : number_words(d.a, items[i].leaf)};
	page.items = lines;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = words_with(d.a, words.receipts_of, r.line.headline)});
	receipts_body(out, &page);
	return site_end(rq, rs);
}

enum err_code show_receipt_file(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	return code ? code : send_receipt(rs, &d, &r, request_int(rq, "event"), e);
}
