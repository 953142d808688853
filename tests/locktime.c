/* SPDX-License-Identifier: ISC */
/*
 * Preloaded, tells how long a process holds the lock of SQLite's one writer,
 * byte 120 of the -shm file (SQLite, "The WAL-Index File Format"): one line
 * of microseconds for each time, to descriptor 9.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define WRITER	120

int fcntl64(int, int, ...);

int
fcntl64(int fd, int command, ...)
{
	static int (*real)(int, int, ...);
	static struct timespec from;
	const struct flock *lock;
	struct timespec to;
	va_list ap;
	void *arg;
	int result;

	va_start(ap, command);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fcntl64");
	result = real(fd, command, arg);
	lock = arg;
	if (command != F_SETLK || result == -1 || lock->l_start != WRITER)
		return (result);
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (lock->l_type == F_WRLCK)
		from = to;
	else if (lock->l_type == F_UNLCK)
		dprintf(9, "%.0f\n", (double)(to.tv_sec - from.tv_sec) * 1e6 +
		    (double)(to.tv_nsec - from.tv_nsec) / 1e3);
	return (result);
}
