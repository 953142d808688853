/* SPDX-License-Identifier: ISC */
#ifndef PATCH_H
#define PATCH_H

#include <stddef.h>
#include <stdio.h>

struct error;
struct machine;
struct machine_home;
struct policy;

#define PATCH_DRY	0x01	/* change nothing */
#define PATCH_NETWORK	0x02	/* a list may turn on a machine's network */

/**
 * patch_set(home, name, asked, flags, m, p, e):
 * Set the policy ${asked} of the machine ${name}, which must be stopped unless
 * PATCH_DRY.  ${m} is the machine before, ${p} its policy after.  Return 0 if
 * nothing had to change, 1 if something did, or -1 with ${e} set and nothing
 * changed.  Free with machine_free() and policy_free() in every case.
 */
int patch_set(const struct machine_home *, const char *,
    const struct policy *, int, struct machine *, struct policy *,
    struct error *);

/**
 * patch_notes(f, m, p):
 * Write to ${f} the effects of the policy ${p} of ${m} that it does not show,
 * and the checks that could not be made, a line each.
 */
void patch_notes(FILE *, const struct machine *, const struct policy *);

/**
 * patch_repair(home, id, count, dry, fixed, bad, beyond, e):
 * Turn the records of the ${count} rows at ${id} that are stored as TEXT back
 * into BLOBs, in one transaction, except those that engines could not read even
 * then.  Write the names of the repaired ones to ${fixed}, and a line about
 * each one that is beyond repair to ${bad}, "NAME: reason".  Set ${beyond} to
 * the number of these lines.  Return the number of repaired records, or -1 with
 * ${e} set.
 */
int patch_repair(const struct machine_home *, const long long *, size_t, int,
    FILE *, FILE *, size_t *, struct error *);

#endif
