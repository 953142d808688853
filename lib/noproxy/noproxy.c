/* SPDX-License-Identifier: ISC */
#include "noproxy/noproxy.h"

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "net/addr.h"
#include "net/cidr.h"

#define ALPHA	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS	"0123456789"
#define HEX	DIGITS "abcdefABCDEF"

/*
 * Is ${s} a host name or a domain?  A top-level domain is never a number,
 * decimal or hexadecimal, or digits with a hyphen: such a name is a misspelt
 * address.
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
			return (strspn(s, DIGITS "-") < n &&
			    (strncasecmp(s, "0x", 2) != 0 ||
			    2 + strspn(s + 2, HEX) < n));
		if (s[n] != '.')
			return (0);
		s += n + 1;
	}
}

static int
refuse(const char *s, const char *why, struct error *e)
{

	return (error_set(e, "%s: %s", why, error_quote(s)));
}

/* An address in its canonical spelling; IPv6 may have brackets. */
static char *
address(const char *s)
{
	char text[ADDR_STRLEN];
	struct addr a;
	size_t len;

	if (addr_parse(s, &a) == 0)
		return (alloc_string(addr_format(&a, text)));
	len = strlen(s);
	if (len < 2 || s[0] != '[' || s[len - 1] != ']' ||
	    addr_parse_bytes(s + 1, len - 2, &a) == -1 ||
	    a.family != AF_INET6)
		return (NULL);
	return (alloc_format("[%s]", addr_format(&a, text)));
}

/* ADDRESS/BITS; a network of one address is written as the address. */
static char *
network(const char *s, struct error *e)
{
	char text[CIDR_STRLEN];
	struct cidr c;

	if (cidr_parse(s, &c, e) == -1)
		return (NULL);
	if (cidr_host(&c))
		return (alloc_string(addr_format(&c.addr, text)));
	if (c.bits > 0)
		return (alloc_string(cidr_format(&c, text)));
	refuse(s, "would switch the proxy off for every address", e);
	return (NULL);
}

/* Does a port follow the host in ${s}? */
static int
has_port(const char *s)
{
	const char *port;

	port = strrchr(s, ':');
	return (port != NULL && port > s &&
	    (port == strchr(s, ':') || port[-1] == ']') && port[1] != '\0' &&
	    port[1 + strspn(port + 1, DIGITS)] == '\0');
}

/*
 * The ends of ${s}, FIRST-LAST, where LAST is an IPv4 address or the last
 * byte of one.  Return 0, or -1 if ${s} is no such range.
 */
static int
parse_range(const char *s, struct addr *first, struct addr *last)
{
	unsigned long byte;
	const char *dash;

	dash = strchr(s, '-');
	if (dash == NULL ||
	    addr_parse_bytes(s, (size_t)(dash - s), first) == -1 ||
	    first->family != AF_INET)
		return (-1);
	*last = *first;
	if (args_number(dash + 1, 0, 255, &byte) == 0)
		last->byte[3] = (unsigned char)byte;
	else if (addr_parse(dash + 1, last) == -1 || last->family != AF_INET)
		return (-1);
	return (addr_compare(first, last) <= 0 ? 0 : -1);
}

/* Only Node matches ranges: refuse one, and propose the network around it. */
static void
refuse_range(const char *s, const struct addr *first, const struct addr *last,
    struct error *e)
{
	char text[CIDR_STRLEN];
	struct cidr c;

	cidr_around(first, last, &c);
	error_set(e, "an address range, which few clients match: %s "
	    "(the smallest network with all of it is %s)",
	    error_quote(s), cidr_format(&c, text));
}

/* A name in the spelling that clients compare with: see noproxy.h. */
static char *
canonical(const char *s)
{
	char *name, *p;
	size_t len;

	len = strlen(s);
	name = alloc_copy(s, s[len - 1] == '.' ? len - 1 : len);
	for (p = name; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return (name);
}

char *
noproxy_host(const char *s, struct error *e)
{
	struct addr first, last;
	char *entry;

	if ((entry = address(s)) != NULL)
		return (entry);
	if (s[strspn(s, HEX ".:")] == '/')
		return (network(s, e));
	if (is_name(s))
		return (canonical(s));
	if (parse_range(s, &first, &last) == 0)
		refuse_range(s, &first, &last, e);
	else if (strcmp(s, "*") == 0)
		refuse(s, "would switch the proxy off for every host", e);
	else if (has_port(s))
		refuse(s, "has a port, which few clients match", e);
	else
		refuse(s, "not a host or address", e);
	return (NULL);
}

/*
 * Copy the list ${from} to ${to}.  Blanks become commas; next to a comma and
 * at the ends they are dropped.  Empty entries stay, because some clients
 * match every host with them, except at the end, where clients ignore them: a
 * new entry would follow them.
 */
static void
normalise(char *to, const char *from)
{
	char *start;
	int gap;

	start = to;
	for (gap = 0; *from != '\0'; from++) {
		if (*from == ' ' || *from == '\t') {
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

static int
has(const char *list, const char *entry)
{
	size_t n;

	for (;;) {
		n = strcspn(list, ",");
		if (strncmp(list, entry, n) == 0 && entry[n] == '\0')
			return (1);
		if (list[n] == '\0')
			return (0);
		list += n + 1;
	}
}

/* Start a list with ${value}, and room for ${room} bytes more. */
static char *
begin(const char *value, size_t room, struct error *e)
{
	const char *p;
	char *list;

	for (p = value; *p != '\0'; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f) {
			error_set(e, "has a line break or control character");
			return (NULL);
		}
	list = alloc_array((size_t)(p - value) + room + 1, 1);
	normalise(list, value);
	return (list);
}

int
noproxy_is_empty(const char *value)
{

	return (value == NULL || value[strspn(value, " \t,")] == '\0');
}

char *
noproxy_add(const char *value, const char *other, char *const *entry, size_t n,
    struct error *e)
{
	size_t i, len, room;
	char *list;

	for (i = room = 0; i < n; i++)
		room += strlen(entry[i]) + 1;
	if (noproxy_is_empty(value))
		value = other != NULL ? other : "";
	list = begin(value, room, e);
	if (list == NULL)
		return (NULL);
	len = strlen(list);
	for (i = 0; i < n && len <= NOPROXY_MAX && strcmp(value, "*") != 0; i++)
		if (!has(list, entry[i]))
			len += (size_t)sprintf(list + len, "%s%s",
			    len > 0 ? "," : "", entry[i]);
	if (len <= NOPROXY_MAX)
		return (list);
	error_set(e, "would be longer than the %zu bytes that a program can "
	    "be started with", NOPROXY_MAX);
	free(list);
	return (NULL);
}
