#include "mail_message.h"

#include <sodium.h>

enum { MESSAGE = 8 << 20, LINE = 76, WORD_BYTES = 45 };

/* ---- addresses ---- */

/* ASCII alone: what else there is (RFC 6531) few servers take, and a domain has an ASCII form. */
static bool address_ok(struct str s) {
	size_t at = str_find_char(s, '@');
	bool ok = at != STR_NONE && at > 0 && at + 1 < s.n && s.n <= 320;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		ok &= c > 32 && c < 127 && !strchr("<>(),;:\\\"[]", c);
	}
	return ok;
}

enum err_code mail_address_read(struct str text, struct mail_address *out, struct err *e) {
	text = str_trim(text);
	size_t open = str_rfind_char(text, '<');
	struct mail_address m = {STR_EMPTY, text};
	if (open != STR_NONE && str_ends(text, S(">"))) {
		m.name = str_trim(str_sub(text, 0, open));
		m.address = str_sub(text, open + 1, text.n - open - 2);
		if (m.name.n >= 2 && m.name.p[0] == '"' && m.name.p[m.name.n - 1] == '"') m.name = str_sub(m.name, 1, m.name.n - 2);
	}
	if (!address_ok(m.address) || !str_utf8(m.name))
		return err_set(e, ERR_INVALID, "\"%.*s\" is no address to write to or from", STR_ARG(str_cut_utf8(text, 100)));
	*out = m;
	return ERR_OK;
}

/* ---- headers ---- */

static bool plain(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 32 || (unsigned char)s.p[i] > 126) return false;
	return str_find(s, S("=?")) == STR_NONE;
}

/* One line: what would end a header is a blank. */
static struct str one_line(struct arena *a, struct str s, size_t most) {
	struct str out = arena_str(a, str_cut_utf8(s, most));
	for (size_t i = 0; i < out.n; i++)
		if ((unsigned char)out.p[i] < 32 || out.p[i] == 127) ((char *)(uintptr_t)out.p)[i] = ' ';
	return str_trim(out);
}

/* Encoded words of at most 75 characters, none cut inside a character. */
static void add_words(struct buf *b, struct str s) {
	for (bool first = true; s.n; first = false) {
		struct str part = str_cut_utf8(s, WORD_BYTES);
		if (!part.n) part = str_sub(s, 0, 1);
		char text[sodium_base64_ENCODED_LEN(WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)];
		sodium_bin2base64(text, sizeof text, (const unsigned char *)part.p, part.n, sodium_base64_VARIANT_ORIGINAL);
		buf_fmt(b, "%s=?UTF-8?B?%s?=", first ? "" : "\r\n ", text);
		s = str_from(s, part.n);
	}
}

/* A header's free text, folded before the words that would make its line longer than 76. */
static void add_text(struct buf *b, size_t at, struct str s) {
	if (!plain(s)) {
		add_words(b, s);
		return;
	}
	struct str word;
	bool first = true;
	while (str_split(&s, ' ', &word)) {
		if (!first && at + 1 + word.n > LINE && word.n) {
			buf_add(b, S("\r\n "));
			at = 1 + word.n;
		} else {
			if (!first) buf_add_char(b, ' ');
			at += word.n + !first;
		}
		buf_add(b, word);
		first = false;
	}
}

static void add_address(struct buf *b, struct arena *a, const char *header, const struct mail_address *m) {
	struct str name = one_line(a, m->name, 200);
	buf_fmt(b, "%s: ", header);
	if (name.n && plain(name)) {
		buf_add_char(b, '"');
		for (size_t i = 0; i < name.n; i++) {
			if (name.p[i] == '"' || name.p[i] == '\\') buf_add_char(b, '\\');
			buf_add_char(b, name.p[i]);
		}
		buf_add_char(b, '"');
	} else {
		add_words(b, name);
	}
	if (name.n) buf_add(b, S("\r\n "));
	buf_fmt(b, "<%.*s>\r\n", STR_ARG(m->address));
}

