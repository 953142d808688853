/* SPDX-License-Identifier: ISC */
#ifndef CANARY_H
#define CANARY_H

#include <poll.h>
#include <stddef.h>

#include "net/addr.h"

struct error;

#define CANARY_PEERS	8
#define CANARY_MOMENT	200	/* ms for packets still under way */

/* A listening socket at a random port, and the peers that reached it. */
struct canary {
	struct addr	addr;
	unsigned	port;
	int		udp;
	int		fd;
	struct {
		struct addr	addr;
		unsigned	port;	/* 0: disconnected at once */
	} peer[CANARY_PEERS];		/* the first of them */
	size_t		count;		/* all of them */
};

/**
 * canary_open(c, a, udp, e):
 * Listen on ${a}, with UDP if ${udp}, at a port that the system picks; on ::
 * IPv4 is accepted too where the system allows that.  Return 0; or -1 with
 * ${e} set, and errno as the system call left it.
 */
int canary_open(struct canary *, const struct addr *, int, struct error *);

/**
 * canary_watch(c, n, extra, extras, ms, e):
 * Wait up to ${ms} for peers of the ${n} canaries and record them.  The
 * ${extras} descriptors at ${extra} are polled as well.  Return 0, with their
 * revents set; or -1 with ${e} set.
 */
int canary_watch(struct canary *, size_t, struct pollfd *, size_t, int,
    struct error *);

/**
 * canary_linger(c, n, e):
 * Call canary_watch() for CANARY_MOMENT, after the command has ended.  Return
 * 0, or -1 with ${e} set.
 */
int canary_linger(struct canary *, size_t, struct error *);

/**
 * canary_run(c, argv, seconds, e):
 * Run ${argv} in a process group of its own, without standard input and with
 * standard error as its standard output, and watch ${c} until CANARY_MOMENT
 * after the group has ended.  Return 0 if it ran to its end.  Return -1 with
 * ${e} set if it could not be run, exited with 125 or more, was killed, or took
 * more than ${seconds}, after which the group is killed.  A signal that ends
 * this program ends the group too.
 */
int canary_run(struct canary *, char *const *, unsigned long, struct error *);

/* canary_close(c): close the socket. */
void canary_close(struct canary *);

#endif
