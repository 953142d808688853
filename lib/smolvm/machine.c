/* SPDX-License-Identifier: ISC */
#include "smolvm/machine.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/io.h"
#include "base/json.h"
#include "base/process.h"
#include "smolvm/edit.h"

#define NEAR_MAX	3	/* names to propose for a wrong one */
#define NEAR_LENGTH	64	/* bytes of a name to compare */
#define NEAR_EDITS	2	/* differences of a misspelling */

int
machine_open(struct machine_home *home, const char *file, int write,
    struct error *e)
{
	int result;

	memset(home, 0, sizeof(*home));
	paths_default(&home->place);
	home->path = file != NULL ? file : home->place.database;
	home->machines = paths_machines(&home->place, home->path);
	if (file == NULL && !write && !paths_exists(home->path))
		return (0);
	result = database_open(home->path, write, &home->db, e);
	return (result == 0 || (result == 1 && file == NULL && !write) ? 0 :
	    -1);
}

void
machine_close(struct machine_home *home)
{

	database_close(home->db);
	paths_place_free(&home->place);
	memset(home, 0, sizeof(*home));
}

int
machine_ids(const struct machine_home *home, long long **id, size_t *count,
    struct error *e)
{

	*id = NULL;
	*count = 0;
	if (home->db == NULL)
		return (0);
	return (database_ids(home->db, id, count, e));
}

/* --- near names --------------------------------------------------------- */

/* The number of bytes to add, remove or change to turn ${a} into ${b}. */
static size_t
distance(const char *a, const char *b)
{
	size_t cost, diagonal, i, j, row[NEAR_LENGTH + 1], up;

	for (j = 0; j <= strlen(b); j++)
		row[j] = j;
	for (i = 0; a[i] != '\0'; i++) {
		diagonal = row[0];
		row[0] = i + 1;
		for (j = 0; b[j] != '\0'; j++) {
			cost = tolower((unsigned char)a[i]) !=
			    tolower((unsigned char)b[j]);
			up = row[j + 1];
			row[j + 1] = diagonal + cost;
			if (up + 1 < row[j + 1])
				row[j + 1] = up + 1;
			if (row[j] + 1 < row[j + 1])
				row[j + 1] = row[j] + 1;
			diagonal = up;
		}
	}
	return (row[j]);
}

static int
is_near(const char *wrong, const char *name)
{
	size_t len;

	len = strlen(wrong);
	if (len == 0 || len > NEAR_LENGTH || strlen(name) > NEAR_LENGTH)
		return (0);
	return (strncasecmp(wrong, name, len) == 0 ||
	    strncasecmp(wrong, name, strlen(name)) == 0 ||
	    distance(wrong, name) <= (len > 3 ? NEAR_EDITS : 1));
}

/* Set ${e}: no machine ${name}; propose similar names. */
static int
none(const struct machine_home *home, const char *name, struct error *e)
{
	char *near;
	struct database_row row;
	struct error ignored;
	long long *id;
	size_t count, found, i;
	FILE *f;

	found = 0;
	f = io_memory(&near);
	if (machine_ids(home, &id, &count, &ignored) == -1)
		count = 0;
	for (i = 0; i < count && found < NEAR_MAX; i++) {
		database_read(home->db, id[i], &row, &ignored);
		if (row.name != NULL && is_near(name, row.name))
			fprintf(f, "%s%s", found++ > 0 ? ", " : "",
			    error_quote(row.name));
		database_row_free(&row);
	}
	io_memory_end(f, &near);
	error_set(e, "no such machine in %s%s%s%s", home->path,
	    found > 0 ? " (did you mean " : "", near, found > 0 ? "?)" : "");
	free(near);
	free(id);
	return (-1);
}

int
machine_find(const struct machine_home *home, const char *name,
    long long *id, struct error *e)
{
	int found;

	found = home->db != NULL ? database_find(home->db, name, id, e) : 0;
	return (found == 0 ? none(home, name, e) : found);
}

/* --- reading ------------------------------------------------------------ */

/* Read the member ${key}, a whole number; 0 if it is null or absent. */
static int
read_number(const struct json *record, const char *key, long long *n,
    struct error *e)
{
	struct json *v;
	int result;

	*n = 0;
	result = 0;
	v = json_get(record, key);
	if (json_kind(v) != JSON_NULL &&
	    (json_integer(v, n) == -1 || *n < 0))
		result = error_set(e, "its %s is neither null nor a whole "
		    "number below 2^53", key);
	json_free(v);
	return (result);
}

