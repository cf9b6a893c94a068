/* What may be a password, and its hash. */
#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>
#include <utf8proc.h>

#include "hub/account/inside.h"

/* An Argon2id hash takes 64 MB while it is computed: that many at once, and no more. */
enum { AT_ONCE = 4 };
static sem_t places;

static void start_crypto(void) {
	if (sodium_init() < 0 || sem_init(&places, 0, AT_ONCE) != 0) abort();
}

void account_crypto(void) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, start_crypto);
}

static void take_place(void) {
	account_crypto();
	while (sem_wait(&places) != 0) continue;
}

/* ---- the commonest ---- */

/* What people choose when nobody keeps them from it, by the lists of leaked passwords that are published: the word that is left when small
 * letters are taken, digits and signs at both ends put off, and 0 1 3 4 5 7 @ $ ! inside read as the letters that they stand for. */
static const char *const common[] = {
	"aaaaaa", "abc", "abcabc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh", "access", "adgjmptw", "admin", "administrator", "adobe",
	"alexander", "america", "amsterdam", "andrea", "andrew", "angel", "anthony", "apple", "arsenal", "asdasd", "asdf", "asdfasdf", "asdfgh",
	"asdfghjkl", "asdfjkl", "ashley", "august", "austin", "azerty", "azertyuiop", "babygirl", "bailey", "banana", "barcelona", "baseball", "basketball",
	"batman", "beautiful", "benjamin", "bienvenue", "bismillah", "blahblah", "blink", "bonjour", "brandon", "butterfly", "buttercup", "carlos",
	"changeit", "changeme", "charlie", "cheese", "chelsea", "chocolate", "chouchou", "christian", "christopher", "computer", "consumer", "contrasena",
	"cookie", "correcthorsebatterystaple", "corvette", "cowboy", "crystal", "daniel", "darkness", "december", "default", "demodemo", "destiny", "diamond",
	"dolphin", "donald", "doudou", "dragon", "dragonball", "eagle", "eminem", "enter", "estrella", "facebook", "fall", "family", "favorite", "february",
	"ferrari", "fitness", "flower", "football", "forever", "freedom", "friend", "friends", "fuckyou", "gateway", "geheim", "george", "gfhjkm", "ginger", "goodluck",
	"google", "guest", "hannah", "harley", "heaven", "hello", "helloworld", "hola", "hottie", "hunter", "iceman", "iloveyou", "iloveyoubaby", "internet",
	"jackson", "january", "jasmine", "jennifer", "jessica", "jesus", "jesuschrist", "jonathan", "jordan", "joshua", "justin", "killer", "kitty", "klaster",
	"kristina", "lakers", "lauren", "letmein", "letmeinnow", "liverpool", "login", "london", "love", "loveme", "lovelove", "loveyou", "lucky", "madison",
	"manchester", "marina", "marlboro", "martin", "master", "matrix", "matthew", "maverick", "melissa", "mercedes", "merlin", "metallica", "michael", "michelle",
	"microsoft", "minecraft", "money", "monkey", "motdepasse", "mustang", "mynoob", "myspace", "naruto", "nicole", "nothing", "november", "october",
	"orange", "passport", "passw", "passwd", "password", "passwort", "patrick", "pepper", "pokemon", "polder", "poohbear", "porsche", "princess", "purple", "qazwsx",
	"qazwsxedc", "qqww", "querty", "qwaszx", "qwe", "qweasd", "qweasdzxc", "qweqwe", "qwer", "qwert", "qwerty", "qwertyqwerty", "qwertyui", "qwertyuiop",
	"qwertz", "qwertzuiop", "rainbow", "ranger", "realmadrid", "richard", "robert", "rockyou", "root", "samantha", "samsung", "sebastian", "secret", "september",
	"shadow", "silver", "slipknot", "snoopy", "soccer", "softball", "spiderman", "spring", "starwars", "steelers", "summer", "sunshine", "superman", "superstar",
	"supersecret", "sweetheart", "sweety", "swordfish", "taylor", "temp", "temporary", "tequiero", "test", "tester", "testing", "testpassword", "testtest", "thomas",
	"thunder", "tigger", "tinkerbell", "toor", "trustno", "unknown", "user", "username", "vanessa", "victoria", "wachtwoord", "welcome", "welcomehome",
	"whatever", "william", "winter", "wordpass", "yankees", "yellow", "zaq", "zaqxsw", "zxc", "zxcv", "zxcvb", "zxcvbn", "zxcvbnm",
};

static bool is_listed(struct str word) {
	for (size_t i = 0; i < lengthof(common); i++)
		if (str_is(word, common[i])) return true;
	return false;
}

static char letter_of(char c) {
	static const char from[] = "013457@$!", to[] = "oieastasi";
	const char *at = c ? strchr(from, c) : NULL;
	return at ? to[at - from] : c;
}

