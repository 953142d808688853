/* SPDX-License-Identifier: ISC */
#include "loopback/sudo.h"

#include <sys/types.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/child.h"
#include "base/error.h"
#include "base/io.h"
#include "loopback/interface.h"

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

	envp = alloc_array(sizeof(keep) / sizeof(keep[0]) + 3, sizeof(*envp));
	n = 0;
	envp[n++] = alloc_format("PATH=/usr/bin:/bin:/usr/sbin:/sbin");
	envp[n++] = alloc_format("LC_ALL=C");
	for (i = 0; i < sizeof(keep) / sizeof(keep[0]); i++) {
		value = getenv(keep[i]);
		if (value != NULL)
			envp[n++] = alloc_format("%s=%s", keep[i], value);
	}
	return (envp);
}

/*
 * The child: its own program, and a fixed environment.  Standard output is
 * the caller's data, so what is printed goes to ${fd}.  It keeps the terminal,
 * where sudo asks, and interrupts are its business.
 */
static _Noreturn void
become(char *const *argv, int fd)
{

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execve(argv[0], argv, environment());
	_exit(127);
}

/* Run ${argv}, which is freed.  Return its exit status, or -1. */
static int
run(char **argv, int fd, struct error *e)
{
	void (*onchld)(int), (*onint)(int), (*onquit)(int);
	pid_t pid;
	int result, status;

	/* Where it is ignored, as a parent may have it, wait(2) fails. */
	onchld = signal(SIGCHLD, SIG_DFL);
	onint = signal(SIGINT, SIG_IGN);
	onquit = signal(SIGQUIT, SIG_IGN);
	pid = fork();
	if (pid == 0)
		become(argv, fd);
	while (pid != -1 && waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			pid = -1;
	if (pid == -1) {
		result = error_sys(e, "%s", argv[0]);
	} else {
		result = child_status(status);
		if (result != 0)
			error_set(e, "%s: exit status %d", argv[0], result);
	}
	signal(SIGCHLD, onchld);
	signal(SIGINT, onint);
	signal(SIGQUIT, onquit);
	plan_free(argv);
	return (result);
}

/*
 * Run ${argv} without showing what it says: if it fails, ${e} holds the first
 * line of that.  A file can take in more of it than a pipe.
 */
static int
run_quietly(char **argv, struct error *e)
{
	char quoted[ERROR_QUOTE], said[128];
	FILE *file;
	size_t len;
	int result;

	file = tmpfile();
	if (file == NULL)
		return (run(argv, STDERR_FILENO, e));
	result = run(argv, io_cloexec(fileno(file)), e);
	rewind(file);
	len = fread(said, 1, sizeof(said) - 1, file);
	said[len] = '\0';
	len = strcspn(said, "\n");
	if (result > 0 && len > 0)
		error_set(e, "%s", error_quote(quoted, said, len));
	fclose(file);
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

/*
 * Without a password, address by address, as far as that goes: ${plan} is
 * left with those from the first failure on.
 */
static int
change_quietly(struct plan *plan, size_t program, struct error *e)
{
	struct plan one;
	int status;

	one = *plan;
	one.count = 1;
	for (status = 0; plan->count > 0; plan->addr++, plan->count--) {
		one.addr = plan->addr;
		status = run_quietly(plan_argv(&one, programs[program].leave,
		    programs[program].path, PLAN_QUIET), e);
		if (status != 0)
			break;
	}
	return (status > 0 ? 1 : status);
}

/* With one password for all; 1 if there is nobody to ask, too. */
static int
change_asking(const struct plan *plan, size_t program, struct error *e)
{
	char **argv;
	int status;

	argv = NULL;
	if (terminal() || getenv("SUDO_ASKPASS") != NULL)
		argv = plan_argv(plan, programs[program].leave,
		    programs[program].path, terminal() ? PLAN_ASK :
		    PLAN_ASKPASS);
	status = argv != NULL ? run(argv, STDERR_FILENO, e) : 1;
	return (status > 0 ? 1 : status);
}

int
sudo_change(const struct plan *plan, int ask, struct error *e)
{
	struct plan rest;
	size_t i, program;
	int result;

	result = 0;
	for (i = 0; i < plan->count && result == 0; i++)
		result = interface_change(plan->verb, plan->interface, &plan->addr[i],
		    e);
	program = find();
	if (result != 1 || geteuid() == 0 || programs[program].path == NULL)
		return (result);
	rest = *plan;
	result = change_quietly(&rest, program, e);
	if (result == 1 && ask)
		result = change_asking(&rest, program, e);
	if (result != 0)
		error_prefix(e, "%s", plan->interface);
	return (result);
}

char *
sudo_command(const struct plan *plan)
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
sudo_lock(int wait)
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
