/* SPDX-License-Identifier: ISC */
#ifndef PATCH_H
#define PATCH_H

#include <stddef.h>
#include <stdio.h>

struct error;
struct machine;
struct machine_home;
struct policy;

/**
 * patch_set(home, name, p, dry, m, e):
 * Make ${p} the policy of the machine ${name}, which must be stopped; only see
 * whether that changes anything if ${dry}.  ${m} becomes what the machine was
 * before.  Return 0 if nothing had to be done, 1 if something was, or -1 with
 * ${e} set and nothing changed.  Free ${m} with machine_free() in any case.
 */
int patch_set(const struct machine_home *, const char *,
    const struct policy *, int, struct machine *, struct error *);

/**
 * patch_notes(f, home, p, m):
 * Write to ${f} what ${p} does to ${m} beyond what it says, and what could not
 * be seen, a line each.
 */
void patch_notes(FILE *, const struct machine_home *,
    const struct policy *, const struct machine *);

/**
 * patch_repair(home, name, count, dry, fixed, e):
 * Make BLOBs of the records among the ${count} machines at ${name} that are
 * stored as TEXT; all or none.  ${fixed}, of ${count} elements, tells which
 * they are.  Return how many, or -1 with ${e} set.
 */
int patch_repair(const struct machine_home *, char *const *, size_t, int,
    int *, struct error *);

#endif
