/* SPDX-License-Identifier: ISC */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

/*
 * smolvm reads some two hundred variables, and many change what an allow list
 * means.  So it is run with those only that it needs to find its files.
 */

/* environment_allows(name): is smolvm run with the variable ${name}? */
int environment_allows(const char *);

/**
 * environment_smolvm():
 * The variables of this process that smolvm is run with, NULL-terminated, to
 * be freed with free(3); the strings are the process's own.
 */
char **environment_smolvm(void);

#endif
