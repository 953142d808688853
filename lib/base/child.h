/* SPDX-License-Identifier: ISC */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

#include <signal.h>

struct error;

/**
 * child_exec(argv, e):
 * Execute the program ${argv}[0], found through PATH.  Only a failure returns,
 * with ${e} set: 127 if the program does not exist, else 126, as env(1) exits.
 */
int child_exec(char *const *, struct error *);

/* How child_start() runs a program. */
struct child_how {
	int		 in, out, err;	/* become its 0 to 2; -1: /dev/null */
	int		 group;		/* in a process group of its own */
	char *const	*env;		/* NULL: the environment as it is */
	const sigset_t	*mask;		/* blocked signals; NULL: as they are */
};

/* Keep descriptors, process group, environment and signals. */
#define CHILD_INHERIT	{ 0, 1, 2, 0, NULL, NULL }

/**
 * child_start(argv, how, e):
 * Run the program ${argv}[0], found through PATH.  The child inherits other
 * descriptors without close-on-exec.  Return its process ID, which is also the
 * ID of its own process group, if ${how} asks for one.  Return -127 if the
 * program does not exist, and -126 if it cannot be run (the negative exit
 * statuses), with ${e} set.
 */
pid_t child_start(char *const *, const struct child_how *, struct error *);

/**
 * child_wait(pid):
 * Wait for the child ${pid}.  Return its exit status as child_status() does.
 */
int child_wait(pid_t);

/**
 * child_kill(pid):
 * End the process group ${pid}: SIGTERM, and half a second later SIGKILL for
 * the processes left.  Its leader must not have been waited for, unless other
 * processes of the group outlived it.
 */
void child_kill(pid_t);

/**
 * child_status(status):
 * Turn ${status}, from wait(2), into an exit status: 128 + N if signal N
 * ended the child.
 */
int child_status(int);

/*
 * Block HUP, INT, QUIT and TERM, unless ignored, while a child in another
 * process group must end before this program.
 */
struct signals {
	sigset_t	held;
	sigset_t	old;	/* the mask before, for the child */
};

void signals_hold(struct signals *);

/* signals_pending(s): is one of them pending? */
int signals_pending(const struct signals *);

/* signals_release(s): unblock them, which may end this program. */
void signals_release(const struct signals *);

#endif
