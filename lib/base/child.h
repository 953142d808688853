/* SPDX-License-Identifier: ISC */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

#include <signal.h>

struct error;

/**
 * child_exec(argv, e):
 * Become the program ${argv}[0], found through PATH.  Only a failure returns:
 * 127 if there is no such program, else 126, as env(1) exits; ${e} is set.
 */
int child_exec(char *const *, struct error *);

/**
 * child_spawn(argv, mask, e):
 * Run the program ${argv}[0], found through PATH, in a process group of its
 * own, whose number is its process ID, with the signals in ${mask} blocked,
 * /dev/null as its standard input, and standard error as its standard output.
 * Return its process ID; or -1 with ${e} set if it could not be run.
 */
pid_t child_spawn(char *const *, const sigset_t *, struct error *);

/**
 * child_kill(pid):
 * End the process group ${pid}, whose leader must not have been waited for
 * unless some of the group outlived it: SIGTERM, and SIGKILL for what is
 * still there half a second later.
 */
void child_kill(pid_t);

/**
 * child_run(argv, fd, e):
 * Run the program ${argv}[0], found through PATH, with ${fd}, or -1, which is
 * its alone from then on, and wait for it.  It outlives this process if that
 * is killed.  Signals that other processes send here go on to it; those of
 * the terminal reach it by themselves.  Return its exit status, 128 + N if
 * signal N ended it; or, with ${e} set, 127 if there is no such program and
 * 126 if it could not be run.  Elsewhere ${e} says "".
 */
int child_run(char *const *, int, struct error *);

/**
 * child_status(status):
 * Turn ${status}, from wait(2), into an exit status: 128 + N if signal N
 * ended the child.
 */
int child_status(int);

#endif
