/* SPDX-License-Identifier: ISC */
#ifndef SOCKET_PROCESS_H
#define SOCKET_PROCESS_H

#include <sys/types.h>

#include <stddef.h>

/* A command name (comm in proc(5)): 15 bytes, each as \xNN at worst. */
#define SOCKET_PROCESS_NAME	(15 * 4 + 1)

/* The process that holds a socket, if permissions allow seeing it. */
struct socket_process {
	unsigned long	inode;			/* of the socket */
	pid_t		pid;			/* 0 if not found */
	char		name[SOCKET_PROCESS_NAME];	/* quoted */
};

/**
 * socket_process_find(o, n):
 * Sort the ${n} sockets at ${o}, whose inodes are set, and search /proc/PID/fd
 * for the process that holds each; of several, take the one with the lowest ID.
 * Without permission or proc(5), none is found.
 */
void socket_process_find(struct socket_process *, size_t);

/* socket_process_get(o, n, inode): the sorted ${o}'s element, or NULL. */
struct socket_process *socket_process_get(struct socket_process *, size_t,
    unsigned long);

#endif
