/* SPDX-License-Identifier: ISC */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>

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
