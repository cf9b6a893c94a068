/* Between the parts of the CVE format: cve.c reads records, cve_scores.c their ratings. */
#pragma once
#include "pieces.h"

/* A record while it is read. */
struct cve_reading {
	struct drafts *d;
	struct arena *a;
	struct take t;
	struct draft *draft;
	struct str id, language;
	bool rejected, disputed;
	/* while a container is read */
	struct str by;
	bool cna;
	/* lists of the body */
	struct json_builder affected, scores, references, weaknesses, patterns, remediations, threats, notes, timeline,
		credits, renditions, contributors, classifications, tracking, tags;
	struct str description, withdrawn_reason, discovery;
	/* the rating from which our severity comes */
	int severity_rank;
	struct str severity, exploitation;
	/* vendor → target of links; vendor and product → anything */
	struct map vendors, products;
};

/* The metrics of a container. */
void cve_read_metrics(struct cve_reading *c, const struct json *container);
