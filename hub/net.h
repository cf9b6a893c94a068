/* Speaking with other hosts, by the program polder-net in a process of its own (net/README.md): what libcurl costs to load and whatever it may meet there stay out
 * of the hub. The program stands beside the running one; POLDER_NET names another (for tests).
 *
 * ERR_BUSY: it may work another time (no connection, no answer in time). ERR_INVALID: what was asked can't be. ERR_UNSUPPORTED: the program is not
 * installed, or answered nonsense. ERR_CANCELLED. */
#pragma once
#include <stdatomic.h>

#include "lib/json/json.h"

struct net_header {
	struct str name, value; /* names of an answer in small letters */
};
struct net_fetch {
	struct str url;         /* https; http only with allow_http and only to this machine */
	struct str method;      /* "" GET; POST */
	const struct net_header *headers;
	size_t headers_n;
	struct str body;
	bool allow_http;
	const atomic_bool *cancelled; /* NULL: nobody does */
};
struct net_answer {
	int status;
	struct net_header *headers;
	size_t headers_n;
	struct str body;        /* UTF-8, at most 1 MB */
};
/* At most 10 s. Follows up to three redirects to the same scheme, host and port; another is ERR_BUSY. */
enum err_code net_fetch(struct arena *a, const struct net_fetch *f, struct net_answer *out, struct err *e) must_use;

/* Many small files from one place into a folder: url + path to `to`/path, for each that is answered with 200. */
struct net_save {
	struct str url;         /* with its last slash; https, or http as above */
	const char *to;
	const struct str *paths;
	size_t n;               /* at most NET_SAVE */
	size_t max;             /* bytes of each */
	bool allow_http;
};
enum { NET_SAVE = 500 };
/* statuses[i] of paths[i]: 200 it is there now; 0 no answer. ERR_STORAGE and such of the disk come as ERR_BUSY, in words. */
enum err_code net_save(struct arena *a, const struct net_save *s, int *statuses, struct err *e) must_use;

/* A POST to an address that somebody named: a webhook's. */
struct net_call {
	struct str url;
	const struct net_header *headers;
	size_t headers_n;
	struct str body;
	bool http_to_this_machine, private_networks; /* what is refused otherwise: net/address.h */
};
struct net_called {
	int status;
	struct str body;        /* the first 1 kB, as text */
	int64_t took;           /* milliseconds */
	int64_t retry_after;    /* seconds that the answer asks for; 0 */
};
/* At most 15 s. No redirect is followed. ERR_BUSY for everything that keeps an answer away, in words for whoever owns the address. */
enum err_code net_call(struct arena *a, const struct net_call *c, const atomic_bool *cancelled, struct net_called *out, struct err *e) must_use;

struct net_mail {
	struct str server, from, to, user, password;
	struct str message;     /* as it goes: hub/mail_message.h */
};
/* At most 30 s; less once *cancelled (may be NULL) is true. *refused: the server will never take this message for this recipient. */
enum err_code net_mail(struct arena *a, const struct net_mail *m, const atomic_bool *cancelled, bool *refused, struct err *e) must_use;

/* What polder-net said, read: ERR_OK when it says ok, else its words as an error. For the two above and for tests. */
enum err_code net_read(struct arena *a, struct str text, const struct json **out, struct err *e) must_use;
struct net_answer net_answer_of(struct arena *a, const struct json *answer);
