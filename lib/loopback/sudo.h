/* SPDX-License-Identifier: ISC */
#ifndef SUDO_H
#define SUDO_H

#include "loopback/plan.h"

struct error;

/**
 * sudo_change(plan, ask, e):
 * Carry out ${plan}: directly where this process may; else by sudo(8), or
 * doas(1) where there is none, address by address without a password; else,
 * if ${ask}, with one password for all, asked for on the terminal or by
 * $SUDO_ASKPASS.  Return 0 if nothing failed, 1 with ${e} set if nobody gave
 * leave, or -1 with ${e} set; in each case the caller has to look what is
 * there now.
 */
int sudo_change(const struct plan *, int, struct error *);

/**
 * sudo_command(plan):
 * Return the command line, to be free(3)d, by which the user could carry out
 * ${plan}.
 */
char *sudo_command(const struct plan *);

/**
 * sudo_lock(wait):
 * Keep other processes that call this, with the same $HOME, from returning
 * until this one ends, so that two do not ask for two passwords.  If ${wait}
 * is 0, or there is no $HOME to lock, go on without.
 */
void sudo_lock(int);

#endif
