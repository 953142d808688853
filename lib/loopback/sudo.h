/* SPDX-License-Identifier: ISC */
#ifndef SUDO_H
#define SUDO_H

#include "loopback/interface.h"

struct addr;
struct error;
struct pool;

/*
 * The commands that change addresses, and the privileges to run them.
 *
 * On macOS and the BSDs "ifconfig lo0 127.0.0.16" without "alias" and
 * "ifconfig lo0 -alias" without an address both remove the interface's first
 * address, 127.0.0.1 (Apple network_cmds-741.100.2, ifconfig.c;
 * xnu-11417.101.15, in.c): no argument list made here can be either.
 */

/* How privileges are obtained. */
enum sudo_means { SUDO_NONE, SUDO_SUDO, SUDO_DOAS };

/* Without a password; with one, from the terminal or $SUDO_ASKPASS; to show. */
enum sudo_mode { SUDO_QUIET, SUDO_ASK, SUDO_ASKPASS, SUDO_SHOW };

/* One command: a change to ${count} addresses of an interface. */
struct sudo_command {
	enum interface_program	 program;
	int			 remove;	/* else add */
	const char		*interface;
	const struct addr	*addr;
	size_t			 count;
};

/**
 * sudo_argv(command, means, path, mode):
 * Return the argument list of ${command}, run by sudo or doas at ${path} if
 * ${means} says so; to be freed with sudo_free().  NULL if there is none: no
 * address, one outside 127.0.0.0/8 or 127.0.0.1, a bad interface name,
 * several addresses in SUDO_QUIET (so that a sudoers line can allow each
 * command word for word), or SUDO_ASKPASS with doas.
 */
char **sudo_argv(const struct sudo_command *, enum sudo_means, const char *,
    enum sudo_mode);

/* sudo_line(argv): ${argv} as one line for sh(1), to be free(3)d. */
char *sudo_line(char *const *);

/* sudo_free(argv): free what sudo_argv() returned. */
void sudo_free(char **);

/**
 * sudo_apply(want, pool, done, left, e):
 * Change the addresses of ${pool} that need it: directly as root; else by
 * sudo(8), or doas(1) without sudo, one by one without a password; then, if
 * ${want} may ask, the rest at once with one password from the terminal or
 * $SUDO_ASKPASS.  Check again, since exit statuses are not trusted: append the
 * changed addresses to ${done} and the rest to ${left}.  Return 0 if none is
 * left; 1 with ${e} set if privileges are missing; or -1 with ${e} set.
 */
int sudo_apply(const struct interface_change *, const struct pool *,
    struct pool *, struct pool *, struct error *);

/**
 * sudo_by_hand(want, pool):
 * Return the command line, to be free(3)d, with which the user can change the
 * addresses of ${pool}, not empty.
 */
char *sudo_by_hand(const struct interface_change *, const struct pool *);

/**
 * sudo_lock(wait):
 * Lock $HOME until this process ends, so that two processes do not ask for
 * two passwords.  Return 0; or -1 if another process has the lock and ${wait}
 * is 0.  Where $HOME cannot be locked, 0.
 */
int sudo_lock(int);

#endif
