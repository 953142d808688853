/* SPDX-License-Identifier: ISC */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <stddef.h>

#include "net/addr.h"

struct error;

/* A listening TCP socket, or a UDP socket without a peer, of this host. */
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
	int		 v6only_unknown; /* v6only may be 0 although it is 1 */
};

/**
 * sockets_find(alias, n, l, e):
 * Find the listeners that answer on one of the ${n} IPv4 addresses at
 * ${alias}: bound to it, or to a wildcard that covers it.  Return 0 with ${l}
 * filled, sorted by address, protocol and port; or -1 with ${e} set.
 */
int sockets_find(const struct addr *, size_t, struct listeners *,
    struct error *);

/**
 * sockets_parse_netstat(text, alias, n, l, e):
 * Append to ${l} the listeners in ${text}, the output of netstat -anl on
 * macOS or a BSD, that answer on one of the ${n} addresses at ${alias}.
 * Return 0, or -1 with ${e} set if a listener's line is not understood.
 */
int sockets_parse_netstat(const char *, const struct addr *, size_t,
    struct listeners *, struct error *);

/* sockets_answers(l, alias): does ${l} accept packets to ${alias}? */
int sockets_answers(const struct listener *, const struct addr *);

/* sockets_append(l, one): append ${one} to ${l}. */
void sockets_append(struct listeners *, const struct listener *);

/* sockets_sort(l): sort as sockets_find() does, and by inode. */
void sockets_sort(struct listeners *);

/* sockets_free(l): free what ${l} holds. */
void sockets_free(struct listeners *);

#endif
