/* SPDX-License-Identifier: ISC */
#ifndef FIELD_H
#define FIELD_H

#include "record.h"

struct addr;
struct error;

/*
 * Members of somebody else's JSON objects, where "absent" and "null" are the
 * same.  A member of another type than asked for is an error that begins with
 * its name.  All return 0, or -1 with the error set and nothing to free.
 */

/* field_get(r, key, kind, value, e): ${r}'s member, or NULL, in ${value}. */
int field_get(const struct record *, const char *, enum record_kind,
    struct record **, struct error *);

/* field_string(r, key, s, e): a copy of the string, or of "", in ${s}. */
int field_string(const struct record *, const char *, char **,
    struct error *);

/* field_port(r, key, port, e): the number, 0 to 65535 or absent, 0. */
int field_port(const struct record *, const char *, unsigned *,
    struct error *);

/**
 * field_host(r, key, host, e):
 * The address on the host that a port is published on, 0.0.0.0 if there is
 * none.  ::ffff:A is A.
 */
int field_host(const struct record *, const char *, struct addr *,
    struct error *);

/**
 * field_each(list, fn, arg, e):
 * Call ${fn}(element, ${arg}, ${e}) for the elements of the array ${list},
 * or never if that is NULL, until it returns -1.
 */
int field_each(const struct record *,
    int (*)(const struct record *, void *, struct error *), void *,
    struct error *);

#endif
