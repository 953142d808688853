/* SPDX-License-Identifier: ISC */
#include "smolvm/machine.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "smolvm/edit.h"

int
machine_open(struct machine_home *home, const char *file, struct error *e)
{

	memset(home, 0, sizeof(*home));
	paths_default(&home->place);
	home->path = file != NULL ? file : home->place.database;
	home->machines = paths_machines(&home->place, home->path);
	return (database_open(home->path, &home->db, e));
}

void
machine_close(struct machine_home *home)
{

	database_close(home->db);
	home->db = NULL;
}

void
machine_leave(struct machine_home *home)
{

	paths_place_free(&home->place);
}

int
machine_names(const struct machine_home *home, char ***name, size_t *count,
    struct error *e)
{
	struct json *list, *r;
	const char *s;
	char *text;
	size_t i;

	*count = 0;
	if (database_ask(home->db, "SELECT json_group_array(name) FROM "
	    "(SELECT name FROM vms ORDER BY name)", NULL, 0, &text, e) != 1)
		return (-1);
	list = json_parse(text, strlen(text), 0, "the machines' names", e);
	free(text);
	if (list == NULL)
		return (-1);
	*name = alloc_array(json_count(list) + 1, sizeof(**name));
	for (i = 0; i < json_count(list); i++) {
		r = json_at(list, i);
		s = json_string(r);
		if (s != NULL)
			(*name)[(*count)++] = alloc_copy(s, strlen(s));
		json_free(r);
	}
	json_free(list);
	return (0);
}

/* Find the machine's folder and, if asked to, lock it. */
static int
enter(const struct machine_home *home, const char *name, int flags,
    struct machine *m, struct error *e)
{
	int result;

	if (home->machines == NULL)
		return (0);
	result = paths_find(home->machines, name, &m->dir, e);
	if (result != 1 || (flags & MACHINE_LOCK) == 0)
		return (result == -1 ? -1 : 0);
	result = paths_lock(m->dir, &m->lock, e);
	if (result == 1)
		return (error_set(e, "is being started just now: %s/vm.lock "
		    "is held", m->dir));
	return (result);
}

int
machine_load(const struct machine_home *home, const char *name, int flags,
    struct machine *m, struct error *e)
{
	int found;

	memset(m, 0, sizeof(*m));
	m->lock = -1;
	if (enter(home, name, flags, m, e) == -1)
		return (-1);
	found = database_read(home->db, name, &m->row, e);
	if (found != 1)
		return (found == -1 ? -1 : error_set(e, "no such machine"));
	if (m->row.text)
		return (error_set(e, "its record is stored as TEXT, which no "
		    "engine can read: repair it with -r"));
	if (edit_check(home->db, &m->row, e) == -1)
		return (-1);
	m->record = json_parse(m->row.data, m->row.len, 0, "its record", e);
	if (m->record == NULL || machine_state_read(m->record, &m->state, e) == -1)
		return (-1);
	return (egress_read(m->record, &m->egress, e));
}

const char *
machine_current(const struct machine *m)
{
	struct machine_state recorded;
	struct error ignored;

	recorded = m->state;
	recorded.pid = 0;
	if (machine_state_stopped(&m->state, m->dir, &ignored) == 0)
		return (strcmp(m->state.text, "running") == 0 ? "stopped" :
		    m->state.text);
	return (machine_state_stopped(&recorded, NULL, &ignored) == 0 ?
	    "running" : m->state.text);
}

void
machine_unlock(struct machine *m)
{

	if (m->lock != -1)
		close(m->lock);
	m->lock = -1;
}

void
machine_free(struct machine *m)
{

	machine_unlock(m);
	free(m->dir);
	free(m->row.data);
	json_free(m->record);
	egress_free(&m->egress);
	memset(m, 0, sizeof(*m));
	m->lock = -1;
}

int
machine_launched(const struct machine_home *home, const struct machine *m,
    struct egress *g, struct error *e)
{
	struct json *launch, *resources;
	char *text;
	size_t len;
	int result;

	memset(g, 0, sizeof(*g));
	if (home->machines == NULL)
		return (error_set(e, "what it was launched with is not known, "
		    "as its database is not where the engine looks"));
	if (m->dir == NULL)
		return (0);
	launch = resources = NULL;
	result = paths_config(m->dir, &text, &len, e);
	if (result != 1)
		return (result);
	launch = json_parse(text, len, 0, "agent.config.json", e);
	if (launch == NULL) {
		result = -1;
		goto out;
	}
	/* smolvm 1.9.3 src/agent/manager.rs: the policy is in "resources". */
	resources = json_get(launch, "resources");
	if (resources == NULL || json_kind(resources) != JSON_OBJECT)
		result = error_set(e, "agent.config.json: has no resources");
	else if (egress_read(resources, g, e) == -1)
		result = error_prefix(e, "agent.config.json");
out:
	json_free(resources);
	json_free(launch);
	free(text);
	return (result);
}
