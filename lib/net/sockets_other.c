/* SPDX-License-Identifier: ISC */
#include "net/sockets.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"

#define LAST_PORT	65535
#define AT_ONCE		128	/* descriptors; the usual limit is 256 */
#define PATIENCE	1000	/* ms without any answer, on loopback */
#define SILENT_MAX	16	/* ports: more is no full queue, but a filter */

struct scan {
	const struct addr	*alias;
	struct listeners	*l;
	unsigned		 silent;
	/* The connections under way. */
	struct pollfd		 fd[AT_ONCE];
	unsigned		 port[AT_ONCE];
	nfds_t			 count;
};

static void
found(struct scan *s, unsigned port)
{
	struct listener one;

	memset(&one, 0, sizeof(one));
	one.bound = *s->alias;
	one.port = port;
	sockets_append(s->l, &one);
}

/*
 * Whether ${fd} is connected to itself, because the system picked for this
 * end the very port that was asked for.
 */
static int
is_self(int fd)
{
	struct sockaddr_storage here, there;
	socklen_t n, m;

	memset(&here, 0, sizeof(here));
	there = here;
	n = m = sizeof(here);
	return (getsockname(fd, (struct sockaddr *)&here, &n) == 0 &&
	    getpeername(fd, (struct sockaddr *)&there, &m) == 0 &&
	    n == m && memcmp(&here, &there, n) == 0);
}

/* What ${no}, the outcome of connecting ${fd} to ${port}, tells. */
static int
judge(struct scan *s, int fd, unsigned port, int no, struct error *e)
{
	char buf[ADDR_STRLEN];

	if (no == ECONNREFUSED || (no == 0 && is_self(fd)))
		return (0);
	/* A listener that was closed meanwhile resets its connections. */
	if (no != 0 && no != ECONNRESET) {
		errno = no;
		return (error_sys(e, "%s: port %u",
		    addr_format(s->alias, buf), port));
	}
	found(s, port);
	return (0);
}

/* Begin to connect to ${port}; what is not decided at once is under way. */
static int
start(struct scan *s, unsigned port, struct error *e)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, no, result;

	fd = io_cloexec(socket(s->alias->family, SOCK_STREAM, 0));
	if (fd == -1 || fcntl(fd, F_SETFL, O_NONBLOCK) == -1) {
		error_sys(e, "socket");
		if (fd != -1)
			close(fd);
		return (-1);
	}
	len = addr_socket(s->alias, port, &ss);
	no = connect(fd, (struct sockaddr *)&ss, len) == -1 ? errno : 0;
	if (no == EINPROGRESS || no == EINTR) {
		s->fd[s->count].fd = fd;
		s->fd[s->count].events = POLLOUT;
		s->port[s->count++] = port;
		return (0);
	}
	result = judge(s, fd, port, no, e);
	close(fd);
	return (result);
}

/* Connection ${i} is decided: judge and forget it. */
static int
settle(struct scan *s, nfds_t i, struct error *e)
{
	socklen_t len;
	int no, result;

	len = sizeof(no);
	if (getsockopt(s->fd[i].fd, SOL_SOCKET, SO_ERROR, &no, &len) == -1)
		no = errno;
	result = judge(s, s->fd[i].fd, s->port[i], no, e);
	close(s->fd[i].fd);
	s->count--;
	s->fd[i] = s->fd[s->count];
	s->port[i] = s->port[s->count];
	return (result);
}

/*
 * Give up on what is still under way.  A closed port refuses, so one that
 * says nothing has a listener whose queue is full; or nothing here answers.
 */
static int
give_up(struct scan *s, struct error *e)
{
	char buf[ADDR_STRLEN];

	for (; s->count > 0; s->silent++) {
		s->count--;
		found(s, s->port[s->count]);
		close(s->fd[s->count].fd);
	}
	if (s->silent <= SILENT_MAX)
		return (0);
	return (error_set(e, "%s: %u ports neither answer nor refuse: a "
	    "packet filter or a limit on refusals is in the way",
	    addr_format(s->alias, buf), s->silent));
}

/* Wait until all that is under way is decided. */
static int
finish(struct scan *s, struct error *e)
{
	nfds_t i;
	int n;

	while (s->count > 0) {
		n = poll(s->fd, s->count, PATIENCE);
		if (n == -1 && errno != EINTR)
			return (error_sys(e, "poll"));
		if (n == 0)
			return (give_up(s, e));
		for (i = s->count; n > 0 && i-- > 0;)
			if (s->fd[i].revents != 0 && settle(s, i, e) == -1)
				return (-1);
	}
	return (0);
}

static void
abandon(struct scan *s)
{

	while (s->count > 0)
		close(s->fd[--s->count].fd);
}

/* Connecting to an address that is not there would hang, on macOS. */
static int
is_there(const struct addr *alias, struct error *e)
{
	struct sockaddr_storage ss;
	char buf[ADDR_STRLEN];
	socklen_t len;
	int fd, result;

	len = addr_socket(alias, 0, &ss);
	fd = io_cloexec(socket(alias->family, SOCK_STREAM, 0));
	result = 0;
	if (fd == -1 || bind(fd, (struct sockaddr *)&ss, len) == -1)
		result = error_sys(e, "%s", addr_format(alias, buf));
	if (fd != -1)
		close(fd);
	return (result);
}

/*
 * A wildcard answers on 127.0.0.1 as well, unless somebody else answers there
 * in its place: what is refused there is bound to the alias.
 */
static int
check_localhost(struct scan *s, size_t first, struct error *e)
{
	struct listeners there;
	struct addr localhost;
	struct scan again;
	size_t i, j;
	int result;

	memset(&there, 0, sizeof(there));
	memset(&again, 0, sizeof(again));
	addr_parse("127.0.0.1", &localhost);
	again.alias = &localhost;
	again.l = &there;
	result = 0;
	for (i = first; i < s->l->count && result == 0; i++) {
		result = start(&again, s->l->listener[i].port, e);
		if (result == 0)
			result = finish(&again, e);
	}
	for (i = first; i < s->l->count; i++)
		for (j = 0; j < there.count; j++)
			if (there.listener[j].port == s->l->listener[i].port)
				s->l->listener[i].scanned = 1;
	abandon(&again);
	sockets_free(&there);
	return (result);
}

static int
scan(struct scan *s, struct error *e)
{
	unsigned port;
	size_t first;
	int result;

	first = s->l->count;
	result = is_there(s->alias, e);
	for (port = 1; port <= LAST_PORT && result == 0; port++) {
		result = start(s, port, e);
		if (result == 0 && (s->count == AT_ONCE || port == LAST_PORT))
			result = finish(s, e);
	}
	abandon(s);
	if (result == 0)
		result = check_localhost(s, first, e);
	return (result);
}

int
sockets_scan(const struct addr *alias, size_t n, struct listeners *l,
    struct error *e)
{
	struct scan s;
	size_t i;
	int result;

	memset(l, 0, sizeof(*l));
	result = 0;
	for (i = 0; i < n && result == 0; i++) {
		memset(&s, 0, sizeof(s));
		s.alias = &alias[i];
		s.l = l;
		result = scan(&s, e);
	}
	if (result == -1)
		sockets_free(l);
	sockets_sort(l);
	return (result);
}

#ifndef __linux__
int
sockets_exact(void)
{

	return (0);
}

int
sockets_find(const struct addr *alias, size_t n, struct listeners *l,
    struct error *e)
{

	return (sockets_scan(alias, n, l, e));
}
#endif
