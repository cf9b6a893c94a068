#include "search_query.h"

#include "hub/fold.h"
#include "hub/project.h"
#include "hub/search.h"

enum { TERMS = 12, FILTERS = 8 };

static const char *const field_names[] = {"kind", "state", "year"};

/* "kind:advisory" */
static bool read_filter(struct arena *a, struct search_query *q, struct str word) {
	size_t colon = str_find_char(word, ':');
	if (colon == STR_NONE || colon + 1 == word.n || q->filters_n == FILTERS) return false;
	struct str name = str_sub(word, 0, colon);
	for (size_t i = 0; i < lengthof(field_names); i++) {
		if (!str_is(name, field_names[i])) continue;
		q->filters[q->filters_n++] = (struct list_filter){name, arena_str(a, str_from(word, colon + 1))};
		return true;
	}
	return false;
}

static void read_term(struct arena *a, struct search_query *q, struct str text, bool prefix, bool exclude) {
	autobuf struct buf words = BUF(4 * SEARCH_QUERY);
	fold_words(&words, text);
	struct str folded = arena_str(a, str_trim(buf_str(&words)));
	if (!folded.n || q->n == TERMS) return;
	q->terms[q->n++] = (struct search_term){folded, prefix, exclude};
	if (!exclude) q->words = q->words.n ? arena_fmt(a, "%.*s %.*s", STR_ARG(q->words), STR_ARG(folded)) : folded;
}

enum err_code search_query_read(struct arena *a, struct str text, struct search_query *out, struct err *e) {
	if (text.n > SEARCH_QUERY) return err_set(e, ERR_INVALID, "a query has at most %d bytes", SEARCH_QUERY);
	if (!str_utf8(text)) return err_set(e, ERR_INVALID, "the query is not UTF-8 text");
	struct search_query q = {.terms = arena_array(a, TERMS, sizeof *q.terms), .filters = arena_array(a, FILTERS, sizeof *q.filters)};
	if (!q.terms || !q.filters) return err_set(e, ERR_MEMORY, "out of memory");
	while ((text = str_trim(text)).n) {
		bool exclude = text.n > 1 && text.p[0] == '-' && text.p[1] != ' ';
		if (exclude) text = str_from(text, 1);
		bool phrase = text.p[0] == '"';
		size_t end = phrase ? str_find_char(str_from(text, 1), '"') : 0;
		struct str word;
		if (phrase && end != STR_NONE) {
			word = str_sub(text, 1, end);
			text = str_from(text, end + 2);
		} else {
			end = 0;
			while (end < text.n && text.p[end] != ' ' && text.p[end] != '\t' && text.p[end] != '\n' && (text.p[end] != '"' || end == 0)) end++;
			word = str_sub(text, 0, end);
			text = str_from(text, end);
			if (!exclude && read_filter(a, &q, word)) continue;
		}
		bool prefix = word.n > 1 && word.p[word.n - 1] == '*';
		if (text.n && text.p[0] == '*' && phrase) {
			prefix = true;
			text = str_from(text, 1);
		}
		read_term(a, &q, word, prefix, exclude);
	}
	bool wanted = false;
	for (size_t i = 0; i < q.n; i++) wanted |= !q.terms[i].exclude;
	if (!wanted && !q.filters_n) return err_set(e, ERR_INVALID, "there is no word to look for in the query");
	*out = q;
	return ERR_OK;
}

struct str search_other_number(struct arena *a, struct str word) {
	if (word.n < 4 || word.n > 40) return STR_EMPTY;
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < 'a' || word.p[i] > 'z') return STR_EMPTY;
	if (str_ends(word, S("ies")) && word.n > 4) return arena_cat(a, str_sub(word, 0, word.n - 3), S("y"));
	if (str_ends(word, S("ss")) || str_ends(word, S("us")) || str_ends(word, S("is"))) return STR_EMPTY;
	if (str_ends(word, S("s"))) return str_sub(word, 0, word.n - 1);
	char before = word.p[word.n - 2];
	bool vowel = before == 'a' || before == 'e' || before == 'i' || before == 'o' || before == 'u';
	if (str_ends(word, S("y")) && !vowel) return arena_cat(a, str_sub(word, 0, word.n - 1), S("ies"));
	return arena_cat(a, word, S("s"));
}

static void write_term(struct arena *a, struct buf *out, const struct search_term *t) {
	struct str other = t->prefix || str_find_char(t->words, ' ') != STR_NONE ? STR_EMPTY : search_other_number(a, t->words);
	if (other.n)
		buf_fmt(out, "(\"%.*s\" OR \"%.*s\")", STR_ARG(t->words), STR_ARG(other));
	else
		buf_fmt(out, "\"%.*s\"%s", STR_ARG(t->words), t->prefix ? "*" : "");
}

enum err_code search_query_fts5(struct arena *a, const struct search_query *q, const struct list_filter *filters, size_t filters_n,
	struct str *out, struct err *e) {
	autobuf struct buf b = BUF(16 << 10);
	bool first = true;
	for (size_t i = 0; i < q->n; i++) {
		if (q->terms[i].exclude) continue;
		if (!first) buf_add(&b, S(" AND "));
		write_term(a, &b, &q->terms[i]);
		first = false;
	}
	for (size_t part = 0; part < 2; part++) {
		const struct list_filter *list = part ? q->filters : filters;
		for (size_t i = 0; i < (part ? q->filters_n : filters_n); i++) {
			bool word = false;
			for (size_t j = 0; j < lengthof(field_names); j++) word |= str_is(list[i].name, field_names[j]);
			if (!word) continue;
			autobuf struct buf mark = BUF(1024);
			project_mark(&mark, list[i].name, list[i].value);
			buf_fmt(&b, "%smarks : \"%.*s\"", first ? "" : " AND ", STR_ARG(str_trim(buf_str(&mark))));
			first = false;
		}
	}
	bool inside = false;
	for (size_t i = 0; i < q->n; i++) {
		if (!q->terms[i].exclude) continue;
		buf_add(&b, S(" NOT "));
		write_term(a, &b, &q->terms[i]);
		inside = true;
	}
	/* NOT binds closest in FTS5: what goes before it must be one. */
	if (inside) {
		autobuf struct buf whole = BUF(16 << 10);
		struct str text = buf_str(&b);
		size_t not = str_find(text, S(" NOT "));
		buf_fmt(&whole, "(%.*s)%.*s", STR_ARG(str_sub(text, 0, not)), STR_ARG(str_from(text, not)));
		*out = arena_str(a, buf_str(&whole));
	} else {
		*out = arena_str(a, buf_str(&b));
	}
	return b.failed || arena_failed(a) ? err_set(e, ERR_TOO_LARGE, "the query is too long") : ERR_OK;
}

bool search_query_matches(struct arena *a, const struct search_query *q, struct str folded_word) {
	for (size_t i = 0; i < q->n; i++) {
		const struct search_term *t = &q->terms[i];
		if (t->exclude) continue;
		struct str rest = t->words, word;
		bool single = str_find_char(t->words, ' ') == STR_NONE;
		while (str_split(&rest, ' ', &word)) {
			if (str_eq(word, folded_word)) return true;
			if (t->prefix && !rest.p && str_starts(folded_word, word)) return true;
			if (single && !t->prefix && str_eq(folded_word, search_other_number(a, word))) return true;
		}
	}
	return false;
}
