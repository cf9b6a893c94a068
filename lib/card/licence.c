#include "licence.h"

#define USES LICENCE_USES
#define NC LICENCE_NONCOMMERCIAL
#define ND LICENCE_NO_DERIVATIVES
#define SA LICENCE_SHARE_ALIKE
#define TERMS LICENCE_TERMS

static const struct known {
	const char *id;
	unsigned marks;
} known[] = {
#include "licences.inc"
};

/* Other names of the same. */
static const struct {
	const char *name, *id;
} aliases[] = {
	{"apache 2.0", "apache-2.0"}, {"apache license 2.0", "apache-2.0"}, {"bigscience-openrail-m-1.0", "bigscience-openrail-m"}, {"agpl-3.0-only", "agpl-3.0"},
	{"agpl-3.0-or-later", "agpl-3.0"}, {"gpl-2.0-only", "gpl-2.0"}, {"gpl-2.0-or-later", "gpl-2.0"}, {"gpl-3.0-only", "gpl-3.0"}, {"gpl-3.0-or-later", "gpl-3.0"},
	{"lgpl-2.1-only", "lgpl-2.1"}, {"lgpl-2.1-or-later", "lgpl-2.1"}, {"lgpl-3.0-only", "lgpl-3.0"}, {"lgpl-3.0-or-later", "lgpl-3.0"}, {"mit license", "mit"},
	{"the unlicense", "unlicense"}, {"gfdl-1.3-only", "gfdl"}, {"gfdl-1.3-or-later", "gfdl"}, {"odc-by-1.0", "odc-by"}, {"odbl-1.0", "odbl"}, {"pddl-1.0", "pddl"},
	{"c-uda-1.0", "c-uda"}, {"bsl-1.0", "bsl-1.0"}, {"artistic license 2.0", "artistic-2.0"},
};

struct licence licence_of(struct arena *a, struct str id) {
	struct str name = str_trim(id);
	char *lower = arena_alloc(a, name.n + 1);
	if (!lower) return (struct licence){.id = STR_EMPTY};
	for (size_t i = 0; i < name.n; i++) lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 'a' - 'A' : name.p[i];
	struct licence out = {.id = str_n(lower, name.n)};
	for (size_t i = 0; i < lengthof(aliases); i++)
		if (str_is(out.id, aliases[i].name)) out.id = str_of(aliases[i].id);
	for (size_t i = 0; i < lengthof(known); i++) {
		if (!str_is(out.id, known[i].id)) continue;
		out.known = true;
		out.marks = known[i].marks;
	}
	return out;
}

struct str licence_drops(struct licence base, struct licence of, bool *unsure) {
	*unsure = !base.known || !of.known;
	if (base.known && str_eq(base.id, of.id)) return STR_EMPTY;
	if (base.marks & ND) return S("The licence of what it is made from allows no derivatives.");
	if (*unsure) return STR_EMPTY;
	if (base.marks & USES && !(of.marks & USES)) return S("What it is made from restricts its uses, and those who pass it on must hand that on: this licence does not restrict them.");
	if (base.marks & NC && !(of.marks & NC)) return S("What it is made from may not be used commercially, and this licence does not say so.");
	if (base.marks & SA) return S("What it is made from must be passed on under the same licence.");
	return STR_EMPTY;
}

const char *const *licence_ids(void) {
	static const char *ids[lengthof(known) + 1];
	for (size_t i = 0; i < lengthof(known); i++) ids[i] = known[i].id;
	return ids;
}
