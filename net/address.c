#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "base/base.h"

static bool within4(uint32_t a, uint32_t block, int bits) {
	return (a ^ block) >> (32 - bits) == 0;
}

static bool public4(uint32_t a) {
	static const struct {
		uint32_t block;
		int bits;
	} special[] = {
		{0x00000000, 8},  /* this network */
		{0x0a000000, 8},  /* private, RFC 1918 */
		{0x64400000, 10}, /* shared, RFC 6598 */
		{0x7f000000, 8},  /* loopback */
		{0xa9fe0000, 16}, /* link-local, RFC 3927 */
		{0xac100000, 12}, /* private */
		{0xc0000000, 24}, /* protocol assignments */
		{0xc0000200, 24}, /* documentation, RFC 5737 */
		{0xc0586300, 24}, /* 6to4 relays */
		{0xc0a80000, 16}, /* private */
		{0xc6120000, 15}, /* benchmarking, RFC 2544 */
		{0xc6336400, 24}, /* documentation */
		{0xcb007100, 24}, /* documentation */
		{0xe0000000, 4},  /* multicast */
		{0xf0000000, 4},  /* reserved, and broadcast */
	};
	for (size_t i = 0; i < lengthof(special); i++)
		if (within4(a, special[i].block, special[i].bits)) return false;
	return true;
}

static uint32_t part(const unsigned char *p) {
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool is_mapped(const unsigned char *p) {
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	return memcmp(p, mapped, sizeof mapped) == 0;
}

static bool public6(const unsigned char *p) {
	if (is_mapped(p)) return public4(part(p + 12));
	if ((p[0] & 0xe0) != 0x20) return false;
	uint32_t head = part(p);
	if (within4(head, 0x20010000, 23)) return false; /* protocol assignments, Teredo among them */
	if (head == 0x20010db8) return false;            /* documentation */
	if (within4(head, 0x20020000, 16)) return false; /* 6to4 */
	return !within4(head, 0x3fff0000, 20);           /* documentation, RFC 9637 */
}

bool address_is_public(const struct sockaddr *address) {
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof v4);
		return public4(ntohl(v4.sin_addr.s_addr));
	}
	if (address->sa_family != AF_INET6) return false;
	memcpy(&v6, address, sizeof v6);
	return public6(v6.sin6_addr.s6_addr);
}

bool address_is_loopback(const struct sockaddr *address) {
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof v4);
		return within4(ntohl(v4.sin_addr.s_addr), 0x7f000000, 8);
	}
	if (address->sa_family != AF_INET6) return false;
	memcpy(&v6, address, sizeof v6);
	const unsigned char *p = v6.sin6_addr.s6_addr;
	static const unsigned char one[16] = {[15] = 1};
	return memcmp(p, one, sizeof one) == 0 || (is_mapped(p) && within4(part(p + 12), 0x7f000000, 8));
}
