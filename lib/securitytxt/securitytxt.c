#include "securitytxt.h"

/* ---- characters ---- */

static bool alpha(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static bool digit(char c) {
	return c >= '0' && c <= '9';
}
static bool hex(char c) {
	return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
static bool blank(char c) {
	return c == ' ' || c == '\t';
}

static bool printable(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < 32 && s.p[i] != '\t') || s.p[i] == 127) return false;
	return true;
}

/* RFC 3986, section 2: what may stand in a URI, a percent sign only before two hexadecimal digits. */
static bool uri_characters(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		if (alpha(s.p[i]) || digit(s.p[i]) || (s.p[i] && strchr("-._~:/?#[]@!$&'()*+,;=", s.p[i]))) continue;
		if (s.p[i] != '%' || i + 2 >= s.n || !hex(s.p[i + 1]) || !hex(s.p[i + 2])) return false;
		i += 2;
	}
	return true;
}

/* ---- values ---- */

static bool scheme_is(struct str uri, const char *scheme) {
	size_t n = strlen(scheme);
	return uri.n > n && uri.p[n] == ':' && str_eq_ascii_case(str_sub(uri, 0, n), str_of(scheme));
}

static const char *wrong_uri(struct str v) {
	size_t colon = str_find_char(v, ':');
	bool scheme = colon != STR_NONE && colon > 0 && alpha(v.p[0]);
	for (size_t i = 0; scheme && i < colon; i++) scheme = alpha(v.p[i]) || digit(v.p[i]) || strchr("+-.", v.p[i]);
	if (!scheme && str_find_char(v, '@') != STR_NONE) return "A mail address must begin with mailto:.";
	if (!scheme && v.n && (v.p[0] == '+' || digit(v.p[0]))) return "A telephone number must begin with tel:.";
	if (!scheme) return "The value must be an address with a scheme, such as https: or mailto:.";
	if (colon + 1 == v.n) return "The address holds nothing behind its scheme.";
	if (!uri_characters(v)) return "The address holds characters that must be percent-encoded.";
	if (scheme_is(v, "http")) return "A web address must begin with https://.";
	if (scheme_is(v, "https")) {
		struct str rest = str_from(v, 6);
		if (!str_starts(rest, S("//")) || rest.n < 3 || strchr("/?#:@", rest.p[2])) return "A web address must begin with https:// and a host.";
	}
	if (scheme_is(v, "mailto")) {
		struct str to = str_from(v, 7);
		size_t end = str_find_char(to, '?'), at;
		to = str_sub(to, 0, end == STR_NONE ? to.n : end);
		at = str_rfind_char(to, '@');
		if (at == STR_NONE || at == 0 || at + 1 == to.n) return "There is no mail address behind mailto:.";
	}
	if (scheme_is(v, "tel") && !digit(v.p[4]) && v.p[4] != '+') return "There is no telephone number behind tel:.";
	return NULL;
}

/* RFC 3339 allows small letters, and the RFC's own example has one. */
static bool moment_of(struct str v, moment *out) {
	char upper[64];
	if (v.n >= sizeof upper) return false;
	for (size_t i = 0; i < v.n; i++) upper[i] = v.p[i] == 't' || v.p[i] == 'z' ? (char)(v.p[i] - 32) : v.p[i];
	return moment_parse(str_n(upper, v.n), out);
}

static const char *wrong_moment(struct str v) {
	moment at;
	return moment_of(v, &at) ? NULL : "The value must be a date with a time and a zone, as in 2026-12-31T23:59:00Z.";
}

/* RFC 5646, section 2.1: well-formed as far as its parts go, without the registry. */
static bool language_tag(struct str tag) {
	struct str rest = tag, part;
	for (size_t i = 0; str_split(&rest, '-', &part); i++) {
		if (part.n < 1 || part.n > 8) return false;
		bool single = part.n == 1 && (str_eq_ascii_case(part, S("x")) || str_eq_ascii_case(part, S("i")));
		if (i == 0 && part.n == 1 && (!single || rest.p == NULL)) return false;
		for (size_t j = 0; j < part.n; j++)
			if (!alpha(part.p[j]) && (i == 0 || !digit(part.p[j]))) return false;
	}
	return true;
}

