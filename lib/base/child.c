/* SPDX-License-Identifier: ISC */
#include "base/child.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"

extern char **environ;

int
child_exec(char *const *argv, struct error *e)
{
	int missing;

	execvp(argv[0], argv);
	missing = errno == ENOENT;
	error_sys(e, "%s", error_quote(argv[0]));
	return (missing ? 127 : 126);
}

/*
 * Make ${in}, ${out} and ${err} the descriptors 0 to 2; they may be 0 to 2 in
 * any order.
 */
static int
arrange(const struct child_how *how, struct error *e)
{
	const int from[] = { how->in, how->out, how->err };
	int fd[3], i;

	for (i = 0; i < 3; i++) {
		fd[i] = from[i] != -1 ? fcntl(from[i], F_DUPFD, 3) :
		    open("/dev/null", O_RDWR);
		if (fd[i] == -1)
			return (error_sys(e, "descriptor %d", i));
	}
	for (i = 0; i < 3; i++)
		if (dup2(fd[i], i) == -1)
			return (error_sys(e, "descriptor %d", i));
	for (i = 0; i < 3; i++)
		if (fd[i] > 2)
			close(fd[i]);
	return (0);
}

/* In the child: exec, or write the reason to ${report}. */
static _Noreturn void
run(char *const *argv, const struct child_how *how, int report)
{
	struct error e;
	int status;

	if (how->group)
		setpgid(0, 0);
	status = 126;
	if (arrange(how, &e) == 0) {
		if (how->env != NULL)
			environ = (char **)how->env;
		if (how->mask != NULL)
			sigprocmask(SIG_SETMASK, how->mask, NULL);
		status = child_exec(argv, &e);
	}
	if (write(report, e.text, strlen(e.text)) == -1)
		_exit(126);
	_exit(status);
}

/* Read the child's exec error; "" if exec succeeded. */
static void
read_report(int fd, struct error *e)
{
	ssize_t n;

	do
		n = read(fd, e->text, sizeof(e->text) - 1);
	while (n == -1 && errno == EINTR);
	e->text[n > 0 ? n : 0] = '\0';
}

pid_t
child_start(char *const *argv, const struct child_how *how, struct error *e)
{
	int report[2];
	pid_t pid;

	/* If SIGCHLD is ignored, wait(2) gets no status. */
	signal(SIGCHLD, SIG_DFL);
	/* Above 2, where arrange() leaves it alone. */
	if (io_pipe(report) == -1) {
		error_sys(e, "pipe");
		return (-126);
	}
	pid = fork();
	if (pid == 0)
		run(argv, how, report[1]);
	if (pid == -1)
		error_sys(e, "fork");
	/* Both processes do this: the order of the two is not known. */
	else if (how->group)
		setpgid(pid, pid);
	close(report[1]);
	if (pid != -1)
		read_report(report[0], e);
	close(report[0]);
	if (pid == -1)
		return (-126);
	if (*e->text == '\0')
		return (pid);
	return (child_wait(pid) == 127 ? -127 : -126);
}

int
child_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return (126);
	return (child_status(status));
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

static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

#define ENDING	(sizeof(ending) / sizeof(*ending))

void
signals_hold(struct signals *s)
{
	struct sigaction sa;
	size_t i;

	sigemptyset(&s->held);
	for (i = 0; i < ENDING; i++)
		if (sigaction(ending[i], NULL, &sa) == 0 &&
		    sa.sa_handler != SIG_IGN)
			sigaddset(&s->held, ending[i]);
	sigprocmask(SIG_BLOCK, &s->held, &s->old);
}

int
signals_pending(const struct signals *s)
{
	sigset_t pending;
	size_t i;

	sigpending(&pending);
	for (i = 0; i < ENDING; i++)
		if (sigismember(&s->held, ending[i]) == 1 &&
		    sigismember(&pending, ending[i]) == 1)
			return (1);
	return (0);
}

void
signals_release(const struct signals *s)
{

	sigprocmask(SIG_SETMASK, &s->old, NULL);
}
