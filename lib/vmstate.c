/* SPDX-License-Identifier: ISC */
#include "vmstate.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "proc.h"
#include "record.h"
#include "vmdb.h"
#include "vmdir.h"

/* smolvm 1.9.3 src/config.rs, and what later releases added. */
static const char *const STATE[] = {
	"created", "stopped", "failed", "unreachable", "running", "frozen",
	"paused", "pausing"
};
#define STOPPED	4	/* the first ones */

const char *
vmstate_text(const struct record *record)
{
	struct record *v;
	const char *s, *state;
	size_t i;

	state = "other";
	v = record_get(record, "state");
	s = v == NULL ? STATE[0] : record_string(v);
	for (i = 0; i < sizeof(STATE) / sizeof(STATE[0]); i++)
		if (s != NULL && strcmp(s, STATE[i]) == 0)
			state = STATE[i];
	record_free(v);
	return (state);
}

int
vmstate_stopped(const struct record *record, const char *dir,
    struct error *e)
{
	struct record *v;
	const char *state;
	long long pid, start;
	size_t i;

	pid = start = 0;
	v = record_get(record, "pid");
	if (record_integer(v, &pid) == -1)
		pid = 0;
	record_free(v);
	v = record_get(record, "pid_start_time");
	if (record_integer(v, &start) == -1)
		start = 0;
	record_free(v);
	if (pid != 0 && proc_runs(pid, (unsigned long long)start))
		return (error_set(e, "is running (process %lld): stop it "
		    "first", pid));
	state = vmstate_text(record);
	for (i = 0; i < STOPPED && strcmp(state, STATE[i]) != 0; i++)
		continue;
	if (i == STOPPED && (pid == 0 || strcmp(state, "running") != 0))
		return (error_set(e, "is not stopped, its state is %s",
		    state));
	if (dir != NULL && vmdir_runs(dir))
		return (error_set(e, "is running, or starting, as %s/agent.pid "
		    "tells: stop it first", dir));
	return (0);
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
