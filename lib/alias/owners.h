/* SPDX-License-Identifier: ISC */
#ifndef OWNERS_H
#define OWNERS_H

#include <stddef.h>

struct container;
struct containers;
struct error;

/*
 * The containers that an address is meant for.  Each is a name, an ID of 12 or
 * 64 hexadecimal digits, or label=KEY[=VALUE].
 */
struct owners {
	const char	**text;		/* as given */
	size_t		  count;
};

/**
 * owners_add(o, text, e):
 * Add ${text}, which must live as long as ${o}.  Return 0, or -1 with ${e} set
 * if no container can have such a name.
 */
int owners_add(struct owners *, const char *, struct error *);

/* owners_have(o, c): is the container ${c} one of ${o}? */
int owners_have(const struct owners *, const struct container *);

/**
 * owners_exist(o, list, e):
 * Check that each ID in ${o} is one of ${list}: a container that does not exist
 * yet has none.  Return 0, or -1 with ${e} set.
 */
int owners_exist(const struct owners *, const struct containers *,
    struct error *);

/* owners_free(o): free what ${o} holds. */
void owners_free(struct owners *);

#endif
