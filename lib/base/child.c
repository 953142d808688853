/* SPDX-License-Identifier: ISC */
#include "base/child.h"

#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"

static const int passed[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2
};

#define PASSED	(sizeof(passed) / sizeof(*passed))

/* For the handler: whom to pass signals on to. */
static pid_t passed_to;

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

/* In a group of its own, away from standard input and output. */
static int
step_aside(struct error *e)
{

	setpgid(0, 0);
	if (io_null_stdin(e) == -1)
		return (-1);
	if (dup2(STDERR_FILENO, STDOUT_FILENO) == -1)
		return (error_sys(e, "<stdout>"));
	return (0);
}

/* What the child does: it says through ${report} why it ended up nothing. */
static _Noreturn void
become(char *const *argv, const sigset_t *mask, int aside, int report)
{
	struct error e;
	int status;

	sigprocmask(SIG_SETMASK, mask, NULL);
	status = 126;
	if (!aside || step_aside(&e) == 0)
		status = child_exec(argv, &e);
	if (write(report, e.text, strlen(e.text)) == -1)
		_exit(126);
	_exit(status);
}

/* Start the child.  Return its number, with its ${report}; or -1. */
static pid_t
start(char *const *argv, const sigset_t *mask, int aside, int *report,
    struct error *e)
{
	int end[2];
	pid_t pid;

	/* Where SIGCHLD is ignored there is nothing to wait for. */
	signal(SIGCHLD, SIG_DFL);
	if (pipe(end) == -1)
		return (error_sys(e, "pipe"));
	io_cloexec(end[0]);
	io_cloexec(end[1]);
	pid = fork();
	if (pid == 0)
		become(argv, mask, aside, end[1]);
	if (pid == -1) {
		error_sys(e, "fork");
		close(end[0]);
	}
	close(end[1]);
	*report = end[0];
	return (pid);
}

/* Read what a child that became nothing has to say: "" if it did. */
static void
hear(int report, struct error *e)
{
	ssize_t n;

	do
		n = read(report, e->text, sizeof(e->text) - 1);
	while (n == -1 && errno == EINTR);
	e->text[n > 0 ? n : 0] = '\0';
	close(report);
}

pid_t
child_spawn(char *const *argv, const sigset_t *mask, struct error *e)
{
	pid_t pid;
	int report;

	pid = start(argv, mask, 1, &report, e);
	if (pid == -1)
		return (-1);
	setpgid(pid, pid);
	hear(report, e);
	if (*e->text == '\0')
		return (pid);
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

static void
pass_on(int sig, siginfo_t *info, void *unused)
{
	int no;

	(void)unused;
	no = errno;
	/*
	 * Linux's codes of what processes send are not positive, the BSDs'
	 * are these two, and macOS gives 0, whatever its header says.  What
	 * is left comes from the kernel: of a terminal, on Linux SI_KERNEL.
	 */
	if (info->si_code <= 0 || info->si_code == SI_USER ||
	    info->si_code == SI_QUEUE)
		kill(passed_to, sig);
	errno = no;
}

static void
catch(void)
{
	struct sigaction action;
	size_t i;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = pass_on;
	action.sa_flags = SA_SIGINFO | SA_RESTART;
	sigfillset(&action.sa_mask);
	for (i = 0; i < PASSED; i++)
		sigaction(passed[i], &action, NULL);
}

int
child_run(char *const *argv, int fd, struct error *e)
{
	siginfo_t info;
	sigset_t all, mask;
	int report, status;

	status = 0;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &mask);
	passed_to = start(argv, &mask, 0, &report, e);
	if (fd != -1)
		close(fd);
	if (passed_to != -1)
		catch();
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (passed_to == -1)
		return (126);
	hear(report, e);
	/* It keeps its number until no signal can be passed on any more. */
	while (waitid(P_PID, (id_t)passed_to, &info, WEXITED | WNOWAIT) == -1 &&
	    errno == EINTR)
		continue;
	sigprocmask(SIG_SETMASK, &all, NULL);
	while (waitpid(passed_to, &status, 0) == -1 && errno == EINTR)
		continue;
	return (child_status(status));
}

int
child_status(int status)
{

	if (WIFSIGNALED(status))
		return (128 + WTERMSIG(status));
	return (WEXITSTATUS(status));
}
