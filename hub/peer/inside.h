/* For hub/peer/ alone. */
#pragma once
#include "hub/peer/peer.h"

/* Columns of a query over peer, from the first on. */
#define PEER_COLUMNS "id, origin, key, name, url, prefix, state, follows, since, looked_at, size, failed, seen"
void peer_read(struct arena *a, struct db_query *q, struct peer *out);
/* What the log says when this becomes so: canonical JSON. replaces, reason: "" none. */
struct str peer_statement(struct arena *a, const struct peer *p, moment at, const char *state, struct str replaces, struct str reason);
/* http to this very machine, for trying things out. */
bool peer_is_here(struct str url);
