/* What the test's template shows. */
#pragma once
#include "base/base.h"

struct thing {
	struct str name;
	const char *url;
	int count;
};
