/* SPDX-License-Identifier: ISC */
#ifndef NOPROXY_H
#define NOPROXY_H

#include <stddef.h>

struct error;

/*
 * The most bytes of a value: Linux runs no program with a longer NAME=VALUE,
 * without its NUL (MAX_ARG_STRLEN, execve(2)).
 */
#define NOPROXY_MAX	(131071 - (sizeof("no_proxy=") - 1))

/**
 * noproxy_host(s, e):
 * Return the list entry for ${s}, a host name, a domain with a leading dot,
 * an address or a network.  Names come out in lower case and without the root
 * dot: many clients compare them byte for byte with the name in the URL.  An
 * IPv6 address keeps or lacks its brackets, since clients differ in which
 * they match, and httpx from 0.24 on and .NET fail on brackets.
 * Return fresh memory, or NULL with ${e} set.
 */
char *noproxy_host(const char *, struct error *);

/* noproxy_is_empty(value): has the list, which may be NULL, no entries? */
int noproxy_is_empty(const char *);

/**
 * noproxy_add(value, other, entry, n, e):
 * Append each of the ${n} entries at ${entry}, from noproxy_host(), to the
 * list ${value} unless it has the same bytes as an entry.  ${other} is the
 * list in the other variable; both may be NULL.  Without entries, ${value}
 * starts from ${other}.  A list that is exactly "*" is not changed, since
 * another entry would disable it.  Blanks between entries become commas.
 * Return fresh memory, or NULL with ${e} set.
 */
char *noproxy_add(const char *, const char *, char *const *, size_t,
    struct error *);

#endif
