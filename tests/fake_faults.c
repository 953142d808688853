/* SPDX-License-Identifier: ISC */
/*
 * To be preloaded: memory and reads that fail, which the real ones cannot be
 * made to do.  From the first getopt(3) on, which is where a tool's own work
 * begins: FAULT_MALLOC=N fails the Nth request for memory, FAULT_AFTER=N all
 * from there on, FAULT_READ=1 gives read(2) one byte at a time and interrupts
 * every other call.  FAULT_COUNT=FILE gets the number of requests.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static unsigned long requests, one, rest;
static int armed, reads;

int
getopt(int argc, char *const argv[], const char *options)
{
	int (*next)(int, char *const *, const char *);
	const char *s;

	if (!armed) {
		if ((s = getenv("FAULT_MALLOC")) != NULL)
			one = strtoul(s, NULL, 10);
		if ((s = getenv("FAULT_AFTER")) != NULL)
			rest = strtoul(s, NULL, 10);
		reads = getenv("FAULT_READ") != NULL;
	}
	*(void **)&next = dlsym(RTLD_NEXT, "getopt");
	armed = 1;
	return (next(argc, argv, options));
}

static int
fails(void)
{

	if (!armed)
		return (0);
	requests++;
	if (requests != one && (rest == 0 || requests < rest))
		return (0);
	errno = ENOMEM;
	return (1);
}

void *
malloc(size_t size)
{

	return (fails() ? NULL : __libc_malloc(size));
}

void *
calloc(size_t n, size_t size)
{

	return (fails() ? NULL : __libc_calloc(n, size));
}

void *
realloc(void *p, size_t size)
{

	return (fails() ? NULL : __libc_realloc(p, size));
}

ssize_t
read(int fd, void *buf, size_t size)
{
	static ssize_t (*next)(int, void *, size_t);
	static int interrupt;

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "read");
	if (!armed || !reads)
		return (next(fd, buf, size));
	interrupt = !interrupt;
	if (interrupt) {
		errno = EINTR;
		return (-1);
	}
	return (next(fd, buf, size > 0 ? 1 : 0));
}

__attribute__((destructor)) static void
report(void)
{
	const char *path;
	unsigned long n;
	FILE *f;

	n = requests;
	armed = 0;
	if ((path = getenv("FAULT_COUNT")) == NULL ||
	    (f = fopen(path, "w")) == NULL)
		return;
	fprintf(f, "%lu\n", n);
	fclose(f);
}
