/* SPDX-License-Identifier: ISC */
#include "net/cidr.h"

#include <sys/socket.h>

#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/error.h"

static unsigned
width(const struct addr *a)
{

	return (a->family == AF_INET ? 32 : 128);
}

/* Clear all but the first ${bits} of ${a}. */
static void
mask(struct addr *a, unsigned bits)
{
	unsigned i;

	for (i = bits; i < width(a); i++)
		a->byte[i / 8] &= (unsigned char)~(0x80 >> i % 8);
}

int
cidr_parse(const char *s, struct cidr *c, struct error *e)
{
	char text[CIDR_STRLEN];
	const char *slash;
	struct addr a;
	unsigned long bits;

	slash = s + strcspn(s, "/");
	if (addr_parse_bytes(s, (size_t)(slash - s), &a) == -1)
		return (error_set(e, "not an address or network: %s",
		    error_quote(s)));
	bits = width(&a);
	if (*slash == '/' && (args_number(slash + 1, 0, bits, &bits) == -1 ||
	    (slash[1] == '0' && slash[2] != '\0')))
		return (error_set(e, "not a prefix length: %s",
		    error_quote(s)));
	c->addr = a;
	c->bits = (unsigned)bits;
	mask(&c->addr, c->bits);
	if (addr_compare(&c->addr, &a) != 0)
		return (error_set(e, "has host bits set: %s "
		    "(the network is %s)", error_quote(s),
		    cidr_format(c, text)));
	return (0);
}

const char *
cidr_format(const struct cidr *c, char *buf)
{

	addr_format(&c->addr, buf);
	snprintf(buf + strlen(buf), CIDR_STRLEN - strlen(buf), "/%u", c->bits);
	return (buf);
}

int
cidr_compare(const struct cidr *a, const struct cidr *b)
{
	int order;

	order = addr_compare(&a->addr, &b->addr);
	if (order != 0)
		return (order);
	return (a->bits < b->bits ? -1 : a->bits > b->bits);
}

int
cidr_contains(const struct cidr *c, const struct addr *a)
{
	struct addr net;

	if (a->family != c->addr.family)
		return (0);
	net = *a;
	mask(&net, c->bits);
	return (addr_compare(&net, &c->addr) == 0);
}

void
cidr_around(const struct addr *a, const struct addr *b, struct cidr *c)
{

	c->addr = *a;
	for (c->bits = width(a); !cidr_contains(c, b);)
		mask(&c->addr, --c->bits);
}

int
cidr_host(const struct cidr *c)
{

	return (c->bits == width(&c->addr));
}
