/* SPDX-License-Identifier: ISC */
#include "privilege.h"

#include <sys/types.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "error.h"
#include "io.h"
#include "lo.h"
#include "mem.h"

/* macOS, Linux and OpenBSD; FreeBSD's ports; NetBSD's pkgsrc. */
static const struct {
	const char	*path;
	enum plan_leave	 leave;
} programs[] = {
	{ "/usr/bin/sudo", PLAN_SUDO },
	{ "/usr/local/bin/sudo", PLAN_SUDO },
	{ "/usr/pkg/bin/sudo", PLAN_SUDO },
	{ "/usr/bin/doas", PLAN_DOAS },
	{ "/usr/local/bin/doas", PLAN_DOAS },
	{ "/usr/pkg/bin/doas", PLAN_DOAS },
	{ NULL, PLAN_ROOT }
};

/*
 * The first of them that is what it should be: set-user-ID, and root's.
 * Anything else in a folder that others may write to asks for a password to
 * keep it.
 */
static size_t
find(void)
{
	struct stat st;
	size_t i;

	for (i = 0; programs[i].path != NULL; i++)
		if (stat(programs[i].path, &st) == 0 && S_ISREG(st.st_mode) &&
		    st.st_uid == 0 && (st.st_mode & S_ISUID) != 0)
			break;
	return (i);
}

/* A fresh environment: of the caller's, only what a question needs. */
static char **
environment(void)
{
	static const char *const keep[] = {
		"TERM", "HOME", "SUDO_ASKPASS", "DISPLAY", "WAYLAND_DISPLAY",
		"XAUTHORITY", "XDG_RUNTIME_DIR"
	};
	const char *value;
	char **envp;
	size_t i, n;

	envp = mem_alloc(sizeof(keep) / sizeof(keep[0]) + 3, sizeof(*envp));
	n = 0;
	envp[n++] = mem_format("PATH=/usr/bin:/bin:/usr/sbin:/sbin");
	envp[n++] = mem_format("LC_ALL=C");
	for (i = 0; i < sizeof(keep) / sizeof(keep[0]); i++) {
		value = getenv(keep[i]);
		if (value != NULL)
			envp[n++] = mem_format("%s=%s", keep[i], value);
	}
	return (envp);
}

/* The child: standard output is the caller's data, so it gets our stderr. */
static _Noreturn void
become(char *const *argv, char *const *envp, int quiet)
{
	int fd;

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	fd = quiet ? open("/dev/null", O_WRONLY) : -1;
	if (fd != -1)
		dup2(fd, STDERR_FILENO);
	execve(argv[0], argv, envp);
	_exit(127);
}

/*
 * Run ${argv}, which is freed, as its own program and with a fixed
 * environment; it keeps the terminal, where sudo asks.  An interrupt is the
 * child's business.  Return its exit status, or -1.
 */
static int
run(char **argv, int quiet, struct error *e)
{
	void (*onint)(int), (*onquit)(int);
	char **envp;
	pid_t pid;
	int result, status;

	envp = environment();
	onint = signal(SIGINT, SIG_IGN);
	onquit = signal(SIGQUIT, SIG_IGN);
	pid = fork();
	if (pid == 0)
		become(argv, envp, quiet);
	if (pid == -1) {
		result = error_sys(e, "%s", argv[0]);
	} else {
		while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
			continue;
		result = child_status(status);
	}
	signal(SIGINT, onint);
	signal(SIGQUIT, onquit);
	plan_free(argv);
	plan_free(envp);
	return (result);
}

static int
terminal(void)
{
	int fd;

	fd = open("/dev/tty", O_RDWR | O_NOCTTY);
	if (fd == -1)
		return (0);
	close(fd);
	return (1);
}

/* Without a password: the first address tells whether that is allowed. */
static int
change_quietly(const struct plan *plan, size_t program, struct error *e)
{
	struct plan one;
	char text[ADDR_STRLEN];
	size_t i;
	int status;

	one = *plan;
	one.count = 1;
	for (i = 0; i < plan->count; i++) {
		one.addr = &plan->addr[i];
		status = run(plan_argv(&one, programs[program].leave,
		    programs[program].path, PLAN_QUIET), i == 0, e);
		if (status == -1)
			return (-1);
		if (status != 0 && i == 0)
			return (1);
		if (status != 0)
			return (error_set(e, "%s: %s: %s: exit status %d",
			    plan->interface, addr_format(one.addr, text),
			    programs[program].path, status));
	}
	return (0);
}

static int
change_asking(const struct plan *plan, size_t program, struct error *e)
{
	enum plan_mode mode;
	char **argv;
	int status;

	mode = terminal() ? PLAN_ASK : PLAN_ASKPASS;
	argv = NULL;
	if (mode == PLAN_ASK || getenv("SUDO_ASKPASS") != NULL)
		argv = plan_argv(plan, programs[program].leave,
		    programs[program].path, mode);
	if (argv == NULL) {
		error_set(e, "%s: root has to do it, and there is no terminal "
		    "to ask for a password on", plan->interface);
		return (1);
	}
	status = run(argv, 0, e);
	if (status > 0)
		error_set(e, "%s: %s: exit status %d", plan->interface,
		    programs[program].path, status);
	return (status > 0 ? 1 : status);
}

int
privilege_change(const struct plan *plan, int ask, struct error *e)
{
	size_t i, program;
	int result;

	result = 0;
	for (i = 0; i < plan->count && result == 0; i++)
		result = lo_change(plan->verb, plan->interface, &plan->addr[i],
		    e);
	if (result != 1 || geteuid() == 0)
		return (result);
	program = find();
	if (programs[program].path == NULL)
		return (1);
	result = change_quietly(plan, program, e);
	if (result != 1)
		return (result);
	if (ask)
		return (change_asking(plan, program, e));
	error_set(e, "%s: root has to do it, and %s asks for a password",
	    plan->interface, programs[program].path);
	return (1);
}

char *
privilege_command(const struct plan *plan)
{
	size_t program;
	char **argv, *line;

	program = find();
	argv = plan_argv(plan, programs[program].leave, programs[program].path,
	    PLAN_SHOW);
	line = plan_line(argv);
	plan_free(argv);
	return (line);
}

void
privilege_lock(int wait)
{
	const char *home;
	int fd;

	home = getenv("HOME");
	fd = home != NULL ? open(home, O_RDONLY | O_CLOEXEC) : -1;
	if (fd == -1 || flock(fd, LOCK_EX | LOCK_NB) == 0 || !wait ||
	    errno != EWOULDBLOCK)
		return;
	warnx("waiting for another one to end");
	while (flock(fd, LOCK_EX) == -1 && errno == EINTR)
		continue;
}
