#include "pages.h"

#include <pthread.h>
#include <sys/random.h>

#include "desk/identify.h"
#include "http/form.h"
#include "hub/account/session.h"

/* ---- a posted form ---- */

enum err_code sent_read(struct request *rq, struct sent *out, struct err *e) {
	struct sent s = {.action = STR_EMPTY};
	enum err_code code = request_form(rq, &s.fields, &s.fields_n, e);
	if (code) return code;
	s.answers = arena_array(rq->arena, s.fields_n + 1, sizeof *s.answers);
	if (!s.answers) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < s.fields_n; i++) {
		const struct form_field *f = &s.fields[i];
		if (f->is_file) continue;
		if (str_is(f->name, "_do") && !s.action.n) s.action = f->value;
		else s.answers[s.n++] = (struct answer){f->name, f->value};
	}
	*out = s;
	out->refresh = sent_value(&s, "_refresh").n > 0;
	out->automatic = sent_value(&s, "_automatic").n > 0;
	return ERR_OK;
}

struct str sent_value(const struct sent *s, const char *name) {
	return form_value(s->fields, s->fields_n, name);
}

bool sent_is_ours(struct request *rq, const struct sent *s) {
	const struct desk_user *u = desk_user(rq);
	return u && !u->pending && session_csrf_valid(u->session, sent_value(s, "csrf"));
}

/* ---- answers as text ---- */

struct str answers_text(struct arena *a, const struct answer *answers, size_t n, int64_t revision) {
	struct json_builder list = json_array_of(a), out = json_object_of(a);
	for (size_t i = 0; i < n; i++) {
		if (str_is(answers[i].name, "csrf") || str_is(answers[i].name, "_refresh") || str_is(answers[i].name, "_automatic")) continue;
		struct json_builder pair = json_array_of(a);
		json_add(&pair, json_str_checked(a, answers[i].name));
		json_add(&pair, json_str_checked(a, answers[i].value));
		json_add(&list, json_built(&pair));
	}
	json_set_int(&out, S("revision"), revision);
	json_set(&out, S("answers"), json_built(&list));
	return json_text(a, json_built(&out));
}

bool answers_of_text(struct arena *a, struct str text, struct answer **out, size_t *n, int64_t *revision) {
	const struct json *v;
	if (json_parse(a, text, &(struct json_limits){.bytes = 16 << 20}, &v, NULL)) return false;
	const struct json *list = json_get_lit(v, "answers");
	struct answer *answers = arena_array(a, json_count(list) + 1, sizeof *answers);
	if (!answers) return false;
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *pair = json_at(list, i);
		answers[i] = (struct answer){json_string(json_at(pair, 0)), json_string(json_at(pair, 1))};
	}
	*out = answers;
	*n = json_count(list);
	*revision = json_integer(json_get_lit(v, "revision"), 0);
	return true;
}

/* ---- what somebody typed whose session was over ----
 * Kept in memory, under a key that only they get, until they have signed in: for KEEP_FOR, KEEP of them at most. A server that
 * ends forgets them; the page of the browser still has what was typed. */

enum { KEEP = 64, KEEP_BYTES = 512 << 10 };
#define KEEP_FOR (2 * HOUR)

static struct kept {
	char key[FORM_KEY];
	char *text;
	size_t n;
	moment until;
} kept[KEEP];
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

static void forget(struct kept *k) {
	free(k->text);
	*k = (struct kept){0};
}

static bool new_key(char key[FORM_KEY]) {
	unsigned char bytes[16];
	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) return false;
	for (size_t i = 0; i < sizeof bytes; i++) snprintf(key + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

static bool keep(struct str text, char key[FORM_KEY]) {
	char *copy = text.n <= KEEP_BYTES ? malloc(text.n + 1) : NULL;
	if (!copy || !new_key(key)) {
		free(copy);
		return false;
	}
	memcpy(copy, text.p, text.n);
	pthread_mutex_lock(&kept_lock);
	struct kept *place = &kept[0];
	for (size_t i = 1; i < KEEP; i++)
		if (kept[i].until < place->until) place = &kept[i];
	forget(place);
	memcpy(place->key, key, FORM_KEY);
	place->text = copy;
	place->n = text.n;
	place->until = now() + KEEP_FOR;
	pthread_mutex_unlock(&kept_lock);
	return true;
}

bool sent_kept(struct arena *a, struct str key, struct answer **out, size_t *n) {
	struct str text = STR_EMPTY;
	int64_t revision;
	if (key.n != FORM_KEY - 1) return false;
	pthread_mutex_lock(&kept_lock);
	for (size_t i = 0; i < KEEP; i++) {
		if (!kept[i].text || !str_eq(key, str_of(kept[i].key))) continue;
		if (kept[i].until >= now()) text = arena_str(a, str_n(kept[i].text, kept[i].n));
		forget(&kept[i]);
	}
	pthread_mutex_unlock(&kept_lock);
	return text.n && answers_of_text(a, text, out, n, &revision);
}

enum err_code sent_keep(struct request *rq, struct response *rs, const struct sent *s, struct str path, struct err *e) {
	char key[FORM_KEY];
	if (s->refresh || s->automatic) return err_set(e, ERR_FORBIDDEN, "your session is over; save the form to sign in again");
	if (!keep(answers_text(rq->arena, s->answers, s->n, 0), key)) return err_set(e, ERR_TOO_LARGE, "your session is over; sign in in another window, then send the form again");
	autobuf struct buf to = BUF(8 << 10);
	const struct desk_user *u = desk_user(rq);
	buf_add(&to, u && u->pending ? S("/sign-in/code?next=") : S("/sign-in?next="));
	autobuf struct buf next = BUF(4 << 10);
	buf_add(&next, path);
	buf_fmt(&next, "%skept=%s", str_find_char(path, '?') == STR_NONE ? "?" : "&", key);
	url_encode(&to, buf_str(&next));
	response_redirect(rs, 303, arena_str(rq->arena, buf_str(&to)));
	return ERR_OK;
}
