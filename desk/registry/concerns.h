/* What concerns a use, system or organization: the incidents, reports and advisories that lead to it, newest first, each with the part that it
 * has in them; how many there are, by kind and by year. Of what is public, whoever looks. */
#pragma once
#include "desk/registry/pages.h"

/* Incidents, reports and advisories. */
bool concerns_kind(const struct kind *kind);
/* out->n is 0 where nothing does, and for records of other kinds. */
enum err_code concerns_read(const struct disclosing *d, const struct disclosed *r, struct record_concerns *out, struct err *e) must_use;
