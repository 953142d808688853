/* SPDX-License-Identifier: ISC */
#ifndef ALLOC_H
#define ALLOC_H

#include <stddef.h>

/*
 * Allocation that never returns NULL: out of memory is the one failure that
 * ends the program, with a message and exit status 2.  The caller frees all
 * results with free(3).
 */

/* alloc_array(n, size): ${n} zeroed elements of ${size} bytes each. */
void *alloc_array(size_t, size_t);

/* alloc_resize(p, n, size): ${p}, or NULL, resized to ${n} elements. */
void *alloc_resize(void *, size_t, size_t);

/**
 * alloc_grow(p, n, size):
 * ${p}, whose ${n} elements all came by calls of this function, with room for
 * one more, which is zeroed.
 */
void *alloc_grow(void *, size_t, size_t);

/* alloc_string(s): a copy of ${s}. */
char *alloc_string(const char *);

/* alloc_copy(p, len): a copy of ${len} bytes at ${p} and a NUL. */
char *alloc_copy(const char *, size_t);

/* alloc_format(fmt, ...): the string that printf(3) would print. */
char *alloc_format(const char *, ...) __attribute__((format(printf, 1, 2)));

/* alloc_exhausted(): report out of memory and exit with status 2. */
_Noreturn void alloc_exhausted(void);

#endif
