/* SPDX-License-Identifier: ISC */
#ifndef ADDR_H
#define ADDR_H

#include <stddef.h>

struct sockaddr;
struct sockaddr_storage;

/* An IPv4 or IPv6 address, in network byte order; unused bytes are zero. */
struct addr {
	int		family;		/* AF_INET or AF_INET6 */
	unsigned char	byte[16];
};

#define ADDR_STRLEN	46	/* INET6_ADDRSTRLEN */

/**
 * addr_parse(s, a), addr_parse_bytes(s, len, a):
 * Read ${s}, or its first ${len} bytes, a dotted quad without leading zeros or
 * an IPv6 address without brackets and zone, into ${a}.  Return 0, or -1 if it
 * is neither.
 */
int addr_parse(const char *, struct addr *);
int addr_parse_bytes(const char *, size_t, struct addr *);

/**
 * addr_parse_port(s, port, udp):
 * Read ${s}, PORT, PORT/tcp or PORT/udp, with a port from 1 to 65535.  Return
 * 0, or -1 if it is not one.
 */
int addr_parse_port(const char *, unsigned *, int *);

/* addr_format(a, buf): ${a}'s canonical spelling in ${buf}, ADDR_STRLEN. */
const char *addr_format(const struct addr *, char *);

/* addr_compare(a, b): order by family, then by value, as memcmp(3) does. */
int addr_compare(const struct addr *, const struct addr *);

/* addr_unmap(a): turn ::ffff:A, an IPv4-mapped address, into A. */
void addr_unmap(struct addr *);

/* addr_is_any(a): is ${a} 0.0.0.0 or ::? */
int addr_is_any(const struct addr *);

/* addr_is_localhost(a): is ${a} 127.0.0.1? */
int addr_is_localhost(const struct addr *);

/**
 * addr_socket(a, port, ss):
 * Fill ${ss} with ${a} and ${port}, host order.  Return its length in bytes.
 */
unsigned addr_socket(const struct addr *, unsigned, struct sockaddr_storage *);

/**
 * addr_read(sa, a):
 * Read ${sa}, which may be NULL, into ${a}.  Return its port in host order, or
 * -1 if it is neither IPv4 nor IPv6.
 */
int addr_read(const struct sockaddr *, struct addr *);

#endif
