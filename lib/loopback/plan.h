/* SPDX-License-Identifier: ISC */
#ifndef PLAN_H
#define PLAN_H

#include <stddef.h>

#include "net/addr.h"

struct pool;

/*
 * What is to be run to change the aliases of an interface, as pure functions:
 * nothing here looks at the system.
 *
 * On macOS and the BSDs "ifconfig lo0 127.0.0.16" without "alias" and
 * "ifconfig lo0 -alias" without an address both take away the interface's
 * first address, which is 127.0.0.1 (Apple network_cmds-741.100.2, ifconfig.c;
 * xnu-11417.101.15, in.c): no argument list made here can be either.
 */

/* The program that changes addresses: ifconfig(8), or Linux's ip(8). */
enum plan_program { PLAN_IFCONFIG, PLAN_IP };

enum plan_verb { PLAN_ADD, PLAN_REMOVE };

/* By whose leave: nobody's, being root; sudo's; doas's. */
enum plan_leave { PLAN_ROOT, PLAN_SUDO, PLAN_DOAS };

/* Ask nobody, on the terminal, through $SUDO_ASKPASS; or show to the user. */
enum plan_mode { PLAN_QUIET, PLAN_ASK, PLAN_ASKPASS, PLAN_SHOW };

struct plan {
	enum plan_program	 program;
	enum plan_verb		 verb;
	const char		*interface;
	const struct addr	*addr;
	size_t			 count;
};

/**
 * plan_argv(plan, leave, path, mode):
 * Return the argument list that carries out ${plan}, by ${leave}, whose
 * program is ${path}; NULL if there is none: no address, one that is not
 * within 127.0.0.0/8 or is 127.0.0.1, a strange interface, several addresses
 * in PLAN_QUIET (where each command has to be one that a sudoers line can
 * allow word for word), or PLAN_ASKPASS with doas.  Free it with plan_free().
 */
char **plan_argv(const struct plan *, enum plan_leave, const char *,
    enum plan_mode);

/* plan_line(argv): ${argv} as one line for sh(1), to be free(3)d. */
char *plan_line(char *const *);

/* plan_free(argv): free what plan_argv() returned. */
void plan_free(char **);

/**
 * plan_select(pool, there, verb, todo):
 * Append to ${todo} those of ${pool}'s addresses that ${verb} has to touch,
 * where there[i] says whether address i is there: the ones to add are not,
 * the ones to remove are.  127.0.0.1 is never among them.
 */
void plan_select(const struct pool *, const char *, enum plan_verb,
    struct pool *);

/* plan_interface(name): may ${name} be an interface's name? */
int plan_interface(const char *);

#endif
