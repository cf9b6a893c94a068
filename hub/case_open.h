/* From a report to a case, and a report into a case that is there: several changes through the door in, each of which may be done again. */
#pragma once
#include "hub/change.h"

/* A case that handles the report: with its systems; the finder takes part (under an alias), and where they wish an embargo it is proposed in their name;
 * whoever has a part along the supply chain is proposed. title: "" that of the report's type and number, which gives nothing away. A report that is handled
 * already gives its case (out->changed false). By coordinators. ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_INVALID where it is no report. */
enum err_code case_open(struct hub *h, struct db *db, const struct actor *actor, struct str report, struct str title, struct change_result *out,
	struct err *e) must_use;
/* The report joins the case: another finder of the same flaw, who keeps their own report and takes part under an alias of their own. */
enum err_code case_join(struct hub *h, struct db *db, const struct actor *actor, struct str report, struct str a_case, struct change_result *out,
	struct err *e) must_use;
