#include "routes.h"

#include "api.h"

#include "base/embed.h"
#include "desk/api/fields.h"
#include "desk/registry/pages.h"
#include "desk/registry/routes.h"
#include "desk/tables/answers.h"
#include "hub/attachment.h"
#include "hub/ledger/receipt.h"
#include "lib/schema/schema.h"

extern const struct embedded_file api_files[];
extern const size_t api_files_n;

enum { ID = 300, RECORD_BYTES = 2 << 20, SMALL_BYTES = 64 << 10, BULK_BYTES = 8 << 20, NOTE = 2000 };
#define OPEN     (ROUTE_CACHEABLE | ROUTE_ANY_ORIGIN)
#define TABLE_PARAM {"table", PARAM_PATH, .length = 60, .help = "a table's name"}
#define ID_PARAM {"id", PARAM_PATH, .length = ID, .help = "number, uid, identifier at the source or alias"}
#define KIND     {"kind", PARAM_PATH, .help = "its name"}
#define IF_MATCH {"if-match", PARAM_HEADER, .length = 1000, .help = "the version to start from: the ETag or etag of an earlier answer"}
#define ONCE     {"idempotency-key", PARAM_HEADER, .length = 255, .help = "a name for this request, under which it is done once"}
#define NOTE_PARAM {"note", .length = NOTE, .help = "why, for the history"}
#define UNSEEN   (ROUTE_PRIVATE | ROUTE_UNTRACED)
#define RECEIPT  {"receipt", PARAM_HEADER, .length = 200, .help = "the receipt code; or Authorization: Receipt CODE"}
#define RECEIPT_TEXT_HELP "Codes are taken as people type them: small letters, without hyphens."
#define HOOK     {"id", PARAM_PATH, .length = 60, .help = "its id"}
#define ONE_HOOK "/api/v1/webhooks/wh_0123456789abcdefghijklmn"
#define SHA256_PARAM {"sha256", .length = 64, .help = "an artifact, which must be one of the release's"}
#define STATE_PARAM {"state", .type = PARAM_ENUM, .choices = CHOICES("pending", "accepted", "rejected", "revoked", "expired", "retracted"), .help = "those alone"}
#define ONE_RELEASE "/api/v1/releases/release:gpt-2"
#define ONE_LEAF "/api/v1/records/CUE-0001"

