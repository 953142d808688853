/* SPDX-License-Identifier: ISC */
#ifndef MACHINE_H
#define MACHINE_H

#include "smolvm/database.h"
#include "smolvm/egress.h"
#include "smolvm/machine_state.h"
#include "smolvm/paths.h"

struct json;

/* Where machines are: the database, and the folder of their folders. */
struct machine_home {
	struct paths_place	 place;		/* the engine's own */
	const char		*path;		/* of the database in use */
	const char		*machines;	/* NULL: not known for it */
	struct database		*db;
};

/**
 * machine_open(home, file, e):
 * Open the database ${file}, or the engine's own if that is NULL.  Return 0;
 * or -1 with ${e} set.  In either case, close the database with
 * machine_close(), and free the rest with machine_leave().
 */
int machine_open(struct machine_home *, const char *, struct error *);
void machine_close(struct machine_home *);
void machine_leave(struct machine_home *);

/**
 * machine_names(home, name, count, e):
 * Read the names of all machines, sorted.  Return 0 with ${name} and ${count}
 * set, to be freed each and together, or -1 with ${e} set.
 */
int machine_names(const struct machine_home *, char ***, size_t *,
    struct error *);

/* One of them, as it is recorded. */
struct machine {
	char		*dir;		/* its folder; NULL if none is there */
	int		 lock;		/* a descriptor, or -1 */
	struct database_row	 row;
	struct json	*record;	/* the same, read */
	struct machine_state	 state;
	struct egress	 egress;	/* the policy in it */
};

#define MACHINE_LOCK	0x01	/* keep its starts out meanwhile */

/**
 * machine_load(home, name, flags, m, e):
 * Read the machine ${name} into ${m}, and check that what is stored is as
 * engines store it: see edit_check(), egress_read().  With MACHINE_LOCK,
 * its folder is locked before, and a start in flight is an error.
 * Return 0, or -1 with ${e} set.  Free with machine_free() in either case.
 */
int machine_load(const struct machine_home *, const char *, int,
    struct machine *, struct error *);

/**
 * machine_current(m):
 * The state of ${m} as it is now, where its record is out of date: "stopped" if it
 * is recorded as running and no process of it runs, "running" if it is
 * recorded as stopped and one does, as after a start that was cut off.
 */
const char *machine_current(const struct machine *);

/* machine_unlock(m): let go of the lock, if there is one. */
void machine_unlock(struct machine *);

/* machine_free(m): free what ${m} holds, and let go of the lock. */
void machine_free(struct machine *);

/**
 * machine_launched(home, m, g, e):
 * Read what ${m} was last launched with into ${g}.  Return 1; 0 if it was not
 * launched, or stopped since; or -1 with ${e} set, also if ${home} does not
 * know its folder.  Free with egress_free() in every case.
 */
int machine_launched(const struct machine_home *, const struct machine *,
    struct egress *, struct error *);

#endif
