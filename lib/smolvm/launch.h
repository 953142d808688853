/* SPDX-License-Identifier: ISC */
#ifndef LAUNCH_H
#define LAUNCH_H

#include <stdio.h>

struct egress;
struct error;
struct input;
struct policy;
struct json;

/**
 * launch_operands(p, argc, argv, in, e):
 * Read the ${argc} operands at ${argv} into ${p}; or, for one that is "-",
 * standard input into ${in} and from there: lines, as operands, or the launch
 * record's allowed_cidrs, or its alias, which must not contradict each other.
 * Return 0 with ${p} finished, or -1 with ${e} set.
 */
int launch_operands(struct policy *, int, char *const *, struct input *,
    struct error *);

/* launch_print(f, p): write the list to ${f}, as operands, one a line. */
void launch_print(FILE *, const struct policy *);

/**
 * launch_write(record, machine, p, before):
 * Give the launch record ${record} the members "machine", "allowed_cidrs",
 * "previous_cidrs", "dns" and "ports_asked" (["3000/tcp","53/udp"], or null
 * if ports were not asked about): ${p}, done to what was ${before}.
 */
void launch_write(struct json *, const char *, const struct policy *,
    const struct egress *);

#endif
