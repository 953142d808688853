/* SPDX-License-Identifier: ISC */
#include "smolvm/patch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/io.h"
#include "base/json.h"
#include "smolvm/edit.h"
#include "smolvm/machine.h"
#include "smolvm/policy.h"

#define TRIES	5	/* while others change the record */

/* Refuse a record in which ${p} would mean something else. */
static int
check_meaning(const struct machine *m, const struct policy *asked,
    const struct policy *p, int flags, struct error *e)
{

	if (m->row.text)
		return (error_set(e, "its record is stored as TEXT, which no "
		    "engine can read: repair it with -r"));
	if (m->policy.hosts != NULL)
		return (error_set(e, "has dns_filter_hosts, which add the "
		    "addresses of %s to any list: create it without them",
		    m->policy.hosts));
	if (policy_has(&m->policy, POLICY_RULES) &&
	    policy_asks(asked, POLICY_LIST) &&
	    !policy_asks(asked, POLICY_RULES))
		return (error_set(e, "has egress_rules, which override the "
		    "list: use -p PORT or -p none"));
	if (m->policy.offline && (flags & PATCH_NETWORK) == 0 &&
	    policy_has(p, POLICY_LIST) && !policy_has(&m->policy, POLICY_LIST))
		return (error_set(e, "has no network, and a list would turn "
		    "it on: use -N if that is meant"));
	return (0);
}

/* Do patch_set() once.  Return 2 if the record changed since it was read. */
static int
set_once(const struct machine_home *home, const char *name,
    const struct policy *asked, int flags, struct machine *m,
    struct policy *p, struct error *e)
{
	struct edit edit[POLICY_COUNT];
	struct database_row new;
	size_t i, n;
	int dry, result;

	dry = (flags & PATCH_DRY) != 0;
	memset(&new, 0, sizeof(new));
	memset(p, 0, sizeof(*p));
	n = 0;
	result = -1;
	if (machine_load(home, name, dry ? 0 : MACHINE_LOCK, m, e) == -1 ||
	    machine_check_unreserved(home, name, e) == -1 ||
	    policy_complete(asked, &m->policy, p, e) == -1 ||
	    check_meaning(m, asked, p, flags, e) == -1 ||
	    (!dry && machine_check_stopped(m, e) == -1))
		goto out;
	n = policy_edits(p, &m->policy, m->record, edit);
	if (n == 0)
		result = 0;
	else if (edit_apply(home->db, &m->row, m->record, edit, n, &new,
	    e) == 0)
		result = 1;
	if (result == 1 && !dry)
		result = database_write(home->db, &m->row, &new, 1, e);
	if (n > 0 && result == 0)
		result = 2;
out:
	for (i = 0; i < n; i++)
		free(edit[i].json);
	free(new.data);
	return (result);
}

int
patch_set(const struct machine_home *home, const char *name,
    const struct policy *asked, int flags, struct machine *m,
    struct policy *p, struct error *e)
{
	int i, result;

	for (i = 0; i < TRIES; i++) {
		result = set_once(home, name, asked, flags, m, p, e);
		machine_unlock(m);
		if (result != 2)
			return (result);
		machine_free(m);
		policy_free(p);
	}
	return (error_set(e, "its record was changed by others %d times, "
	    "each time before ours was written", TRIES));
}

