/* What an entry of the directory may say. */
#include "hub/peer/inside.h"

#include "lib/tlog/key.h"

bool peer_is_here(struct str url) {
	static const char *const hosts[] = {"http://127.0.0.1", "http://[::1]", "http://localhost"};
	for (size_t i = 0; i < lengthof(hosts); i++) {
		struct str rest = str_from(url, strlen(hosts[i]));
		if (str_starts(url, str_of(hosts[i])) && (!rest.n || rest.p[0] == ':' || rest.p[0] == '/')) return true;
	}
	return false;
}

static enum err_code wrong(struct err *e, const char *where, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "%s", where);
	return ERR_INVALID;
}

/* Scheme, host, perhaps a port and a path: no user, no query, no fragment, since paths are put behind it. */
static enum err_code check_url(struct str *url, struct err *e) {
	while (url->n && url->p[url->n - 1] == '/') url->n--;
	if (!str_starts(*url, S("https://")) && !peer_is_here(*url)) return wrong(e, "url", "a hub's address begins with https://");
	struct str rest = str_from(*url, str_find(*url, S("//")) + 2), host = str_sub(rest, 0, str_find_char(rest, '/'));
	bool ok = url->n <= PEER_URL_BYTES && host.n && host.p[0] != ':' && host.p[0] != '.';
	for (size_t i = 0; i < url->n; i++) ok &= url->p[i] > ' ' && url->p[i] < 127 && !strchr("\"<>\\^`{|}?#@", url->p[i]);
	return ok ? ERR_OK : wrong(e, "url", "that is no address of a hub: https://, a host, and no more than a path behind it");
}

static enum err_code check_key(const struct peer_entry *in, struct peer_entry *out, struct err *e) {
	struct tlog_key key;
	enum err_code code = tlog_key_parse(in->key, &key, e);
	if (code) return err_where(e, "key"), code;
	if (key.type != TLOG_ED25519) return wrong(e, "key", "a log signs with a key of type 1 (Ed25519), and this one is of a witness");
	if (!out->origin.n) out->origin = key.name;
	return str_eq(out->origin, key.name) ? ERR_OK : wrong(e, "origin", "the key bears another name than the log");
}

/* One line for people. */
static enum err_code check_name(struct str *name, struct err *e) {
	*name = str_trim(*name);
	bool ok = name->n <= PEER_NAME_BYTES && str_utf8(*name);
	for (size_t i = 0; i < name->n; i++) ok &= (unsigned char)name->p[i] >= ' ' && name->p[i] != 127;
	return ok ? ERR_OK : wrong(e, "name", "a name is one line of at most 200 bytes");
}

enum err_code peer_check(struct arena *a, const struct peer_entry *in, struct peer_entry *out, struct err *e) {
	*out = *in;
	enum err_code code = check_key(in, out, e);
	if (!code) code = check_url(&out->url, e);
	if (!code && out->prefix.n) {
		code = hub_prefix_check(out->prefix, e);
		if (code) err_where(e, "prefix");
	}
	if (!code) code = check_name(&out->name, e);
	if (code) return code;
	if (!out->name.n) out->name = out->origin;
	struct str *const parts[] = {&out->origin, &out->key, &out->url, &out->prefix, &out->name};
	for (size_t i = 0; i < lengthof(parts); i++) *parts[i] = arena_str(a, *parts[i]);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
