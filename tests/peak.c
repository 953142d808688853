/* SPDX-License-Identifier: ISC */
/* peak command [argument ...]: the memory it took, in MiB, on stderr */
#include <sys/types.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <err.h>
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	struct rusage use;
	double unit;
	pid_t pid;
	int status;

	if (argc < 2 || (pid = fork()) == -1)
		err(2, "fork");
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		err(127, "%s", argv[1]);
	}
	if (wait4(pid, &status, 0, &use) == -1)
		err(2, "wait4");
#ifdef __APPLE__
	unit = 1 << 20;
#else
	unit = 1 << 10;
#endif
	fprintf(stderr, "%.1f\n", (double)use.ru_maxrss / unit);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : 2);
}
