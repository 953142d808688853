/* SPDX-License-Identifier: ISC */
#ifndef WRAP_H
#define WRAP_H

struct error;

/**
 * wrap_run(argv, fd, e):
 * Run the program ${argv}[0], found through PATH, with ${fd}, or -1, which is
 * its alone from then on, and wait for it.  It outlives this process if that
 * is killed.  Signals that other processes send here go on to it; those of
 * the terminal reach it by themselves.  Return its exit status, 128 + N if
 * signal N ended it; or, with ${e} set, 127 if there is no such program and
 * 126 if it could not be run.  Elsewhere ${e} says "".
 */
int wrap_run(char *const *, int, struct error *);

#endif