static int
read_state(struct machine *m, struct error *e)
{
	const char *text;
	long long start;

	/* smolvm 1.9.3 src/config.rs: the default state is created. */
	text = json_has(m->record, "state") ?
	    json_get_string(m->record, "state") : "created";
	if (text == NULL)
		return (error_set(e, "its state is not a string"));
	strcpy(m->state, error_quote(text));
	if (read_number(m->record, "pid", &m->pid, e) == -1 ||
	    read_number(m->record, "pid_start_time", &start, e) == -1)
		return (-1);
	m->start = (unsigned long long)start;
	return (0);
}

/* Read the record in ${m}'s row. */
static int
read_record(struct machine *m, struct error *e)
{

	m->record = edit_read(m->home->db, &m->row, e);
	if (m->record == NULL || read_state(m, e) == -1)
		return (-1);
	if (policy_read(m->record, &m->policy, e) == -1)
		return (error_prefix(e, "its record"));
	m->readable = 1;
	return (0);
}

/* Find the machine's folder and, if asked to, lock it. */
static int
enter(struct machine *m, const char *name, int flags, struct error *e)
{
	int result;

	if (m->home->machines == NULL)
		return (0);
	result = paths_find(m->home->machines, name, &m->dir, e);
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
	long long id;
	int found;

	memset(m, 0, sizeof(*m));
	m->home = home;
	m->lock = -1;
	if (enter(m, name, flags, e) == -1 ||
	    (found = machine_find(home, name, &id, e)) == -1)
		return (-1);
	m->unindexed = found == 2;
	found = database_read(home->db, id, &m->row, e);
	if (found != 1)
		return (found == -1 ? -1 : none(home, name, e));
	return (read_record(m, e));
}

int
machine_load_row(const struct machine_home *home, long long id,
    struct machine *m, struct error *e)
{
	struct error ignored;
	long long other;
	int found;

	memset(m, 0, sizeof(*m));
	m->home = home;
	m->lock = -1;
	found = database_read(home->db, id, &m->row, e);
	/* The index may have another row of this name. */
	m->unindexed = m->row.name != NULL && (database_find(home->db,
	    m->row.name, &other, &ignored) != 1 || other != id);
	if (found != 1)
		return (found == -1 ? -1 : 1);
	if (read_record(m, e) == -1)
		return (-1);
	return (enter(m, m->row.name, 0, e));
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
	database_row_free(&m->row);
	json_free(m->record);
	policy_free(&m->policy);
	memset(m, 0, sizeof(*m));
	m->lock = -1;
}

void
machine_write_name(FILE *f, const struct database_row *row)
{
	const unsigned char *p;

	if (row->name == NULL) {
		fprintf(f, "row %lld", row->id);
		return;
	}
	/* U+0080 to U+009F control terminals, too. */
	for (p = (const unsigned char *)row->name; *p != '\0'; p++)
		if (*p < ' ' || *p == 0x7f || (*p == 0xc2 && p[1] < 0xa0)) {
			error_write(f, row->name, strlen(row->name));
			return;
		}
	fputs(row->name, f);
}

const char *
machine_env(const struct machine *m, const char *name)
{
	struct json *env, *pair;
	const char *found, *key, *value;
	size_t i;

	found = NULL;
	env = json_get(m->record, "env");
	for (i = 0; i < json_count(env); i++) {
		pair = json_at(env, i);
		key = json_at_string(pair, 0);
		value = json_at_string(pair, 1);
		/* The last one counts. */
		if (key != NULL && value != NULL && strcmp(key, name) == 0)
			found = value;
		json_free(pair);
	}
	json_free(env);
	return (found);
}

/* --- its process -------------------------------------------------------- */

/* May a machine without a process have this state? */
static int
is_stopped(const char *state)
{

	return (strcmp(state, "created") == 0 ||
	    strcmp(state, "stopped") == 0 || strcmp(state, "failed") == 0 ||
	    strcmp(state, "unreachable") == 0);
}

int
machine_runs(const struct machine *m, struct error *e)
{

	if (process_runs(m->pid, m->start))
		return (1);
	return (m->dir != NULL ? paths_runs(m->dir, e) : 0);
}

int
machine_check_stopped(const struct machine *m, struct error *e)
{
	int runs;

	if (process_runs(m->pid, m->start))
		return (error_set(e, "is running (process %lld): stop it "
		    "first", m->pid));
	if (!is_stopped(m->state) &&
	    (m->pid == 0 || strcmp(m->state, "running") != 0))
		return (error_set(e, "is not stopped: its state is %s",
		    m->state));
	runs = m->dir != NULL ? paths_runs(m->dir, e) : 0;
	if (runs == 1)
		return (error_set(e, "is running or starting, according to "
		    "%s/agent.pid: stop it first", m->dir));
	return (runs);
}

