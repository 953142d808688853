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

struct json *
edit_read(struct database *db, const struct database_row *row,
    struct error *e)
{
	const char *arg[1];
	struct json *record;
	char *count;
	int result;

	if (json_check_text(row->data, row->len, "its record", e) == -1)
		return (NULL);
	arg[0] = row->data;
	result = database_ask(db, "SELECT CASE WHEN NOT json_valid(?1) THEN "
	    "NULL WHEN json_type(?1) = 'object' THEN (SELECT count(*) FROM "
	    "json_each(?1)) END", arg, 1, &count, e);
	if (result == 0)
		error_set(e, "its record is not one JSON object");
	if (result != 1)
		return (NULL);
	record = json_parse(row->data, row->len, 0, "its record", e);
	/* libjq keeps one of the members that have the same name. */
	if (record != NULL &&
	    strtoul(count, NULL, 10) != json_members(record)) {
		error_set(e, "its record has a member twice");
		json_free(record);
		record = NULL;
	}
	free(count);
	return (record);
}

/* Write the paths of the members at ${edit} as arguments. */
static void
write_paths(FILE *f, const struct edit *edit, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		fprintf(f, ", '$.%s'", edit[i].name);
}

/*
 * Write a query for the edited text ?1, if it has the members at ${edit} as
 * asked for, ?2 and so on, and all else as ?1.  As that has no member twice,
 * it has none twice either, unless a member of ${record} is not found.
 */
static void
write_query(FILE *f, const struct json *record, const struct edit *edit,
    size_t count)
{
	size_t i;
	int n;

	fputs("SELECT x FROM (SELECT json_remove(json_set(?1", f);
	for (i = 0, n = 1; i < count; i++)
		if (edit[i].json != NULL)
			fprintf(f, ", '$.%s', json(?%d)", edit[i].name, ++n);
	fputs(")", f);
	for (i = 0; i < count; i++)
		if (edit[i].json == NULL)
			fprintf(f, ", '$.%s'", edit[i].name);
	/* With LIMIT it is made once only. */
	fputs(") AS x LIMIT 1) WHERE json_remove(x", f);
	write_paths(f, edit, count);
	fputs(") = json_remove(?1", f);
	write_paths(f, edit, count);
	fputs(")", f);
	for (i = 0, n = 1; i < count; i++) {
		if (json_has(record, edit[i].name))
			fprintf(f, " AND json_type(?1, '$.%s') IS NOT NULL",
			    edit[i].name);
		if (edit[i].json != NULL)
			fprintf(f, " AND json_quote(json_extract(x, '$.%s')) "
			    "= ?%d", edit[i].name, ++n);
		else
			fprintf(f, " AND json_type(x, '$.%s') IS NULL",
			    edit[i].name);
	}
}

/* Set ${e}: why SQLite does not make the edit. */
static void
explain(struct database *db, const char *text, const struct json *record,
    const struct edit *edit, size_t count, struct error *e)
{
	struct error unused;
	const char *arg[2];
	char *type;
	size_t i;
	int found;

	error_set(e, "SQLite would change more of its record than it was "
	    "asked to");
	arg[0] = text;
	for (i = 0; i < count; i++) {
		arg[1] = edit[i].name;
		found = database_ask(db, "SELECT json_type(?1, '$.' || ?2)",
		    arg, 2, &type, &unused);
		if (found == 1)
			free(type);
		if (found == 0 && json_has(record, edit[i].name)) {
			error_set(e, "its record spells the member %s with an "
			    "escape", edit[i].name);
			return;
		}
	}
}

int
edit_apply(struct database *db, const struct database_row *row,
    const struct json *record, const struct edit *edit, size_t count,
    struct database_row *new, struct error *e)
{
	const char *arg[1 + EDIT_MAX];
	char *sql;
	size_t i;
	FILE *f;
	int n, result;

	memset(new, 0, sizeof(*new));
	n = 0;
	arg[n++] = row->data;
	for (i = 0; i < count; i++)
		if (edit[i].json != NULL)
			arg[n++] = edit[i].json;
	f = io_memory(&sql);
	write_query(f, record, edit, count);
	io_memory_end(f, &sql);
	result = database_ask(db, sql, arg, n, &new->data, e);
	free(sql);
	if (result == 0)
		explain(db, row->data, record, edit, count, e);
	if (result != 1)
		return (-1);
	new->len = strlen(new->data);
	return (0);
}
