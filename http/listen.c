#include "inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { BACKLOG = 512 };

/* "host:port", "[v6]:port", ":port". */
static bool split(const char *where, char host[256], char port[8]) {
	struct str s = str_of(where);
	size_t colon = str_rfind_char(s, ':');
	if (colon == STR_NONE) return false;
	struct str h = str_sub(s, 0, colon), p = str_from(s, colon + 1);
	int64_t number;
	if (str_starts(h, S("[")) && str_ends(h, S("]"))) h = str_sub(h, 1, h.n - 2);
	else if (str_find_char(h, ':') != STR_NONE) return false;
	if (h.n >= 256 || p.n > 5 || !str_int(p, &number) || number < 0 || number > 65535) return false;
	memcpy(host, h.p, h.n);
	host[h.n] = 0;
	memcpy(port, p.p, p.n);
	port[p.n] = 0;
	return true;
}

static int bind_one(const struct addrinfo *to, bool any) {
	int fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->ai_protocol);
	if (fd < 0) return -1;
	int on = 1, v6_only = !any;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (to->ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
	if (!bind(fd, to->ai_addr, to->ai_addrlen) && !listen(fd, BACKLOG)) return fd;
	int why = errno;
	close(fd);
	errno = why;
	return -1;
}

void address_text(const struct sockaddr *from, char *out, size_t size) {
	out[0] = 0;
	if (!from) return;
	if (from->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, from, sizeof v4);
		inet_ntop(AF_INET, &v4.sin_addr, out, (socklen_t)size);
	} else if (from->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, from, sizeof v6);
		bool mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
		inet_ntop(mapped ? AF_INET : AF_INET6, mapped ? &v6.sin6_addr.s6_addr[12] : &v6.sin6_addr.s6_addr[0], out,
			(socklen_t)size);
	}
}

static void name_it(int fd, char *address, size_t size, int *port) {
	struct sockaddr_storage bound;
	socklen_t n = sizeof bound;
	char host[64];
	address[0] = 0;
	*port = 0;
	if (getsockname(fd, (struct sockaddr *)&bound, &n)) return;
	bool v6 = bound.ss_family == AF_INET6;
	if (v6) *port = ntohs(((struct sockaddr_in6 *)&bound)->sin6_port);
	else *port = ntohs(((struct sockaddr_in *)&bound)->sin_port);
	address_text((struct sockaddr *)&bound, host, sizeof host);
	snprintf(address, size, v6 && strchr(host, ':') ? "[%s]:%d" : "%s:%d", host, *port);
}

enum err_code listen_on(const char *where, int *fd, char *address, size_t size, int *port, struct err *e) {
	char host[256], service[8];
	if (!where || !split(where, host, service)) {
		return err_set(e, ERR_USAGE, "\"%s\" is not an address to listen on, such as 127.0.0.1:8080", where ? where : "");
	}
	struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *found = NULL;
	int wrong = getaddrinfo(host[0] ? host : NULL, service, &want, &found);
	if (wrong) return err_set(e, ERR_USAGE, "\"%s\" is not an address to listen on: %s", where, gai_strerror(wrong));
	int got = -1, why = 0;
	/* For all addresses IPv6 comes first, since its socket takes IPv4 as well. */
	for (int pass = 0; pass < 2 && got < 0; pass++) {
		for (const struct addrinfo *a = found; a && got < 0; a = a->ai_next) {
			if (!host[0] && (a->ai_family == AF_INET6) == (pass == 1)) continue;
			if (host[0] && pass == 1) continue;
			got = bind_one(a, !host[0]);
			if (got < 0 && !why) why = errno;
		}
	}
	freeaddrinfo(found);
	if (got < 0) return err_errno(e, why, "can't listen on %s", where);
	*fd = got;
	name_it(got, address, size, port);
	return ERR_OK;
}
