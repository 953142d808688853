/* SPDX-License-Identifier: ISC */
/* bottle-step: a step of a script: a time limit, a line with its time, a lock */
#include <sys/file.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/child.h"
#include "base/error.h"
#include "base/io.h"

#define OWN_FAILURE	125	/* as env(1) and timeout(1) have it */
#define LATE		124
#define GRACE		5	/* seconds between SIGTERM and SIGKILL */
#define SAID_MAX	((size_t)64 * 1024)

static const char usage[] =
    "usage: bottle-step [-q] [-t seconds] label command [argument ...]\n"
    "       bottle-step -L file label command [argument ...]\n"
    "  -L file     hold a lock on the file while the command runs\n"
    "  -q          print nothing if the command succeeds\n"
    "  -t seconds  end the command after this time\n"
    "man bottle-step\n";

static const int passed[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2
};

/* For the signal handler: the command, and whether it leads a group. */
static pid_t command;
static int grouped;

/* What the command wrote on standard error, up to SAID_MAX bytes. */
struct said {
	int	 fd;		/* the pipe's end; -1 once it is closed */
	char	*text;
	size_t	 len;
	int	 cut;
};

static void
pass_on(int sig, siginfo_t *info, void *unused)
{
	int no;

	(void)unused;
	no = errno;
	/*
	 * A terminal's signals reach a command in this process group anyway.
	 * What processes send has a code that is not positive on Linux and
	 * macOS, and one of these two on the BSDs.
	 */
	if (grouped)
		kill(-command, sig);
	else if (info->si_code <= 0 || info->si_code == SI_USER ||
	    info->si_code == SI_QUEUE)
		kill(command, sig);
	errno = no;
}

/* Interrupt pselect(2). */
static void
wake(int sig)
{

	(void)sig;
}

