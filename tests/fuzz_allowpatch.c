/* SPDX-License-Identifier: ISC */
/*
 * A machine's record, or its "resources" at a launch: reading it, comparing
 * it, setting a policy in it, and finding what goes past that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smolvm/differ.h"
#include "smolvm/egress.h"
#include "smolvm/other_access.h"
#include "fuzz.h"
#include "base/io.h"
#include "base/json.h"
#include "smolvm/policy.h"
#include "scratch.h"
#include "smolvm/edit.h"
#include "smolvm/machine_state.h"

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

/* Is what ${new} says what ${p} asks for, and no more to do? */
static void
verify(const struct database_row *new, const struct policy *p,
    const struct json *before)
{
	struct edit edit[POLICY_MEMBERS];
	struct json *after;
	struct egress g;
	struct error e;
	char *text;
	FILE *f;

	after = json_parse(new->data, new->len, 0, "", &e);
	require(after != NULL);
	require(json_each(before, same, after) == 0);
	require(json_each(after, same, (void *)(uintptr_t)before) == 0);
	require(egress_read(after, &g, &e) == 0);
	require(policy_is_list(p, &g) && policy_is_dns(p, &g) &&
	    policy_is_rules(p, &g));
	require(policy_edits(p, &g, edit) == 0);
	f = io_memory(&text);
	require((differ_write(f, p, &g, &g) == 0) == (g.hosts == NULL));
	io_memory_end(f, &text);
	free(text);
	egress_free(&g);
	json_free(after);
}

static void
set(const struct database_row *row, const struct json *before,
    const struct egress *g, const struct policy *p)
{
	struct edit edit[POLICY_MEMBERS];
	struct database_row new;
	struct error e;
	size_t i, n;

	n = policy_edits(p, g, edit);
	if (edit_apply(db, row, edit, n, &new, &e) == 0)
		verify(&new, p, before);
	else
		require(n > 0 && strncmp(e.text, "its record", 10) == 0);
	free(new.data);
	for (i = 0; i < n; i++)
		free(edit[i].json);
}

/* What goes past the list is one field of a line, whatever is in it. */
static void
past(const struct json *r)
{
	struct json *list;
	char *text;

	list = other_access_list(r);
	text = json_format(list);
	require(strpbrk(text, "\t\n") == NULL);
	free(text);
	json_free(list);
}

/* What is asked for: a bottle's policy, or none at all. */
static void
ask(struct policy *p, int all)
{
	struct error e;

	memset(p, 0, sizeof(*p));
	require(policy_operand(p, all ? "unrestricted" : "127.0.0.16", &e) ==
	    0);
	require(policy_resolver(p, all ? "none" : "255.255.255.255", &e) == 0);
	require(policy_add_port(p, all ? "none" : "3000", &e) == 0);
	require(policy_finish(p, &e) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct egress g;
	struct error e;
	struct policy p;
	struct json *r;
	struct database_row row;
	struct machine_state state;
	char *text;
	FILE *f;
	int i;

	if (db == NULL) {
		require(scratch_open(&db) == 0);
		atexit(end);
	}
	memset(&g, 0, sizeof(g));
	r = NULL;
	row.data = alloc_copy((const char *)data, len);
	row.len = len;
	row.text = 0;
	if (edit_check(db, &row, &e) == 0 &&
	    (r = json_parse(row.data, len, 0, "its record", &e)) != NULL &&
	    machine_state_read(r, &state, &e) == 0 && egress_read(r, &g, &e) == 0) {
		past(r);
		for (i = 0; i < 2; i++) {
			ask(&p, i);
			f = io_memory(&text);
			differ_write(f, &p, &g, &g);
			differ_list(f, &g);
			differ_ports(f, &g);
			io_memory_end(f, &text);
			free(text);
			set(&row, r, &g, &p);
			policy_free(&p);
		}
	}
	egress_free(&g);
	json_free(r);
	free(row.data);
	return (0);
}
