/* SPDX-License-Identifier: ISC */
#ifndef CIDR_H
#define CIDR_H

#include "net/addr.h"

struct error;

/* A network: all bits of the address after the first ${bits} are zero. */
struct cidr {
	struct addr	addr;
	unsigned	bits;
};

#define CIDR_STRLEN	(ADDR_STRLEN + 4)

/**
 * cidr_parse(s, c, e):
 * Read ${s}, ADDRESS or ADDRESS/BITS, into ${c}.  An address alone is the
 * network of this address only.  Host bits are refused, and the reason names
 * the network without them.  Return 0, or -1 with ${e} set.
 */
int cidr_parse(const char *, struct cidr *, struct error *);

/* cidr_format(c, buf): ADDRESS/BITS in ${buf}, CIDR_STRLEN bytes. */
const char *cidr_format(const struct cidr *, char *);

/* cidr_compare(a, b): order by family, value, and prefix length. */
int cidr_compare(const struct cidr *, const struct cidr *);

/* cidr_contains(c, a): is ${a} within ${c}? */
int cidr_contains(const struct cidr *, const struct addr *);

/* cidr_around(a, b, c): ${c}, the smallest network with ${a} and ${b}. */
void cidr_around(const struct addr *, const struct addr *, struct cidr *);

/* cidr_host(c): does ${c} hold one address only? */
int cidr_host(const struct cidr *);

#endif