static const char *wrong_languages(struct str v) {
	struct str tag;
	while (str_split(&v, ',', &tag))
		if (!language_tag(str_trim(tag))) return "The value must be language tags with commas between, as in en, fr.";
	return NULL;
}

/* ---- fields: RFC 9116 section 2.5; CSAF is in IANA's registry of them ---- */

static const struct known {
	const char *name;
	const char *(*wrong)(struct str value);
	bool once;
} known[] = {
	{"Contact", wrong_uri, false}, {"Expires", wrong_moment, true}, {"Encryption", wrong_uri, false}, {"Acknowledgments", wrong_uri, false},
	{"Preferred-Languages", wrong_languages, true}, {"Canonical", wrong_uri, false}, {"Policy", wrong_uri, false}, {"Hiring", wrong_uri, false},
	{"CSAF", wrong_uri, false},
};

static const struct known *find_known(struct str name) {
	for (size_t i = 0; i < lengthof(known); i++)
		if (str_eq_ascii_case(name, str_of(known[i].name))) return &known[i];
	return NULL;
}

/* RFC 5322, section 3.6.8. */
static bool field_name(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 33 || s.p[i] > 126 || s.p[i] == ':') return false;
	return s.n > 0;
}

const char *securitytxt_wrong(struct str name, struct str value) {
	const struct known *k = find_known(name);
	if (!field_name(name)) return "The name of a field holds letters, digits and hyphens.";
	if (!value.n) return "The field has no value.";
	if (!printable(value) || !str_utf8(value)) return "The line holds a character that has no place in text.";
	return k ? k->wrong(value) : NULL;
}

bool securitytxt_write(struct buf *out, const char *name, struct str value) {
	value = str_trim(value);
	if (value.n > 2000 || securitytxt_wrong(str_of(name), value)) return false;
	buf_fmt(out, "%s: %.*s\n", name, STR_ARG(value));
	return true;
}

struct str securitytxt_mailto(struct arena *a, struct str address) {
	static const char digits[] = "0123456789ABCDEF";
	autobuf struct buf out = BUF(4096);
	address = str_trim(address);
	buf_add(&out, S("mailto:"));
	/* RFC 6068, section 2: what is reserved in a URI or stands for something in a mailto is encoded. */
	for (size_t i = 0; i < address.n; i++) {
		unsigned char c = (unsigned char)address.p[i];
		if (alpha((char)c) || digit((char)c) || (c && strchr("-._~@!$'*", (char)c))) buf_add_char(&out, (char)c);
		else buf_fmt(&out, "%%%c%c", digits[c >> 4], digits[c & 15]);
	}
	return out.failed || wrong_uri(buf_str(&out)) ? STR_EMPTY : arena_str(a, buf_str(&out));
}

static int hex_value(char c) {
	return digit(c) ? c - '0' : (c | 32) - 'a' + 10;
}

struct str securitytxt_address(struct arena *a, struct str mailto) {
	if (!scheme_is(mailto, "mailto") || wrong_uri(mailto)) return STR_EMPTY;
	struct str s = str_from(mailto, 7);
	size_t end = str_find_char(s, '?'), n = 0;
	if (end != STR_NONE) s.n = end;
	char *to = arena_alloc(a, s.n + 1);
	for (size_t i = 0; to && i < s.n; i++) {
		bool coded = s.p[i] == '%'; /* two digits follow, as was seen above */
		int byte = coded ? hex_value(s.p[i + 1]) << 4 | hex_value(s.p[i + 2]) : s.p[i];
		to[n++] = (char)byte;
		if (coded) i += 2;
	}
	struct str out = str_n(to, to ? n : 0);
	return printable(out) && str_utf8(out) ? out : STR_EMPTY;
}

