/* SPDX-License-Identifier: ISC */
#ifndef MACHINE_H
#define MACHINE_H

#include "egress.h"
#include "vmdb.h"
#include "vmstate.h"

struct record;

/* Where machines are: the database, and the folder of their folders. */
struct machine_home {
	struct vmdb	*db;
	const char	*path;		/* of the database, for messages */
	const char	*machines;	/* NULL: not known for this database */
};

/* One of them, as it is recorded. */
struct machine {
	char		*dir;		/* its folder; NULL if none is there */
	int		 lock;		/* a descriptor, or -1 */
	struct vmdb_row	 row;
	struct record	*record;	/* the same, read */
	struct vmstate	 state;
	struct egress	 egress;	/* the policy in it */
};

#define MACHINE_LOCK	0x01	/* keep its starts out meanwhile */

/**
 * machine_load(home, name, flags, m, e):
 * Read the machine ${name} into ${m}, and check that what is stored is as
 * engines store it: see vmedit_check(), egress_read().  With MACHINE_LOCK,
 * its folder is locked before, and a start in flight is an error.
 * Return 0, or -1 with ${e} set.  Free with machine_free() in either case.
 */
int machine_load(const struct machine_home *, const char *, int,
    struct machine *, struct error *);

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