/* What stands in brackets: nothing that could leave them. */
static bool bracketed(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 32 || (unsigned char)s.p[i] > 126 || s.p[i] == '<' || s.p[i] == '>') return false;
	return s.n <= 900;
}

static void add_list(struct buf *b, const struct mail_message *m) {
	if (m->references.n) buf_fmt(b, "In-Reply-To: <%.*s>\r\nReferences: <%.*s>\r\n", STR_ARG(m->references), STR_ARG(m->references));
	if (m->list_id.n) buf_fmt(b, "List-Id: <%.*s>\r\n", STR_ARG(m->list_id));
	if (!m->stop.n) return;
	buf_fmt(b, "List-Unsubscribe:\r\n <%.*s>\r\n", STR_ARG(m->stop));
	/* One request without a question: by https alone. */
	if (str_starts(m->stop, S("https://"))) buf_add(b, S("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

static void add_date(struct buf *b, moment at) {
	static const char days[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"}; /* 1970-01-01 was a Thursday */
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t year, day = at / DAY, second = at % DAY / SECOND;
	int month, of_month;
	date_from_days(day, &year, &month, &of_month);
	buf_fmt(b, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[day % 7], of_month, months[month - 1], (int)year, (int)(second / 3600),
		(int)(second / 60 % 60), (int)(second % 60));
}

/* ---- text ---- */

/* Quoted-printable (RFC 2045 section 6.7): lines of at most 76, a blank at the end of one and a dot or "From " at its head spelt out. */
static void add_quoted(struct buf *b, struct str text) {
	struct str line;
	while (str_split(&text, '\n', &line)) {
		if (line.n && line.p[line.n - 1] == '\r') line.n--;
		if (!text.p && !line.n) break; /* the last line end ends the last line */
		size_t at = 0;
		for (size_t i = 0; i < line.n; i++) {
			unsigned char c = (unsigned char)line.p[i];
			bool last = i + 1 == line.n, head = at == 0 && (c == '.' || c == 'F');
			bool spelt = c > 126 || c == '=' || (c < 32 && c != '\t') || head || ((c == ' ' || c == '\t') && last);
			size_t width = spelt ? 3 : 1;
			if (at + width > (size_t)LINE - !last) {
				buf_add(b, S("=\r\n"));
				at = 0;
				spelt |= c == '.' || c == 'F';
				width = spelt ? 3 : 1;
			}
			if (spelt)
				buf_fmt(b, "=%02X", c);
			else
				buf_add_char(b, (char)c);
			at += width;
		}
		buf_add(b, S("\r\n"));
	}
}

enum err_code mail_message_write(struct arena *a, const struct mail_message *m, struct str *out, struct err *e) {
	autobuf struct buf b = BUF(MESSAGE);
	if (!address_ok(m->from.address) || !address_ok(m->to.address) || !address_ok(m->id))
		return err_set(e, ERR_INVALID, "that is no address to write to or from");
	if (!bracketed(m->references) || !bracketed(m->list_id) || !bracketed(m->stop))
		return err_set(e, ERR_INVALID, "that can stand in no header of a message");
	if (!str_utf8(m->text) || !str_utf8(m->subject) || !str_utf8(m->from.name) || !str_utf8(m->to.name))
		return err_set(e, ERR_INVALID, "a message is UTF-8 text");
	add_date(&b, m->date);
	add_address(&b, a, "From", &m->from);
	add_address(&b, a, "To", &m->to);
	buf_fmt(&b, "Message-ID: <%.*s>\r\n", STR_ARG(m->id));
	add_list(&b, m);
	buf_add(&b, S("Subject: "));
	add_text(&b, 9, one_line(a, m->subject, 500));
	/* Nobody's absence note should come back, and no mailing list should answer (RFC 3834). */
	buf_add(&b, S("\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
				  "Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
	add_quoted(&b, m->text);
	if (b.failed || arena_failed(a)) return err_set(e, ERR_TOO_LARGE, "the message is too large");
	*out = arena_str(a, buf_str(&b));
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
