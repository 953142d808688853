/* SPDX-License-Identifier: ISC */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

struct error;

/**
 * text_check(text, len, name, e):
 * Check that the ${len} bytes at ${text}, called ${name} in messages, are
 * UTF-8 without NUL.  JSON libraries end at a NUL and change what is no UTF-8,
 * both silently.  Return 0, or -1 with ${e} set.
 */
int text_check(const char *, size_t, const char *, struct error *);

#endif
