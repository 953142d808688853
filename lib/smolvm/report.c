/* SPDX-License-Identifier: ISC */
#include "smolvm/report.h"

#include "base/io.h"
#include "base/json.h"
#include "smolvm/machine.h"
#include "smolvm/other_access.h"
#include "smolvm/policy.h"

/* --- listing ------------------------------------------------------------ */

/* A line about ${m}, whose state is ${state}. */
static void
write_line(FILE *f, const struct machine *m, const char *state)
{
	struct json *other;
	size_t i;

	machine_write_name(f, &m->row);
	if (!m->readable) {
		for (i = 0; i < POLICY_COUNT + 2; i++)
			fputs("\t?", f);
		fputs("\t[\"unknown record\"]\n", f);
		return;
	}
	fprintf(f, "\t%s\t", state);
	policy_reach(f, &m->policy);
	for (i = 1; i < POLICY_COUNT; i++) {
		fputc('\t', f);
		policy_text(f, &m->policy, i);
	}
	fprintf(f, "\t%s\t", m->policy.hosts != NULL ? m->policy.hosts :
	    "none");
	other = other_access_machine(m);
	json_write(f, other);
	json_free(other);
	fputc('\n', f);
}

/* The same as an object; ${state} is NULL if it is not known. */
static struct json *
make_object(const struct machine *m, const char *state)
{
	struct json *r;
	size_t i;

	r = json_new(JSON_OBJECT);
	json_set_string(r, "name", m->row.name);
	json_set_string(r, "state", state);
	json_set(r, "network", json_get(m->record, "network"));
	for (i = 0; i < POLICY_COUNT; i++)
		json_set(r, policy_shown_name(i), m->readable ?
		    policy_shown(&m->policy, i) : NULL);
	json_set(r, "dns_filter_hosts", json_get(m->record,
	    "dns_filter_hosts"));
	json_set(r, "beside_ip", m->readable ? other_access_machine(m) : NULL);
	json_set(r, "record", json_copy(m->record));
	return (r);
}

/* Write a line about ${m} to ${errors}. */
static void
write_error(FILE *errors, const struct machine *m, const char *why)
{

	machine_write_name(errors, &m->row);
	fprintf(errors, ": %s\n", why);
}

size_t
report_list(FILE *f, const struct machine_home *home, const long long *id,
    size_t count, int json, FILE *errors)
{
	const char *state;
	struct json *all, *r;
	struct machine m;
	struct error e;
	size_t bad, i;
	int result;

	bad = 0;
	all = json_new(JSON_ARRAY);
	for (i = 0; i < count; i++) {
		result = machine_load_row(home, id[i], &m, &e);
		if (result == 1)
			continue;
		state = result == 0 ? machine_current(&m) : NULL;
		if (json)
			json_append(all, make_object(&m, state));
		else
			write_line(f, &m, state != NULL ? state : "?");
		if (result == 0 && m.row.text)
			error_set(&e, "its record is stored as TEXT, which "
			    "no engine can read: repair it with -r");
		if (result == -1 || m.row.text) {
			write_error(errors, &m, e.text);
			bad++;
		}
		if (m.unindexed)
			write_error(errors, &m, MACHINE_UNINDEXED);
		machine_free(&m);
	}
	r = json_new(JSON_OBJECT);
	json_set(r, "machines", all);
	if (json) {
		json_write(f, r);
		fputc('\n', f);
	}
	json_free(r);
	return (bad);
}

/* --- the launch record -------------------------------------------------- */

void
report_record(struct json *record, const char *name,
    const struct policy *before, const struct policy *after)
{
	size_t i;

	json_set_string(record, "machine", name);
	for (i = 0; i < POLICY_COUNT; i++)
		json_set(record, policy_shown_name(i),
		    policy_shown(after, i));
	json_set(record, "previous", policy_verbatim(before));
}

/* --- comparing ---------------------------------------------------------- */

/* Is member ${i} of ${p} as wanted?  Rules not asked for must be narrow. */
static int
is_right(const struct policy *asked, const struct policy *wanted,
    const struct policy *p, size_t i)
{

	if (policy_asks(asked, i))
		return (policy_same(wanted, p, i));
	return (i != POLICY_RULES || policy_is_narrow(p));
}

/* Why the record and the launch differ, in parentheses. */
static const char *
reason(const struct machine *m, const struct policy *launched, size_t i,
    int recorded, int was_launched)
{

	if (launched == NULL)
		return ("");
	if (i == POLICY_RULES && launched->value[i] == NULL &&
	    recorded && !was_launched)
		return (" (this engine knows no rules, or was started "
		    "without)");
	if (i == POLICY_LIST && m->policy.hosts != NULL)
		return (" (the addresses of its host names were added)");
	if (recorded && !was_launched)
		return (" (started before the record was changed)");
	if (was_launched && !recorded)
		return (" (the record was changed since the start)");
	return ("");
}

static void
write_difference(FILE *f, const struct policy *asked,
    const struct policy *wanted, const struct policy *p, size_t i,
    const char *how, const char *why)
{

	fprintf(f, "%s: %s ", policy_name(i), how);
	if (policy_asks(asked, i)) {
		policy_text(f, p, i);
		fputs(", not ", f);
		policy_text(f, wanted, i);
	} else
		fputs("rules that override the list", f);
	fprintf(f, "%s\n", why);
}

int
report_difference(FILE *f, const struct policy *asked,
    const struct machine *m, const struct policy *launched)
{
	static const char *const how[] = { "recorded as", "launched with" };
	const struct policy *p[2];
	struct policy wanted;
	struct error e;
	int i, n, right[2];
	size_t j;

	n = 0;
	if (policy_complete(asked, &m->policy, &wanted, &e) == -1)
		n += fprintf(f, "%s\n", e.text) > 0;
	if (m->policy.hosts != NULL)
		n += fprintf(f, "dns_filter_hosts: add the addresses of %s "
		    "to the list at every start\n", m->policy.hosts) > 0;
	if (launched == NULL)
		n += fprintf(f, "does not run: it was never started, was "
		    "stopped, or its start failed\n") > 0;
	p[0] = &m->policy;
	p[1] = launched;
	for (i = 0; i < 2 && p[i] != NULL; i++)
		for (j = 0; j < POLICY_COUNT; j++) {
			right[0] = is_right(asked, &wanted, p[0], j);
			right[1] = launched != NULL &&
			    is_right(asked, &wanted, launched, j);
			if (right[i])
				continue;
			write_difference(f, asked, &wanted, p[i], j, how[i],
			    reason(m, launched, j, right[0], right[1]));
			n++;
		}
	policy_free(&wanted);
	return (n);
}
