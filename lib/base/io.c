/* SPDX-License-Identifier: ISC */
#include "base/io.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"

void
io_init(void)
{
	static const int mode[] = { O_WRONLY, O_RDONLY, O_WRONLY };
	static char out[65536];
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
		    open("/dev/null", mode[fd]) != fd)
			_exit(2);
	/* If output fails within this size, none of it is written. */
	setvbuf(stdout, out, _IOFBF, sizeof(out));
}

int
io_read(int fd, const char *name, size_t max, char **data, size_t *len,
    struct error *e)
{
	size_t cap, used;
	ssize_t n;
	char *p;

	cap = used = 0;
	p = NULL;
	for (;;) {
		if (cap - used < 2) {
			cap = cap > 0 ? cap * 2 : 16384;
			p = alloc_resize(p, cap, 1);
		}
		n = read(fd, p + used, cap - used - 1);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			error_sys(e, "%s", name);
			break;
		}
		if (n == 0) {
			p[used] = '\0';
			*data = p;
			*len = used;
			return (0);
		}
		used += (size_t)n;
		if (used > max) {
			error_set(e, "%s: larger than %zu bytes", name, max);
			break;
		}
	}
	free(p);
	return (-1);
}

int
io_cloexec(int fd)
{

	if (fd != -1)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return (fd);
}

int
io_pipe(int *fd)
{

	if (pipe(fd) == -1)
		return (-1);
	io_cloexec(fd[0]);
	io_cloexec(fd[1]);
	return (0);
}

int
io_null_stdin(struct error *e)
{
	int fd;

	fd = open("/dev/null", O_RDONLY);
	if (fd == -1 || dup2(fd, STDIN_FILENO) == -1)
		return (error_sys(e, "/dev/null"));
	if (fd != STDIN_FILENO)
		close(fd);
	return (0);
}

FILE *
io_memory(char **text)
{
	static size_t ignored;
	FILE *f;

	if ((f = open_memstream(text, &ignored)) == NULL)
		alloc_exhausted();
	return (f);
}

void
io_memory_end(FILE *f, char *const *text)
{

	/* glibc's fclose(3) may lose the text and still return 0. */
	if (ferror(f) || fclose(f) != 0 || *text == NULL)
		alloc_exhausted();
}

int
io_finish(int status)
{

	if (fflush(stdout) != 0 || ferror(stdout)) {
		warn("<stdout>");
		return (2);
	}
	return (status);
}

long long
io_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000LL + ts.tv_nsec / 1000000);
}

int
io_wait(long long end, int ms)
{
	long long left;

	left = end - io_now();
	if (left <= 0)
		return (0);
	poll(NULL, 0, left < ms ? (int)left : ms);
	return (1);
}
