/* SPDX-License-Identifier: ISC */
#ifndef VMLIST_H
#define VMLIST_H

#include <stdio.h>

struct machine;
struct record;

/**
 * vmlist_text(f, name, m):
 * Write the machine ${name} to ${f} as a line: name, state, list, resolver,
 * ports and host names, with tabs between them.
 */
void vmlist_text(FILE *, const char *, const struct machine *);

/* vmlist_record(name, m): the same as a JSON object. */
struct record *vmlist_record(const char *, const struct machine *);

#endif
