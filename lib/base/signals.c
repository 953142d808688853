/* SPDX-License-Identifier: ISC */
#include "base/signals.h"

#include <stddef.h>

static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

#define ENDING	(sizeof(ending) / sizeof(*ending))

void
signals_hold(struct signals *s)
{
	struct sigaction sa;
	size_t i;

	sigemptyset(&s->held);
	for (i = 0; i < ENDING; i++)
		if (sigaction(ending[i], NULL, &sa) == 0 &&
		    sa.sa_handler != SIG_IGN)
			sigaddset(&s->held, ending[i]);
	sigprocmask(SIG_BLOCK, &s->held, &s->old);
}

int
signals_pending(const struct signals *s)
{
	sigset_t pending;
	size_t i;

	sigpending(&pending);
	for (i = 0; i < ENDING; i++)
		if (sigismember(&s->held, ending[i]) == 1 &&
		    sigismember(&pending, ending[i]) == 1)
			return (1);
	return (0);
}

void
signals_release(const struct signals *s)
{

	sigprocmask(SIG_SETMASK, &s->old, NULL);
}
