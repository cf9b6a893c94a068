#!/bin/sh
# Keeps the design: a folder includes only what stands below it; records are written by the door in (hub/change*.c) and bodies are read
# by the door out (hub/disclose*.c) alone; accounts' tables are written in hub/account/ alone; SQL stands in hub/ and db/ only; libcurl stands in net/
# alone; unsafe calls stand nowhere.
set -eu
cd "$(dirname "$0")/.."
bad=0
complain() { # title, lines
	[ -z "$2" ] && return 0
	printf '%s\n%s\n\n' "$1" "$2" >&2
	bad=1
}
sources() { git ls-files -co --exclude-standard -- "$@" 2>/dev/null | grep -E '\.(c|h)$' || true; }

# ---- floors ----
complain "A floor includes what stands above it (order: base lib net db http hub exchange desk cli):" "$(
	sources base lib net db http hub exchange desk cli | xargs awk '
	BEGIN { n = split("base lib net db http hub exchange desk cli", order, " "); for (i = 1; i <= n; i++) rank[order[i]] = i }
	/^#include "/ {
		split(FILENAME, from, "/"); split($2, to, "/"); gsub(/"/, "", to[1])
		if (to[1] in rank && rank[to[1]] > rank[from[1]]) print "  " FILENAME ":" FNR ": " $0
		# exchange reads formats and knows nothing of HTTP; hub is spoken to by faces and knows none.
		if ((from[1] == "exchange" || from[1] == "hub") && to[1] == "http") print "  " FILENAME ":" FNR ": " $0
	}')"

# ---- the two doors ----
# Comments may speak of SQL; strings are what counts.
strings() { xargs awk '/"/ { line = $0; sub(/^[[:space:]]*(\/\*|\*|\/\/).*/, "", line); if (line ~ /"/) print FILENAME ":" FNR ": " line }'; }
tables='record|revision|event|outbox|name|link|awaited|party|origin|attachment|public|facet|facet_count|search_text|search|message|message_to|read_mark'
complain "A record's table is written past the door in (hub/change*.c):" "$(
	sources hub exchange desk cli http lib | grep -v '^hub/change' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) ($tables)\b" | grep -v '^hub/migrations/' | grep -v integrity-check || true)"
complain "A body is read past the door out (hub/disclose*.c, hub/search.c; and the door in that changes it; of the log what is compared with it):" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(change|disclose|search|migrations|maintain|ledger/(entries|verify_records))' | strings |
		grep -E "FROM (revision|public|origin|search_text)\b" || true)"
cases='publication|participant|system_status|case_state|embargo_proposal|embargo_answer|task'
complain "A case's table is written outside hub/case/:" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(case/|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) ($cases)\b" || true)"
disputes='dispute|seat|panel|panel_member|panel_vote|panel_challenge'
complain "A dispute's table is written outside hub/dispute/:" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(dispute/|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) ($disputes)\b" || true)"
complain "A release's table, or that of requests for access, is written outside hub/release/ and hub/access/:" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(release/|access/|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) (release|release_word|release_gate|access_request)\b" || true)"
complain "A decision is recorded past the act (hub/triage.c):" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(triage\.c|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) decision\b" || true)"
complain "A grant's table, or that of the signing keys, is written past its owner (hub/harbor*.c, hub/signing.c):" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(harbor|signing|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) (harbor_grant|harbor_policy|harbor_threat|signing_key)\b" || true)"
complain "A term is written past hub/clock*.c, or a holiday past hub/working_days.c:" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(clock|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) (clock|record_tier|holiday)\b" | grep -vE '^hub/(working_days|change_erase)\.c' || true)"
accounts='account|recovery|session|token|membership|code|identity|audit|draft|saved_search|notice|notice_setting|notice_digest|idempotency'
complain "An account's table is written outside hub/account/:" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(account/|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) ($accounts)\b" || true)"
complain "A record's key is written or read outside hub/keystore.c:" "$(
	sources hub exchange desk cli http lib | grep -v '^hub/keystore.c' | strings | grep -E '(FROM|INTO|UPDATE) (record_key|destroyed_key)\b' || true)"
complain "Statistics are kept past hub/statistics.c:" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(statistics\.c|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) statistic\b" || true)"
complain "Mail is queued and taken away past hub/mail.c:" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(mail.c|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) mail\b" || true)"
complain "Webhooks and their calls are written outside hub/webhook/:" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(webhook/|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) (webhook|delivery)\b" || true)"
complain "Receipts are written past hub/receipt.c:" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(receipt.c|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) receipt\b" || true)"
complain "The directory of hubs is written past hub/peer/:" "$(
	sources hub exchange desk cli http lib | grep -vE '^hub/(peer/|migrations/)' | strings |
		grep -E "(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) peer\b" || true)"
complain "What only an account's own files may know is used outside hub/account/:" "$(
	sources hub exchange desk cli http lib | grep -v '^hub/account/' | xargs grep -nE '#include "hub/account/(inside|limits)\.h"' || true)"
complain "libcurl outside net/:" "$(sources base lib db http hub exchange desk cli | xargs grep -nE '#include <curl/' || true)"
complain "SQL outside hub/ and db/:" "$(sources exchange desk cli http net lib base | xargs grep -nE '\bdb_(query|query_once|exec|bind_[a-z]+|row)\(' || true)"
complain "An engine of lib/ uses a database or HTTP:" "$(sources lib | xargs grep -nE '#include "(db|http|hub)/' || true)"

# ---- calls that have no place ----
complain "Calls that are banned (bounded ones stand in base/):" "$(
	sources base lib net db http hub exchange desk cli tools |
		xargs grep -nE '(^|[^a-z_])(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|alloca|scanf|sscanf|tmpnam|mktemp)\(' || true)"

# ---- what grew too long ----
complain "Files over 900 lines; has one of them a second idea?" "$(
	sources base lib net db http hub exchange desk cli tools | xargs wc -l | awk '$2 != "total" && $1 > 900 { print "  " $2 " (" $1 ")" }')"

[ "$bad" = 0 ] && printf 'floors, doors and banned calls: as they should be\n' >&2
exit "$bad"
