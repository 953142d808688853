/* SPDX-License-Identifier: ISC */
#include "noproxy.h"

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "cidr.h"
#include "error.h"
#include "mem.h"

#define ALPHA	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS	"0123456789"

static int
is_blank(char c)
{

	return (c == ' ' || c == '\t');
}

static int
is_control(char c)
{

	return ((unsigned char)c < ' ' || c == 0x7f);
}

/*
 * Is ${s} a host name or a domain?  No client looks up a name whose last
 * label is a number: it is an address, and misspelt.
 */
static int
is_name(const char *s)
{
	size_t n;

	if (*s == '-')
		return (0);
	if (*s == '.')
		s++;
	for (;;) {
		n = strspn(s, ALPHA DIGITS "-_");
		if (n == 0 || n > 63)
			return (0);
		if (s[n] == '\0' || strcmp(s + n, ".") == 0)
			return (strspn(s, DIGITS) < n);
		if (s[n] != '.')
			return (0);
		s += n + 1;
	}
}

static int
refuse(const char *s, const char *why, struct error *e)
{
	char quoted[ERROR_QUOTE];

	return (error_set(e, "%s: %s", why, error_quote(quoted, s, strlen(s))));
}

/* Read ${s}, an address, an IPv6 one perhaps in brackets, into ${a}. */
static int
parse(const char *s, struct addr *a)
{
	size_t len;
	char *inner;
	int result;

	len = strlen(s);
	if (len < 2 || s[0] != '[' || s[len - 1] != ']')
		return (addr_parse(s, a));
	inner = mem_copy(s + 1, len - 2);
	result = addr_parse(inner, a);
	free(inner);
	return (result == 0 && a->family == AF_INET6 ? 0 : -1);
}

/* The entries for the one address ${a}. */
static char *
address(const struct addr *a)
{
	char text[ADDR_STRLEN];

	addr_format(a, text);
	if (a->family == AF_INET)
		return (mem_format("%s", text));
	return (mem_format("%s,[%s]", text, text));
}

/* ADDRESS/BITS: what holds one address is that address to every client. */
static char *
network(const char *s, struct error *e)
{
	char text[CIDR_STRLEN];
	struct cidr c;

	if (cidr_parse(s, &c, e) == -1)
		return (NULL);
	if (cidr_host(&c))
		return (address(&c.addr));
	if (c.bits > 0)
		return (mem_format("%s", cidr_format(&c, text)));
	refuse(s, "would switch the proxy off for every address", e);
	return (NULL);
}

/* Is ${s} something with a port behind it? */
static int
has_port(const char *s)
{
	const char *port;

	port = strrchr(s, ':');
	return (port != NULL && port > s &&
	    (port == strchr(s, ':') || port[-1] == ']') && port[1] != '\0' &&
	    port[1 + strspn(port + 1, DIGITS)] == '\0');
}

char *
noproxy_host(const char *s, struct error *e)
{
	struct addr a;

	if (parse(s, &a) == 0)
		return (address(&a));
	if (s[strspn(s, DIGITS "abcdefABCDEF.:")] == '/')
		return (network(s, e));
	if (is_name(s))
		return (mem_format("%s", s));
	if (strcmp(s, "*") == 0)
		refuse(s, "would switch the proxy off for every host", e);
	else if (has_port(s))
		refuse(s, "has a port, which few clients match", e);
	else
		refuse(s, "not a host or address", e);
	return (NULL);
}

/*
 * Copy the list ${from} to ${to} with its blanks made commas or, beside a
 * comma and at the ends, left out.  Empty entries stay, because to some
 * clients they match every host, but for those at the end, which nobody
 * reads, and which would no longer be at the end behind a new entry.
 */
static void
normalise(char *to, const char *from)
{
	char *start;
	int gap;

	start = to;
	for (gap = 0; *from != '\0'; from++) {
		if (is_blank(*from)) {
			gap = 1;
			continue;
		}
		if (gap && *from != ',' && to > start && to[-1] != ',')
			*to++ = ',';
		gap = 0;
		*to++ = *from;
	}
	while (to > start && to[-1] == ',')
		to--;
	*to = '\0';
}

/* Has the list the ${len} bytes at ${entry} as an entry? */
static int
has(const char *list, const char *entry, size_t len)
{
	size_t n;

	for (;;) {
		n = strcspn(list, ",");
		if (n == len && memcmp(list, entry, n) == 0)
			return (1);
		if (list[n] == '\0')
			return (0);
		list += n + 1;
	}
}

/* Append those of the ${entries} that the list of ${len} bytes lacks. */
static size_t
append(char *list, size_t len, const char *entries)
{
	size_t n;

	for (; *entries != '\0'; entries += n + (entries[n] == ',')) {
		n = strcspn(entries, ",");
		if (has(list, entries, n))
			continue;
		if (len > 0)
			list[len++] = ',';
		memcpy(list + len, entries, n);
		len += n;
		list[len] = '\0';
	}
	return (len);
}

/* Start a list with ${value}, and ${room} bytes behind it. */
static char *
begin(const char *value, size_t room, struct error *e)
{
	const char *p;
	char *list;

	for (p = value; *p != '\0'; p++)
		if (is_control(*p) && *p != '\t') {
			error_set(e, "has a line break or control character");
			return (NULL);
		}
	list = mem_alloc((size_t)(p - value) + room + 1, 1);
	if (strcmp(value, "*") == 0)
		*list = '*';
	else
		normalise(list, value);
	return (list);
}

char *
noproxy_add(const char *value, const char *other, char *const *host, size_t n,
    struct error *e)
{
	size_t i, len, room;
	char *list;

	for (i = room = 0; i < n; i++)
		room += strlen(host[i]) + 1;
	value = value != NULL ? value : "";
	list = begin(value, room, e);
	if (list != NULL && *list == '\0' && other != NULL) {
		free(list);
		value = other;
		list = begin(value, room, e);
	}
	if (list == NULL)
		return (NULL);
	len = strlen(list);
	for (i = 0; i < n && len <= NOPROXY_MAX && strcmp(value, "*") != 0; i++)
		len = append(list, len, host[i]);
	if (len <= NOPROXY_MAX)
		return (list);
	error_set(e, "would be longer than the %zu bytes that a program can "
	    "be started with", NOPROXY_MAX);
	free(list);
	return (NULL);
}

char *
noproxy_quote(const char *value)
{
	char *out, *to;

	out = to = mem_alloc(strlen(value) + 1, sizeof("'\\''") - 1);
	*to++ = '\'';
	for (; *value != '\0'; value++)
		if (*value == '\'') {
			memcpy(to, "'\\''", 4);
			to += 4;
		} else
			*to++ = *value;
	*to++ = '\'';
	*to = '\0';
	return (out);
}
