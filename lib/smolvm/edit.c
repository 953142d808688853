/* SPDX-License-Identifier: ISC */
#include "smolvm/edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/io.h"
#include "base/json.h"
#include "base/sort.h"
#include "smolvm/database.h"
#include "smolvm/members.h"

/*
 * SQLite's JSON functions make the edit: they keep numbers, escapes and order
 * as they are.  What they overlook (measured with 3.40.1 and 3.51.1) is looked
 * at here: a NUL ends the text, invalid UTF-8 passes, a member that is spelled
 * with an escape is not found by json_set(), and only the first of two is
 * changed.  The result is not taken on trust either.
 */

/* No member twice, none with escapes: all keys are what they look like. */
static int
check_keys(const char *text, struct error *e)
{
	char quoted[ERROR_QUOTE];
	struct members_one *all, m;
	const char *p;
	size_t n, room;
	int result;

	all = NULL;
	n = room = 0;
	result = -1;
	for (p = text; members_next(&p, &m) == 1; n++) {
		if (memchr(m.key, '\\', m.key_len) != NULL) {
			error_set(e, "its record spells a member with "
			    "escapes: %s", error_quote(quoted, m.key,
			    m.key_len));
			goto out;
		}
		if (n == room) {
			room = room * 2 + 64;
			all = alloc_resize(all, room, sizeof(*all));
		}
		all[n] = m;
	}
	if (sort_unique(all, n, sizeof(*all), members_compare) < n)
		error_set(e, "its record has a member twice");
	else
		result = 0;
out:
	free(all);
	return (result);
}

int
edit_check(struct database *db, const struct database_row *row, struct error *e)
{
	const char *arg[1];
	char *answer;
	int result;

	if (json_check_text(row->data, row->len, "its record", e) == -1)
		return (-1);
	arg[0] = row->data;
	result = database_ask(db, "SELECT CASE WHEN json_valid(?1) THEN "
	    "nullif(json_type(?1) = 'object', 0) END", arg, 1, &answer, e);
	if (result == 0)
		error_set(e, "its record is not one JSON object");
	if (result != 1)
		return (-1);
	free(answer);
	return (check_keys(row->data, e));
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

/* Is the next member at ${p} this one? */
static int
next_is(const char **p, const struct members_one *m, const char *value,
    size_t len)
{
	struct members_one n;

	return (members_next(p, &n) == 1 && members_compare(m, &n) == 0 &&
	    n.value_len == len && memcmp(n.value, value, len) == 0);
}

/* Is ${new} ${old} with these edits, and with no others? */
static int
is_edited(const char *old, const char *new, const struct edit *edit,
    size_t count)
{
	struct members_one m;
	int found[EDIT_MAX];
	size_t i;

	memset(found, 0, sizeof(found));
	while (members_next(&old, &m) == 1) {
		for (i = 0; i < count && !members_is(&m, edit[i].name); i++)
			continue;
		if (i == count && !next_is(&new, &m, m.value, m.value_len))
			return (0);
		if (i == count)
			continue;
		found[i] = 1;
		if (edit[i].json != NULL && !next_is(&new, &m, edit[i].json,
		    strlen(edit[i].json)))
			return (0);
	}
	for (i = 0; i < count; i++) {
		if (found[i] || edit[i].json == NULL)
			continue;
		m.key = edit[i].name;
		m.key_len = strlen(m.key);
		if (!next_is(&new, &m, edit[i].json, strlen(edit[i].json)))
			return (0);
	}
	return (members_next(&new, &m) == 0);
}

/* The same, where ${old} has blanks between its tokens: 0, or -1. */
static int
verify(struct database *db, const char *old, const char *new,
    const struct edit *edit, size_t count, struct error *e)
{
	char *plain;
	int same;

	if (is_edited(old, new, edit, count))
		return (0);
	if (database_ask(db, "SELECT json(?1)", &old, 1, &plain, e) != 1)
		return (-1);
	same = is_edited(plain, new, edit, count);
	free(plain);
	return (same ? 0 : error_set(e, "SQLite would change more of its "
	    "record than it was asked to"));
}

int
edit_apply(struct database *db, const struct database_row *row,
    const struct edit *edit, size_t count, struct database_row *new,
    struct error *e)
{

	memset(new, 0, sizeof(*new));
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
