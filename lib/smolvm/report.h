/* SPDX-License-Identifier: ISC */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>
#include <stdio.h>

struct machine;
struct machine_home;
struct json;
struct policy;

/**
 * report_list(f, home, id, count, json, errors):
 * Write the machines in the ${count} rows at ${id} to ${f}: a line each with
 * name, state, list, resolver, ports, host names and, as a JSON array, other
 * access, with tabs between them; or, if ${json}, one JSON object,
 * {"machines":[...]}, each with its whole record as the member record.  A value
 * that cannot be read is "?" or null.  Write a line "NAME: reason" to ${errors}
 * about each machine that engines cannot read.  Return the number of these
 * lines.
 */
size_t report_list(FILE *, const struct machine_home *, const long long *,
    size_t, int, FILE *);

/**
 * report_record(record, name, before, after):
 * Add the members machine and previous (the policy ${before}, verbatim) and
 * those of the policy ${after} to the launch record ${record}.
 */
void report_record(struct json *, const char *, const struct policy *,
    const struct policy *);

/**
 * report_difference(f, asked, m, launched):
 * Compare what ${asked} asks for with the record of ${m}, and with the policy
 * that it was launched with; NULL: it does not run.  Write a line to ${f} for
 * each member that differs, with the reason.  Return the number of lines.  Port
 * rules not asked for must be narrow.
 */
int report_difference(FILE *, const struct policy *, const struct machine *,
    const struct policy *);

#endif
