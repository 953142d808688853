/* SPDX-License-Identifier: ISC */
#include "vmstate.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "proc.h"
#include "record.h"
#include "vmdb.h"
#include "vmdir.h"

/* Read the member ${key}, a whole number; 0 if it is null or absent. */
static int
read_number(const struct record *record, const char *key, long long *n,
    struct error *e)
{
	struct record *v;
	int result;

	*n = 0;
	result = 0;
	v = record_get(record, key);
	if (v != NULL && record_kind(v) != RECORD_NULL &&
	    (record_integer(v, n) == -1 || *n < 0))
		result = error_set(e, "its %s is neither null nor a whole "
		    "number below 2^53", key);
	record_free(v);
	return (result);
}

int
vmstate_read(const struct record *record, struct vmstate *s, struct error *e)
{
	struct record *v;
	const char *text;
	long long start;
	int result;

	v = record_get(record, "state");
	/* smolvm 1.9.3 src/config.rs: what has no state is created. */
	text = v == NULL ? "created" : record_string(v);
	result = text == NULL ? error_set(e, "its state is not a string") : 0;
	if (result == 0) {
		error_quote(s->text, text, strlen(text));
		result = read_number(record, "pid", &s->pid, e);
	}
	if (result == 0)
		result = read_number(record, "pid_start_time", &start, e);
	if (result == 0)
		s->start = (unsigned long long)start;
	record_free(v);
	return (result);
}

int
vmstate_stopped(const struct vmstate *s, const char *dir, struct error *e)
{
	static const char *stopped[] = {
		"created", "stopped", "failed", "unreachable"
	};
	size_t i, n;
	int runs;

	if (proc_runs(s->pid, s->start))
		return (error_set(e, "is running (process %lld): stop it "
		    "first", s->pid));
	n = sizeof(stopped) / sizeof(stopped[0]);
	for (i = 0; i < n && strcmp(s->text, stopped[i]) != 0; i++)
		continue;
	if (i == n && (s->pid == 0 || strcmp(s->text, "running") != 0))
		return (error_set(e, "is not stopped: its state is %s",
		    s->text));
	runs = dir != NULL ? vmdir_runs(dir, e) : 0;
	if (runs == 1)
		return (error_set(e, "is running or starting, as %s/agent.pid "
		    "tells: stop it first", dir));
	return (runs);
}

int
vmstate_free(struct vmdb *db, const char *name, struct error *e)
{
	char *text;
	long long pid;
	int result;

	result = vmdb_ask(db, "SELECT 1 FROM sqlite_master WHERE type = "
	    "'table' AND name = 'vm_create_reservations'", NULL, 0, &text, e);
	if (result != 1)
		return (result);
	free(text);
	result = vmdb_ask(db, "SELECT owner_pid FROM vm_create_reservations "
	    "WHERE name = ?1", &name, 1, &text, e);
	if (result != 1)
		return (result);
	pid = strtoll(text, NULL, 10);
	free(text);
	if (proc_runs(pid, 0))
		return (error_set(e, "is being created just now (by process "
		    "%lld)", pid));
	return (0);
}
