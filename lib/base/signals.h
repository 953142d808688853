/* SPDX-License-Identifier: ISC */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>

/*
 * The signals HUP, INT, QUIT and TERM, unless ignored, held back while a child
 * in another process group has to be ended before this program.
 */
struct signals {
	sigset_t	held;
	sigset_t	old;	/* the mask before, for the child */
};

void signals_hold(struct signals *);

/* signals_pending(s): has one of them come? */
int signals_pending(const struct signals *);

/* signals_release(s): let them take effect, which may end this program. */
void signals_release(const struct signals *);

#endif
