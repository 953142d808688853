/* SPDX-License-Identifier: ISC */
#ifndef CONTAINERS_H
#define CONTAINERS_H

#include <stddef.h>

#include "addr.h"

struct error;
struct record;

/* One published port of a container: where on the host, and what inside. */
struct binding {
	struct addr	host;		/* 0.0.0.0 or :: if on every address */
	unsigned	host_port;	/* 0 if the engine picks one at start */
	unsigned	port;		/* the container's own */
	char		proto[8];	/* "tcp", "udp", "sctp" */
};

struct container {
	char		*id;
	char		*name;		/* without the leading slash */
	char		*state;		/* "running", "exited", ... */
	struct binding	*binding;	/* in any state, see containers_parse */
	size_t		 count;
};

struct containers {
	struct container	*container;
	size_t			 count;
};

/* containers_free(c): free what ${c} holds. */
void containers_free(struct containers *);

#endif
