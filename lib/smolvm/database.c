/* SPDX-License-Identifier: ISC */
#include "smolvm/database.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/alloc.h"
#include "base/error.h"
#include "smolvm/database_file.h"

struct database {
	sqlite3	*sql;
	char	*wal;		/* the write-ahead log's path, or NULL */
};

static int
fail(const struct database *db, struct error *e)
{

	switch (sqlite3_errcode(db->sql)) {
	case SQLITE_NOMEM:
		alloc_exhausted();
	case SQLITE_BUSY:
		return (error_set(e, "another program has kept it locked for "
		    "%d seconds", DATABASE_WAIT));
	case SQLITE_TOOBIG:
		return (error_set(e, "a record is larger than %d bytes",
		    DATABASE_MAX));
	case SQLITE_NOTADB:
		return (error_set(e, "is not an SQLite database"));
	default:
		return (error_set(e, "%s", sqlite3_errmsg(db->sql)));
	}
}

/* Prepare ${sql} with the ${count} strings at ${arg}, which stay in use. */
static int
prepare(struct database *db, sqlite3_stmt **s, const char *sql,
    const char *const *arg, int count, struct error *e)
{
	int i;

	if (sqlite3_prepare_v2(db->sql, sql, -1, s, NULL) != SQLITE_OK)
		return (fail(db, e));
	for (i = 0; i < count; i++)
		if (sqlite3_bind_text(*s, i + 1, arg[i], -1, SQLITE_STATIC) !=
		    SQLITE_OK)
			return (fail(db, e));
	return (0);
}

/* Step ${s}: 1 if there is a row, 0 if not, -1 with ${e} set. */
static int
step(struct database *db, sqlite3_stmt *s, struct error *e)
{
	int code;

	code = sqlite3_step(s);
	if (code == SQLITE_ROW || code == SQLITE_DONE)
		return (code == SQLITE_ROW);
	return (fail(db, e));
}

/*
 * The first value that ${sql} has an answer of, as bytes, whatever its ${type}:
 * 1 with ${row} set, 0 if there is none, -1 with ${e} set.
 */
static int
first(struct database *db, const char *sql, const char *const *arg, int count,
    struct database_row *row, int *type, struct error *e)
{
	sqlite3_stmt *s;
	const void *p;
	int result;

	s = NULL;
	result = prepare(db, &s, sql, arg, count, e);
	if (result == 0)
		result = step(db, s, e);
	if (result == 1) {
		*type = sqlite3_column_type(s, 0);
		p = sqlite3_column_blob(s, 0);
		row->len = (size_t)sqlite3_column_bytes(s, 0);
		if (p == NULL && row->len > 0)
			alloc_exhausted();
		row->data = alloc_copy(p != NULL ? p : "", row->len);
		row->text = *type == SQLITE_TEXT;
	}
	sqlite3_finalize(s);
	return (result);
}

int
database_ask(struct database *db, const char *sql, const char *const *arg, int count,
    char **text, struct error *e)
{
	struct database_row row;
	int result, type;

	result = first(db, sql, arg, count, &row, &type, e);
	if (result != 1)
		return (result);
	*text = row.data;
	if (type != SQLITE_NULL)
		return (1);
	free(row.data);
	return (0);
}

/*
 * The first frames of a log wait for the disk, twice, with the lock held: lest
 * what the log held before, and is overwritten now, comes back after a power
 * cut.  A log that is empty has no before: whatever part of it is there then,
 * the record is the old or the new one.  It is synced before it is used for
 * anything, at the checkpoint.
 */
