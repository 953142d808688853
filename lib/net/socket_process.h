/* SPDX-License-Identifier: ISC */
#ifndef SOCKET_PROCESS_H
#define SOCKET_PROCESS_H

#include <sys/types.h>

#include <stddef.h>

/* A kernel's command name of 15 bytes, each as \xNN at worst. */
#define SOCKET_PROCESS_NAME	(15 * 4 + 1)

/* The process that has a socket open, as far as we may look. */
struct socket_process {
	unsigned long	inode;			/* of the socket */
	pid_t		pid;			/* 0 if not found */
	char		name[SOCKET_PROCESS_NAME];	/* its command, fit to print */
};

/**
 * socket_process_find(o, n):
 * Sort the ${n} sockets at ${o}, whose inodes are set, and look in
 * /proc/PID/fd for who has them open: of several processes the one with the
 * lowest number.  Of processes that this one may not look at, and where there
 * is no such proc(5), nothing is found.
 */
void socket_process_find(struct socket_process *, size_t);

/* socket_process_get(o, n, inode): ${inode}'s, in what socket_process_find() filled, or NULL. */
struct socket_process *socket_process_get(struct socket_process *, size_t, unsigned long);

#endif
