/* SPDX-License-Identifier: ISC */
#ifndef AUDIT_H
#define AUDIT_H

#include <sys/types.h>

#include <stddef.h>

#include "net/addr.h"
#include "net/socket_process.h"

struct binding;
struct container;
struct containers;
struct error;
struct pool;

/* A port that answers on an alias, and its container or process. */
struct answer {
	struct addr		 alias;
	unsigned		 port;
	int			 udp;
	struct addr		 bound;
	const struct container	*container;	/* NULL: no container; then */
	const struct binding	*binding;	/* of the container */
	pid_t			 pid;		/* the process; 0 if unknown */
	char			 name[SOCKET_PROCESS_NAME];
};

struct audit {
	struct answer	*answer;
	size_t		 count;
	int		 v6only_unknown;	/* as in struct listeners */
};

/**
 * audit_find(pool, c, a, e):
 * List the ports that answer on the addresses in ${pool}: the listeners of this
 * host, and the ports that running or paused containers of ${c} publish, even
 * without a listener (an engine may redirect them with a packet filter).
 * Return 0 with ${a} filled, in ${pool}'s order and then by port, pointing into
 * ${c}, and to be freed with audit_free(); or -1 with ${e} set.
 */
int audit_find(const struct pool *, const struct containers *,
    struct audit *, struct error *);

/* audit_free(a): free what ${a} holds. */
void audit_free(struct audit *);

#endif
