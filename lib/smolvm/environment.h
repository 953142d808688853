/* SPDX-License-Identifier: ISC */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

/*
 * smolvm reads about two hundred variables, many of which change what an allow
 * list means.  So it gets only those that it needs to find its files.
 */

/* environment_allows(name): does smolvm get the variable ${name}? */
int environment_allows(const char *);

/**
 * environment_smolvm():
 * Return the variables of this process that smolvm gets, NULL-terminated, to be
 * freed with free(3); the strings are the process's own.
 */
char **environment_smolvm(void);

#endif
