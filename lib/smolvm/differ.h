/* SPDX-License-Identifier: ISC */
#ifndef DIFFER_H
#define DIFFER_H

#include <stdio.h>

struct egress;
struct policy;

/**
 * differ_write(f, p, recorded, launched):
 * Compare what ${p} asks for with what a machine's record says and with what
 * it was launched with, NULL if it was not.  Write a line to ${f} for each
 * member that differs, with the reason.  Return how many lines.  If ${p} does
 * not ask about ports, rules are well that allow nothing off the list.
 */
int differ_write(FILE *, const struct policy *, const struct egress *,
    const struct egress *);

/*
 * What ${g} has, for people: the list, "unrestricted" or "none" (entries
 * that are no networks as "?"), separated by commas; the ports that its rules
 * leave, "none" if there are no rules and "other" if they say something else.
 */
void differ_list(FILE *, const struct egress *);
void differ_ports(FILE *, const struct egress *);

#endif
