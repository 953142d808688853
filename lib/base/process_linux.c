/* SPDX-License-Identifier: ISC */
#include "base/process.h"

#ifdef __linux__

#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATE	3	/* proc(5): fields of /proc/PID/stat, from 1 */
#define START	22

static int
is_gone(long long pid)
{

	return (kill((pid_t)pid, 0) == -1 && errno == ESRCH);
}

int
process_runs(long long pid, unsigned long long start)
{
	char buf[1024], *p;
	ssize_t len;
	int fd, i;

	if (pid <= 0 || pid > 0x7fffffff)
		return (0);
	if (is_gone(pid))
		return (0);
	snprintf(buf, sizeof(buf), "/proc/%lld/stat", pid);
	fd = open(buf, O_RDONLY | O_CLOEXEC);
	/* /proc may be missing, and may hide processes of other users. */
	if (fd == -1)
		return (!is_gone(pid));
	len = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (len == -1)
		return (errno != ESRCH);
	buf[len] = '\0';
	/* The name, field 2, is in parentheses and may hold anything. */
	p = strrchr(buf, ')');
	for (i = 2; p != NULL && i < STATE; i++)
		p = strchr(p + 1, ' ');
	if (p == NULL)
		return (1);
	if (p[1] == 'Z' || p[1] == 'X')
		return (0);
	for (; p != NULL && i < START; i++)
		p = strchr(p + 1, ' ');
	return (p == NULL || start == 0 ||
	    strtoull(p + 1, NULL, 10) == start);
}

#endif