/* Catch SIGCHLD and the signals to pass on, except ignored ones. */
static void
catch(void)
{
	struct sigaction action, old;
	size_t i;

	memset(&action, 0, sizeof(action));
	sigfillset(&action.sa_mask);
	action.sa_handler = wake;
	sigaction(SIGCHLD, &action, NULL);
	action.sa_sigaction = pass_on;
	action.sa_flags = SA_SIGINFO;
	for (i = 0; i < sizeof(passed) / sizeof(*passed); i++)
		if (sigaction(passed[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			sigaction(passed[i], &action, NULL);
}

/* Read the pipe and keep the text; after SAID_MAX bytes drop it. */
static void
hear(struct said *said)
{
	char buf[4096];
	size_t room;
	ssize_t n;

	if (said->fd == -1)
		return;
	while ((n = read(said->fd, buf, sizeof(buf))) > 0) {
		room = SAID_MAX - said->len;
		if ((size_t)n > room)
			said->cut = 1;
		else
			room = (size_t)n;
		memcpy(said->text + said->len, buf, room);
		said->len += room;
	}
	if (n == 0) {
		close(said->fd);
		said->fd = -1;
	}
}

/*
 * Sleep until a signal or output of the command comes or, if ${left} > 0, so
 * many milliseconds.
 */
static void
sleep_until(long long left, const sigset_t *mask, struct said *said)
{
	struct timespec wait;
	fd_set set;

	FD_ZERO(&set);
	if (said->fd != -1)
		FD_SET(said->fd, &set);
	wait.tv_sec = (time_t)(left / 1000);
	wait.tv_nsec = (long)(left % 1000) * 1000000;
	if (pselect(said->fd + 1, &set, NULL, NULL, left > 0 ? &wait : NULL,
	    mask) > 0)
		hear(said);
}

/*
 * The kernel stops a command in a group of its own when it asks for a password
 * on the terminal.  Give it the terminal, if this process group has it.
 */
static void
lend_terminal(int status, int *tty)
{

	if (!grouped ||
	    (WSTOPSIG(status) != SIGTTIN && WSTOPSIG(status) != SIGTTOU))
		return;
	if (*tty == -1)
		*tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (*tty != -1 && tcgetpgrp(*tty) == getpgrp() &&
	    tcsetpgrp(*tty, command) == 0)
		kill(-command, SIGCONT);
}

static void
take_back_terminal(int tty)
{

	if (tty == -1)
		return;
	if (tcgetpgrp(tty) == command)
		tcsetpgrp(tty, getpgrp());
	close(tty);
}

/*
 * Wait for the command to end, or end it after ${limit} seconds, if above 0.
 * ${mask} is the signal mask while it sleeps.  Return the wait status; ${late}
 * counts the signals that ended the command.
 */
static int
watch(unsigned long limit, const sigset_t *mask, struct said *said, int *late)
{
	long long end, left;
	int sig, status, tty;
	pid_t pid;

	*late = status = 0;
	sig = SIGTERM;
	tty = -1;
	end = io_now() + (long long)limit * 1000;
	while ((pid = waitpid(command, &status, WNOHANG | WUNTRACED)) == 0 ||
	    (pid == command && WIFSTOPPED(status))) {
		if (pid != 0)
			lend_terminal(status, &tty);
		left = limit > 0 ? end - io_now() : 0;
		if (limit > 0 && left <= 0) {
			(*late)++;
			kill(-command, sig);
			kill(-command, SIGCONT);
			sig = SIGKILL;
			left = GRACE * 1000;
			end = io_now() + left;
		}
		sleep_until(left, mask, said);
	}
	hear(said);
	take_back_terminal(tty);
	return (status);
}

/* End the processes left of a late command's group. */
static void
end_group(void)
{
	long long end;

	end = io_now() + GRACE * 1000;
	while (kill(-command, 0) == 0 && io_wait(end, 20))
		continue;
	kill(-command, SIGKILL);
}

static void
print_line(const char *label, const char *text, size_t len)
{

	error_write(stderr, label, strlen(label));
	fputs(": ", stderr);
	error_write(stderr, text, len);
	putc('\n', stderr);
}

/* Print the command's standard error, with the label before every line. */
static void
print_said(const char *label, const struct said *said)
{
	static const char cut[] = "the rest, after 64 KiB, is cut";
	const char *end, *p, *stop;

	stop = said->text + said->len;
	for (p = said->text; p < stop; p = end + 1) {
		end = memchr(p, '\n', (size_t)(stop - p));
		if (end == NULL)
			end = stop;
		if (end > p)
			print_line(label, p, (size_t)(end - p));
	}
	if (said->cut)
		print_line(label, cut, strlen(cut));
}

static void
print_failure(const char *label, const struct said *said, int status,
    unsigned long limit, int late)
{
	char *text;

	print_said(label, said);
	if (late)
		text = alloc_format("no end within %lu s", limit);
	else if (WIFSIGNALED(status))
		text = alloc_format("signal %d ended it", WTERMSIG(status));
	else if (said->len > 0)
		return;
	else
		text = alloc_format("exit status %d", WEXITSTATUS(status));
	print_line(label, text, strlen(text));
	free(text);
}

/*
 * Start the command with ${fd} as its standard error, and catch signals, which
 * stay blocked except while watch() sleeps, with the mask ${mask}.  If it
 * cannot be run, exit.
 */
static void
start(const char *label, char *const *argv, int fd, sigset_t *mask)
{
	struct child_how how = CHILD_INHERIT;
	struct error e;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, mask);
	/* The starter may have blocked it. */
	sigdelset(mask, SIGCHLD);
	how.err = fd;
	how.group = grouped;
	how.mask = mask;
	command = child_start(argv, &how, &e);
	if (command < 0) {
		print_line(label, e.text, strlen(e.text));
		exit((int)-command);
	}
	catch();
}

/* Run the command as a step.  Return the exit status. */
static int
step(const char *label, char *const *argv, unsigned long limit, int quiet)
{
	struct said said;
	sigset_t mask;
	long long begin;
	int end[2], late, status;

	if (io_pipe(end) == -1)
		err(OWN_FAILURE, "pipe");
	if (end[0] >= (int)FD_SETSIZE)
		errx(OWN_FAILURE, "too many open files");
	memset(&said, 0, sizeof(said));
	said.fd = end[0];
	said.text = alloc_array(SAID_MAX, 1);
	begin = io_now();
	grouped = 1;
	start(label, argv, end[1], &mask);
	close(end[1]);
	fcntl(said.fd, F_SETFL, O_NONBLOCK);
	status = watch(limit, &mask, &said, &late);
	if (late == 1)
		end_group();
	if (late || status != 0)
		print_failure(label, &said, status, limit, late);
	else if (!quiet) {
		error_write(stderr, label, strlen(label));
		fprintf(stderr, " (%.2f s)\n",
		    (double)(io_now() - begin) / 1000);
	}
	free(said.text);
	return (late ? LATE : child_status(status));
}

/* Print which process holds the lock on ${fd}. */
static void
print_holder(const char *label, int fd)
{
	char buf[16], *text;
	unsigned long pid;
	ssize_t n;

	n = pread(fd, buf, sizeof(buf) - 1, 0);
	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	if (args_number(buf, 1, 999999999, &pid) == 0)
		text = alloc_format("process %lu is at work on it", pid);
	else
		text = alloc_format("another process is at work on it");
	print_line(label, text, strlen(text));
	free(text);
}

/* Open and lock a file of this user's; -1 if another process has the lock. */
static int
lock(const char *path, const char *label)
{
	const char *quoted;
	struct stat st;
	int fd;

	quoted = error_quote(path);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
	    0600);
	if (fd == -1 && errno == ELOOP)
		errx(OWN_FAILURE, "%s: is a symbolic link", quoted);
	if (fd == -1 || fstat(fd, &st) == -1)
		err(OWN_FAILURE, "%s", quoted);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1)
		errx(OWN_FAILURE, "%s: is not a regular file of this user's "
		    "with one name", quoted);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return (fd);
	if (errno != EWOULDBLOCK)
		err(OWN_FAILURE, "%s: flock", quoted);
	print_holder(label, fd);
	close(fd);
	return (-1);
}

