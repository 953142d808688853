/* SPDX-License-Identifier: ISC */
#include "alias/claim.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/args.h"
#include "base/error.h"
#include "net/addr.h"

#define VARIABLE	"LOALIAS_CLAIM_PORT"

int
claim_port(unsigned *port, struct error *e)
{
	const char *s;
	unsigned long n;

	s = getenv(VARIABLE);
	n = CLAIM_PORT;
	if (s != NULL && *s != '\0' && args_number(s, 1, 65535, &n) == -1)
		return (error_set(e, VARIABLE ": is not a port: %s",
		    error_quote(s)));
	*port = (unsigned)n;
	return (0);
}

/* Bind a new socket to ${a}.  Return it, or -1 with errno set. */
static int
try(const struct addr *a, unsigned port, int reuse)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, no;

	len = addr_socket(a, port, &ss);
	fd = socket(a->family, SOCK_STREAM, 0);
	if (fd == -1)
		return (-1);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse,
	    sizeof(reuse)) == 0 && bind(fd, (struct sockaddr *)&ss, len) == 0)
		return (fd);
	no = errno;
	close(fd);
	errno = no;
	return (-1);
}

/* As try(), with one retry: print mode holds a claim for a moment only. */
static int
try_twice(const struct addr *a, unsigned port, int reuse)
{
	int fd;

	fd = try(a, port, reuse);
	if (fd != -1 || errno != EADDRINUSE)
		return (fd);
	poll(NULL, 0, 20);
	return (try(a, port, reuse));
}

int
claim_take(const struct addr *a, unsigned port, int *fd, struct error *e)
{
	char text[ADDR_STRLEN];

	*fd = try_twice(a, port, 0);
	if (*fd != -1)
		return (1);
	if (errno == EADDRINUSE)
		return (0);
	addr_format(a, text);
	if (errno == EADDRNOTAVAIL)
		return (error_set(e, "%s: not an address of this host: run "
		    "loalias-ensure first", text));
	return (error_sys(e, "%s: cannot claim it at port %u", text, port));
}

int
claim_usable(unsigned port, struct error *e)
{
	struct addr a;
	int fd;

	/* With SO_REUSEADDR two checks do not conflict; a server still does. */
	addr_parse("127.0.0.1", &a);
	fd = try_twice(&a, port, 1);
	if (fd != -1) {
		close(fd);
		return (0);
	}
	if (errno == EADDRINUSE)
		return (error_set(e, "port %u: needed for claims, but a "
		    "program listens on it: stop it, or set " VARIABLE, port));
	return (error_sys(e, "127.0.0.1: port %u", port));
}
