/* SPDX-License-Identifier: ISC */
#ifndef NOPROXY_H
#define NOPROXY_H

#include <stddef.h>

struct error;

/*
 * The bytes that a value may have.  Linux runs no program with a NAME=VALUE
 * longer than this, its NUL apart (MAX_ARG_STRLEN, execve(2)).
 */
#define NOPROXY_MAX	(131071 - (sizeof("no_proxy=") - 1))

/**
 * noproxy_host(s, e):
 * Turn ${s}, a host name, a domain with a leading dot, an address or a
 * network, into the entry that a list has to have for it.  An IPv6 address
 * keeps or lacks its brackets: some clients look for the one form, some for
 * the other, and httpx 0.28 fails altogether where it meets brackets.
 * Return fresh memory, or NULL with ${e} set.
 */
char *noproxy_host(const char *, struct error *);

/* noproxy_is_empty(value): has the list, which may be NULL, no entries? */
int noproxy_is_empty(const char *);

/**
 * noproxy_add(value, other, entry, n, e):
 * Add each ${entry} of ${n}, from noproxy_host(), to the list ${value}, unless
 * it is there already, byte for byte.  Either of ${value} and ${other},
 * the list under the other name, may be NULL; without entries of its own,
 * ${value} starts from ${other}.  A list that is exactly "*" stays so, since
 * any entry beside it would take its meaning away.  Blanks between entries
 * become commas.  Return fresh memory, or NULL with ${e} set.
 */
char *noproxy_add(const char *, const char *, char *const *, size_t,
    struct error *);

#endif
