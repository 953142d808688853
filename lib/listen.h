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
	int		scanned;	/* bound may be a wildcard instead */
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
 * cannot be read this is listen_scan().  Return 0 with ${l} filled, sorted by
 * address, protocol and port; or -1 with ${e} set.
 */
int listen_find(const struct addr *, size_t, struct listeners *,
    struct error *);

/**
 * listen_exact():
 * Does listen_find() tell on this system whether a listener is bound to the
 * address itself, or is it listen_scan()?
 */
int listen_exact(void);

/**
 * listen_scan(alias, n, l, e):
 * The same by connecting to every TCP port of each address, on any system.
 * UDP is not seen.  What does not answer on 127.0.0.1 too is bound to the
 * address; of what does it is not known, and it is marked as scanned.  The
 * services see a connection that is closed at once.
 */
int listen_scan(const struct addr *, size_t, struct listeners *,
    struct error *);

/* listen_answers(l, alias): does ${l} answer on ${alias}? */
int listen_answers(const struct listener *, const struct addr *);

/* listen_append(l, one): append ${one} to ${l}. */
void listen_append(struct listeners *, const struct listener *);

/* listen_sort(l): put ${l} into the order that listen_find() promises. */
void listen_sort(struct listeners *);

/* listen_free(l): free what ${l} holds. */
void listen_free(struct listeners *);

#endif
