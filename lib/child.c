/* SPDX-License-Identifier: ISC */
#include "child.h"

#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "io.h"

int
child_exec(char *const *argv, struct error *e)
{
	char quoted[ERROR_QUOTE];
	int missing;

	execvp(argv[0], argv);
	missing = errno == ENOENT;
	error_sys(e, "%s", error_quote(quoted, argv[0], strlen(argv[0])));
	return (missing ? 127 : 126);
}

/* What the child does: it says through ${report} why it ended up nothing. */
static _Noreturn void
become(char *const *argv, const sigset_t *mask, int report)
{
	struct error e;

	setpgid(0, 0);
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (io_null_stdin(&e) == 0) {
		if (dup2(STDERR_FILENO, STDOUT_FILENO) == -1)
			error_sys(&e, "<stdout>");
		else
			child_exec(argv, &e);
	}
	if (write(report, e.text, strlen(e.text)) == -1)
		_exit(126);
	_exit(127);
}

pid_t
child_spawn(char *const *argv, const sigset_t *mask, struct error *e)
{
	ssize_t n;
	pid_t pid;
	int report[2];

	if (pipe(report) == -1)
		return (error_sys(e, "pipe"));
	io_cloexec(report[0]);
	io_cloexec(report[1]);
	pid = fork();
	if (pid == 0)
		become(argv, mask, report[1]);
	close(report[1]);
	if (pid == -1) {
		error_sys(e, "fork");
		close(report[0]);
		return (-1);
	}
	setpgid(pid, pid);
	do
		n = read(report[0], e->text, sizeof(e->text) - 1);
	while (n == -1 && errno == EINTR);
	close(report[0]);
	if (n == 0)
		return (pid);
	if (n == -1)
		error_sys(e, "pipe");
	else
		e->text[n] = '\0';
	child_kill(pid);
	return (-1);
}

void
child_kill(pid_t pid)
{
	static const int sig[] = { SIGTERM, SIGKILL };
	int i, tries;

	for (i = 0; i < 2; i++) {
		kill(-pid, sig[i]);
		for (tries = 0; tries < 50; tries++) {
			waitpid(pid, NULL, WNOHANG);
			if (kill(-pid, 0) == -1 && errno == ESRCH)
				return;
			poll(NULL, 0, 10);
		}
	}
}

int
child_status(int status)
{

	if (WIFSIGNALED(status))
		return (128 + WTERMSIG(status));
	return (WEXITSTATUS(status));
}
