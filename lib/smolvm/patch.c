/* SPDX-License-Identifier: ISC */
#include "smolvm/patch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "smolvm/edit.h"
#include "smolvm/machine.h"
#include "smolvm/policy.h"

#define TRIES	5	/* while others change the record */

/* Refuse what would not mean what it says. */
static int
meaningful(const struct policy *p, const struct egress *g, struct error *e)
{

	if (g->hosts != NULL)
		return (error_set(e, "its dns_filter_hosts widen any list by "
		    "the addresses of %s", g->hosts));
	if (g->rules.count > 0 && p->rules == POLICY_KEEP)
		return (error_set(e, "has egress_rules, which override any "
		    "list: say with -p what shall become of them"));
	return (0);
}

/* patch_set() once; 2 if somebody else changed the record meanwhile. */
static int
set_once(const struct machine_home *home, const char *name,
    const struct policy *p, int dry, struct machine *m, struct error *e)
{
	struct edit edit[POLICY_MEMBERS];
	struct database_row new;
	char *machine;
	size_t i, n;
	int result;

	machine = alloc_copy(name, strlen(name));
	memset(&new, 0, sizeof(new));
	n = 0;
	result = -1;
	if (machine_load(home, name, dry ? 0 : MACHINE_LOCK, m, e) == -1 ||
	    machine_unreserved(home->db, name, e) == -1 ||
	    meaningful(p, &m->egress, e) == -1 ||
	    (!dry && machine_state_stopped(&m->state, m->dir, e) == -1))
		goto out;
	n = policy_edits(p, &m->egress, edit);
	if (n == 0)
		result = 0;
	else if (edit_apply(home->db, &m->row, edit, n, &new, e) == 0)
		result = 1;
	if (result == 1 && !dry)
		result = database_write(home->db, &machine, &m->row, &new, 1, e);
	if (n > 0 && result == 0)
		result = 2;
out:
	for (i = 0; i < n; i++)
		free(edit[i].json);
	free(new.data);
	free(machine);
	return (result);
}

int
patch_set(const struct machine_home *home, const char *name,
    const struct policy *p, int dry, struct machine *m, struct error *e)
{
	int i, result;

	for (i = 0; i < TRIES; i++) {
		result = set_once(home, name, p, dry, m, e);
		machine_unlock(m);
		if (result != 2)
			return (result);
		machine_free(m);
	}
	return (error_set(e, "its record was changed by others %d times, "
	    "each time before ours was written", TRIES));
}

static int
member_is(const struct json *r, const char *key, const char *json)
{
	struct json *v;
	char *text;
	int result;

	v = json_get(r, key);
	if (v == NULL)
		return (0);
	text = json_format(v);
	result = strcmp(text, json) == 0;
	free(text);
	json_free(v);
	return (result);
}

void
patch_notes(FILE *f, const struct machine_home *home,
    const struct policy *p, const struct machine *m)
{
	int dns;

	if (home->machines == NULL)
		fputs("its database is not where the engine looks: a start in "
		    "flight would not be seen\n", f);
	dns = p->dns == POLICY_SET ||
	    (p->dns == POLICY_KEEP && m->egress.dns != NULL);
	if (!p->open && p->count == 0)
		fputs("an empty list is not \"nothing\" everywhere: engines "
		    "that proxy sockets (TSI) still open the host's resolver, "
		    "on all ports\n", f);
	if (p->count == 0)
		return;
	if (member_is(m->record, "network", "false"))
		fputs("was made without a network: the list turns it on\n",
		    f);
	if (member_is(m->record, "network_backend", "\"tsi\""))
		fputs("its network_backend is tsi: smolvm 1.1.3 and later do "
		    "not start that with a list\n", f);
	if (!dns)
		fputs("no resolver is set (-D): smolvm 1.1.3 and later answer "
		    "queries to port 53 of any address through the host's, "
		    "list or not\n", f);
}

static int
is_among(char *const *list, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n && strcmp(list[i], name) != 0; i++)
		continue;
	return (i < n);
}

/* patch_repair() once; -2 if somebody else changed one meanwhile. */
static int
repair_once(const struct machine_home *home, char *const *name, size_t count,
    int dry, int *fixed, struct error *e)
{
	char quoted[ERROR_QUOTE], **broken;
	struct database_row *new, *old;
	size_t i, n;
	int found, result;

	broken = alloc_array(count + 1, sizeof(*broken));
	old = alloc_array(count + 1, sizeof(*old));
	new = alloc_array(count + 1, sizeof(*new));
	result = -1;
	for (i = n = 0; i < count; i++) {
		fixed[i] = 0;
		if (is_among(broken, n, name[i]))
			continue;
		found = database_read(home->db, name[i], &old[n], e);
		if (found == 0)
			error_set(e, "no such machine");
		if (found != 1)
			goto out;
		fixed[i] = old[n].text;
		if (old[n].text &&
		    edit_check(home->db, &old[n], e) == -1) {
			n++;
			goto out;
		}
		new[n] = old[n];
		new[n].text = 0;
		broken[n] = name[i];
		if (old[n].text)
			n++;
		else
			free(old[n].data);
	}
	result = (int)n;
	if (n > 0 && !dry) {
		found = database_write(home->db, broken, old, new, n, e);
		result = found == 1 ? (int)n : found == 0 ? -2 : -1;
		i = count;
	}
out:
	if (result == -1 && i < count) {
		error_quote(quoted, name[i], strlen(name[i]));
		error_prefix(e, "%s", quoted);
	}
	while (n > 0)
		free(old[--n].data);
	free(old);
	free(new);
	free(broken);
	return (result);
}

int
patch_repair(const struct machine_home *home, char *const *name,
    size_t count, int dry, int *fixed, struct error *e)
{
	int i, result;

	for (i = 0; i < TRIES; i++) {
		result = repair_once(home, name, count, dry, fixed, e);
		if (result != -2)
			return (result);
	}
	return (error_set(e, "records were changed by others %d times, each "
	    "time before ours were written", TRIES));
}
