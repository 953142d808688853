/* SPDX-License-Identifier: ISC */
#ifndef EDIT_H
#define EDIT_H

#include <stddef.h>

struct error;
struct database;
struct database_row;
struct json;

#define EDIT_MAX	8	/* edits at once */

/* A member of a record, and the JSON value it gets; NULL removes it. */
struct edit {
	const char	*name;		/* letters and _ only */
	char		*json;		/* without blanks between its tokens */
};

/**
 * edit_read(db, row, e):
 * Read ${row}, and check that it is one JSON object in UTF-8 without NUL and
 * without duplicate members, however they are spelled: because of one bad
 * record an engine refuses all records.  ${db}, any database, is not read.
 * Return it, to be freed, or NULL with ${e} set.
 */
struct json *edit_read(struct database *, const struct database_row *,
    struct error *);

/**
 * edit_apply(db, row, record, edit, count, new, e):
 * Set ${new} to ${row}, which edit_read() has read as ${record}, with the
 * ${count} members at ${edit} set in place, appended or removed, and every
 * other token kept byte for byte.  The result is checked.  Return 0 with
 * ${new}, whose data is to be freed, or -1 with ${e} set.
 */
int edit_apply(struct database *, const struct database_row *,
    const struct json *, const struct edit *, size_t, struct database_row *,
    struct error *);

#endif
