/* SPDX-License-Identifier: ISC */
#ifndef SKIM_H
#define SKIM_H

#include <stddef.h>

struct error;
struct record;

/**
 * skim_parse(text, len, name, e):
 * As record_parse() for what an engine says about containers, of which nearly
 * all is of no interest here, and to build that up in memory is most of the
 * time it takes: members of objects that containers_list() and
 * containers_inspect() do not look at are left out.  They have their strings
 * and brackets closed, and are not checked otherwise.
 */
struct record *skim_parse(const char *, size_t, const char *, struct error *);

/**
 * skim_text(text, len):
 * The part that is parsed, to be freed; NULL if ${text} is not plain enough to
 * be skimmed, which says nothing about whether it is JSON.  text[len] must be
 * readable and NUL.
 */
char *skim_text(const char *, size_t);

#endif
