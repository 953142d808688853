/* SPDX-License-Identifier: ISC */
#ifndef VMSTATE_H
#define VMSTATE_H

#include "error.h"

struct record;
struct vmdb;

/* What a machine's record says about its process. */
struct vmstate {
	char			text[ERROR_QUOTE];	/* its state, quoted */
	long long		pid;		/* 0: none */
	unsigned long long	start;		/* see proc_runs(); 0: none */
};

/**
 * vmstate_read(record, s, e):
 * Read the members state, pid and pid_start_time of ${record} into ${s}.
 * Return 0, or -1 with ${e} set if one has a type that no engine writes.
 */
int vmstate_read(const struct record *, struct vmstate *, struct error *);

/**
 * vmstate_stopped(s, dir, e):
 * Check that the machine is stopped: its state is created, stopped, failed or
 * unreachable, or running with a process that is gone (ended, or its number
 * another's by now), and neither this process runs nor the one that its
 * folder ${dir} names (NULL: no folder).  Return 0, or -1 with ${e} set.
 */
int vmstate_stopped(const struct vmstate *, const char *, struct error *);

/**
 * vmstate_free(db, name, e):
 * Check that no process is creating a machine ${name} just now (smolvm 1.0.0
 * and later reserve the name).  Return 0, or -1 with ${e} set.
 */
int vmstate_free(struct vmdb *, const char *, struct error *);

#endif
