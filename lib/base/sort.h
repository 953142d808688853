/* SPDX-License-Identifier: ISC */
#ifndef SORT_H
#define SORT_H

#include <stddef.h>

/**
 * sort_unique(base, n, size, order):
 * Sort ${n} elements of ${size} bytes as qsort(3) does, keeping one of equal
 * elements.  Return the number of elements left.
 */
size_t sort_unique(void *, size_t, size_t,
    int (*)(const void *, const void *));

#endif
