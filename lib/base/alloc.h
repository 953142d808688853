/* SPDX-License-Identifier: ISC */
#ifndef ALLOC_H
#define ALLOC_H

#include <stddef.h>

/*
 * Memory, or the end of the program: out of memory is the one failure that
 * lib/ does not return.  It is told on standard error, with exit status 2.
 * What these return is freed with free(3).
 */

/* alloc_array(n, size): ${n} zeroed elements of ${size} bytes. */
void *alloc_array(size_t, size_t);

/* alloc_resize(p, n, size): ${p}, or new memory if NULL, for ${n} elements. */
void *alloc_resize(void *, size_t, size_t);

/* alloc_copy(p, len): the ${len} bytes at ${p}, with a NUL behind them. */
char *alloc_copy(const char *, size_t);

/* alloc_format(fmt, ...): the string that printf(3) would print. */
char *alloc_format(const char *, ...) __attribute__((format(printf, 1, 2)));

/* alloc_exhausted(): say that memory is exhausted, and exit with status 2. */
_Noreturn void alloc_exhausted(void);

#endif
