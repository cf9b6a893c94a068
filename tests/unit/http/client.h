/* A client that sends what it is told, byte by byte if need be, and reads one answer. */
#pragma once
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

struct reply {
	int status; /* 0: none came */
	struct str head, body; /* of bytes */
	struct buf bytes;
	bool closed; /* the server closed behind it */
};

static inline void reply_free(struct reply *r) {
	buf_free(&r->bytes);
}
#define autoreply scoped(reply_free)

static inline int dial(int port) {
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to)) {
		if (fd >= 0) close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static inline bool say(int fd, struct str s) {
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return false;
		s = str_from(s, (size_t)n);
	}
	return true;
}

/* The value of a header in an answer's head; "" when absent. */
static inline struct str head_value(const struct reply *r, const char *name) {
	struct str rest = r->head, line;
	while (rest.p && str_split(&rest, '\n', &line)) {
		size_t colon = str_find_char(line, ':');
		if (colon == STR_NONE || !str_eq_ascii_case(str_sub(line, 0, colon), str_of(name))) continue;
		return str_trim(str_from(line, colon + 1));
	}
	return STR_EMPTY;
}

/* Adds at most `most` bytes; waits at most ten seconds. False at the end. */
static inline bool hear_some(int fd, struct reply *r, size_t most) {
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ssize_t n = 0;
	if (poll(&p, 1, 10000) <= 0 || !buf_room(&r->bytes, most)) return false;
	do n = recv(fd, r->bytes.p + r->bytes.n, most, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0) r->closed = true;
	else r->bytes.n += (size_t)n;
	return n > 0;
}

/* Reads one answer and not a byte of the next. no_body: to HEAD. */
static inline void hear(int fd, bool no_body, struct reply *r) {
	*r = (struct reply){.bytes = BUF(64 << 20), .head = STR_EMPTY, .body = STR_EMPTY};
	while (!str_ends(buf_str(&r->bytes), S("\r\n\r\n"))) {
		if (!hear_some(fd, r, 1)) return;
	}
	size_t head_n = r->bytes.n;
	r->head = buf_str(&r->bytes);
	int64_t status = 0, length = 0;
	str_int(str_sub(r->head, 9, 3), &status);
	str_int(head_value(r, "Content-Length"), &length);
	if (no_body || status == 304 || status == 204) length = 0;
	size_t want = head_n + (size_t)length;
	while (r->bytes.n < want && hear_some(fd, r, want - r->bytes.n < 65536 ? want - r->bytes.n : 65536)) continue;
	r->status = (int)status;
	r->head = str_sub(buf_str(&r->bytes), 0, head_n);
	r->body = str_from(buf_str(&r->bytes), head_n);
}

/* One request on a connection of its own. */
static inline void ask(int port, struct str request, struct reply *r) {
	autofd int fd = dial(port);
	assert_true(fd >= 0);
	say(fd, request);
	hear(fd, str_starts(request, S("HEAD ")), r);
}