static const struct route table[] = {
	{"/api", api_docs, ROUTE_PUBLIC, .name = "api-page", .gives = GIVES_HTML, .flags = ROUTE_CACHEABLE,
		.help = "What the API has, with examples."},
	{"/api/v1", api_index, ROUTE_PUBLIC, .name = "api", .gives = GIVES_JSON, .flags = OPEN,
		.help = "The addresses of the API.", .more = OPERATION(.gives = "Hub")},
	{"/api/v1/openapi.json", api_openapi, ROUTE_PUBLIC, .name = "openapi", .gives = GIVES_JSON, .flags = OPEN,
		.help = "This API as an OpenAPI 3.1 document."},
	{"/api/v1/health", api_health, ROUTE_PUBLIC, .name = "health", .gives = GIVES_JSON, .flags = ROUTE_ANY_ORIGIN,
		.help = "Whether the hub answers.", .more = OPERATION(.gives = "Health")},
	{"/api/v1/me", api_me, MAY_SIGNED_IN, .name = "me", .gives = GIVES_JSON, .help = "Whose token this is, and what it may do.",
		.more = OPERATION(.gives = "Me")},
	{"/api/v1/me/notices", api_notices, MAY_SIGNED_IN, .name = "my-notices", .gives = GIVES_JSON, .help = "How your notices are mailed.",
		.more = OPERATION(.gives = "NoticeSettings")},
	{"/api/v1/me/notices", api_notices_set, MAY_SIGNED_IN, HTTP_PUT, CSRF_API, .name = "my-notices-set", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Says how your notices are mailed.",
		.more = OPERATION(.takes = "NewNoticeSettings", .gives = "NoticeSettings", .text = "What is not named stays as it is.",
			.body = "{\"mail\":{\"messages\":\"now\",\"records\":\"weekly\"},\"hour\":9}")},

	/* ---- webhooks ---- */
	{"/api/v1/webhooks", api_webhooks, MAY_SIGNED_IN, .name = "webhooks-api", .gives = GIVES_JSON, .help = "The webhooks that you manage.",
		.more = OPERATION(.gives = "Webhooks")},
	{"/api/v1/webhooks", api_webhook_new, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "webhook-new", .gives = GIVES_JSON, .body_max = SMALL_BYTES,
		.help = "Names an address that is called when something happens.",
		.more = OPERATION(.takes = "NewWebhook", .gives = "Webhook", .status = 201, .conflicts = true,
			.text = "Its secret is in this answer, and in no other. Without an owner it is yours, and is told of what stands in your inbox.",
			.body = "{\"url\":\"https://bot.example.org/hook\",\"types\":[\"record.published\",\"act.embargo.*\"],\"kinds\":[\"case\",\"advisory\"]}")},
	{"/api/v1/webhooks/{id}", api_webhook, MAY_SIGNED_IN, .name = "webhook-api", .gives = GIVES_JSON, .help = "A webhook.", .params = PARAMS(HOOK),
		.more = OPERATION(.gives = "Webhook", .example = ONE_HOOK)},
	{"/api/v1/webhooks/{id}", api_webhook_edit, MAY_SIGNED_IN, HTTP_PATCH, CSRF_API, .name = "webhook-edit", .gives = GIVES_JSON, .body_max = SMALL_BYTES,
		.help = "Changes a webhook, or switches it on or off.", .params = PARAMS(HOOK),
		.more = OPERATION(.takes = "WebhookEdit", .media_type = "application/merge-patch+json", .gives = "Webhook", .example = ONE_HOOK,
			.body = "{\"enabled\":true}")},
	{"/api/v1/webhooks/{id}", api_webhook_remove, MAY_SIGNED_IN, HTTP_DELETE, CSRF_API, .name = "webhook-remove", .gives = GIVES_JSON,
		.help = "Takes a webhook away, with its log.", .params = PARAMS(HOOK), .more = OPERATION(.gives = "Webhook", .example = ONE_HOOK)},
	{"/api/v1/webhooks/{id}/secret", api_webhook_secret, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "webhook-secret", .gives = GIVES_JSON,
		.help = "Gives a webhook a new secret; the old one signs too for a day.", .params = PARAMS(HOOK),
		.more = OPERATION(.gives = "Webhook", .example = ONE_HOOK "/secret")},
	{"/api/v1/webhooks/{id}/test", api_webhook_test, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "webhook-test", .gives = GIVES_JSON,
		.help = "Calls it with a webhook.test.", .params = PARAMS(HOOK),
		.more = OPERATION(.gives = "Called", .status = 202, .conflicts = true, .example = ONE_HOOK "/test")},
	{"/api/v1/webhooks/{id}/deliveries", api_webhook_deliveries, MAY_SIGNED_IN, .name = "webhook-deliveries", .gives = GIVES_JSON,
		.help = "Its calls of the last 30 days, newest first.",
		.params = PARAMS(HOOK, {"state", .type = PARAM_ENUM, .choices = CHOICES("waiting", "delivered", "failed", "dropped"), .help = "those alone"},
			{"before", .length = 40, .help = "moment to begin below: next of an earlier answer"},
			{"limit", .type = PARAM_INT, .min = 1, .max = 200, .otherwise = "50", .help = "how many"}),
		.more = OPERATION(.gives = "Deliveries", .example = ONE_HOOK "/deliveries?state=failed")},
	{"/api/v1/webhooks/{id}/deliveries/{delivery}/resend", api_webhook_resend, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "webhook-resend",
		.gives = GIVES_JSON, .help = "Makes a call once more, at once.", .params = PARAMS(HOOK, {"delivery", PARAM_PATH, .length = 60, .help = "its id"}),
		.more = OPERATION(.gives = "Called", .status = 202, .conflicts = true, .example = ONE_HOOK "/deliveries/msg_0123456789abcdefghijklmn/resend")},

	/* ---- kinds ---- */
	{"/api/v1/kinds", api_kinds, ROUTE_PUBLIC, .name = "api-kinds", .gives = GIVES_JSON, .flags = OPEN,
		.help = "All kinds.", .more = OPERATION(.gives = "Kinds")},
	{"/api/v1/kinds/{kind}", api_kind, ROUTE_PUBLIC, .name = "api-kind", .gives = GIVES_JSON, .flags = OPEN,
		.help = "One kind.", .params = PARAMS(KIND), .more = OPERATION(.gives = "Kind", .example = "/api/v1/kinds/use")},
	{"/api/v1/kinds/{kind}/schema", api_schema, ROUTE_PUBLIC, .name = "api-schema", .gives = GIVES_SCHEMA,
		.flags = OPEN, .help = "JSON Schema of a kind's body.", .params = PARAMS(KIND),
		.more = OPERATION(.gives = "Schema", .example = "/api/v1/kinds/use/schema")},
	{"/api/v1/schemas/common", api_common, ROUTE_PUBLIC, .name = "api-common", .gives = GIVES_SCHEMA, .flags = OPEN,
		.help = "The definitions that kinds share (urn:polder:common).", .more = OPERATION(.gives = "Schema")},

	/* ---- reading ---- */
	{"/api/v1/records", api_records, ROUTE_PUBLIC, .name = "api-records", .gives = GIVES_JSON, .flags = OPEN,
		.help = "Records, newest first.", .params =
			PARAMS({"kind", .help = "a kind's name"}, {"cursor", .type = PARAM_CURSOR, .help = "from the page before"},
				{"limit", .type = PARAM_INT, .min = 1, .max = 200, .otherwise = "50", .help = "records a page"}, FIELDS_PARAM),
		.more = OPERATION(.facets = true, .gives = "Records", .example = "/api/v1/records?kind=incident&limit=5&fields=id,title,body.date",
			.text = "The next page is a Link header and the member next. Fields that a line does not have (body, links, files …) may be chosen too.")},
	{"/api/v1/records/{id...}", api_record, ROUTE_PUBLIC, .name = "api-record", .gives = GIVES_JSON, .flags = OPEN,
		.help = "One record with links and files.", .params = PARAMS(ID_PARAM, FIELDS_PARAM),
		.more = OPERATION(.gives = "Record", .example = ONE_LEAF "?fields=title,body.summary")},
	{"/api/v1/records/{id}/history", api_history, ROUTE_PUBLIC, .name = "api-history", .gives = GIVES_JSON,
		.flags = OPEN, .help = "What changed in a record, oldest first.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "History", .example = ONE_LEAF "/history")},
	{"/api/v1/records/{id}/moves", api_moves, ROUTE_PUBLIC, .name = "api-moves", .gives = GIVES_JSON, .flags = OPEN,
		.help = "The moves that you may make now, and what each requires.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "Moves", .example = ONE_LEAF "/moves")},
	{"/api/v1/records/{id}/visibility", api_visibility, MAY_SIGNED_IN, .name = "api-visibility", .gives = GIVES_JSON,
		.help = "Who reads which field, where it is otherwise than its kind says. For owners of the record and coordinators.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "VisibilityOf", .example = ONE_LEAF "/visibility")},
	{"/api/v1/records/{id}/preview", api_preview, MAY_SIGNED_IN, .name = "api-preview", .gives = GIVES_JSON,
		.help = "A record's body as others will read it once it is published. For owners of the record and coordinators.",
		.params = PARAMS(ID_PARAM, {"as", .type = PARAM_ENUM, .choices = CHOICES("public", "downstream", "regulator", "parties", "panel", "owner"),
			.otherwise = "public", .help = "an audience"}, {"level", .length = 60, .help = "by a level of redaction of its kind, instead of by its rules"}),
		.more = OPERATION(.gives = "Preview", .example = ONE_LEAF "/preview?as=public")},
	{"/api/v1/records/{id}/acts", api_record_acts, MAY_SIGNED_IN, .name = "api-record-acts", .gives = GIVES_JSON,
		.help = "What you may do to a record beside its body and state.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "RecordActs", .example = ONE_LEAF "/acts")},
	{"/api/v1/records/{id}/room", api_room, MAY_SIGNED_IN, .name = "api-room", .gives = GIVES_JSON,
		.help = "How things stand in a case: parties, embargo, facts, statuses, tasks.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "Room", .example = "/api/v1/records/R-7KQ2-M9XD/room")},
	{"/api/v1/records/{id}/messages", api_messages, MAY_SIGNED_IN, .name = "api-messages", .gives = GIVES_JSON,
		.help = "The comments that you may read, as messages in threads.",
		.params = PARAMS(ID_PARAM, {"thread", .type = PARAM_INT, .min = 0, .max = INT64_MAX, .otherwise = "0", .help = "one thread alone"},
			{"before", .type = PARAM_INT, .min = 0, .max = INT64_MAX, .otherwise = "0", .help = "older than that message"},
			{"limit", .type = PARAM_INT, .min = 1, .max = 200, .otherwise = "50", .help = "messages a page"}),
		.more = OPERATION(.gives = "Messages", .example = ONE_LEAF "/messages")},
	{"/api/v1/disputes", api_disputes, ROUTE_PUBLIC, .name = "api-disputes", .gives = GIVES_JSON, .flags = OPEN,
		.help = "Disputes that you may know of, the open ones first.", .more = OPERATION(.gives = "Disputes")},
	{"/api/v1/records/{id}/dispute", api_dispute, ROUTE_PUBLIC, .name = "api-dispute", .gives = GIVES_JSON, .flags = OPEN,
		.help = "How a dispute stands: both statements, rulings, panel, and what you may do next.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "DisputeView", .example = "/api/v1/records/R-7KQ2-M9XD/dispute")},
	{"/api/v1/releases", api_releases, ROUTE_PUBLIC, .name = "api-releases", .gives = GIVES_JSON, .flags = OPEN,
		.help = "Releases that you may know of, the newest first.", .more = OPERATION(.gives = "Releases")},
	{"/api/v1/releases/{id}", api_one_release, ROUTE_PUBLIC, .name = "api-release", .gives = GIVES_JSON, .flags = ROUTE_ANY_ORIGIN,
		.help = "Where a release stands: stages, what must hold before the next, sign-offs, decisions, and what you may do.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "ReleaseView", .example = ONE_RELEASE, .text = "What is done to a release is an act: release.sign-off, release.decide and others.")},
	{"/api/v1/releases/{id}/access", api_release_access, ROUTE_PUBLIC, .name = "api-release-access", .gives = GIVES_JSON,
		.help = "Whether whose token this is may get the release now, until when, and why.", .params = PARAMS(ID_PARAM, SHA256_PARAM),
		.more = OPERATION(.gives = "Access", .example = ONE_RELEASE "/access")},
	{"/api/v1/releases/{id}/access/check", api_release_check, ROUTE_PUBLIC, .name = "api-release-check", .gives = GIVES_NOTHING,
		.help = "The same as a status: 204 yes, 401 or 403 no.", .params = PARAMS(ID_PARAM, SHA256_PARAM),
		.more = OPERATION(.status = 204, .forbids = true, .example = ONE_RELEASE "/access/check",
			.text = "For a server that gives out the files and asks with the caller's own Authorization, as nginx's auth_request does. What you may not know of is no, too.")},
	{"/api/v1/releases/{id}/requests", api_access_requests, MAY_SIGNED_IN, .name = "api-access-requests", .gives = GIVES_JSON,
		.help = "Who asked for access, newest first, with answers. For owners of the release.",
		.params = PARAMS(ID_PARAM, STATE_PARAM, {"before", .type = PARAM_INT, .min = 0, .max = INT64_MAX, .otherwise = "0", .help = "from the page before"},
			{"limit", .type = PARAM_INT, .min = 1, .max = 100, .otherwise = "50", .help = "requests a page"}),
		.more = OPERATION(.gives = "AccessRequests", .example = "/api/v1/releases/R-7KQ2-M9XD/requests?state=pending")},
	{"/api/v1/releases/{id}/requests/export", api_access_export, MAY_SIGNED_IN, .name = "api-access-export", .gives = GIVES_JSON | GIVES_FILE,
		.help = "All of them, as JSON or as a table. For owners of the release.",
		.params = PARAMS(ID_PARAM, STATE_PARAM, {"format", .type = PARAM_ENUM, .choices = CHOICES("json", "csv"), .otherwise = "json", .help = "of the file"}),
		.more = OPERATION(.gives = "AccessExport", .example = "/api/v1/releases/R-7KQ2-M9XD/requests/export?format=csv", .text = "No cell of the table begins as a formula does.")},
	{"/api/v1/me/access", api_access_mine, MAY_SIGNED_IN, .name = "api-access-mine", .gives = GIVES_JSON, .help = "Your own requests for access, newest first.",
		.more = OPERATION(.gives = "AccessRequests")},
	{"/api/v1/records/{id}/clocks", api_record_clocks, MAY_SIGNED_IN, .name = "api-record-clocks", .gives = GIVES_JSON,
		.help = "The terms that run on a record, and those that did.", .params = PARAMS(ID_PARAM), .more = OPERATION(.gives = "Clocks", .example = ONE_LEAF "/clocks")},
	{"/api/v1/clocks", api_clocks, MAY_COORDINATE, .name = "api-clocks", .gives = GIVES_JSON, .help = "All terms that run, the most urgent first.",
		.params = PARAMS({"overdue", .type = PARAM_BOOL, .help = "those alone whose end has passed"},
			{"days", .type = PARAM_INT, .min = 0, .max = 3660, .otherwise = "0", .help = "those alone that end within so many days; 0 all"},
			{"mine", .type = PARAM_BOOL, .help = "without what others must keep"}),
		.more = OPERATION(.gives = "Clocks", .example = "/api/v1/clocks?days=7&mine=true")},
	{"/api/v1/statistics", api_statistics, ROUTE_PUBLIC, .name = "api-statistics", .gives = GIVES_JSON, .flags = ROUTE_ANY_ORIGIN,
		.help = "What the disclosure desk does, in numbers.", .params = PARAMS({"table", .length = 60, .help = "one table, by its name; without it all"}),
		.more = OPERATION(.gives = "Statistics", .text = "Counts are in fives, carried over from quarter to quarter; null is a count of fewer than five, or a time of too few. Worked out once a day.",
			.example = "/api/v1/statistics?table=reports-by-type")},
	{"/api/v1/statistics", api_statistics_renew, MAY_COORDINATE, HTTP_POST, CSRF_API, .name = "statistics-renew-now", .gives = GIVES_JSON,
		.help = "Works them out as things stand now.", .more = OPERATION(.gives = "Statistics", .example = "/api/v1/statistics")},
	{"/api/v1/log", api_log, ROUTE_PUBLIC, .name = "api-log", .gives = GIVES_JSON, .flags = ROUTE_ANY_ORIGIN,
		.help = "How the hub's log stands: its name, keys, size and root, as they were signed last.",
		.more = OPERATION(.gives = "Log", .text = "The log itself is served as C2SP tlog-tiles under /log: /log/checkpoint, /log/tile/…; /log/statements/{n} has what leaves say to everybody.")},
	{"/api/v1/hubs", api_hubs, ROUTE_PUBLIC, .name = "api-hubs", .gives = GIVES_JSON, .flags = ROUTE_ANY_ORIGIN,
		.help = "The other hubs that this one knows: keys, addresses, prefixes, and what its log said of each.",
		.more = OPERATION(.gives = "Hubs", .text = "The same as a file signed by the log's key is at /.well-known/polder-hubs (docs/MANY_HUBS.md).")},
	{"/api/v1/log/check", api_log_check, ROUTE_PUBLIC, HTTP_POST, CSRF_API, .name = "api-log-check", .gives = GIVES_JSON, .flags = UNSEEN,
		.body_max = RECEIPT_FILE_BYTES, .help = "Checks a receipt; nothing of it is kept.",
		.more = OPERATION(.takes = "ReceiptFile", .gives = "CheckedReceipt", .text = "200 also where it does not hold: good says it. `polder receipt check` does the same without the hub.",
			.body = "{\"polder\":\"receipt\",\"version\":1}")},
	{"/api/v1/records/{id}/log", api_record_log, ROUTE_PUBLIC, .name = "api-record-log", .gives = GIVES_JSON, .flags = ROUTE_ANY_ORIGIN,
		.help = "What the log says of a record to everybody, newest first, with the proof of each.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "RecordLog", .example = ONE_LEAF "/log")},
	{"/api/v1/records/{id}/receipts", api_receipts, MAY_SIGNED_IN, .name = "api-receipts", .gives = GIVES_JSON,
		.help = "What you did to a record, newest first, each of which has a receipt.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "Receipts", .example = ONE_LEAF "/receipts")},
	{"/api/v1/records/{id}/receipts/{event}", api_one_receipt, MAY_SIGNED_IN, .name = "api-one-receipt", .gives = GIVES_JSON,
		.help = "The receipt of something that you did.",
		.params = PARAMS(ID_PARAM, {"event", PARAM_PATH, PARAM_INT, .min = 0, .max = INT64_MAX, .help = "as the list has it; 0: the record's creation, where it was you, else what you did last"}),
		.more = OPERATION(.gives = "ReceiptFile", .example = "/api/v1/records/R-7KQ2-M9XD/receipts/0")},
	{"/api/v1/records/{id}/reveals", api_reveals, ROUTE_PUBLIC, .name = "api-reveals", .gives = GIVES_JSON, .flags = ROUTE_ANY_ORIGIN,
		.help = "What was sealed of a record before it was public and is shown since, oldest first; and what you may reveal.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "Reveals", .text = "What is shown stands at `url`: a receipt that anybody checks without the hub.", .example = ONE_LEAF "/reveals")},
	{"/api/v1/records/{id}/reveals", api_reveal, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "reveal", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Shows to everybody what a version said while it was sealed.", .params = PARAMS(ID_PARAM, IF_MATCH, ONCE),
		.more = OPERATION(.takes = "NewReveal", .gives = "Written", .conflicts = true,
			.text = "For who made the version; for owners of the record and coordinators, unless it names a person's account. Only of what is public, never under an "
					"embargo, and only fields that the public reads now, in the same words but for coordinators. There is no way back.",
			.example = ONE_LEAF "/reveals", .body = "{\"revision\":1,\"fields\":[\"title\"]}")},
	{"/api/v1/acts", api_acts, ROUTE_PUBLIC, .name = "api-acts", .gives = GIVES_JSON, .flags = OPEN,
		.help = "All acts: what may be done to records of which kinds, by whom, and the schema of what each needs.",
		.more = OPERATION(.gives = "Acts")},
	{"/api/v1/records/{id}/decisions", api_decisions, MAY_SIGNED_IN, .name = "api-decisions", .gives = GIVES_JSON,
		.help = "What was decided about a record by decision tables, newest first.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "Decisions", .text = "Decided by the act triage.decide. The note is for coordinators.", .example = ONE_LEAF "/decisions")},
	{"/api/v1/tables", api_tables, ROUTE_PUBLIC, .name = "api-tables", .gives = GIVES_JSON, .flags = OPEN, .help = "The hub's decision tables.",
		.more = OPERATION(.gives = "Tables")},
	{"/api/v1/tables/{table}", api_table, ROUTE_PUBLIC, .name = "api-table", .gives = GIVES_JSON, .flags = OPEN,
		.help = "A decision table: each question and value explained, the rules, what follows.", .params = PARAMS(TABLE_PARAM),
		.more = OPERATION(.gives = "Table", .example = "/api/v1/tables/harm-tier")},
	{"/api/v1/tables/{table}/decide", api_table_decide, ROUTE_PUBLIC, .name = "api-table-decide", .gives = GIVES_JSON, .flags = ROUTE_ANY_ORIGIN,
		.help = "What follows from some answers, and what to answer next.",
		.params = PARAMS(TABLE_PARAM, {"vector", .length = DECIDE_VECTOR, .help = "the answers in a line; or one by one, by the names of the questions"}),
		.more = OPERATION(.gives = "Answer", .example = "/api/v1/tables/harm-tier/decide?severity=grave&people=few")},
	{"/api/v1/records/{id}/files/{sha256}", show_record_file, ROUTE_PUBLIC, .name = "api-file", .gives = GIVES_FILE,
		.flags = ROUTE_ANY_ORIGIN, .help = "A file that belongs to a record.",
		.params = PARAMS(ID_PARAM, {"sha256", PARAM_PATH, .length = 64, .help = "in hexadecimal"}),
		.more = OPERATION(.example = ONE_LEAF "/files/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")},
	{"/api/v1/search", api_search, ROUTE_PUBLIC, .name = "api-search", .gives = GIVES_JSON, .flags = OPEN,
		.help = "Ranked hits with snippets and facets.", .params =
			PARAMS({"q", .required = true, .length = SEARCH_QUERY, .help = "words, \"phrases\", begin*, -without"},
				{"kind", .help = "a kind's name"},
				{"page", .type = PARAM_INT, .min = 1, .max = 600, .otherwise = "1", .help = "of hits"},
				{"limit", .type = PARAM_INT, .min = 1, .max = 100, .otherwise = "20", .help = "hits a page"}, FIELDS_PARAM),
		.more = OPERATION(.facets = true, .gives = "Hits", .example = "/api/v1/search?q=deepfake&limit=5")},
	{"/api/v1/facets", api_facets, ROUTE_PUBLIC, .name = "api-facets", .gives = GIVES_JSON, .flags = OPEN,
		.help = "What a kind's records can be narrowed by; without a kind, how many of each there are.",
		.params = PARAMS({"kind", .help = "a kind's name"}), .more = OPERATION(.gives = "Facets", .example = "/api/v1/facets?kind=incident")},

	/* ---- writing ---- */
	{"/api/v1/records", api_create, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "create", .gives = GIVES_JSON, .body_max = RECORD_BYTES,
		.help = "Makes a record, in the first state of its kind.", .params = PARAMS(ONCE),
		.more = OPERATION(.takes = "NewRecord", .gives = "Written", .status = 201,
			.body = "{\"kind\":\"lesson\",\"body\":{\"title\":\"Test the filters too\",\"lesson\":\"A filter is a part of the system.\"}}")},
	{"/api/v1/records/{id...}", api_revise, MAY_SIGNED_IN, HTTP_PUT, CSRF_API, .name = "revise", .gives = GIVES_JSON,
		.body_max = RECORD_BYTES, .help = "Gives a record a new body.", .params = PARAMS(ID_PARAM, IF_MATCH, NOTE_PARAM),
		.more = OPERATION(.takes = "Body", .gives = "Written", .conditional = true, .conflicts = true,
			.text = "What you may not see of the body stays as it is.", .example = ONE_LEAF,
			.body = "{\"title\":\"Test the filters too\",\"lesson\":\"Filters are a part of the system.\"}")},
	{"/api/v1/records/{id...}", api_patch, MAY_SIGNED_IN, HTTP_PATCH, CSRF_API, .name = "patch", .gives = GIVES_JSON,
		.body_max = RECORD_BYTES, .help = "Changes some members of a record's body.", .params = PARAMS(ID_PARAM, IF_MATCH, NOTE_PARAM),
		.more = OPERATION(.takes = "BodyPatch", .media_type = "application/merge-patch+json", .gives = "Written", .conditional = true,
			.conflicts = true, .text = "A JSON Merge Patch (RFC 7396) of the body as you see it: null takes a member away.",
			.example = ONE_LEAF "?note=reviewed", .body = "{\"tags\":[\"reviewed\"]}")},
	{"/api/v1/records/{id}/visibility", api_set_visibility, MAY_SIGNED_IN, HTTP_PUT, CSRF_API, .name = "set-visibility", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Gives a record rules of its own in place of those before.", .params = PARAMS(ID_PARAM, IF_MATCH, NOTE_PARAM),
		.more = OPERATION(.takes = "NewVisibility", .gives = "Written", .conflicts = true,
			.text = "Nobody opens a field to others that they may not read themselves. What is public needs a note where its kind is amended with one.",
			.example = ONE_LEAF "/visibility?note=until+there+is+a+fix", .body = "{\"rules\":{\"/description\":[\"parties\",\"owner\",\"coordinators\"]}}")},
	{"/api/v1/records/{id}/moves", api_move, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "move", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Takes a record from one state to another.", .params = PARAMS(ID_PARAM, IF_MATCH, ONCE),
		.more = OPERATION(.takes = "NewMove", .gives = "Written", .conflicts = true, .example = ONE_LEAF "/moves",
			.body = "{\"move\":\"deprecate\",\"reason\":\"merged into another entry\"}")},
	{"/api/v1/records/{id}/links", api_link, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "link", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Links a record to another.", .params = PARAMS(ID_PARAM, IF_MATCH, ONCE),
		.more = OPERATION(.takes = "NewLink", .gives = "Written", .status = 201, .or_200 = true, .conflicts = true,
			.text = "200 where the link is there already.",
			.example = ONE_LEAF "/links", .body = "{\"rel\":\"related-to\",\"target\":\"CUE-0002\"}")},
	{"/api/v1/records/{id}/links", api_unlink, MAY_SIGNED_IN, HTTP_DELETE, CSRF_API, .name = "unlink", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Takes a link away.", .params = PARAMS(ID_PARAM, IF_MATCH),
		.more = OPERATION(.takes = "NewLink", .gives = "Written", .conflicts = true, .example = ONE_LEAF "/links",
			.body = "{\"rel\":\"related-to\",\"target\":\"CUE-0002\"}")},
	{"/api/v1/records/{id}/comments", api_comment, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "comment", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Adds a line to a record's history.", .params = PARAMS(ID_PARAM, IF_MATCH, ONCE),
		.more = OPERATION(.takes = "NewComment", .gives = "Written", .status = 201, .example = ONE_LEAF "/comments",
			.body = "{\"text\":\"Discussed at the yearly review.\",\"audiences\":[\"public\"]}")},
	{"/api/v1/records/{id}/acts", api_act, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "act", .gives = GIVES_JSON,
		.body_max = RECORD_BYTES, .help = "Does something to a record beside its body and state.", .params = PARAMS(ID_PARAM, IF_MATCH, ONCE),
		.more = OPERATION(.takes = "NewAct", .gives = "Written", .conflicts = true, .text = "/api/v1/acts has the schema of each act's `args`.",
			.example = "/api/v1/records/R-7KQ2-M9XD/acts",
			.body = "{\"act\":\"embargo.propose\",\"args\":{\"until\":\"2027-03-01T17:00:00+01:00\",\"time_zone\":\"Europe/Amsterdam\"}}")},
	{"/api/v1/records/{id}/disputes", api_file_dispute, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "file-dispute", .gives = GIVES_JSON,
		.body_max = RECORD_BYTES, .help = "Disputes a record.", .params = PARAMS(ID_PARAM, ONCE),
		.more = OPERATION(.takes = "NewDispute", .gives = "Written", .status = 201, .conflicts = true, .example = "/api/v1/records/R-7KQ2-M9XD/disputes",
			.body = "{\"question\":\"valid\",\"statement\":\"The rate is within the margin of error.\"}")},
	{"/api/v1/records/{id}/erasure", api_erase, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "erase", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Takes away for good what a record says.", .params = PARAMS(ID_PARAM, IF_MATCH, ONCE),
		.more = OPERATION(.takes = "NewErasure", .gives = "Erased",
			.text = "For coordinators, and owners of the hub. That there was a record and why it went stays; there is no way back. With `fields` the record lives on without them.",
			.example = "/api/v1/records/R-7KQ2-M9XD/erasure",
			.body = "{\"reason\":\"Asked for by the person concerned.\",\"basis\":\"GDPR, Article 17(1)(a)\"}")},
	{"/api/v1/releases/{id}/requests", api_access_ask, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "access-ask", .gives = GIVES_JSON, .body_max = 512 << 10,
		.help = "Asks for access.", .params = PARAMS(ID_PARAM, ONCE),
		.more = OPERATION(.takes = "NewAccessRequest", .gives = "Written", .status = 201, .conflicts = true, .example = "/api/v1/releases/R-7KQ2-M9XD/requests",
			.text = "The release says what is asked (access.fields). What is answered is read by you and the owners of the release alone.",
			.body = "{\"answers\":{\"purpose\":\"To test its filters.\",\"agree\":true},\"terms\":true}")},
	{"/api/v1/releases/{id}/requests/decisions", api_access_decide, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "access-decide", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Decides about many requests at once. For owners of the release.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.takes = "AccessDecision", .gives = "AccessDecided", .example = "/api/v1/releases/R-7KQ2-M9XD/requests/decisions",
			.text = "One that is refused keeps no other from being decided.",
			.body = "{\"act\":\"access.accept\",\"requests\":[\"R-K7QM-2XWD\"],\"reason\":\"Welcome.\"}")},
	{"/api/v1/records/{id}/case", api_open_case, MAY_COORDINATE, HTTP_POST, CSRF_API, .name = "open-case", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Opens a case from a report, or joins the report to one.", .params = PARAMS(ID_PARAM, ONCE),
		.more = OPERATION(.takes = "NewCase", .gives = "Written", .status = 201, .or_200 = true, .conflicts = true,
			.text = "The finder takes part under an alias, their wish for an embargo is proposed, and whoever has a part along the supply chain is proposed. "
					"200 where the report has a case already.",
			.example = "/api/v1/records/R-7KQ2-M9XD/case", .body = "{\"title\":\"Case of the leaking tool channel\"}")},
	{"/api/v1/records/{id}/read", api_mark_read, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "mark-read", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Notes up to where you have read a record's messages.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.takes = "ReadMark", .gives = "Unread", .example = ONE_LEAF "/read", .body = "{\"up_to\":1234}")},
	{"/api/v1/records/{id}/files", api_attach, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "attach", .gives = GIVES_JSON,
		.flags = ROUTE_FORM, .body_max = ATTACHMENT_BYTES, .help = "Puts a file with a record.",
		.params = PARAMS(ID_PARAM, {"name", .length = 200, .help = "of a file that is sent as it is"},
			{"audiences", .length = 200, .help = "who may read it, with commas; coordinators without this"}, ONCE),
		.more = OPERATION(.takes = "NewFile", .media_type = "multipart/form-data", .gives = "Written", .status = 201, .or_200 = true,
			.text = "As a form with one file, or the file itself with its Content-Type and ?name=. 200 where it is there already.",
			.example = ONE_LEAF "/files?name=notes.txt", .body = "some notes")},
	/* ---- reporting, also without an account ---- */
	{"/api/v1/reports", api_report, ROUTE_PUBLIC, HTTP_POST, CSRF_API, .name = "report-flaw", .gives = GIVES_JSON, .flags = UNSEEN, .body_max = RECORD_BYTES,
		.help = "Sends a report: by name with a token, or by pseudonym or anonymously without.", .params = PARAMS(ONCE),
		.more = OPERATION(.takes = "NewReport", .gives = "SentReport", .status = 201, .or_200 = true,
			.text = "Without an account the answer holds a receipt code, once: the only way back. An Idempotency-Key then gives the same answer again though the code is stored "
					"nowhere; it must be hard to guess (16 random letters or more), since whoever has it and the report has the code.",
			.body = "{\"how\":\"anonymous\",\"body\":{\"title\":\"The assistant invents refunds\",\"description\":\"It promised one that nobody gives.\","
					"\"classification\":{\"real_world_harm\":false,\"malicious_actor\":false,\"csam\":false},\"systems\":[{\"name\":\"Example Chat\"}],"
					"\"severity\":\"medium\",\"statistics\":{\"claim\":\"It does so in half of the cases.\"},\"disclosure\":{\"intent\":\"no\"},\"confirmed\":true}}")},
	{"/api/v1/receipt", api_receipt, ROUTE_PUBLIC, .name = "receipt-status", .gives = GIVES_JSON, .flags = UNSEEN, .help = "How a report stands, for whoever has its receipt code.",
		.params = PARAMS(RECEIPT), .more = OPERATION(.gives = "Receipt", .text = RECEIPT_TEXT_HELP)},
	{"/api/v1/receipt/file", api_finder_receipt, ROUTE_PUBLIC, .name = "receipt-download", .gives = GIVES_JSON, .flags = UNSEEN,
		.help = "What proves that the hub took the report in, for whoever has its receipt code.", .params = PARAMS(RECEIPT),
		.more = OPERATION(.gives = "ReceiptFile", .text = RECEIPT_TEXT_HELP)},
	{"/api/v1/receipt", api_receipt_patch, ROUTE_PUBLIC, HTTP_PATCH, CSRF_API, .name = "receipt-patch", .gives = GIVES_JSON, .flags = UNSEEN, .body_max = RECORD_BYTES,
		.help = "Changes some members of the report.", .params = PARAMS(RECEIPT),
		.more = OPERATION(.takes = "BodyPatch", .media_type = "application/merge-patch+json", .gives = "Followed", .conflicts = true, .text = RECEIPT_TEXT_HELP,
			.body = "{\"summary\":\"It does so in half of the cases.\"}")},
	{"/api/v1/receipt/messages", api_receipt_message, ROUTE_PUBLIC, HTTP_POST, CSRF_API, .name = "receipt-message", .gives = GIVES_JSON, .flags = UNSEEN, .body_max = SMALL_BYTES,
		.help = "Writes to the coordinators.", .params = PARAMS(RECEIPT),
		.more = OPERATION(.takes = "NewMessage", .gives = "Followed", .status = 201, .text = RECEIPT_TEXT_HELP, .body = "{\"text\":\"It still happens.\"}")},
	{"/api/v1/receipt/files", api_receipt_file, ROUTE_PUBLIC, HTTP_POST, CSRF_API, .name = "receipt-file", .gives = GIVES_JSON, .flags = ROUTE_FORM | UNSEEN,
		.body_max = ATTACHMENT_BYTES, .help = "Adds a file to the report.",
		.params = PARAMS(RECEIPT, {"name", .length = 200, .help = "of a file that is sent as it is"}, {"audiences", .length = 200, .help = "is passed over: who reads it follows from the report"}),
		.more = OPERATION(.takes = "NewFile", .media_type = "multipart/form-data", .gives = "Followed", .status = 201, .or_200 = true,
			.text = "As a form with one file, or the file itself with its Content-Type and ?name=.", .example = "/api/v1/receipt/files?name=notes.txt", .body = "some notes")},
	{"/api/v1/receipt/moves", api_receipt_move, ROUTE_PUBLIC, HTTP_POST, CSRF_API, .name = "receipt-move", .gives = GIVES_JSON, .flags = UNSEEN, .body_max = SMALL_BYTES,
		.help = "Takes the report back.", .params = PARAMS(RECEIPT),
		.more = OPERATION(.takes = "NewMove", .gives = "Followed", .conflicts = true, .text = RECEIPT_TEXT_HELP, .body = "{\"move\":\"withdraw\",\"reason\":\"It was a mistake of mine.\"}")},
	{"/api/v1/bulk", api_bulk, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "bulk", .gives = GIVES_JSON, .body_max = BULK_BYTES,
		.help = "Up to 1,000 changes, each answered for itself.", .params = PARAMS(ONCE),
		.more = OPERATION(.takes = "Operations", .gives = "Outcomes",
			.text = "A JSON array, or a line of JSON for each (application/x-ndjson). All that are accepted are written at once; each counts alone, "
					"so some may be refused. One request, whatever it holds, for the limits.",
			.body = "[{\"op\":\"comment\",\"id\":\"CUE-0001\",\"text\":\"Seen.\"},{\"op\":\"link\",\"id\":\"CUE-0001\",\"rel\":\"related-to\","
					"\"target\":\"CUE-0003\"}]")},
	ROUTE_END
};

/* ---- the schemas of bodies ---- */

static enum err_code read_schemas(struct arena *a, struct api *api, struct err *e) {
	const struct embedded_file *f = embedded_find(api_files, api_files_n, S("schemas.json"));
	return f ? json_parse(a, f->bytes, NULL, &api->schemas, e) : err_set(e, ERR_INTERNAL, "schemas.json is not in the program");
}

/* A document that holds them all, so that they may refer to each other as in the OpenAPI document, and is one of them. */
static const struct json *document_of(struct arena *a, const struct json *schemas, const char *name) {
	struct json_builder components = json_object_of(a), document = json_object_of(a);
	json_set(&components, S("schemas"), schemas);
	json_set_str(&document, S("$ref"), arena_fmt(a, "#/components/schemas/%s", name));
	json_set(&document, S("components"), json_built(&components));
	return json_built(&document);
}

static enum err_code add_schema(struct arena *a, struct api *api, const char *name, struct err *e) {
	for (size_t i = 0; i < api->bodies_n; i++)
		if (!strcmp(api->bodies[i].name, name)) return ERR_OK;
	if (!json_get(api->schemas, str_of(name))) return err_set(e, ERR_INTERNAL, "schemas.json has no %s", name);
	struct api_schema *s = &api->bodies[api->bodies_n];
	enum err_code code = schema_compile(&s->schema, document_of(a, api->schemas, name), NULL, e);
	if (code) return code;
	s->name = name;
	api->bodies_n++;
	return ERR_OK;
}

static enum err_code compile_bodies(struct arena *a, struct api *api, struct err *e) {
	enum { BODIES = 40 };
	api->bodies = arena_array(a, BODIES, sizeof *api->bodies);
	if (!api->bodies) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = add_schema(a, api, "Operation", e);
	for (const struct route *r = table; r->path && !code; r++) {
		const struct operation *o = operation_of(r);
		if (o && o->gives && !json_get(api->schemas, str_of(o->gives))) code = err_set(e, ERR_INTERNAL, "schemas.json has no %s", o->gives);
		if (!code && o && o->takes && api->bodies_n < BODIES) code = add_schema(a, api, o->takes, e);
	}
	return code;
}

void api_release(struct desk_app *app) {
	for (size_t i = 0; app->api && i < app->api->bodies_n; i++) schema_free(app->api->bodies[i].schema);
	app->api = NULL;
}

enum err_code api_routes(struct arena *a, struct desk_app *app, const struct route **out, struct err *e) {
	struct api *api = arena_new_of(a, struct api);
	if (!api) return err_set(e, ERR_MEMORY, "out of memory");
	app->api = api;
	enum err_code code = read_schemas(a, api, e);
	if (!code) code = compile_bodies(a, api, e);
	if (code) {
		api_release(app);
		return code;
	}
	*out = with_questions(a, app->hub, registry_complete(a, app, table));
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
