/* SPDX-License-Identifier: ISC */
#ifndef PICK_H
#define PICK_H

#include <sys/types.h>

#include <stddef.h>

#include "docker/containers.h"
#include "net/cidr.h"
#include "net/pool.h"
#include "net/socket_process.h"
#include "net/sockets.h"

struct engine;
struct error;
struct json;

/* The search for a free address in a pool.  Zero it, then set its members. */
struct pick {
	/* Set by the caller: */
	struct pool		 pool;
	struct owners		 owners;
	const char		*file;		/* of containers, "-" or NULL */
	const char		*host;		/* as for docker -H, or NULL */
	unsigned		 port;		/* of claims */
	struct cidr		*cidr;		/* see pick_exclude() */
	size_t			 cidrs;
	/* Of the last look: */
	struct containers	 containers;
	struct listeners	 listeners;
	int			 owned;		/* do the owners have one? */
	struct addr		 own;		/* if so */
	/* Of all looks: */
	struct engine		*engine;
	int			 looked;
	char			 tried[POOL_MAX];	/* to claim it */
	char			 claimed[POOL_MAX];	/* by others */
};

enum pick_state { PICK_FREE, PICK_HELD, PICK_CLAIMED, PICK_EXCLUDED };

/* What holds an address: a container, or the listeners of a process. */
struct holder {
	const struct container	*container;	/* NULL: a process */
	pid_t			 pid;		/* 0: not known */
	char			 name[SOCKET_PROCESS_NAME];
	struct json		*ports;		/* ["3000/tcp"]; port 0 is one
						   that is chosen at start */
};

struct holders {
	struct holder	*holder;
	size_t		 count;
};

/**
 * pick_exclude(p, list, e):
 * Exclude the addresses and networks in ${list}, with blanks or commas between
 * them.  Return 0, or -1 with ${e} set.
 */
int pick_exclude(struct pick *, const char *, struct error *);

/**
 * pick_look(p, e):
 * Find the current holders.  A file of containers is read only once.  Return 0;
 * or -1 with ${e} set, also if the owners have two addresses of the pool.
 */
int pick_look(struct pick *, struct error *);

/**
 * pick_state(p, i):
 * The state of address ${i} of the pool at the last look.  It is held if a
 * container other than an owner, in any state, has a binding on exactly this
 * address, or a listener other than an owner's is bound to exactly it; else
 * excluded, if it is on that list; else claimed, if pick_next() could not claim
 * it. 127.0.0.1 is shared: it is free unless excluded.
 */
enum pick_state pick_state(const struct pick *, size_t);

/**
 * pick_next(p, fd, e):
 * Claim the first address of the pool that is untried and was free at the last
 * look; if the owners have one, only that.  Return it, with the claim in ${fd},
 * -1 for 127.0.0.1.  Return NULL with 0 in ${fd} if there is none, or with -1
 * and ${e} set.
 */
const struct addr *pick_next(struct pick *, int *, struct error *);

/**
 * pick_settle(p, fd, e):
 * As pick_next(), but a look after the claim has shown the address free.  All
 * claimers do this, so no two get the same address.
 */
const struct addr *pick_settle(struct pick *, int *, struct error *);

/* pick_retry(p): forget which addresses were tried. */
void pick_retry(struct pick *);

/**
 * pick_holders(p, a, h):
 * Store what holds ${a}, owners included, in ${h}: containers, then processes,
 * without those that serve a container's port.  Free with holders_free().
 */
void pick_holders(const struct pick *, const struct addr *, struct holders *);

/* holders_free(h): free what ${h} holds. */
void holders_free(struct holders *);

/* pick_free(p): free what ${p} holds, and close its connection. */
void pick_free(struct pick *);

#endif
