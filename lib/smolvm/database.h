/* SPDX-License-Identifier: ISC */
#ifndef DATABASE_H
#define DATABASE_H

#include <stddef.h>

struct error;

/* smolvm's database of machines, opened. */
struct database;

#define DATABASE_MAX	(8 * 1024 * 1024)	/* bytes; ~1000 are usual */
#define DATABASE_WAIT	15	/* seconds, as the engines since 0.7.1 wait */

/* A machine's record as it is stored. */
struct database_row {
	char	*data;		/* to be free(3)d; a NUL behind it */
	size_t	 len;
	int	 text;		/* stored as TEXT, which breaks every engine */
};

/**
 * database_open(path, db, e):
 * Open ${path}, which must be a file, not a link, belong to us or we be root,
 * and have smolvm's table of machines.  Nothing is created, and what stands
 * beside it, a write-ahead log, is there before and after, or not at all.
 * Return 0 with ${db}, or -1 with ${e} set.
 */
int database_open(const char *, struct database **, struct error *);

/* database_close(db): close ${db}, which may be NULL. */
void database_close(struct database *);

/**
 * database_read(db, name, row, e):
 * Read the machine ${name}.  Return 1 with ${row} set, 0 if there is none,
 * or -1 with ${e} set.
 */
int database_read(struct database *, const char *, struct database_row *, struct error *);

/**
 * database_ask(db, sql, arg, count, text, e):
 * Run the query ${sql} with the ${count} strings at ${arg}.  Return 1 with
 * ${text}, to be free(3)d, its first value; 0 if that is NULL or there is
 * none; or -1 with ${e} set.
 */
int database_ask(struct database *, const char *, const char *const *, int, char **,
    struct error *);

/**
 * database_write(db, name, old, new, count, e):
 * In one transaction, replace for the ${count} machines at ${name} the stored
 * bytes ${old} by ${new}, as BLOBs.  Return 1; 0, with nothing written, if
 * one of them is not ${old} any more; or -1 with ${e} set.
 */
int database_write(struct database *, char *const *, const struct database_row *,
    const struct database_row *, size_t, struct error *);

#endif
