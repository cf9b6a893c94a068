#include "machine.h"

const struct machine_move rm_moves[] = {
	{'S', "receive", 'R'},
	{'R', "validate", 'V'}, {'R', "invalidate", 'I'},
	{'I', "validate", 'V'}, {'I', "close", 'C'},
	{'V', "accept", 'A'}, {'V', "defer", 'D'},
	{'A', "defer", 'D'}, {'A', "close", 'C'},
	{'D', "accept", 'A'}, {'D', "close", 'C'},
};
const size_t rm_moves_n = lengthof(rm_moves);

const struct machine_move em_moves[] = {
	{'N', "propose", 'P'},
	{'P', "propose", 'P'}, {'P', "reject", 'N'}, {'P', "accept", 'A'},
	{'A', "propose", 'R'}, {'A', "end", 'X'},
	{'R', "propose", 'R'}, {'R', "accept", 'A'}, {'R', "reject", 'A'}, {'R', "end", 'X'},
};
const size_t em_moves_n = lengthof(em_moves);

const struct machine_move consent_moves[] = {
	{'N', "invite", 'I'}, {'L', "invite", 'I'}, {'D', "invite", 'I'},
	{'N', "accept", 'S'}, {'I', "accept", 'S'}, {'L', "accept", 'S'},
	{'N', "decline", 'D'}, {'I', "decline", 'D'}, {'L', "decline", 'D'},
	{'S', "revise", 'L'},
	/* With the embargo ends every consent to it. */
	{'*', "reset", 'N'},
};
const size_t consent_moves_n = lengthof(consent_moves);

struct name {
	char letter;
	struct str name;
};

static struct str name_in(const struct name *names, size_t n, char letter) {
	for (size_t i = 0; i < n; i++)
		if (names[i].letter == letter) return names[i].name;
	return STR_EMPTY;
}

static const struct name consents[] = {
	{CONSENT_NONE, S_INIT("no-embargo")}, {CONSENT_INVITED, S_INIT("invited")}, {CONSENT_SIGNATORY, S_INIT("signatory")},
	{CONSENT_LAPSED, S_INIT("lapsed")}, {CONSENT_DECLINED, S_INIT("declined")},
};

struct str consent_name(char consent) {
	return name_in(consents, lengthof(consents), consent);
}

char consent_of(struct str name) {
	for (size_t i = 0; i < lengthof(consents); i++)
		if (str_eq(consents[i].name, name)) return consents[i].letter;
	return 0;
}

struct str rm_name(char state) {
	static const struct name names[] = {{'S', S_INIT("start")}, {'R', S_INIT("received")}, {'I', S_INIT("invalid")}, {'V', S_INIT("valid")},
		{'D', S_INIT("deferred")}, {'A', S_INIT("accepted")}, {'C', S_INIT("closed")}};
	return name_in(names, lengthof(names), state);
}

struct str em_name(char state) {
	static const struct name names[] = {{'N', S_INIT("none")}, {'P', S_INIT("proposed")}, {'A', S_INIT("active")}, {'R', S_INIT("revise")},
		{'X', S_INIT("exited")}};
	return name_in(names, lengthof(names), state);
}

char machine_next(const struct machine_move *table, size_t n, struct str (*name)(char), char from, const char *by, struct err *e) {
	char can[200];
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		if (table[i].from != from && table[i].from != '*') continue;
		if (strcmp(table[i].by, by) == 0) return table[i].to;
		int wrote = snprintf(can + used, sizeof can - used, "%s%s", used ? ", " : "", table[i].by);
		if (wrote > 0 && used + (size_t)wrote < sizeof can) used += (size_t)wrote;
	}
	struct str state = name(from);
	err_set(e, ERR_CONFLICT, "from \"%.*s\" there is no \"%s\"; there is: %s", STR_ARG(state), by, used ? can : "nothing");
	return 0;
}

bool case_state_valid(unsigned facts) {
	if (facts & FIX_READY && !(facts & VENDOR_AWARE)) return false;
	return !(facts & FIX_DEPLOYED) || facts & FIX_READY;
}

unsigned case_state_forced(unsigned facts) {
	unsigned forced = 0;
	if (facts & EXPLOIT_PUBLIC && !(facts & PUBLIC_AWARE)) forced |= PUBLIC_AWARE;
	if (facts & PUBLIC_AWARE && !(facts & VENDOR_AWARE)) forced |= VENDOR_AWARE;
	return forced;
}

bool case_state_may(unsigned facts, enum case_fact fact) {
	if (facts & fact || !case_state_valid(facts | fact)) return false;
	unsigned forced = case_state_forced(facts);
	return !forced || (forced & fact) != 0;
}
