/* SPDX-License-Identifier: ISC */
#ifndef VMSTATE_H
#define VMSTATE_H

struct error;
struct record;
struct vmdb;

/**
 * vmstate_text(record):
 * The state that a machine's ${record} tells, "created" if none, as the
 * engines read it; "?" if it is no string.  It lives in static memory: a
 * state that is not known is "other".
 */
const char *vmstate_text(const struct record *);

/**
 * vmstate_stopped(record, dir, e):
 * Check that the machine of ${record} is stopped: its state is created,
 * stopped, failed or unreachable, or running with a process that is gone
 * (ended, or its number another's now), and neither the record's process nor
 * the one that its folder ${dir} names (NULL: no folder) runs.  Return 0, or
 * -1 with ${e} set.
 */
int vmstate_stopped(const struct record *, const char *, struct error *);

/**
 * vmstate_free(db, name, e):
 * Check that no process is creating a machine ${name} now (smolvm 1.0.0 and
 * later reserve the name).  Return 0, or -1 with ${e} set.
 */
int vmstate_free(struct vmdb *, const char *, struct error *);

#endif