struct str securitytxt_tel(struct arena *a, struct str number) {
	autobuf struct buf out = BUF(200);
	number = str_trim(number);
	buf_add(&out, S("tel:"));
	/* Without its country's code nobody elsewhere could dial it (RFC 3966, section 5.1.4). */
	bool global = number.n > 1 && number.p[0] == '+';
	for (size_t i = 0; i < number.n && global; i++) {
		char c = number.p[i];
		if (digit(c) || (c == '+' && i == 0)) buf_add_char(&out, c);
		else if (c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')') {
			if (out.n && out.p[out.n - 1] != '-') buf_add_char(&out, '-');
		} else global = false;
	}
	if (!global || out.failed) return STR_EMPTY;
	struct str s = buf_str(&out);
	while (s.n && s.p[s.n - 1] == '-') s.n--;
	return s.n < 8 || wrong_uri(s) ? STR_EMPTY : arena_str(a, s);
}

/* ---- reading ---- */

struct reader {
	struct arena *a;
	struct str rest;
	size_t line;
	bool ended;                 /* the line that was read last had an end */
	struct securitytxt_field *fields;
	struct securitytxt_finding *findings;
	struct securitytxt out;
};

static void find(struct reader *r, size_t line, bool error, const char *words) {
	r->out.errors += error;
	if (r->out.findings_n < SECURITYTXT_FINDINGS) r->findings[r->out.findings_n++] = (struct securitytxt_finding){line, error, str_of(words)};
}

/* Without its end; a carriage return before the line feed belongs to that. */
static bool next_line(struct reader *r, struct str *out) {
	if (!r->rest.n) return false;
	size_t end = str_find_char(r->rest, '\n');
	r->ended = end != STR_NONE;
	*out = str_sub(r->rest, 0, r->ended ? end : r->rest.n);
	r->rest = str_from(r->rest, out->n + r->ended);
	r->line++;
	if (r->ended && out->n && out->p[out->n - 1] == '\r') out->n--;
	return true;
}

static size_t blank_end(struct str s) {
	while (s.n && blank(s.p[s.n - 1])) s.n--;
	return s.n;
}

static void read_field(struct reader *r, struct str line) {
	size_t colon = str_find_char(line, ':');
	struct str name = str_sub(line, 0, colon == STR_NONE ? line.n : colon);
	if (colon == STR_NONE || !field_name(name)) {
		find(r, r->line, true, "The line is neither a field (Name: value) nor a comment.");
		return;
	}
	struct str value = str_from(line, colon + 1);
	if (value.n && value.p[0] != ' ') find(r, r->line, true, "A space must stand behind the colon.");
	if (value.n > 1 && value.p[0] == ' ' && blank(value.p[1])) find(r, r->line, true, "Only one space may stand behind the colon.");
	value = str_trim(value);
	const struct known *k = find_known(name);
	const char *wrong = securitytxt_wrong(name, value);
	if (wrong) find(r, r->line, true, wrong);
	if (str_eq_ascii_case(name, S("Acknowledgements"))) find(r, r->line, false, "The field is not known; Acknowledgments is spelled without the second e.");
	if (k && k->once && securitytxt_value(&r->out, k->name, 0).n) find(r, r->line, true, "The field must not appear more than once.");
	moment at;
	if (k && k->wrong == wrong_moment && !r->out.expires && moment_of(value, &at)) r->out.expires = at;
	if (r->out.n < SECURITYTXT_FIELDS)
		r->fields[r->out.n++] = (struct securitytxt_field){k ? str_of(k->name) : name, value, r->line, k != NULL};
	else if (r->out.n == SECURITYTXT_FIELDS) find(r, r->line, false, "There are too many fields; those from here on were not kept.");
}

static void read_line(struct reader *r, struct str line) {
	if (!r->ended) find(r, r->line, true, "The last line must have an end, too.");
	line.n = blank_end(line);
	if (!line.n) return;
	if (!printable(line)) find(r, r->line, true, "The line holds a character that has no place in text.");
	else if (line.p[0] != '#') read_field(r, line);
}

/* ---- the wrapper of a signature: RFC 9116 section 4, RFC 4880 section 7 ---- */

static const char begin[] = "-----BEGIN PGP SIGNED MESSAGE-----", middle[] = "-----BEGIN PGP SIGNATURE-----", finish[] = "-----END PGP SIGNATURE-----";

