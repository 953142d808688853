/* SPDX-License-Identifier: ISC */
#ifndef VMDB_H
#define VMDB_H

#include <stddef.h>

struct error;

/* smolvm's database of machines, opened. */
struct vmdb;

#define VMDB_MAX	(8 * 1024 * 1024)	/* bytes; ~1000 are usual */
#define VMDB_WAIT	15	/* seconds, as the engines since 0.7.1 wait */

/* A machine's record as it is stored. */
struct vmdb_row {
	char	*data;		/* to be free(3)d; a NUL behind it */
	size_t	 len;
	int	 text;		/* stored as TEXT, which breaks every engine */
};

/**
 * vmdb_open(path, db, e):
 * Open ${path}, which must be a file, not a link, belong to us or we be root,
 * and have smolvm's table of machines.  Nothing is created, and what stands
 * beside it, a write-ahead log, is there before and after, or not at all.
 * Return 0 with ${db}, or -1 with ${e} set.
 */
int vmdb_open(const char *, struct vmdb **, struct error *);

/* vmdb_close(db): close ${db}, which may be NULL. */
void vmdb_close(struct vmdb *);

/**
 * vmdb_read(db, name, row, e):
 * Read the machine ${name}.  Return 1 with ${row} set, 0 if there is none,
 * or -1 with ${e} set.
 */
int vmdb_read(struct vmdb *, const char *, struct vmdb_row *, struct error *);

/**
 * vmdb_ask(db, sql, arg, count, text, e):
 * Run the query ${sql} with the ${count} strings at ${arg}.  Return 1 with
 * ${text}, to be free(3)d, its first value; 0 if that is NULL or there is
 * none; or -1 with ${e} set.
 */
int vmdb_ask(struct vmdb *, const char *, const char *const *, int, char **,
    struct error *);

/**
 * vmdb_write(db, name, old, new, count, e):
 * In one transaction, replace for the ${count} machines at ${name} the stored
 * bytes ${old} by ${new}, as BLOBs.  Return 1; 0, with nothing written, if
 * one of them is not ${old} any more; or -1 with ${e} set.
 */
int vmdb_write(struct vmdb *, char *const *, const struct vmdb_row *,
    const struct vmdb_row *, size_t, struct error *);

#endif