/*
 * Run the command while the lock is held; the kernel releases it however this
 * process ends.  The file gets the command's process ID.  The command gets this
 * process's ID and the path in BOTTLE_LOCK, which shows it that its parent
 * holds this lock.
 */
static int
locked(const char *path, const char *label, char *const *argv)
{
	struct said said;
	sigset_t mask;
	char *held;
	int fd, late, status;

	fd = lock(path, label);
	if (fd == -1)
		return (1);
	held = alloc_format("%ld %s", (long)getpid(), path);
	if (setenv("BOTTLE_LOCK", held, 1) == -1)
		err(OWN_FAILURE, "setenv");
	free(held);
	start(label, argv, STDERR_FILENO, &mask);
	if (ftruncate(fd, 0) == -1 ||
	    dprintf(fd, "%ld\n", (long)command) < 0)
		warn("%s", error_quote(path));
	memset(&said, 0, sizeof(said));
	said.fd = -1;
	status = watch(0, &mask, &said, &late);
	close(fd);
	return (child_status(status));
}

int
main(int argc, char *argv[])
{
	const char *file;
	unsigned long limit;
	int opt, quiet;

	args_init();
	file = NULL;
	limit = 0;
	quiet = 0;
	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "L:qt:")) != -1)
		switch (opt) {
		case 'L':
			file = optarg;
			break;
		case 'q':
			quiet = 1;
			break;
		case 't':
			if (args_number(optarg, 1, 9999, &limit) == -1)
				args_error("-t: not 1 to 9999 seconds");
			break;
		default:
			args_common(opt, argv, usage);
		}
	argc -= optind;
	argv += optind;
	if (argc < 2)
		args_error("a label and a command are needed");
	if (file != NULL && (quiet || limit > 0))
		args_error("-L: goes with neither -q nor -t");
	if (file != NULL)
		return (locked(file, argv[0], argv + 1));
	return (step(argv[0], argv + 1, limit, quiet));
}
