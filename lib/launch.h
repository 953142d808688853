/* SPDX-License-Identifier: ISC */
#ifndef LAUNCH_H
#define LAUNCH_H

struct egress;
struct error;
struct input;
struct policy;
struct record;

/**
 * launch_read(p, in, e):
 * Add to ${p} what standard input named: lines, as operands; or the launch
 * record's allowed_cidrs, or its alias, which must not contradict each other.
 * Return 0, or -1 with ${e} set.
 */
int launch_read(struct policy *, const struct input *, struct error *);

/**
 * launch_write(record, machine, p, before):
 * Give the launch record ${record} the members "machine", "allowed_cidrs",
 * "previous_cidrs", "dns" and "ports_asked" (["3000/tcp","53/udp"], or null
 * if ports were not asked about): ${p}, done to what was ${before}.
 */
void launch_write(struct record *, const char *, const struct policy *,
    const struct egress *);

#endif