static void
synchronous(struct database *db, int off)
{

	sqlite3_exec(db->sql, off ? "PRAGMA synchronous=OFF" :
	    "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
}

/* Is ${sql} what makes the table, blanks apart? */
static int
is_table(const char *sql)
{
	const char *p;

	p = "CREATETABLEvms(nameTEXTPRIMARYKEYNOTNULL,dataBLOBNOTNULL)";
	for (; *sql != '\0'; sql++)
		if (strchr(" \t\n", *sql) == NULL && *sql != *p++)
			return (0);
	return (*p == '\0');
}

/* Is the table smolvm's, as of 0.6.0 to 1.32.2, and all there is of it? */
static int
recognise(struct database *db, struct error *e)
{
	char *text;
	int result, same;

	text = NULL;
	result = database_ask(db, "SELECT group_concat(sql) FROM sqlite_master "
	    "WHERE tbl_name = 'vms' AND type <> 'index'", NULL, 0, &text, e);
	if (result == 0)
		return (error_set(e, "is not smolvm's: it has no table vms"));
	if (result == -1)
		return (-1);
	same = is_table(text);
	free(text);
	if (!same)
		return (error_set(e, "is not as smolvm makes it: its table "
		    "vms is another one"));
	if (database_ask(db, "PRAGMA journal_mode", NULL, 0, &text, e) != 1)
		return (-1);
	if (strcmp(text, "wal") != 0) {
		free(db->wal);
		db->wal = NULL;
	}
	free(text);
	return (0);
}

/* One thread, one short transaction: no locks, and no memory in advance. */
static void
thrift(void)
{

	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

int
database_open(const char *path, struct database **out, struct error *e)
{
	struct database *db;
	char *file;
	int left, result;

	/* "./" keeps SQLite from reading meaning into ":memory:", "file:". */
	file = alloc_format("%s%s", path[0] == '/' ? "" : "./", path);
	db = alloc_array(1, sizeof(*db));
	db->wal = alloc_format("%s-wal", file);
	result = database_file_check(path[0] != '\0' ? file : path, e);
	if (result == -1)
		goto out;
	left = access(db->wal, F_OK) == 0;
	thrift();
	if (sqlite3_open_v2(file, &db->sql, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK || sqlite3_busy_timeout(db->sql, DATABASE_WAIT * 1000) !=
	    SQLITE_OK || sqlite3_db_config(db->sql,
	    SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, left, NULL) != SQLITE_OK) {
		result = fail(db, e);
		goto out;
	}
	sqlite3_limit(db->sql, SQLITE_LIMIT_LENGTH, DATABASE_MAX);
	result = recognise(db, e);
out:
	free(file);
	if (result == -1)
		database_close(db);
	else
		*out = db;
	return (result);
}

void
database_close(struct database *db)
{

	if (db == NULL)
		return;
	sqlite3_close(db->sql);
	free(db->wal);
	free(db);
}

int
database_read(struct database *db, const char *name, struct database_row *row,
    struct error *e)
{
	int result, type;

	result = first(db, "SELECT data FROM vms WHERE name = ?1", &name, 1,
	    row, &type, e);
	if (result != 1 || type == SQLITE_BLOB || type == SQLITE_TEXT)
		return (result);
	free(row->data);
	row->data = NULL;
	return (error_set(e, "its record is stored as a number"));
}

/* The updates of one transaction: 1, 0 if a row is another now, or -1. */
static int
update(struct database *db, sqlite3_stmt *s, char *const *name,
    const struct database_row *old, const struct database_row *new, size_t count,
    struct error *e)
{
	size_t i;

	for (i = 0; i < count; i++) {
		sqlite3_bind_blob64(s, 1, new[i].data, new[i].len,
		    SQLITE_STATIC);
		sqlite3_bind_text(s, 2, name[i], -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 3, old[i].text ? "text" : "blob", -1,
		    SQLITE_STATIC);
		sqlite3_bind_blob64(s, 4, old[i].data, old[i].len,
		    SQLITE_STATIC);
		if (step(db, s, e) == -1)
			return (-1);
		sqlite3_reset(s);
		if (sqlite3_changes(db->sql) != 1)
			return (0);
	}
	return (1);
}

int
database_write(struct database *db, char *const *name, const struct database_row *old,
    const struct database_row *new, size_t count, struct error *e)
{
	/* All is prepared before the first of them takes the lock. */
	static const char *sql[] = { "BEGIN IMMEDIATE", "UPDATE vms SET "
	    "data = ?1 WHERE name = ?2 AND typeof(data) = ?3 AND "
	    "CAST(data AS BLOB) = ?4", "COMMIT", "ROLLBACK" };
	sqlite3_stmt *s[4];
	struct error ignored;
	size_t i;
	int fresh, result;

	memset(s, 0, sizeof(s));
	result = -1;
	fresh = db->wal != NULL && database_file_empty(db->wal);
	synchronous(db, fresh);
	for (i = 0; i < 4; i++)
		if (prepare(db, &s[i], sql[i], NULL, 0, e) == -1)
			goto out;
	if (step(db, s[0], e) == -1)
		goto out;
	result = 0;
	if (!fresh || database_file_empty(db->wal))
		result = update(db, s[1], name, old, new, count, e);
	if (result == 1 && step(db, s[2], e) == -1)
		result = -1;
	if (!sqlite3_get_autocommit(db->sql))
		step(db, s[3], &ignored);
out:
	for (i = 0; i < 4; i++)
		sqlite3_finalize(s[i]);
	synchronous(db, 0);
	return (result);
}
