/* SPDX-License-Identifier: ISC */
#include "text.h"

#include <string.h>

#include "error.h"

/* How many bytes the well-formed UTF-8 sequence at ${p} has; 0 if none. */
static size_t
sequence(const unsigned char *p, size_t len)
{
	static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned long c;
	size_t i, n;

	if (p[0] < 0x80)
		return (1);
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
		return (0);
	c = p[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return (0);
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return (0);
	return (n);
}

int
text_check(const char *text, size_t len, const char *name,
    struct error *e)
{
	size_t i, n;

	if (memchr(text, '\0', len) != NULL)
		return (error_set(e, "%s: has a NUL byte", name));
	for (i = 0; i < len; i += n) {
		n = sequence((const unsigned char *)text + i, len - i);
		if (n == 0)
			return (error_set(e, "%s: is not UTF-8 at byte %zu",
			    name, i + 1));
	}
	return (0);
}
