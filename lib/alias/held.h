/* SPDX-License-Identifier: ISC */
#ifndef HELD_H
#define HELD_H

#include <stddef.h>

#include "docker/containers.h"
#include "net/cidr.h"
#include "net/pool.h"
#include "net/sockets.h"

struct error;

/* What holds an address; claims apart, which only trying shows. */
struct held {
	struct containers	 containers;
	struct listeners	 listeners;
	struct cidr		*cidr;		/* in use elsewhere */
	size_t			 cidrs;
	const char		*owner;		/* container, or NULL */
};

/**
 * held_exclude(h, list, e):
 * Add what ${list} names to the networks in use elsewhere: addresses and
 * networks, with blanks or commas between them.  Return 0, or -1 with ${e}
 * set.
 */
int held_exclude(struct held *, const char *, struct error *);

/**
 * held_by_other(h, a):
 * Does anyone but the owner hold ${a}: a container with a binding on exactly
 * this address, in whatever state; a listener bound to exactly this address,
 * unless it is where the owner has a binding; or a network that contains it?
 * 127.0.0.1 is shared by all, and held only by a network.
 */
int held_by_other(const struct held *, const struct addr *);

/**
 * held_by_owner(h, pool, a, e):
 * Store the address in ${pool} that the owner's bindings are on in ${a}.
 * Return 1; 0 if there is none; -1 with ${e} set if there are several.
 */
int held_by_owner(const struct held *, const struct pool *, struct addr *,
    struct error *);

/* held_free(h): free what ${h} holds. */
void held_free(struct held *);

#endif
