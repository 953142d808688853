/* SPDX-License-Identifier: ISC */
#ifndef EDIT_H
#define EDIT_H

#include <stddef.h>

struct error;
struct database;
struct database_row;

#define EDIT_MAX	8	/* edits at once */

/* A member of a record, and the JSON value it gets; NULL removes it. */
struct edit {
	const char	*name;
	char		*json;		/* without blanks between its tokens */
};

/**
 * edit_check(db, row, e):
 * Check that ${row} is one JSON object in UTF-8 without NUL, that no member
 * stands in it twice, and that none is spelled with escapes.  SQLite would
 * change the first of two, or add a second one, and an engine refuses such a
 * record together with all the others.  ${db}, any database, is not read.
 * Return 0, or -1 with ${e} set.
 */
int edit_check(struct database *, const struct database_row *, struct error *);

/**
 * edit_apply(db, row, edit, count, new, e):
 * Make ${new} of ${row}, for which edit_check() has returned 0: the ${count}
 * members at ${edit} set or removed in place, new ones behind the others, and
 * every other token kept byte for byte.  The result is checked in the same
 * way, and against ${row}.  Return 0 with ${new} to be freed, or -1 with ${e}
 * set.
 */
int edit_apply(struct database *, const struct database_row *,
    const struct edit *, size_t, struct database_row *, struct error *);

#endif