const char *
machine_current(const struct machine *m)
{
	struct error ignored;

	if (machine_check_stopped(m, &ignored) == 0)
		return (strcmp(m->state, "running") == 0 ? "stopped" :
		    m->state);
	return (is_stopped(m->state) ? "running" : m->state);
}

char *
machine_process(const struct machine *m)
{

	if (m->start == 0 || !process_runs(m->pid, m->start))
		return (NULL);
	return (alloc_format("%lld %llu", m->pid, m->start));
}

/* --- its proof ---------------------------------------------------------- */

/* Is ${s} like ${form}, where 0 is any digit? */
static int
has_form(const char *s, const char *form)
{

	for (; *form != '\0'; form++, s++)
		if (*form == '0' ? !isdigit((unsigned char)*s) : *s != *form)
			return (0);
	return (*s == '\0');
}

/* Check the members of a record that bottle-prove(1) writes. */
static int
check_proof(const struct json *r, struct error *e)
{
	struct json *verified, *enforced;
	const char *at, *engine;
	int result;

	verified = enforced = NULL;
	result = -1;
	if (json_member_string(r, "proved_at", &at, e) == -1 ||
	    json_member_string(r, "engine", &engine, e) == -1 ||
	    json_member(r, "verified", JSON_ARRAY, &verified, e) == -1 ||
	    json_member(r, "ports_enforced", JSON_BOOL, &enforced, e) == -1)
		goto out;
	if (!has_form(at, "0000-00-00T00:00:00Z"))
		error_set(e, "proved_at is not a time");
	else if (*engine == '\0' || strlen(engine) > 31 ||
	    engine[strspn(engine, "0123456789.")] != '\0')
		error_set(e, "engine is not a version");
	else if (verified == NULL)
		error_set(e, "verified is missing");
	else
		result = 0;
out:
	json_free(verified);
	json_free(enforced);
	return (result);
}

int
machine_proof(const struct machine *m, struct json **record, struct error *e)
{
	char *now, *text;
	const char *process;
	size_t len;
	int result;

	*record = NULL;
	text = NULL;
	result = 0;
	if ((now = machine_process(m)) == NULL)
		goto out;
	if ((result = paths_record(m->row.name, &text, &len, e)) != 1)
		goto out;
	result = -1;
	*record = json_parse(text, len, JSON_STRICT, "its launch record", e);
	if (*record == NULL)
		goto out;
	if (json_member_string(*record, "process", &process, e) == 0) {
		result = strcmp(process, now) == 0;
		if (result == 1 && check_proof(*record, e) == -1)
			result = -1;
	}
	if (result == -1)
		error_prefix(e, "its launch record");
out:
	free(now);
	free(text);
	if (result != 1) {
		json_free(*record);
		*record = NULL;
	}
	return (result);
}

int
machine_check_unreserved(const struct machine_home *home, const char *name,
    struct error *e)
{
	char *text;
	long long pid;
	int result;

	result = database_ask(home->db, "SELECT 1 FROM sqlite_master WHERE "
	    "type = 'table' AND name = 'vm_create_reservations'", NULL, 0,
	    &text, e);
	if (result != 1)
		return (result);
	free(text);
	result = database_ask(home->db, "SELECT owner_pid FROM "
	    "vm_create_reservations WHERE name = ?1", &name, 1, &text, e);
	if (result != 1)
		return (result);
	pid = strtoll(text, NULL, 10);
	free(text);
	if (process_runs(pid, 0))
		return (error_set(e, "is being created just now (by process "
		    "%lld)", pid));
	return (0);
}

int
machine_launch(const struct machine *m, struct json **launch,
    struct error *e)
{
	struct json *resources;
	enum json_kind kind;
	char *text;
	size_t len;
	int result;

	*launch = NULL;
	if (m->home->machines == NULL)
		return (error_set(e, "what it was launched with is not known, "
		    "because %s is not the engine's own database",
		    m->home->path));
	if (m->dir == NULL)
		return (0);
	result = paths_config(m->dir, &text, &len, e);
	if (result != 1)
		return (result);
	*launch = json_parse(text, len, 0, "agent.config.json", e);
	free(text);
	if (*launch == NULL)
		return (-1);
	/* smolvm 1.9.3 src/agent/manager.rs: the policy is in "resources". */
	resources = json_get(*launch, "resources");
	kind = json_kind(resources);
	json_free(resources);
	if (kind == JSON_OBJECT)
		return (1);
	json_free(*launch);
	*launch = NULL;
	return (error_set(e, "agent.config.json: has no resources"));
}
