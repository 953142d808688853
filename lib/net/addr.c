/* SPDX-License-Identifier: ISC */
#include "net/addr.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <arpa/inet.h>
#include <string.h>

#include "base/args.h"

static const unsigned char mapped[12] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
};

/*
 * Some systems' inet_pton(3) accepts leading zeros, which other parsers read as
 * octal.
 */
static int
parse4(const char *s, unsigned char *byte)
{
	unsigned n;
	int digits, i;

	for (i = 0; i < 4; i++) {
		if (i > 0 && *s++ != '.')
			return (-1);
		n = 0;
		for (digits = 0; *s >= '0' && *s <= '9' && digits < 4; s++) {
			if (digits++ > 0 && n == 0)
				return (-1);
			n = n * 10 + (unsigned)(*s - '0');
		}
		if (digits == 0 || n > 255)
			return (-1);
		byte[i] = (unsigned char)n;
	}
	return (*s == '\0' ? 0 : -1);
}

int
addr_parse(const char *s, struct addr *a)
{

	memset(a, 0, sizeof(*a));
	a->family = AF_INET;
	if (parse4(s, a->byte) == 0)
		return (0);
	memset(a->byte, 0, sizeof(a->byte));
	a->family = AF_INET6;
	return (inet_pton(AF_INET6, s, a->byte) == 1 ? 0 : -1);
}

int
addr_parse_bytes(const char *s, size_t len, struct addr *a)
{
	char text[ADDR_STRLEN];

	if (len >= sizeof(text))
		return (-1);
	memcpy(text, s, len);
	text[len] = '\0';
	return (addr_parse(text, a));
}

int
addr_parse_port(const char *s, unsigned *port, int *udp)
{
	char digits[sizeof("65535")];
	unsigned long n;
	size_t len;

	len = strcspn(s, "/");
	*udp = strcmp(s + len, "/udp") == 0;
	if (len >= sizeof(digits) || (s[len] != '\0' && !*udp &&
	    strcmp(s + len, "/tcp") != 0))
		return (-1);
	memcpy(digits, s, len);
	digits[len] = '\0';
	if (args_number(digits, 1, 65535, &n) == -1)
		return (-1);
	*port = (unsigned)n;
	return (0);
}

const char *
addr_format(const struct addr *a, char *buf)
{

	return (inet_ntop(a->family, a->byte, buf, ADDR_STRLEN));
}

int
addr_compare(const struct addr *a, const struct addr *b)
{

	if (a->family != b->family)
		return (a->family == AF_INET ? -1 : 1);
	return (memcmp(a->byte, b->byte, sizeof(a->byte)));
}

void
addr_unmap(struct addr *a)
{

	if (a->family != AF_INET6 || memcmp(a->byte, mapped, 12) != 0)
		return;
	a->family = AF_INET;
	memmove(a->byte, a->byte + 12, 4);
	memset(a->byte + 4, 0, 12);
}

int
addr_is_any(const struct addr *a)
{
	static const unsigned char zero[16];

	return (memcmp(a->byte, zero, sizeof(zero)) == 0);
}

int
addr_is_localhost(const struct addr *a)
{
	static const unsigned char localhost[4] = { 127, 0, 0, 1 };

	return (a->family == AF_INET && memcmp(a->byte, localhost, 4) == 0);
}

unsigned
addr_socket(const struct addr *a, unsigned port, struct sockaddr_storage *ss)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;

	memset(ss, 0, sizeof(*ss));
	if (a->family == AF_INET) {
		memset(&sin, 0, sizeof(sin));
		sin.sin_family = AF_INET;
		sin.sin_port = htons((in_port_t)port);
		memcpy(&sin.sin_addr, a->byte, 4);
		memcpy(ss, &sin, sizeof(sin));
		return (sizeof(sin));
	}
	memset(&sin6, 0, sizeof(sin6));
	sin6.sin6_family = AF_INET6;
	sin6.sin6_port = htons((in_port_t)port);
	memcpy(&sin6.sin6_addr, a->byte, 16);
	memcpy(ss, &sin6, sizeof(sin6));
	return (sizeof(sin6));
}

int
addr_read(const struct sockaddr *sa, struct addr *a)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;

	memset(a, 0, sizeof(*a));
	if (sa == NULL)
		return (-1);
	a->family = sa->sa_family;
	if (a->family == AF_INET) {
		memcpy(&sin, sa, sizeof(sin));
		memcpy(a->byte, &sin.sin_addr, 4);
		return (ntohs(sin.sin_port));
	}
	if (a->family != AF_INET6)
		return (-1);
	memcpy(&sin6, sa, sizeof(sin6));
	memcpy(a->byte, &sin6.sin6_addr, 16);
	return (ntohs(sin6.sin6_port));
}
