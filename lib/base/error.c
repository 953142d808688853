/* SPDX-License-Identifier: ISC */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

const char *
error_quote(char *buf, const char *token, size_t len)
{
	size_t i, n;

	for (i = n = 0; i < len && i < 64; i++)
		if ((unsigned char)token[i] < ' ' ||
		    (unsigned char)token[i] > '~')
			n += (size_t)snprintf(buf + n, 5, "\\x%02x",
			    (unsigned char)token[i]);
		else
			buf[n++] = token[i];
	strcpy(buf + n, i < len ? "..." : "");
	return (buf);
}
