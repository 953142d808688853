/* SPDX-License-Identifier: ISC */
#ifndef DATABASE_H
#define DATABASE_H

#include <stddef.h>

struct error;

/* smolvm's database of machines, opened. */
struct database;

#define DATABASE_MAX	(8 * 1024 * 1024)	/* bytes; ~1000 are usual */
#define DATABASE_WAIT	15	/* seconds, as the engines since 0.7.1 wait */

/* A row of the table of machines. */
struct database_row {
	long long	 id;		/* SQLite's rowid */
	char		*name;		/* NULL: not UTF-8 without NUL */
	char		*data;		/* the record, followed by a NUL */
	size_t		 len;
	int		 text;		/* stored as TEXT: breaks engines */
};

/**
 * database_open(path, write, db, e):
 * Open ${path}, which must be a file, not a link, and have smolvm's table of
 * machines.  If ${write}, it must belong to this user, unless that is root,
 * and be writable, with its folder and the files beside it.  A database that
 * can only be read is read without locks, and without files beside it.
 * Nothing is created, and a write-ahead log is kept as it is.
 * Return 0 with ${db}; 1 with ${e} set if it has no table, as one that the
 * engine is creating; or -1 with ${e} set.
 */
int database_open(const char *, int, struct database **, struct error *);

/* database_close(db): close ${db}, which may be NULL. */
void database_close(struct database *);

/**
 * database_ids(db, id, count, e):
 * Read the rowids of all rows, in the order of their names, from the table
 * itself: an index may lack some.  Return 0 with ${id}, to be free(3)d, or -1
 * with ${e} set.
 */
int database_ids(struct database *, long long **, size_t *, struct error *);

/**
 * database_find(db, name, id, e):
 * Find the row of the machine ${name}.  Return 1 with ${id}; 2 with ${id} if
 * the table has it, but the index of names lacks it; 0 if there is none; or -1
 * with ${e} set.
 */
int database_find(struct database *, const char *, long long *,
    struct error *);

/**
 * database_read(db, id, row, e):
 * Read the row ${id}.  Return 1 with ${row}; 0 if it was deleted; or -1 with
 * ${e} set.  Free with database_row_free() in every case; after -1 its name may
 * be set.
 */
int database_read(struct database *, long long, struct database_row *,
    struct error *);

/* database_row_free(row): free what ${row} holds. */
void database_row_free(struct database_row *);

/**
 * database_ask(db, sql, arg, count, text, e):
 * Run the query ${sql} with the ${count} strings at ${arg}.  Return 1 with
 * ${text}, to be free(3)d, its first value; 0 if that is NULL or there is
 * none; or -1 with ${e} set.
 */
int database_ask(struct database *, const char *, const char *const *, int,
    char **, struct error *);

/**
 * database_write(db, old, new, count, e):
 * In one transaction, replace the records of the ${count} rows at ${old} by the
 * data of those at ${new}, as BLOBs.  Return 1; 0, with nothing written, if one
 * of them has changed since; or -1 with ${e} set.
 */
int database_write(struct database *, const struct database_row *,
    const struct database_row *, size_t, struct error *);

#endif
