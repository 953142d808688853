/* SPDX-License-Identifier: ISC */
/*
 * Preloaded, a fake of bad luck: when the process is about to take the lock
 * of SQLite's one writer, byte 120 of the -shm file (SQLite, "The WAL-Index
 * File Format"), the shell command $RACE is run first; not at the second
 * attempt, with which SQLite itself gets over it, again at the third, and so
 * on, at most $TIMES times.  Also writes how long the lock was held: a line of
 * microseconds for each time, to descriptor 9, if that is open.
 *
 * The file $GONE is removed just before access(2) looks at it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WRITER	120

int fcntl64(int, int, ...);

static void
race(void)
{
	static int second, times = -1;
	const char *command;
	char *value;

	command = getenv("RACE");
	if (times == -1) {
		value = getenv("TIMES");
		times = value != NULL ? atoi(value) : 0;
	}
	second = !second;
	if (command == NULL || times == 0 || !second)
		return;
	times--;
	unsetenv("LD_PRELOAD");
	if (system(command) != 0)
		_exit(99);
}

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
	lock = arg;
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fcntl64");
	if (command != F_SETLK || lock->l_start != WRITER)
		return (real(fd, command, arg));
	if (lock->l_type == F_WRLCK)
		race();
	result = real(fd, command, arg);
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (result == 0 && lock->l_type == F_WRLCK)
		from = to;
	else if (result == 0 && fcntl(9, F_GETFD) != -1)
		dprintf(9, "%.0f\n", (double)(to.tv_sec - from.tv_sec) * 1e6 +
		    (double)(to.tv_nsec - from.tv_nsec) / 1e3);
	return (result);
}

int
access(const char *path, int mode)
{
	static int (*real)(const char *, int);
	const char *gone;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "access");
	gone = getenv("GONE");
	if (gone != NULL && strcmp(gone, path) == 0)
		unlink(path);
	return (real(path, mode));
}
