/* SPDX-License-Identifier: ISC */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdio.h>

#include "base/error.h"
#include "smolvm/database.h"
#include "smolvm/paths.h"
#include "smolvm/policy.h"

struct json;

/* smolvm's machines: the database, and the folder of the machines' folders. */
struct machine_home {
	struct paths_place	 place;		/* the engine's own */
	const char		*path;		/* of the database in use */
	const char		*machines;	/* NULL: not known for it */
	struct database		*db;		/* NULL: no machine yet */
};

/**
 * machine_open(home, file, write, e):
 * Open the database ${file}, or the engine's own if that is NULL; for writing
 * if ${write}.  The engine creates its database with its first machine: the
 * engine's own, if it is missing or has no table, can be read and has no
 * machines.  Return 0, or -1 with ${e} set.  Close with machine_close() in
 * either case.
 */
int machine_open(struct machine_home *, const char *, int, struct error *);
void machine_close(struct machine_home *);

/**
 * machine_ids(home, id, count, e):
 * Read the rows of all machines, in the order of their names, for
 * machine_load_row().  Return 0 with ${id}, to be free(3)d, or -1 with ${e}
 * set.
 */
int machine_ids(const struct machine_home *, long long **, size_t *,
    struct error *);

/**
 * machine_find(home, name, id, e):
 * Find the row of the machine ${name}.  Return 1, or 2 if the index lacks it,
 * with ${id}; or -1 with ${e} set, with similar names.
 */
int machine_find(const struct machine_home *, const char *, long long *,
    struct error *);

/* A machine as recorded. */
struct machine {
	const struct machine_home *home;
	char			*dir;	/* its folder; NULL if there is none */
	int			 lock;	/* a descriptor, or -1 */
	struct database_row	 row;	/* its name, and its record as stored */
	struct json		*record;
	char			 state[ERROR_QUOTE];	/* recorded, quoted */
	long long		 pid;	/* recorded; 0: none */
	unsigned long long	 start;	/* see process_runs(); 0: not known */
	struct policy		 policy;
	int			 readable;	/* by engines; all is read */
	int			 unindexed;	/* see MACHINE_UNINDEXED */
};

#define MACHINE_UNINDEXED	"the database's index of names lacks it: " \
	"engines list it but do not find it (REINDEX repairs that)"
#define MACHINE_LOCK	0x01	/* block starts of the machine */

/**
 * machine_load(home, name, flags, m, e):
 * Read the machine ${name} into ${m}, and check that engines can read its
 * record, except that it may be stored as TEXT: see ${m}->row.text.  With
 * MACHINE_LOCK, lock its folder first; a start under way is an error.
 * Return 0, or -1 with ${e} set.  Free with machine_free() in either case.
 */
int machine_load(const struct machine_home *, const char *, int,
    struct machine *, struct error *);

/**
 * machine_load_row(home, id, m, e):
 * As machine_load(), for the row ${id}, without a lock.  Return 0; 1 if the row
 * is gone; or -1 with ${e} set.  After -1 the name may be set; if
 * ${m}->readable is set, only the folder is missing.
 */
int machine_load_row(const struct machine_home *, long long,
    struct machine *, struct error *);

/* machine_unlock(m): release the lock, if there is one. */
void machine_unlock(struct machine *);

/* machine_free(m): free what ${m} holds, and release the lock. */
void machine_free(struct machine *);

/**
 * machine_write_name(f, row):
 * Write the name of ${row} with control characters escaped, or "row ID".
 */
void machine_write_name(FILE *, const struct database_row *);

/* machine_env(m, name): the variable ${name} or NULL; it lives as ${m} does. */
const char *machine_env(const struct machine *, const char *);

/**
 * machine_current(m):
 * Return the true state, which lives as long as ${m}.  A machine recorded as
 * "running" whose process is gone is "stopped".  A stopped machine whose
 * process runs is "running": a busy or killed engine may leave such a record.
 */
const char *machine_current(const struct machine *);

/**
 * machine_runs(m, e):
 * Does its process run, the recorded one or the one in agent.pid?  Return 1 or
 * 0, or -1 with ${e} set.
 */
int machine_runs(const struct machine *, struct error *);

/**
 * machine_process(m):
 * Return the ID and the start time of its recorded process, as "PID START" in
 * the units of process_runs(), to be freed; NULL if that does not run.  No
 * other run of the machine has the same.
 */
char *machine_process(const struct machine *);

/**
 * machine_proof(m, record, e):
 * Read the launch record of the last proof of ${m}, if its process still runs:
 * an object with "proved_at" (RFC 3339, UTC), "engine" (a version), "verified"
 * (an array) and "ports_enforced" (true, false or null).  Return 1 with
 * ${record} set, to be freed; 0 if there is none; or -1 with ${e} set.
 */
int machine_proof(const struct machine *, struct json **, struct error *);

/**
 * machine_check_stopped(m, e):
 * Check that it has no process, and that its state is created, stopped, failed,
 * unreachable, or running with a process that is gone.  Return 0, or -1 with
 * ${e} set.
 */
int machine_check_stopped(const struct machine *, struct error *);

/**
 * machine_check_unreserved(home, name, e):
 * Check that no process is creating a machine ${name}: smolvm 1.0.0 and later
 * reserve the name first.  Return 0, or -1 with ${e} set.
 */
int machine_check_unreserved(const struct machine_home *, const char *,
    struct error *);

/**
 * machine_launch(m, launch, e):
 * Read agent.config.json, with which ${m} was last launched.  Return 1 with
 * ${launch}; 0 if there is none, as after a stop; or -1 with ${e} set, also if
 * its home does not know its folder.
 */
int machine_launch(const struct machine *, struct json **, struct error *);

#endif
