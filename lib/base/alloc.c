/* SPDX-License-Identifier: ISC */
#include "base/alloc.h"

#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void
alloc_exhausted(void)
{

	warnx("out of memory");
	/* exit(3) would flush standard output, which must stay empty. */
	_exit(2);
}

void *
alloc_array(size_t n, size_t size)
{
	void *p;

	p = calloc(n > 0 ? n : 1, size);
	if (p == NULL)
		alloc_exhausted();
	return (p);
}

void *
alloc_resize(void *p, size_t n, size_t size)
{

	if (n > SIZE_MAX / size)
		alloc_exhausted();
	p = realloc(p, n > 0 ? n * size : size);
	if (p == NULL)
		alloc_exhausted();
	return (p);
}

void *
alloc_grow(void *p, size_t n, size_t size)
{

	/* Double the room whenever the count is a power of two. */
	if ((n & (n - 1)) == 0)
		p = alloc_resize(p, n > 0 ? n * 2 : 1, size);
	memset((char *)p + n * size, 0, size);
	return (p);
}

char *
alloc_string(const char *s)
{

	return (alloc_copy(s, strlen(s)));
}

char *
alloc_copy(const char *p, size_t len)
{
	char *copy;

	copy = alloc_array(len + 1, 1);
	if (len > 0)
		memcpy(copy, p, len);
	return (copy);
}

char *
alloc_format(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		alloc_exhausted();
	s = alloc_array((size_t)len + 1, 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return (s);
}
