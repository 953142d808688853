/* SPDX-License-Identifier: ISC */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <stddef.h>

#include "net/addr.h"

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
 * sockets_find(alias, n, l, e):
 * Find the listeners that answer on one of the ${n} addresses at ${alias}:
 * bound to it, or to a wildcard that covers it.  Where the kernel's tables
 * cannot be read this is sockets_scan().  Return 0 with ${l} filled, sorted by
 * address, protocol and port; or -1 with ${e} set.
 */
int sockets_find(const struct addr *, size_t, struct listeners *,
    struct error *);

/**
 * sockets_exact():
 * Does sockets_find() tell on this system whether a listener is bound to the
 * address itself, or is it sockets_scan()?
 */
int sockets_exact(void);

/**
 * sockets_scan(alias, n, l, e):
 * The same by connecting to every TCP port of each address, on any system.
 * UDP is not seen.  What does not answer on 127.0.0.1 too is bound to the
 * address; of what does it is not known, and it is marked as scanned.  The
 * services see a connection that is closed at once.
 */
int sockets_scan(const struct addr *, size_t, struct listeners *,
    struct error *);

/* sockets_answers(l, alias): does ${l} answer on ${alias}? */
int sockets_answers(const struct listener *, const struct addr *);

/* sockets_append(l, one): append ${one} to ${l}. */
void sockets_append(struct listeners *, const struct listener *);

/* sockets_sort(l): put ${l} into the order that sockets_find() promises. */
void sockets_sort(struct listeners *);

/* sockets_free(l): free what ${l} holds. */
void sockets_free(struct listeners *);

#endif
