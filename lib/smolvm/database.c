/* SPDX-License-Identifier: ISC */
#include "smolvm/database.h"

#include <sys/stat.h>

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/io.h"
#include "base/json.h"

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

/* --- the file ----------------------------------------------------------- */

/* The user ${uid} as "NAME (ID)", to be freed. */
static char *
user_name(uid_t uid)
{
	const struct passwd *pw;

	pw = getpwuid(uid);
	return (alloc_format("%s (%lu)", pw != NULL ? pw->pw_name : "?",
	    (unsigned long)uid));
}

/*
 * Check ${path}-wal and the other files beside it, which SQLite opens too.
 * Return 0; 1 with ${e} set if one cannot be written; or -1 with ${e} set.
 */
static int
check_beside(const char *path, uid_t owner, struct error *e)
{
	static const char *const suffix[] = { "-wal", "-shm", "-journal" };
	char *file, *user, *whose;
	const char *name;
	struct stat st;
	size_t i;
	int result;

	result = 0;
	for (i = 0; i < 3 && result == 0; i++) {
		file = alloc_format("%s%s", path, suffix[i]);
		name = strrchr(file, '/') + 1;
		if (lstat(file, &st) == -1)
			result = errno == ENOENT ? 0 :
			    error_sys(e, "%s", name);
		else if (!S_ISREG(st.st_mode))
			result = error_set(e, "%s beside it is not a file: "
			    "remove it", name);
		else if (access(file, R_OK | W_OK) == -1 && errno != ENOENT) {
			user = user_name(st.st_uid);
			whose = user_name(owner);
			error_set(e, "%s beside it belongs to user %s and "
			    "cannot be written: let root chown it to user %s",
			    name, user, whose);
			free(user);
			free(whose);
			result = 1;
		}
		free(file);
	}
	return (result);
}

/* As check_beside(), for the folder of ${path}. */
static int
check_folder(const char *path, struct error *e)
{
	char *folder, *slash;
	int result;

	folder = alloc_string(path);
	slash = strrchr(folder, '/');
	slash[slash == folder] = '\0';
	result = access(folder, W_OK | X_OK) == -1;
	if (result == 1)
		error_sys(e, "its folder cannot be written");
	free(folder);
	return (result);
}

/*
 * Check that ${path}, with a "/" in it, can be opened without harm.  Return
 * 0; 1 with ${e} set if it can only be read; or -1 with ${e} set.
 */
static int
check_file(const char *path, struct error *e)
{
	struct stat st;
	char *user;
	int result;

	if (lstat(path, &st) == -1)
		return (errno == ENOENT ? error_set(e, "no such database") :
		    error_set(e, "%s", strerror(errno)));
	if (S_ISLNK(st.st_mode))
		return (error_set(e, "is a symbolic link: name the file that "
		    "it leads to"));
	if (!S_ISREG(st.st_mode))
		return (error_set(e, "is not a file"));
	if (st.st_nlink > 1)
		return (error_set(e, "has more than one name (hard links): "
		    "SQLite may keep a log for each"));
	if (access(path, R_OK) == -1)
		return (error_sys(e, "cannot be read"));
	/*
	 * The owner's engine could not use the files that we would create
	 * beside it.
	 */
	if (geteuid() != 0 && geteuid() != st.st_uid) {
		user = user_name(st.st_uid);
		error_set(e, "belongs to user %s: run this as that user, or "
		    "as root", user);
		free(user);
		return (1);
	}
	if (access(path, W_OK) == -1) {
		error_sys(e, "cannot be written");
		return (1);
	}
	result = check_folder(path, e);
	return (result != 0 ? result : check_beside(path, st.st_uid, e));
}

/* Is ${path} a file with ${some} (or no) bytes in it? */
static int
has_bytes(const char *path, int some)
{
	struct stat st;

	return (stat(path, &st) == 0 && (st.st_size > 0) == some);
}

/* ${path} as a URI of a database that does not change. */
static char *
immutable(const char *path)
{
	char *uri;
	FILE *f;

	f = io_memory(&uri);
	fputs("file:", f);
	for (; *path != '\0'; path++)
		if (strchr("%?#", *path) != NULL)
			fprintf(f, "%%%02X", (unsigned)*path);
		else
			fputc(*path, f);
	fputs("?immutable=1", f);
	io_memory_end(f, &uri);
	return (uri);
}

/*
 * Open ${path}, which cannot be written.  With a write-ahead log SQLite would
 * write an index beside it; not in exclusive mode, which needs no locks.
 * Without a log, the URI must say that the file does not change.
 */
