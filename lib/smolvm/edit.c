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

/* Write the names of the members at ${edit}, each between two texts. */
static void
write_names(FILE *f, const struct edit *edit, size_t count, const char *before,
    const char *after)
{
	size_t i;

	for (i = 0; i < count; i++)
		fprintf(f, "%s%s%s", before, edit[i].name, after);
}

/* Is a member at ${edit} spelled with an escape?  -1 with ${e} set if so. */
static int
check_spelling(struct database *db, const char *text,
    const struct edit *edit, size_t count, struct error *e)
{
	char *name, *sql;
	FILE *f;
	int result;

	f = io_memory(&sql);
	/* CASE: other keys may be no path. */
	fputs("SELECT key FROM json_each(?1) WHERE CASE WHEN key IN (NULL", f);
	write_names(f, edit, count, ", '", "'");
	fputs(") THEN json_type(?1, '$.' || key) IS NULL END", f);
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

/*
 * The edited ${text}, to be freed, or NULL with ${e} set.  It has the members
 * at ${edit} as asked for, and all else as ${text}, which has no member twice:
 * so it has none twice either.
 */
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
	fputs("SELECT x FROM (SELECT json_remove(json_set(?1", f);
	for (i = 0; i < count; i++)
		if (edit[i].json != NULL) {
			arg[n++] = edit[i].json;
			fprintf(f, ", '$.%s', json(?%d)", edit[i].name, n);
		}
	fputs(")", f);
	for (i = 0; i < count; i++)
		if (edit[i].json == NULL)
			fprintf(f, ", '$.%s'", edit[i].name);
	/* With LIMIT it is made once only. */
	fputs(") AS x LIMIT 1) WHERE json_remove(x", f);
	write_names(f, edit, count, ", '$.", "'");
	fputs(") = json_remove(?1", f);
	write_names(f, edit, count, ", '$.", "'");
	fputs(")", f);
	for (i = 0, n = 1; i < count; i++)
		if (edit[i].json != NULL)
			fprintf(f, " AND json_quote(json_extract(x, '$.%s')) "
			    "= ?%d", edit[i].name, ++n);
		else
			fprintf(f, " AND json_type(x, '$.%s') IS NULL",
			    edit[i].name);
	io_memory_end(f, &sql);
	result = database_ask(db, sql, arg, n, &new, e);
	free(sql);
	if (result == 1)
		return (new);
	if (result == 0)
		error_set(e, "SQLite would change more of its record than it "
		    "was asked to");
	return (NULL);
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
	return (0);
}
