/* SPDX-License-Identifier: ISC */
#ifndef CHILD_H
#define CHILD_H

struct error;

/**
 * child_exec(argv, e):
 * Become the program ${argv}[0], found through PATH.  Only a failure returns:
 * 127 if there is no such program, else 126, as env(1) exits; ${e} is set.
 */
int child_exec(char *const *, struct error *);

/**
 * child_status(status):
 * Turn ${status}, from wait(2), into an exit status: 128 + N if signal N
 * ended the child.
 */
int child_status(int);

#endif