static int
open_to_read(struct database *db, const char *path)
{
	char *uri;
	int code;

	if (has_bytes(db->wal, 1)) {
		code = sqlite3_open_v2(path, &db->sql, SQLITE_OPEN_READONLY,
		    "unix-none");
		return (code != SQLITE_OK ? code : sqlite3_exec(db->sql,
		    "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL));
	}
	uri = immutable(path);
	code = sqlite3_open_v2(uri, &db->sql, SQLITE_OPEN_READONLY |
	    SQLITE_OPEN_URI, NULL);
	free(uri);
	return (code);
}

/* --- queries ------------------------------------------------------------ */

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

/* The bytes of column ${i}, to be freed. */
static char *
column(sqlite3_stmt *s, int i, size_t *len)
{
	const void *p;

	p = sqlite3_column_blob(s, i);
	*len = (size_t)sqlite3_column_bytes(s, i);
	if (p == NULL && *len > 0)
		alloc_exhausted();
	return (alloc_copy(p != NULL ? p : "", *len));
}

int
database_ask(struct database *db, const char *sql, const char *const *arg,
    int count, char **text, struct error *e)
{
	sqlite3_stmt *s;
	size_t len;
	int result;

	s = NULL;
	result = prepare(db, &s, sql, arg, count, e);
	if (result == 0)
		result = step(db, s, e);
	if (result == 1 && sqlite3_column_type(s, 0) == SQLITE_NULL)
		result = 0;
	else if (result == 1)
		*text = column(s, 0, &len);
	sqlite3_finalize(s);
	return (result);
}

int
database_ids(struct database *db, long long **id, size_t *count,
    struct error *e)
{
	sqlite3_stmt *s;
	int result;

	s = NULL;
	*id = NULL;
	*count = 0;
	result = prepare(db, &s, "SELECT rowid FROM vms NOT INDEXED "
	    "ORDER BY name", NULL, 0, e);
	while (result == 0 && (result = step(db, s, e)) == 1) {
		if ((*count & (*count - 1)) == 0)
			*id = alloc_resize(*id, *count * 2 + 1, sizeof(**id));
		(*id)[(*count)++] = sqlite3_column_int64(s, 0);
		result = 0;
	}
	sqlite3_finalize(s);
	if (result == -1) {
		free(*id);
		*id = NULL;
	}
	return (result);
}

int
database_find(struct database *db, const char *name, long long *id,
    struct error *e)
{
	/* Use the index, checked against the table; then the table alone. */
	static const char *const sql[] = { "SELECT t.rowid FROM vms i JOIN "
	    "vms t ON t.rowid = i.rowid WHERE i.name = ?1 AND +t.name = ?1",
	    "SELECT rowid FROM vms NOT INDEXED WHERE name = ?1" };
	sqlite3_stmt *s;
	int i, result;

	result = 0;
	for (i = 0; i < 2 && result == 0; i++) {
		s = NULL;
		result = prepare(db, &s, sql[i], &name, 1, e);
		if (result == 0)
			result = step(db, s, e);
		if (result == 1) {
			*id = sqlite3_column_int64(s, 0);
			result += i;
		}
		sqlite3_finalize(s);
	}
	return (result);
}

/* Fill ${row} from the columns of ${s}: 1, or -1 with ${e} set. */
static int
read_row(sqlite3_stmt *s, struct database_row *row, struct error *e)
{
	struct error why;
	size_t len;
	int type;

	row->id = sqlite3_column_int64(s, 0);
	type = sqlite3_column_type(s, 1);
	row->name = column(s, 1, &len);
	if (type != SQLITE_TEXT ||
	    json_check_text(row->name, len, "its name", &why) == -1) {
		free(row->name);
		row->name = NULL;
	}
	type = sqlite3_column_type(s, 2);
	row->text = type == SQLITE_TEXT;
	row->data = column(s, 2, &row->len);
	if (row->name == NULL)
		return (error_set(e, "its name is not text in UTF-8"));
	if (type != SQLITE_BLOB && type != SQLITE_TEXT)
		return (error_set(e, "its record is stored as a number"));
	return (1);
}

int
database_read(struct database *db, long long id, struct database_row *row,
    struct error *e)
{
	sqlite3_stmt *s;
	int result;

	memset(row, 0, sizeof(*row));
	row->id = id;
	s = NULL;
	result = prepare(db, &s, "SELECT rowid, name, data FROM vms WHERE "
	    "rowid = ?1", NULL, 0, e);
	if (result == 0) {
		sqlite3_bind_int64(s, 1, id);
		result = step(db, s, e);
	}
	if (result == 1)
		result = read_row(s, row, e);
	sqlite3_finalize(s);
	return (result);
}

void
database_row_free(struct database_row *row)
{

	free(row->name);
	free(row->data);
	memset(row, 0, sizeof(*row));
}

/* --- opening ------------------------------------------------------------ */

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

/*
 * Is the table smolvm's, as of 0.6.0 to 1.32.2, without triggers?  Return 0 if
 * so; 1 with ${e} set if there is no table at all; or -1 with ${e} set.
 */
static int
recognise(struct database *db, struct error *e)
{
	char *text;
	int result, same;

	text = NULL;
	result = database_ask(db, "SELECT group_concat(sql) FROM sqlite_master "
	    "WHERE tbl_name = 'vms' AND type <> 'index'", NULL, 0, &text, e);
	if (result == 0) {
		result = database_ask(db, "SELECT 1 FROM sqlite_master", NULL,
		    0, &text, e);
		free(text);
		if (result == -1)
			return (-1);
		error_set(e, "is not smolvm's: it has no table vms");
		return (result == 0 ? 1 : -1);
	}
	if (result == -1)
		return (-1);
	same = is_table(text);
	free(text);
	if (!same)
		return (error_set(e, "is not as smolvm makes it: its table "
		    "vms is another one"));
	return (0);
}

int
database_open(const char *path, int write, struct database **out,
    struct error *e)
{
	struct database *db;
	char *file;
	int code, kept, result;

	/* "./" keeps SQLite from interpreting ":memory:" and "file:". */
	file = alloc_format("%s%s", path[0] == '/' ? "" : "./", path);
	db = alloc_array(1, sizeof(*db));
	db->wal = alloc_format("%s-wal", file);
	result = check_file(path[0] != '\0' ? file : path, e);
	if (result == -1 || (result == 1 && write)) {
		result = -1;
		goto out;
	}
	kept = result == 1 || access(db->wal, F_OK) == 0;
	code = result == 1 ? open_to_read(db, file) : sqlite3_open_v2(file,
	    &db->sql, SQLITE_OPEN_READWRITE, NULL);
	if (code != SQLITE_OK || sqlite3_busy_timeout(db->sql,
	    DATABASE_WAIT * 1000) != SQLITE_OK || sqlite3_db_config(db->sql,
	    SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, kept, NULL) != SQLITE_OK) {
		result = fail(db, e);
		goto out;
	}
	sqlite3_limit(db->sql, SQLITE_LIMIT_LENGTH, DATABASE_MAX);
	result = recognise(db, e);
out:
	free(file);
	if (result != 0)
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

/* --- writing ------------------------------------------------------------ */

/*
 * The first frames of a log cost two waits for the disk while the lock is held,
 * and engines up to 1.9.1 fail at once while it is held.  Turn the waits off if
 * the log is empty (${fresh}), else on.  The waits keep frames of an earlier
 * use of the log from coming back after a power cut.  An empty log has none:
 * after a cut the record is the old or the new one.  SQLite syncs the log at
 * the checkpoint, before it uses it.
 */
static void
synchronous(struct database *db, int fresh)
{

	sqlite3_exec(db->sql, fresh ? "PRAGMA synchronous=OFF" :
	    "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
}

/* Is the write-ahead log still empty? */
static int
is_fresh(struct database *db)
{
	struct error ignored;
	char *mode;
	int result;

	if (database_ask(db, "PRAGMA journal_mode", NULL, 0, &mode,
	    &ignored) != 1)
		return (0);
	result = strcmp(mode, "wal") == 0 && has_bytes(db->wal, 0);
	free(mode);
	return (result);
}

/* Make the updates of one transaction: 1; 0 if a row has changed; or -1. */
static int
update(struct database *db, sqlite3_stmt *s, const struct database_row *old,
    const struct database_row *new, size_t count, struct error *e)
{
	size_t i;

	for (i = 0; i < count; i++) {
		sqlite3_bind_blob64(s, 1, new[i].data, new[i].len,
		    SQLITE_STATIC);
		sqlite3_bind_int64(s, 2, old[i].id);
		sqlite3_bind_text(s, 3, old[i].name, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 4, old[i].text ? "text" : "blob", -1,
		    SQLITE_STATIC);
		sqlite3_bind_blob64(s, 5, old[i].data, old[i].len,
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
database_write(struct database *db, const struct database_row *old,
    const struct database_row *new, size_t count, struct error *e)
{
	/* Prepare all before the first of them takes the lock. */
	static const char *const sql[] = { "BEGIN IMMEDIATE", "UPDATE vms SET "
	    "data = ?1 WHERE rowid = ?2 AND name = ?3 AND typeof(data) = ?4 "
	    "AND CAST(data AS BLOB) = ?5", "COMMIT", "ROLLBACK" };
	sqlite3_stmt *s[4];
	struct error ignored;
	size_t i;
	int fresh, result;

	memset(s, 0, sizeof(s));
	result = -1;
	fresh = is_fresh(db);
	synchronous(db, fresh);
	for (i = 0; i < 4; i++)
		if (prepare(db, &s[i], sql[i], NULL, 0, e) == -1)
			goto out;
	if (step(db, s[0], e) == -1)
		goto out;
	result = 0;
	if (!fresh || has_bytes(db->wal, 0))
		result = update(db, s[1], old, new, count, e);
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
