/* SPDX-License-Identifier: ISC */
#include "smolvm/edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/io.h"
#include "base/json.h"
#include "smolvm/database.h"

/*
 * SQLite's JSON functions make the edit: they keep numbers, escapes and order.
 * Check here what they overlook (measured with 3.40.1 and 3.51.1): a NUL ends
 * the text, invalid UTF-8 passes, and of a duplicate member only the first is
 * changed.  json_set() of some releases does not find a member that is spelled
 * with an escape, and adds another one.
 */

int
edit_check(struct database *db, const struct database_row *row,
    struct error *e)
{
	const char *arg[1];
	char *answer;
	int result;

	if (json_check_text(row->data, row->len, "its record", e) == -1)
		return (-1);
	arg[0] = row->data;
	/* The keys of json_each() are decoded. */
	result = database_ask(db, "SELECT CASE WHEN NOT json_valid(?1) OR "
	    "json_type(?1) <> 'object' THEN 'is not one JSON object' "
	    "WHEN (SELECT count(*) <> count(DISTINCT key) FROM json_each(?1)) "
	    "THEN 'has a member twice' END", arg, 1, &answer, e);
	if (result == 1) {
		error_set(e, "its record %s", answer);
		free(answer);
	}
	return (result == 0 ? 0 : -1);
}

/* Write the paths of the members at ${edit} as arguments. */
static void
write_paths(FILE *f, const struct edit *edit, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		fprintf(f, ", '$.%s'", edit[i].name);
}

/* Is a member at ${edit} spelled with an escape?  -1 with ${e} set if so. */
static int
check_spelling(struct database *db, const char *text,
    const struct edit *edit, size_t count, struct error *e)
{
	char *sql;
	size_t i;
	FILE *f;
	char *name;
	int result;

	f = io_memory(&sql);
	fputs("SELECT key FROM json_each(?1) WHERE ", f);
	for (i = 0; i < count; i++)
		fprintf(f, "%s(key = '%s' AND json_type(?1, '$.%s') IS NULL)",
		    i > 0 ? " OR " : "", edit[i].name, edit[i].name);
	io_memory_end(f, &sql);
	result = database_ask(db, sql, &text, 1, &name, e);
	free(sql);
	if (result == 1) {
		error_set(e, "its record spells the member %s with an escape",
		    name);
		free(name);
	}
	return (result == 0 ? 0 : -1);
}

/* The edited ${text}, to be freed, or NULL with ${e} set. */
static char *
change(struct database *db, const char *text, const struct edit *edit,
    size_t count, struct error *e)
{
	const char *arg[1 + EDIT_MAX];
	char *new, *sql;
	size_t i;
	FILE *f;
	int n, result;

	n = 0;
	arg[n++] = text;
	f = io_memory(&sql);
	fputs("SELECT json_remove(json_set(?1", f);
	for (i = 0; i < count; i++)
		if (edit[i].json != NULL) {
			arg[n++] = edit[i].json;
			fprintf(f, ", '$.%s', json(?%d)", edit[i].name, n);
		}
	fputs(")", f);
	for (i = 0; i < count; i++)
		if (edit[i].json == NULL)
			fprintf(f, ", '$.%s'", edit[i].name);
	fputs(")", f);
	io_memory_end(f, &sql);
	result = database_ask(db, sql, arg, n, &new, e);
	free(sql);
	if (result == 1)
		return (new);
	if (result == 0)
		error_set(e, "SQLite cannot edit its record");
	return (NULL);
}

/*
 * Are ${old} and ${new} the same except for the members at ${edit}, and does
 * ${new} have these as asked for?
 */
static int
verify(struct database *db, const char *old, const char *new,
    const struct edit *edit, size_t count, struct error *e)
{
	const char *arg[2 + EDIT_MAX];
	char *answer, *sql;
	size_t i;
	FILE *f;
	int n, result;

	n = 0;
	arg[n++] = old;
	arg[n++] = new;
	f = io_memory(&sql);
	fputs("SELECT nullif(json_remove(?1", f);
	write_paths(f, edit, count);
	fputs(") = json_remove(?2", f);
	write_paths(f, edit, count);
	fputs(")", f);
	for (i = 0; i < count; i++)
		if (edit[i].json == NULL)
			fprintf(f, " AND json_type(?2, '$.%s') IS NULL",
			    edit[i].name);
		else {
			arg[n++] = edit[i].json;
			fprintf(f, " AND json_quote(json_extract(?2, '$.%s')) "
			    "= ?%d", edit[i].name, n);
		}
	fputs(", 0)", f);
	io_memory_end(f, &sql);
	result = database_ask(db, sql, arg, n, &answer, e);
	free(sql);
	if (result == 0)
		error_set(e, "SQLite would change more of its record than it "
		    "was asked to");
	else if (result == 1)
		free(answer);
	return (result == 1 ? 0 : -1);
}

int
edit_apply(struct database *db, const struct database_row *row,
    const struct edit *edit, size_t count, struct database_row *new,
    struct error *e)
{

	memset(new, 0, sizeof(*new));
	if (check_spelling(db, row->data, edit, count, e) == -1)
		return (-1);
	new->data = change(db, row->data, edit, count, e);
	if (new->data == NULL)
		return (-1);
	new->len = strlen(new->data);
	if (edit_check(db, new, e) == 0 &&
	    verify(db, row->data, new->data, edit, count, e) == 0)
		return (0);
	free(new->data);
	new->data = NULL;
	return (-1);
}
