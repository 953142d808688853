/* SPDX-License-Identifier: ISC */
#include "vmedit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "io.h"
#include "text.h"
#include "vmdb.h"

/*
 * SQLite's JSON functions do the work: they keep numbers, escapes and order as
 * they are.  What they overlook (measured with 3.40.1 and 3.51.1): a NUL ends
 * the text, invalid UTF-8 passes, a member that is spelled with an escape is
 * not found by json_set(), and only the first of two is changed.
 *
 * Names of members are the program's own: they stand in the statements as
 * they are.  The values are arguments.
 */

/*
 * Write to ${f} an expression for what is wrong with the text ?1: "no" object,
 * a member "twice", the name of the one at ${edit} that has escapes; or NULL.
 */
static void
fault(FILE *f, const struct vmedit *edit, size_t count)
{
	size_t i;

	fputs("CASE WHEN NOT json_valid(?1) OR json_type(?1) <> 'object' "
	    "THEN 'no' WHEN (SELECT count(*) <> count(DISTINCT key) FROM "
	    "json_each(?1)) THEN 'twice' ELSE (SELECT key FROM json_each(?1) "
	    "WHERE key IN (NULL", f);
	for (i = 0; i < count; i++)
		fprintf(f, ", '%s'", edit[i].name);
	fputs(") AND (json_type(?1, '$.' || key) IS NULL OR "
	    "instr(?1, '\"' || key || '\"') = 0) LIMIT 1) END", f);
}

int
vmedit_check(struct vmdb *db, const struct vmdb_row *row,
    const struct vmedit *edit, size_t count, struct error *e)
{
	const char *arg[1];
	char *answer, *sql;
	FILE *f;
	int result;

	if (text_check(row->data, row->len, "its record", e) == -1)
		return (-1);
	f = io_memory(&sql);
	fputs("SELECT ", f);
	fault(f, edit, count);
	io_memory_end(f);
	arg[0] = row->data;
	result = vmdb_ask(db, sql, arg, 1, &answer, e);
	free(sql);
	if (result != 1)
		return (result);
	if (strcmp(answer, "no") == 0)
		error_set(e, "its record is not one JSON object");
	else if (strcmp(answer, "twice") == 0)
		error_set(e, "its record has a member twice");
	else
		error_set(e, "its record spells the member %s with escapes",
		    answer);
	free(answer);
	return (-1);
}

/* The edited ${text}, to be freed, or NULL with ${e} set. */
static char *
change(struct vmdb *db, const char *text, const struct vmedit *edit,
    size_t count, struct error *e)
{
	const char *arg[2 + VMEDIT_MAX];
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
	io_memory_end(f);
	result = vmdb_ask(db, sql, arg, n, &new, e);
	free(sql);
	if (result == 1)
		return (new);
	if (result == 0)
		error_set(e, "SQLite cannot edit its record");
	return (NULL);
}

/* Write to ${f}: the text ?${n} without the members. */
static void
without(FILE *f, int n, const struct vmedit *edit, size_t count)
{
	size_t i;

	fprintf(f, "json_remove(?%d", n);
	for (i = 0; i < count; i++)
		fprintf(f, ", '$.%s'", edit[i].name);
	fputs(")", f);
}

/* Is ${new} faultless, and ${old} with these edits?  Return 0, or -1. */
static int
verify(struct vmdb *db, const char *new, const char *old,
    const struct vmedit *edit, size_t count, struct error *e)
{
	const char *arg[2 + VMEDIT_MAX];
	char *answer, *sql;
	size_t i;
	FILE *f;
	int n, result;

	n = 0;
	arg[n++] = new;
	arg[n++] = old;
	f = io_memory(&sql);
	fputs("SELECT 1 WHERE (", f);
	fault(f, edit, count);
	fputs(") IS NULL AND ", f);
	without(f, 1, edit, count);
	fputs(" = ", f);
	without(f, 2, edit, count);
	for (i = 0; i < count; i++) {
		fprintf(f, " AND (SELECT iif(type IN ('array', 'object'), "
		    "value, json_quote(atom)) FROM json_each(?1) WHERE key = "
		    "'%s') IS ", edit[i].name);
		if (edit[i].json != NULL) {
			arg[n++] = edit[i].json;
			fprintf(f, "json(?%d)", n);
		} else
			fputs("NULL", f);
	}
	io_memory_end(f);
	result = vmdb_ask(db, sql, arg, n, &answer, e);
	free(sql);
	if (result == 1)
		free(answer);
	if (result == 0)
		error_set(e, "SQLite would change more of its record than it "
		    "was asked to");
	return (result == 1 ? 0 : -1);
}

int
vmedit_apply(struct vmdb *db, const struct vmdb_row *row,
    const struct vmedit *edit, size_t count, struct vmdb_row *new,
    struct error *e)
{

	memset(new, 0, sizeof(*new));
	new->data = change(db, row->data, edit, count, e);
	if (new->data == NULL)
		return (-1);
	new->len = strlen(new->data);
	if (text_check(new->data, new->len, "its record", e) == 0 &&
	    verify(db, new->data, row->data, edit, count, e) == 0)
		return (0);
	free(new->data);
	new->data = NULL;
	return (-1);
}
