/* SPDX-License-Identifier: ISC */
#include "base/error.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

int
error_set(struct error *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return (-1);
}

int
error_sys(struct error *e, const char *fmt, ...)
{
	va_list ap;
	size_t len;
	int no;

	no = errno;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	snprintf(e->text + len, sizeof(e->text) - len, ": %s", strerror(no));
	return (-1);
}

int
error_prefix(struct error *e, const char *fmt, ...)
{
	struct error old;
	va_list ap;
	size_t len;

	old = *e;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	snprintf(e->text + len, sizeof(e->text) - len, ": %s", old.text);
	return (-1);
}

/*
 * The length of the printable character at ${s}, at most ${len} bytes; 0 if it
 * must be escaped.  Direction marks and invisible characters (Unicode 15,
 * chapter 23) count as unprintable: they make a text look like another one.
 */
static size_t
plain(const char *s, size_t len)
{
	static int ready;
	mbstate_t state;
	wchar_t c;
	size_t n;

	if (*s >= ' ' && *s <= '~')
		return (1);
	/* Nothing else depends on the locale. */
	if (!ready++)
		setlocale(LC_CTYPE, "");
	memset(&state, 0, sizeof(state));
	n = mbrtowc(&c, s, len, &state);
	if (n == 0 || n > len || (n == 1 && (unsigned char)*s > '~') ||
	    !iswprint((wint_t)c) || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	    c == 0xfeff || c == 0x061c)
		return (0);
	return (n);
}

const char *
error_quote(const char *s)
{

	return (error_quote_bytes(s, strlen(s)));
}

const char *
error_quote_bytes(const char *s, size_t len)
{
	static char bufs[4][ERROR_QUOTE];
	static size_t last;
	char *buf;
	size_t i, n, step;
	int no;

	no = errno;
	buf = bufs[last++ % 4];
	for (i = n = 0; i < len && i < 64; i += step) {
		step = plain(s + i, len - i);
		if (step > 0 && i + step <= 64) {
			memcpy(buf + n, s + i, step);
			n += step;
		} else {
			n += (size_t)snprintf(buf + n, 5, "\\x%02x",
			    (unsigned char)s[i]);
			step = 1;
		}
	}
	strcpy(buf + n, i < len ? "..." : "");
	errno = no;
	return (buf);
}

void
error_write(FILE *f, const char *text, size_t len)
{
	size_t i, step;

	for (i = 0; i < len; i += step) {
		step = plain(text + i, len - i);
		if (step > 0) {
			fwrite(text + i, 1, step, f);
		} else {
			fprintf(f, "\\x%02x", (unsigned char)text[i]);
			step = 1;
		}
	}
}
