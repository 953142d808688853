/* SPDX-License-Identifier: ISC */
#include "smolvm/machine_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/process.h"
#include "smolvm/database.h"
#include "smolvm/paths.h"

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
	if (v != NULL && json_kind(v) != JSON_NULL &&
	    (json_integer(v, n) == -1 || *n < 0))
		result = error_set(e, "its %s is neither null nor a whole "
		    "number below 2^53", key);
	json_free(v);
	return (result);
}

int
machine_state_read(const struct json *record, struct machine_state *s, struct error *e)
{
	struct json *v;
	const char *text;
	long long start;
	int result;

	v = json_get(record, "state");
	/* smolvm 1.9.3 src/config.rs: what has no state is created. */
	text = v == NULL ? "created" : json_string(v);
	result = text == NULL ? error_set(e, "its state is not a string") : 0;
	if (result == 0) {
		error_quote(s->text, text, strlen(text));
		result = read_number(record, "pid", &s->pid, e);
	}
	if (result == 0)
		result = read_number(record, "pid_start_time", &start, e);
	if (result == 0)
		s->start = (unsigned long long)start;
	json_free(v);
	return (result);
}

int
machine_state_stopped(const struct machine_state *s, const char *dir, struct error *e)
{
	static const char *stopped[] = {
		"created", "stopped", "failed", "unreachable"
	};
	size_t i, n;
	int runs;

	if (process_runs(s->pid, s->start))
		return (error_set(e, "is running (process %lld): stop it "
		    "first", s->pid));
	n = sizeof(stopped) / sizeof(stopped[0]);
	for (i = 0; i < n && strcmp(s->text, stopped[i]) != 0; i++)
		continue;
	if (i == n && (s->pid == 0 || strcmp(s->text, "running") != 0))
		return (error_set(e, "is not stopped: its state is %s",
		    s->text));
	runs = dir != NULL ? paths_runs(dir, e) : 0;
	if (runs == 1)
		return (error_set(e, "is running or starting, as %s/agent.pid "
		    "tells: stop it first", dir));
	return (runs);
}

int
machine_unreserved(struct database *db, const char *name, struct error *e)
{
	char *text;
	long long pid;
	int result;

	result = database_ask(db, "SELECT 1 FROM sqlite_master WHERE type = "
	    "'table' AND name = 'vm_create_reservations'", NULL, 0, &text, e);
	if (result != 1)
		return (result);
	free(text);
	result = database_ask(db, "SELECT owner_pid FROM vm_create_reservations "
	    "WHERE name = ?1", &name, 1, &text, e);
	if (result != 1)
		return (result);
	pid = strtoll(text, NULL, 10);
	free(text);
	if (process_runs(pid, 0))
		return (error_set(e, "is being created just now (by process "
		    "%lld)", pid));
	return (0);
}
