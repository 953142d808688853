/* SPDX-License-Identifier: ISC */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>
#include <stdio.h>

struct machine_home;

/**
 * report_list(f, home, name, count, json, errors):
 * Write the ${count} machines at ${name} to ${f}: a line each, name, state,
 * list, resolver, ports, host names and, as a JSON array, what other_access_list()
 * finds, with tabs between them; or, if ${json}, one JSON object,
 * {"machines":[...]}, each with its whole record as member record.  The
 * reasons why some could not be read become lines of ${errors}.  Return how
 * many these are.
 */
size_t report_list(FILE *, const struct machine_home *, char *const *,
    size_t, int, FILE *);

#endif
