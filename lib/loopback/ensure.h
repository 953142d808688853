/* SPDX-License-Identifier: ISC */
#ifndef ENSURE_H
#define ENSURE_H

#include "loopback/plan.h"

struct error;
struct pool;

/* What is wanted of an interface: addresses on it, or off it. */
struct ensure {
	const char	*interface;
	enum plan_verb	 verb;
	int		 ask;		/* may it ask for a password? */
};

/**
 * ensure_look(want, pool, todo, e):
 * Append to ${todo} the addresses of ${pool} that are not as ${want} wants
 * them.  Return 0, or -1 with ${e} set.
 */
int ensure_look(const struct ensure *, const struct pool *, struct pool *,
    struct error *);

/**
 * ensure_change(want, todo, done, left, e):
 * Change the addresses of ${todo}, as sudo_change() does; then look
 * again, for what a command says about itself is not believed.  Append those
 * that were changed to ${done} and the others to ${left}.  Return 0 if none
 * is left; 1 with ${e} set if nobody gave leave; or -1 with ${e} set.
 */
int ensure_change(const struct ensure *, const struct pool *, struct pool *,
    struct pool *, struct error *);

/**
 * ensure_command(want, left):
 * Return the command line, to be free(3)d, by which the user could change
 * ${left}, which is not empty.
 */
char *ensure_command(const struct ensure *, const struct pool *);

#endif
