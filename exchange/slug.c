#include "slug.h"

static bool letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(char c) {
	return c >= '0' && c <= '9';
}

/* Written otherwise than with one capital; lower case gives the slug's word. */
static const char *const spelled[] = {
	"AI", "API", "AWS", "BBC", "BIPOC", "BlenderBot", "ByteDance", "CBD", "CBS", "CEO", "ChatGPT", "CNET", "CNN",
	"COVID", "DAO", "DARPA", "DeepMind", "DHS", "DoNotPay", "DoorDash", "DPD", "ETS", "EU", "FaceApp", "FBI",
	"FTX", "GitHub", "GPS", "GPT", "HireVue", "HP", "IBM", "ICE", "iPhone", "iRobot", "IRS", "JPMorgan", "KPMG",
	"LAION", "LGBTQ", "LGBTQ+", "LinkedIn", "LLC", "McDonald's", "MIT", "MSN", "MyInterview", "NBC", "NEDA",
	"NHS", "NHTSA", "NYC", "NYPD", "OpenAI", "PayPal", "PhD", "PredPol", "PTI", "SoftBank", "TikTok", "TPI",
	"TuSimple", "TV", "UCLA", "UK", "UN", "UPS", "US", "USA", "USC", "VK", "WeChat", "WNY", "xAI", "XPeng",
	"YouTube", "ZDNet",
};
static const char *const small[] = {
	"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "over", "the", "their", "to",
	"under", "was", "were", "who", "whose", "with",
};

static const char *spelling(struct str word) {
	for (size_t i = 0; i < lengthof(spelled); i++)
		if (str_eq_ascii_case(word, str_of(spelled[i]))) return spelled[i];
	return NULL;
}

static bool one_of(struct str word, const char *const *words, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (str_is(word, words[i])) return true;
	return false;
}

/* "e.w.", "d.": initials, all in capitals. */
static bool initials(struct str w) {
	for (size_t i = 0; i < w.n; i++)
		if (i % 2 ? w.p[i] != '.' : !letter(w.p[i])) return false;
	return w.n >= 2 && w.n % 2 == 0;
}

/* "pony.ai", "my_handy_design": written small. */
static bool handle(struct str w) {
	size_t dot = str_find_char(w, '.');
	return str_find_char(w, '_') != STR_NONE || (dot != STR_NONE && dot + 2 < w.n);
}

static void add_word(struct buf *out, struct str w, bool first) {
	struct str stem = str_ends(w, S("'s")) ? str_sub(w, 0, w.n - 2) : w;
	const char *whole = spelling(w), *known = whole ? whole : spelling(stem);
	if (known) {
		buf_add(out, str_of(known));
		buf_add(out, str_from(w, strlen(known)));
		return;
	}
	bool capitals = initials(w), as_is = !capitals && ((!first && one_of(w, small, lengthof(small))) || handle(w));
	bool capital = !as_is;
	for (size_t i = 0; i < w.n; i++) {
		char c = w.p[i];
		if (capital && c >= 'a' && c <= 'z') c = (char)(c - 32);
		if (letter(c) || digit(c)) capital = capitals;
		buf_add_char(out, c);
	}
}

struct str slug_readable(struct arena *a, struct str slug) {
	autobuf struct buf out = BUF(4096);
	struct str rest = str_cut_utf8(slug, 1000), word;
	bool first = true, known_before = false;
	if (str_starts(slug, S("@"))) return arena_str(a, slug);
	while (str_split(&rest, '-', &word)) {
		/* "COVID-19", "GPT-2": a number belongs to the name before it. */
		if (!first) buf_add_char(&out, known_before && word.n && digit(word.p[0]) ? '-' : ' ');
		if (word.n) add_word(&out, word, first);
		known_before = spelling(word) != NULL;
		first = false;
	}
	return arena_str(a, str_trim(buf_str(&out)));
}

static const char *const behind_the_head[] = {
	"and", "assessed", "at", "attempting", "being", "by", "changing", "doing", "exploited", "falsely", "for",
	"from", "having", "impersonated", "in", "misinformed", "on", "over", "participating", "publishing", "relying",
	"residing", "scored", "skeptical", "submitting", "targeted", "that", "under", "underwent", "using", "were",
	"which", "who", "whose", "with", "of",
};
static const char *const groups[] = {
	"activists", "actors", "actresses", "adults", "advertisers", "applicants", "artists", "attendants", "authors",
	"beachgoers", "beneficiaries", "bicyclists", "candidates", "celebrities", "children", "citizens", "clients",
	"communities", "community", "competitors", "consumers", "creators", "customers", "defendants", "developers",
	"doctors", "drivers", "editors", "electorate", "employees", "experts", "families", "family", "fans",
	"figures", "firefighters", "followers", "gamers", "gardeners", "girls", "goers", "group", "groups", "holders",
	"homeowners", "immigrants", "individuals", "inmates", "investigators", "investors", "job-seekers",
	"journalists", "lawyers", "listeners", "members", "men", "migrants", "minorities", "minors", "motorcyclists",
	"motorists", "muslims", "newlyweds", "offenders", "officers", "officials", "oncologists", "operators",
	"owners", "parents", "parties", "passengers", "patients", "patrons", "pedestrians", "people", "persons",
	"pharmacists", "photographers", "physicians", "players", "politicians", "professionals", "professors",
	"prisoners", "providers", "public", "publishers", "pupils", "readers", "refugees", "relatives", "renters",
	"researchers", "residents", "retailers", "scammers", "seekers", "sellers", "shoppers", "skeptics", "soldiers",
	"speakers", "staff", "staffers", "students", "subscribers", "suppliers", "takers", "taxpayers", "teachers",
	"teenagers", "tenants", "tourists", "travelers", "traders", "users", "victims", "viewers", "visitors",
	"voters", "wearers", "women", "workers", "youtubers",
};

bool slug_is_population(struct str slug) {
	struct str word, head = STR_EMPTY;
	while (str_split(&slug, '-', &word)) {
		if (head.n && one_of(word, behind_the_head, lengthof(behind_the_head))) break;
		head = word;
	}
	return one_of(head, groups, lengthof(groups));
}
