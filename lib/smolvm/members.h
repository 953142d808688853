/* SPDX-License-Identifier: ISC */
#ifndef MEMBERS_H
#define MEMBERS_H

#include <stddef.h>

/* A member of a JSON object as it is written: the key between its quotes. */
struct members_one {
	const char	*key;
	size_t		 key_len;
	const char	*value;
	size_t		 value_len;
};

/**
 * members_next(p, m):
 * Read the next member of the object that ${p} is in, first at its beginning,
 * into ${m}, and move ${p} behind it.  Return 1; or 0 if there is none, or
 * what is there is no member.  Values are passed over, not checked: the text
 * should be known to be JSON; it is not read beyond its NUL in any case.
 */
int members_next(const char **, struct members_one *);

/* members_is(m, key): is ${key} the member's key, byte for byte? */
int members_is(const struct members_one *, const char *);

/* members_compare(a, b): order two struct members_one by their keys. */
int members_compare(const void *, const void *);

#endif
