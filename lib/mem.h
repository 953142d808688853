/* SPDX-License-Identifier: ISC */
#ifndef MEM_H
#define MEM_H

#include <stddef.h>

/*
 * Memory, or the end of the program: out of memory is the one failure that
 * lib/ does not return.  It is told on standard error, with exit status 2.
 * What these return is freed with free(3).
 */

/* mem_alloc(n, size): ${n} zeroed elements of ${size} bytes. */
void *mem_alloc(size_t, size_t);

/* mem_resize(p, n, size): ${p}, or new memory if NULL, for ${n} elements. */
void *mem_resize(void *, size_t, size_t);

/* mem_copy(p, len): the ${len} bytes at ${p}, with a NUL behind them. */
char *mem_copy(const char *, size_t);

/* mem_format(fmt, ...): the string that printf(3) would print. */
char *mem_format(const char *, ...) __attribute__((format(printf, 1, 2)));

/* mem_exhausted(): say that memory is exhausted, and exit with status 2. */
_Noreturn void mem_exhausted(void);

#endif
