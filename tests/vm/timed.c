/* SPDX-License-Identifier: ISC */
/*
 * timed: as docker, or as another program, in the first folder of PATH: run
 * the one of that name behind it, and add when that began and ended to the
 * file $LOG, in seconds.  A shell script would spend more time than it tells.
 */
#include <sys/types.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

int
main(int argc, char *argv[])
{
	const char *log, *name, *rest;
	double from;
	pid_t pid;
	int fd, status;

	from = now();
	if (argc < 1 || (log = getenv("LOG")) == NULL ||
	    (rest = getenv("PATH")) == NULL ||
	    (rest = strchr(rest, ':')) == NULL ||
	    setenv("PATH", rest + 1, 1) == -1)
		errx(127, "needs LOG, and PATH of two folders");
	name = strrchr(argv[0], '/');
	name = name != NULL ? name + 1 : argv[0];
	if ((pid = fork()) == -1)
		err(127, "fork");
	if (pid == 0) {
		execvp(name, argv);
		err(127, "%s", name);
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			err(127, "waitpid");
	if ((fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666)) == -1 ||
	    dprintf(fd, "%f %f %s\n", from, now(), name) < 0)
		err(127, "%s", log);
	return (WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status));
}
