/* SPDX-License-Identifier: ISC */
#include "base/sort.h"

#include <stdlib.h>
#include <string.h>

size_t
sort_unique(void *base, size_t n, size_t size,
    int (*order)(const void *, const void *))
{
	char *p;
	size_t i, kept;

	if (n == 0)
		return (0);
	p = base;
	qsort(base, n, size, order);
	for (i = kept = 1; i < n; i++)
		if (order(p + i * size, p + (kept - 1) * size) != 0)
			memmove(p + kept++ * size, p + i * size, size);
	return (kept);
}