static void read_headers(struct reader *r) {
	struct str line;
	bool hash = false;
	while (next_line(r, &line)) {
		line.n = blank_end(line);
		if (!line.n) {
			if (!hash) find(r, r->line, true, "A signed file must say its hash in a line Hash: … before the empty line.");
			return;
		}
		if (!str_starts(line, S("Hash: "))) find(r, r->line, true, "Only lines Hash: … may stand between the begin of a signed file and the empty line.");
		hash = true;
	}
	find(r, 0, true, "The signed file ends before its text begins.");
}

static void read_signature(struct reader *r) {
	struct str line;
	bool data = false;
	while (next_line(r, &line)) {
		line.n = blank_end(line);
		if (str_is(line, finish)) {
			if (!data) find(r, r->line, true, "The signature is empty.");
			while (next_line(r, &line))
				if (blank_end(line)) {
					find(r, r->line, true, "Nothing may stand behind the signature: it would not be signed.");
					return;
				}
			return;
		}
		data |= line.n > 0;
	}
	find(r, 0, true, "The signature has no end.");
}

static void read_signed(struct reader *r) {
	struct str line;
	r->out.is_signed = true;
	read_headers(r);
	while (next_line(r, &line)) {
		if (str_is(str_sub(line, 0, blank_end(line)), middle)) {
			read_signature(r);
			return;
		}
		if (str_starts(line, S("- "))) line = str_from(line, 2);
		else if (line.n && line.p[0] == '-') find(r, r->line, true, "A line of a signed text that begins with a hyphen must have a hyphen and a space before it.");
		read_line(r, line);
	}
	find(r, 0, true, "The signed file has no signature.");
}

/* ---- the whole ---- */

static void check_whole(struct reader *r, moment at) {
	struct securitytxt *s = &r->out;
	bool mail = false;
	for (size_t i = 0; i < s->n; i++) mail |= str_is(s->fields[i].name, "Contact") && scheme_is(s->fields[i].value, "mailto");
	if (!securitytxt_value(s, "Contact", 0).n) find(r, 0, true, "There must be a Contact.");
	if (!securitytxt_value(s, "Expires", 0).n) find(r, 0, true, "There must be an Expires.");
	if (s->expires && at && s->expires <= at) find(r, 0, true, "The file has expired: it must not be used any more.");
	if (s->expires && at && s->expires > at && s->expires - at > 366 * DAY) find(r, 0, false, "Expires should be less than a year away.");
	if (mail && !securitytxt_value(s, "Encryption", 0).n) find(r, 0, false, "Where mail may be sent, a key should be named with Encryption.");
	if (s->is_signed && !securitytxt_value(s, "Canonical", 0).n)
		find(r, 0, false, "A signed file should name its address with Canonical, so that the signature covers it.");
}

enum err_code securitytxt_read(struct arena *a, struct str text, moment at, struct securitytxt *out, struct err *e) {
	if (text.n > SECURITYTXT_BYTES) return err_set(e, ERR_TOO_LARGE, "a security.txt of more than %d kB is not read", SECURITYTXT_BYTES >> 10);
	struct reader r = {.a = a, .rest = text};
	r.fields = arena_array(a, SECURITYTXT_FIELDS, sizeof *r.fields);
	r.findings = arena_array(a, SECURITYTXT_FINDINGS, sizeof *r.findings);
	if (!r.fields || !r.findings) return err_set(e, ERR_MEMORY, "out of memory");
	r.out.fields = r.fields;
	r.out.findings = r.findings;
	if (str_starts(r.rest, S("\xEF\xBB\xBF"))) {
		find(&r, 1, true, "The file must not begin with a byte order mark.");
		r.rest = str_from(r.rest, 3);
	}
	if (!str_utf8(text)) find(&r, 0, true, "The file must be UTF-8.");
	struct str line;
	for (bool first = true; next_line(&r, &line); first = false) {
		if (first && str_is(str_sub(line, 0, blank_end(line)), begin)) {
			read_signed(&r);
			break;
		}
		read_line(&r, line);
	}
	check_whole(&r, at);
	*out = r.out;
	return ERR_OK;
}

struct str securitytxt_value(const struct securitytxt *s, const char *name, size_t i) {
	for (size_t j = 0; j < s->n; j++)
		if (str_eq_ascii_case(s->fields[j].name, str_of(name)) && i-- == 0) return s->fields[j].value;
	return STR_EMPTY;
}
