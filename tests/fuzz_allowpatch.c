/* SPDX-License-Identifier: ISC */
/*
 * A machine's record, or its "resources" at a launch: reading it, comparing
 * it, setting a policy in it, and finding what goes past that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "base/io.h"
#include "base/json.h"
#include "fuzz.h"
#include "scratch.h"
#include "smolvm/edit.h"
#include "smolvm/machine.h"
#include "smolvm/other_access.h"
#include "smolvm/policy.h"
#include "smolvm/report.h"

static struct database *db;

static void
end(void)
{

	database_close(db);
}

/* Is the member ${key} of the record ${arg} ${value}, unless it is set? */
static int
same(const char *key, const struct json *value, void *arg)
{
	struct json *other;
	char *a, *b;

	if (strcmp(key, "allowed_cidrs") == 0 || strcmp(key, "dns") == 0 ||
	    strcmp(key, "egress_rules") == 0)
		return (0);
	other = json_get(arg, key);
	require(other != NULL);
	a = json_format(value);
	b = json_format(other);
	require(strcmp(a, b) == 0);
	free(a);
	free(b);
	json_free(other);
	return (0);
}

/* Does ${new} say what ${p} says, with no more to do, and do others stay? */
static void
verify(const struct database_row *new, const struct policy *p,
    const struct json *before)
{
	struct edit edit[POLICY_COUNT];
	struct policy now;
	struct json *after;
	struct error e;
	size_t i;

	after = json_parse(new->data, new->len, 0, "", &e);
	require(after != NULL);
	require(json_each(before, same, after) == 0);
	require(json_each(after, same, (void *)(uintptr_t)before) == 0);
	require(policy_read(after, &now, &e) == 0);
	for (i = 0; i < POLICY_COUNT; i++)
		require(policy_same(p, &now, i));
	require(policy_edits(p, &now, after, edit) == 0);
	policy_free(&now);
	json_free(after);
}

/* Set ${p} in ${row}; ${out} becomes the new row.  Return 0 if it is. */
static int
set(const struct database_row *row, const struct json *r,
    const struct policy *before, const struct policy *p,
    struct database_row *out)
{
	struct edit edit[POLICY_COUNT];
	struct error e;
	size_t i, n;
	int result;

	out->data = NULL;
	n = policy_edits(p, before, r, edit);
	result = n > 0 ? edit_apply(db, row, r, edit, n, out, &e) : -1;
	if (result == 0)
		verify(out, p, r);
	else
		require(n == 0 || strncmp(e.text, "its record", 10) == 0);
	for (i = 0; i < n; i++)
		free(edit[i].json);
	return (result);
}

/* A set policy can be undone. */
static void
undo(const struct database_row *new, const struct policy *before)
{
	struct database_row old;
	struct policy now;
	struct json *r;
	struct error e;

	r = json_parse(new->data, new->len, 0, "", &e);
	require(r != NULL && policy_read(r, &now, &e) == 0);
	set(new, r, &now, before, &old);
	free(old.data);
	policy_free(&now);
	json_free(r);
}

/* Other access is one field of a line, whatever is in it. */
static void
check_other(const struct json *r)
{
	struct json *list;
	char *text;

	list = other_access_list(r, r);
	text = json_format(list);
	require(strpbrk(text, "\t\n") == NULL);
	free(text);
	json_free(list);
}

/* What is asked for: a bottle's policy, or none at all. */
static void
ask(struct policy *p, int all)
{
	char list[2][sizeof("unrestricted")] = { "127.0.0.16",
	    "unrestricted" };
	char *argv[] = { list[all] };
	struct input in;
	struct error e;

	memset(p, 0, sizeof(*p));
	require(policy_option(p, 'D', all ? "none" : "255.255.255.255", &e) ==
	    0);
	require(policy_option(p, 'p', all ? "none" : "3000", &e) == 0);
	require(policy_operands(p, 1, argv, &in, &e) == 0);
}

static void
try(const struct machine *m, int all)
{
	struct database_row new;
	struct policy asked, p;
	struct error e;
	char *text;
	FILE *f;

	ask(&asked, all);
	require(policy_complete(&asked, &m->policy, &p, &e) == 0);
	f = io_memory(&text);
	report_difference(f, &asked, m, &m->policy);
	policy_reach(f, &m->policy);
	io_memory_end(f, &text);
	free(text);
	if (set(&m->row, m->record, &m->policy, &p, &new) == 0)
		undo(&new, &m->policy);
	free(new.data);
	policy_free(&p);
	policy_free(&asked);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct machine m;
	struct error e;

	if (db == NULL) {
		require(scratch_open(&db) == 0);
		atexit(end);
	}
	memset(&m, 0, sizeof(m));
	m.lock = -1;
	m.row.data = alloc_copy((const char *)data, len);
	m.row.len = len;
	if ((m.record = edit_read(db, &m.row, &e)) != NULL &&
	    policy_read(m.record, &m.policy, &e) == 0) {
		check_other(m.record);
		try(&m, 0);
		try(&m, 1);
	}
	machine_free(&m);
	return (0);
}