void
patch_notes(FILE *f, const struct machine *m, const struct policy *p)
{
	const char *backend, *ports;
	struct json *shown;

	shown = policy_shown(p, POLICY_RULES);
	ports = json_string(shown);
	if (ports != NULL && strcmp(ports, "other") == 0)
		fputs("its egress_rules are not just ports of the list, and "
		    "override it: -p none removes them\n", f);
	json_free(shown);
	if (m->home->machines == NULL)
		fputs("a start under way cannot be detected, because this is "
		    "not the engine's own database\n", f);
	if (m->unindexed)
		fputs(MACHINE_UNINDEXED "\n", f);
	if (!policy_has(p, POLICY_LIST)) {
		if (json_kind(p->value[POLICY_LIST]) != JSON_NULL &&
		    !m->policy.offline)
			fputs("an empty list does not deny everything: engines "
			    "with the TSI backend add the host's resolver, "
			    "with all its ports\n", f);
		return;
	}
	backend = json_get_string(m->record, "network_backend");
	if (backend != NULL && strcmp(backend, "tsi") == 0)
		fputs("its network_backend is tsi: smolvm 1.1.3 and later do "
		    "not start that with a list\n", f);
	if (!policy_has(p, POLICY_DNS))
		fputs("no resolver is set (-D): smolvm 1.1.3 and later answer "
		    "queries to port 53 of any address through the host's, "
		    "list or not\n", f);
	if (policy_has(p, POLICY_RULES))
		fputs("port rules are enforced by smolvm 1.28.1 and later: "
		    "older engines ignore them and open all ports of the "
		    "list\n", f);
}

/* --- repair ------------------------------------------------------------- */

/* Write why ${m}'s row is beyond repair. */
static void
write_bad(FILE *f, const struct machine *m, const struct error *e)
{

	machine_write_name(f, &m->row);
	fprintf(f, ": %s: no repair is possible: restore the row from a "
	    "backup, or delete it (rowid %lld of the table vms)\n", e->text,
	    m->row.id);
}

static int
is_among(const struct database_row *row, size_t n, long long id)
{
	size_t i;

	for (i = 0; i < n && row[i].id != id; i++)
		continue;
	return (i < n);
}

/*
 * Find the rows to repair and store them at ${old}, which has room for
 * ${count}.  Return their number.
 */
static size_t
find_broken(const struct machine_home *home, const long long *id,
    size_t count, struct database_row *old, FILE *bad, size_t *beyond)
{
	struct machine_home records;
	struct machine m;
	struct error e;
	size_t i, n;
	int result;

	/* The machines' folders do not matter. */
	records = *home;
	records.machines = NULL;
	*beyond = 0;
	for (i = n = 0; i < count; i++) {
		if (is_among(old, n, id[i]))
			continue;
		result = machine_load_row(&records, id[i], &m, &e);
		if (result == -1) {
			write_bad(bad, &m, &e);
			++*beyond;
		} else if (result == 0 && m.row.text) {
			old[n++] = m.row;
			memset(&m.row, 0, sizeof(m.row));
		}
		machine_free(&m);
	}
	return (n);
}

/* Do patch_repair() once.  Return -2 if a record changed since it was read. */
static int
repair_once(const struct machine_home *home, const long long *id,
    size_t count, int dry, FILE *fixed, FILE *bad, size_t *beyond,
    struct error *e)
{
	struct database_row *old;
	size_t i, n;
	int result;

	old = alloc_array(count + 1, sizeof(*old));
	n = find_broken(home, id, count, old, bad, beyond);
	result = n > 0 && !dry ? database_write(home->db, old, old, n, e) : 1;
	if (result == 1) {
		result = (int)n;
		for (i = 0; i < n; i++) {
			machine_write_name(fixed, &old[i]);
			fputc('\n', fixed);
		}
	} else if (result == 0)
		result = -2;
	for (i = 0; i < n; i++)
		database_row_free(&old[i]);
	free(old);
	return (result);
}

int
patch_repair(const struct machine_home *home, const long long *id,
    size_t count, int dry, FILE *fixed, FILE *bad, size_t *beyond,
    struct error *e)
{
	char *lines;
	FILE *f;
	int i, result;

	for (i = 0; i < TRIES; i++) {
		f = io_memory(&lines);
		result = repair_once(home, id, count, dry, fixed, f, beyond,
		    e);
		io_memory_end(f, &lines);
		if (result != -2)
			fputs(lines, bad);
		free(lines);
		if (result != -2)
			return (result);
	}
	return (error_set(e, "records were changed by others %d times, each "
	    "time before ours were written", TRIES));
}