static bool letter(char c) {
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Length of the shortest start of which the whole is repetitions. */
static size_t period(struct str s) {
	for (size_t n = 1; n < s.n; n++) {
		size_t i = n;
		while (i < s.n && s.p[i] == s.p[i - n]) i++;
		if (i == s.n) return n;
	}
	return s.n;
}

/* Mostly steps of one up or down, or none: 1234567890, abcdefghij. */
static bool mostly_steps(struct str s) {
	size_t steps = 0;
	for (size_t i = 1; i < s.n; i++) {
		int step = (unsigned char)s.p[i] - (unsigned char)s.p[i - 1];
		steps += step >= -1 && step <= 1;
	}
	return s.n && steps + 2 >= s.n;
}

bool password_is_common(struct str password) {
	char small[PASSWORD_MOST], word[PASSWORD_MOST];
	size_t n = 0, w = 0, first = 0, last;
	for (size_t i = 0; i < password.n && n < sizeof small; i++)
		if (password.p[i] != ' ') small[n++] = (char)(password.p[i] >= 'A' && password.p[i] <= 'Z' ? password.p[i] + 32 : password.p[i]);
	struct str all = str_n(small, n);
	if (period(all) <= 4 || mostly_steps(all)) return true;
	if (is_listed(str_sub(all, 0, period(all)))) return true;
	/* The word inside: p4ssw0rd in "P4ssw0rd2024!". A sign that may stand for a letter is kept where letters follow it. */
	last = n;
	while (first < n && !letter(small[first]) && !(small[first] == '@' || small[first] == '$')) first++;
	while (last > first && !letter(small[last - 1])) last--;
	for (size_t i = first; i < last; i++) {
		char c = letter_of(small[i]);
		if (letter(c)) word[w++] = c;
	}
	struct str inside = str_n(word, w);
	return is_listed(inside) || is_listed(str_sub(inside, 0, period(inside)));
}

/* ---- rules ---- */

static enum err_code wrong(struct err *e, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "password");
	return ERR_INVALID;
}

/* The same but for capitals and blanks. */
static bool alike(struct str a, struct str b) {
	size_t i = 0, j = 0;
	for (;;) {
		while (i < a.n && a.p[i] == ' ') i++;
		while (j < b.n && b.p[j] == ' ') j++;
		if (i == a.n || j == b.n) return i == a.n && j == b.n && a.n;
		if (!str_eq_ascii_case(str_sub(a, i++, 1), str_sub(b, j++, 1))) return false;
	}
}

enum err_code password_check(struct str password, struct str login, struct str email, struct str name, struct err *e) {
	if (!str_utf8(password)) return wrong(e, "the password is not UTF-8 text");
	if (memchr(password.p, 0, password.n)) return wrong(e, "the password holds a character that can't be typed");
	if (password.n > PASSWORD_MOST) return wrong(e, "the password is too long: at most 500 bytes");
	if (str_characters(password) < PASSWORD_LEAST) return wrong(e, "the password is too short: at least 10 characters");
	if (alike(password, login) || alike(password, email) || alike(password, str_sub(email, 0, str_find_char(email, '@'))) || alike(password, name))
		return wrong(e, "the password is your name, login or e-mail address, which everybody tries first");
	if (password_is_common(password)) return wrong(e, "the password is one of those that everybody tries first, or made like them");
	return ERR_OK;
}

/* ---- hashes ---- */

/* Of a random password that nobody has: what is compared with where there is no account, with the limits of all others. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$NcgaXf2ln8BHA5bXIcpCxA$8/0ztIuHvoHImxZ9azFSmEpz/huZM71ZtOWDGZdCWqA";

/* One form of what looks the same (NFKC), as NIST SP 800-63B section 5.1.1.2 wants it: keyboards differ. Freed by the caller. */
static char *normal(struct str password, size_t *n) {
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t got = utf8proc_map((const utf8proc_uint8_t *)password.p, (utf8proc_ssize_t)password.n, &out,
		UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
	if (got < 0) {
		free(out);
		return NULL;
	}
	*n = (size_t)got;
	return (char *)out;
}

enum err_code password_hash(struct str password, char out[PASSWORD_HASH], struct err *e) {
	_Static_assert(PASSWORD_HASH == crypto_pwhash_STRBYTES, "room for a hash");
	size_t n = 0;
	char *text = normal(password, &n);
	if (!text) return err_set(e, ERR_INVALID, "the password is not UTF-8 text");
	take_place();
	int failed = crypto_pwhash_str(out, text, n, crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);
	sem_post(&places);
	sodium_memzero(text, n);
	free(text);
	return failed ? err_set(e, ERR_MEMORY, "there is not enough memory to hash a password") : ERR_OK;
}

bool password_matches(struct str password, struct str hash) {
	char stored[PASSWORD_HASH] = {0};
	bool real = hash.n > 0 && hash.n < sizeof stored;
	snprintf(stored, sizeof stored, "%.*s", STR_ARG(real ? hash : str_of(nobody)));
	size_t n = 0;
	/* Where there is nothing that could be anybody's password, the empty one is compared: the answer takes as long. */
	char *text = password.n <= PASSWORD_MOST ? normal(password, &n) : NULL;
	bool sane = text != NULL;
	take_place();
	bool same = crypto_pwhash_str_verify(stored, sane ? text : "", sane ? n : 0) == 0;
	sem_post(&places);
	if (text) sodium_memzero(text, n);
	free(text);
	return same && real && sane;
}

bool password_is_dated(struct str hash) {
	char stored[PASSWORD_HASH] = {0};
	snprintf(stored, sizeof stored, "%.*s", STR_ARG(hash));
	return crypto_pwhash_str_needs_rehash(stored, crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0;
}
