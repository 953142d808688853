/* SPDX-License-Identifier: ISC */
#ifndef PICK_H
#define PICK_H

#include <stddef.h>

#include "alias/held.h"
#include "net/pool.h"

struct engine;
struct error;

/* The search for a free address in a pool.  Zeroed, it is ready to be set. */
struct pick {
	struct pool	 pool;		/* set by the caller */
	struct held	 held;		/* cidr and owner set by the caller */
	const char	*file;		/* of containers, "-", or NULL: ask */
	const char	*host;		/* as for docker -H, or NULL */
	unsigned	 port;		/* of claims */
	struct engine	*docker;
	char		 tried[POOL_MAX];
	size_t		 claimed;	/* by others, of those tried */
};

/**
 * pick_look(p, e):
 * See who holds what at this moment.  Listeners count where it can be told
 * what they are bound to.  Return 0, or -1 with ${e} set.
 */
int pick_look(struct pick *, struct error *);

/**
 * pick_next(p, fd, e):
 * Claim the first address, the owner's before all others, that was not tried
 * yet and that nobody held at the last look.  Return it, with the claim in
 * ${fd}, or -1 there if it is 127.0.0.1, which is for all.  Return NULL with
 * 0 in ${fd} if there is none, or with -1 and ${e} set.
 */
const struct addr *pick_next(struct pick *, int *, struct error *);

/**
 * pick_settle(p, fd, e):
 * As pick_next(), but with a claim that is older than the look by which the
 * address is free.  Other claimers do the same, and so nobody else has it.
 */
const struct addr *pick_settle(struct pick *, int *, struct error *);

/* pick_free(p): free what ${p} holds, and close what it has open. */
void pick_free(struct pick *);

#endif
