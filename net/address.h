/* Which addresses belong to the public Internet: whoever may name an address that this program calls must not reach by it what only this machine or its network can reach
 * (server-side request forgery). Asked of the very address to which a connection is about to be made, so a name that answers differently the second time
 * gains nothing by it. */
#pragma once
#include <stdbool.h>
#include <sys/socket.h>

/* By the IANA registries of special-purpose addresses (RFC 6890 and its updates): IPv4 but for private, shared, link-local, loopback, documentation, benchmarking,
 * multicast and reserved blocks; IPv6 within 2000::/3 but for what stands there for something else or holds an IPv4 address (6to4, Teredo). An IPv4 address mapped
 * into IPv6 is judged as itself. Any other family: no. */
bool address_is_public(const struct sockaddr *address);
bool address_is_loopback(const struct sockaddr *address);
