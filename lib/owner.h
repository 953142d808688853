/* SPDX-License-Identifier: ISC */
#ifndef OWNER_H
#define OWNER_H

#include <sys/types.h>

#include <stddef.h>

/* A kernel's command name of 15 bytes, each as \xNN at worst. */
#define OWNER_NAME	(15 * 4 + 1)

/* The process that has a socket open, as far as we may look. */
struct owner {
	unsigned long	inode;			/* of the socket */
	pid_t		pid;			/* 0 if not found */
	char		name[OWNER_NAME];	/* its command, fit to print */
};

/**
 * owner_find(o, n):
 * Sort the ${n} sockets at ${o}, whose inodes are set, and look in
 * /proc/PID/fd for who has them open: of several processes the one with the
 * lowest number.  Of processes that this one may not look at, and where there
 * is no such proc(5), nothing is found.
 */
void owner_find(struct owner *, size_t);

/* owner_get(o, n, inode): ${inode}'s, in what owner_find() filled, or NULL. */
struct owner *owner_get(struct owner *, size_t, unsigned long);

#endif
