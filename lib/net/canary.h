/* SPDX-License-Identifier: ISC */
#ifndef CANARY_H
#define CANARY_H

#include <stddef.h>

#include "net/addr.h"

struct error;

#define CANARY_PEERS	8

/* A socket that nobody knows of, and who came nevertheless. */
struct canary {
	struct addr	addr;
	unsigned	port;
	int		udp;
	int		fd;
	struct {
		struct addr	addr;
		unsigned	port;
	} peer[CANARY_PEERS];		/* the first of them */
	size_t		count;		/* all of them */
};

/**
 * canary_open(c, a, udp, e):
 * Listen on ${a}, with UDP if ${udp}, at a port that the system picks.  The
 * socket is closed in programs that this one runs.  Return 0, or -1 with
 * ${e} set.
 */
int canary_open(struct canary *, const struct addr *, int, struct error *);

/**
 * canary_run(c, argv, seconds, e):
 * Run ${argv} as child_start() does, in a process group of its own, and take down in ${c} who comes until the
 * whole process group has ended, and a moment longer.  Return 0 if it ran to
 * its end; or -1 with ${e} set if it could not be run or says so with a
 * status of 125 or more, was killed, or took more than ${seconds}, in which
 * case all of it is killed.  A signal that ends this program ends it as well.
 */
int canary_run(struct canary *, char *const *, unsigned long, struct error *);

/* canary_close(c): close the socket. */
void canary_close(struct canary *);

#endif
