/* What hub/harbor*.c share. */
#pragma once
#include "harbor.h"

#define HARBOR_TYPE "polder-harbor-grant"

/* In hexadecimal; at: RFC 3339, to the second. */
struct str harbor_commitment(struct arena *a, struct str salt, struct str at, struct str uid);
