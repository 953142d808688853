/* SPDX-License-Identifier: ISC */
#include "vmedit.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "mem.h"
#include "text.h"
#include "vmdb.h"

/*
 * SQLite's JSON functions do the work: they keep numbers, escapes and order as
 * they are.  What they overlook (measured with 3.40.1 and 3.51.1): a NUL ends
 * the text, invalid UTF-8 passes, a member that is spelled with an escape is
 * not found by json_set(), and only the first of two is changed.
 */

/* vmdb_ask(), with the answer being yes: 1, or 0, or -1 with ${e} set. */
static int
holds(struct vmdb *db, const char *sql, const char *a, const char *b,
    const char *c, struct error *e)
{
	const char *arg[3];
	char *text;
	int result;

	arg[0] = a;
	arg[1] = b;
	arg[2] = c;
	result = vmdb_ask(db, sql, arg, c != NULL ? 3 : b != NULL ? 2 : 1,
	    &text, e);
	if (result != 1)
		return (result);
	result = strcmp(text, "1") == 0;
	free(text);
	return (result);
}

int
vmedit_check(struct vmdb *db, const struct vmdb_row *row,
    const struct vmedit *edit, size_t count, struct error *e)
{
	size_t i;
	int ok;

	if (text_check(row->data, row->len, "its record", e) == -1)
		return (-1);
	ok = holds(db, "SELECT json_valid(?1)", row->data, NULL, NULL, e);
	if (ok == 1)
		ok = holds(db, "SELECT json_type(?1) = 'object'", row->data,
		    NULL, NULL, e);
	if (ok != 1)
		return (ok == -1 ? -1 :
		    error_set(e, "its record is not one JSON object"));
	ok = holds(db, "SELECT count(*) = count(DISTINCT key) FROM "
	    "json_each(?1)", row->data, NULL, NULL, e);
	if (ok != 1)
		return (ok == -1 ? -1 :
		    error_set(e, "its record has a member twice"));
	for (i = 0; i < count; i++) {
		ok = holds(db, "SELECT (SELECT count(*) FROM json_each(?1) "
		    "WHERE key = ?2) = (json_type(?1, '$.' || ?2) IS NOT NULL "
		    "AND instr(?1, '\"' || ?2 || '\"') > 0)", row->data,
		    edit[i].name, NULL, e);
		if (ok != 1)
			return (ok == -1 ? -1 : error_set(e, "its record "
			    "spells the member %s with escapes",
			    edit[i].name));
	}
	return (0);
}

/* Replace ${text}, to be freed, by what ${sql} makes of it. */
static int
replace(struct vmdb *db, const char *sql, char **text, const char *name,
    const char *json, struct error *e)
{
	const char *arg[3];
	char *new;
	int result;

	arg[0] = *text;
	arg[1] = name;
	arg[2] = json;
	result = vmdb_ask(db, sql, arg, json != NULL ? 3 : 2, &new, e);
	if (result != 1)
		return (result == -1 ? -1 :
		    error_set(e, "SQLite cannot edit its record"));
	free(*text);
	*text = new;
	return (0);
}

/* Do ${a} and ${b} differ in the members at ${edit} only? */
static int
compare(struct vmdb *db, const char *a, const char *b,
    const struct vmedit *edit, size_t count, struct error *e)
{
	char *rest[2];
	size_t i, j;
	int result;

	result = -1;
	rest[0] = mem_format("%s", a);
	rest[1] = mem_format("%s", b);
	for (i = 0; i < 2; i++)
		for (j = 0; j < count; j++)
			if (replace(db, "SELECT json_remove(?1, '$.' || ?2)",
			    &rest[i], edit[j].name, NULL, e) == -1)
				goto out;
	result = strcmp(rest[0], rest[1]) == 0;
	for (j = 0; j < count && result == 1; j++)
		result = edit[j].json == NULL ?
		    holds(db, "SELECT json_type(?1, '$.' || ?2) IS NULL", b,
		    edit[j].name, NULL, e) :
		    holds(db, "SELECT iif(type IN ('array', 'object'), "
		    "value, json_quote(atom)) = json(?3) FROM json_each(?1) "
		    "WHERE key = ?2", b, edit[j].name, edit[j].json, e);
out:
	free(rest[0]);
	free(rest[1]);
	return (result);
}

int
vmedit_apply(struct vmdb *db, const struct vmdb_row *row,
    const struct vmedit *edit, size_t count, struct vmdb_row *new,
    struct error *e)
{
	size_t i;
	int result;

	memset(new, 0, sizeof(*new));
	if (vmedit_check(db, row, edit, count, e) == -1)
		return (-1);
	new->data = mem_copy(row->data, row->len);
	for (i = 0; i < count; i++)
		if (replace(db, edit[i].json != NULL ?
		    "SELECT json_set(?1, '$.' || ?2, json(?3))" :
		    "SELECT json_remove(?1, '$.' || ?2)", &new->data,
		    edit[i].name, edit[i].json, e) == -1)
			goto err;
	new->len = strlen(new->data);
	if (vmedit_check(db, new, edit, count, e) == -1)
		goto err;
	result = compare(db, row->data, new->data, edit, count, e);
	if (result == 0)
		error_set(e, "SQLite would change more of its record than "
		    "it was asked to");
	if (result == 1)
		return (0);
err:
	free(new->data);
	new->data = NULL;
	return (-1);
}
