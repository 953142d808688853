/* SPDX-License-Identifier: ISC */
#ifndef MACHINE_STATE_H
#define MACHINE_STATE_H

#include "base/error.h"

struct json;
struct database;

/* What a machine's record says about its process. */
struct machine_state {
	char			text[ERROR_QUOTE];	/* its state, quoted */
	long long		pid;		/* 0: none */
	unsigned long long	start;		/* see process_runs(); 0: none */
};

/**
 * machine_state_read(record, s, e):
 * Read the members state, pid and pid_start_time of ${record} into ${s}.
 * Return 0, or -1 with ${e} set if one has a type that no engine writes.
 */
int machine_state_read(const struct json *, struct machine_state *, struct error *);

/**
 * machine_state_stopped(s, dir, e):
 * Check that the machine is stopped: its state is created, stopped, failed or
 * unreachable, or running with a process that is gone (ended, or its number
 * another's by now), and neither this process runs nor the one that its
 * folder ${dir} names (NULL: no folder).  Return 0, or -1 with ${e} set.
 */
int machine_state_stopped(const struct machine_state *, const char *, struct error *);

/**
 * machine_unreserved(db, name, e):
 * Check that no process is creating a machine ${name} just now (smolvm 1.0.0
 * and later reserve the name).  Return 0, or -1 with ${e} set.
 */
int machine_unreserved(struct database *, const char *, struct error *);

#endif
