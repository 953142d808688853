/* SPDX-License-Identifier: ISC */
#include "wrap.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "error.h"
#include "io.h"

static const int passed[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2
};

#define PASSED	(sizeof(passed) / sizeof(*passed))

/* For the handler: whom to pass signals on to. */
static pid_t child;

static void
pass_on(int sig, siginfo_t *info, void *unused)
{
	int no;

	(void)unused;
	no = errno;
	if (info->si_code == SI_USER || info->si_code == SI_QUEUE)
		kill(child, sig);
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

static _Noreturn void
become(char *const *argv, const sigset_t *mask, int report)
{
	struct error e;
	int status;

	sigprocmask(SIG_SETMASK, mask, NULL);
	status = child_exec(argv, &e);
	if (write(report, e.text, strlen(e.text)) == -1)
		_exit(126);
	_exit(status);
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
}

int
wrap_run(char *const *argv, int fd, struct error *e)
{
	siginfo_t info;
	sigset_t all, mask;
	int report[2], status;

	status = 0;
	if (pipe(report) == -1) {
		error_sys(e, "pipe");
		return (126);
	}
	io_cloexec(report[0]);
	io_cloexec(report[1]);
	/* Where SIGCHLD is ignored there is nothing to wait for. */
	signal(SIGCHLD, SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &mask);
	child = fork();
	if (child == 0)
		become(argv, &mask, report[1]);
	if (fd != -1)
		close(fd);
	close(report[1]);
	if (child == -1) {
		error_sys(e, "fork");
		close(report[0]);
		sigprocmask(SIG_SETMASK, &mask, NULL);
		return (126);
	}
	catch();
	sigprocmask(SIG_SETMASK, &mask, NULL);
	hear(report[0], e);
	close(report[0]);
	/* It keeps its number until no signal can be passed on any more. */
	while (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == -1 &&
	    errno == EINTR)
		continue;
	sigprocmask(SIG_SETMASK, &all, NULL);
	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		continue;
	return (child_status(status));
}
