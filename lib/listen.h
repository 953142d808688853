/* SPDX-License-Identifier: ISC */
#ifndef LISTEN_H
#define LISTEN_H

#include <stddef.h>

#include "addr.h"

struct error;

/* A TCP or UDP socket of this host that waits for whoever comes. */
struct listener {
	struct addr	bound;		/* IPv4-mapped already unmapped */
	unsigned	port;
	int		udp;
	int		v6only;		/* bound to ::, and takes no IPv4 */
	unsigned long	inode;		/* 0 if not known */
};

struct listeners {
	struct listener	*listener;
	size_t		 count;
};

/**
 * listen_find(alias, n, l, e):
 * Find the listeners that answer on one of the ${n} addresses at ${alias}:
 * bound to it, or to a wildcard that covers it.  Where the kernel's tables
 * cannot be read the ports are tried one by one, TCP only, and what answers
 * is reported as bound to the alias.  Return 0 with ${l} filled, sorted by
 * address, protocol and port; or -1 with ${e} set.
 */
int listen_find(const struct addr *, size_t, struct listeners *,
    struct error *);

/* listen_answers(l, alias): does ${l} answer on ${alias}? */
int listen_answers(const struct listener *, const struct addr *);

/* listen_free(l): free what ${l} holds. */
void listen_free(struct listeners *);

#endif
