/* SPDX-License-Identifier: ISC */
#include "net/canary.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/child.h"
#include "base/error.h"
#include "base/io.h"

#define TICK	10	/* ms between two checks of the command */

/*
 * By the convention of env(1), timeout(1), docker(1) and the shell, this status
 * and higher ones mean that the command was not run or was ended by a signal.
 */
#define NO_ANSWER	125

int
canary_open(struct canary *c, const struct addr *a, int udp, struct error *e)
{
	struct sockaddr_storage ss;
	struct addr unused;
	char buf[ADDR_STRLEN];
	socklen_t len;
	int no, off;

	memset(c, 0, sizeof(*c));
	c->addr = *a;
	c->udp = udp;
	addr_format(a, buf);
	c->fd = io_cloexec(socket(a->family, udp ? SOCK_DGRAM : SOCK_STREAM,
	    0));
	if (c->fd == -1)
		return (error_sys(e, "%s", buf));
	len = addr_socket(a, 0, &ss);
	/* OpenBSD always sets it, and returns an error. */
	off = 0;
	if (a->family == AF_INET6 && addr_is_any(a))
		setsockopt(c->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
		    sizeof(off));
	if (bind(c->fd, (struct sockaddr *)&ss, len) == -1 ||
	    (!udp && listen(c->fd, SOMAXCONN) == -1) ||
	    fcntl(c->fd, F_SETFL, O_NONBLOCK) == -1 ||
	    getsockname(c->fd, (struct sockaddr *)&ss, &len) == -1) {
		no = errno;
		error_sys(e, "%s", buf);
		canary_close(c);
		errno = no;
		return (-1);
	}
	c->port = (unsigned)addr_read((struct sockaddr *)&ss, &unused);
	return (0);
}

void
canary_close(struct canary *c)
{

	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
}

/* Record one peer of ${c}, which poll(2) reported. */
static int
record_peer(struct canary *c, struct error *e)
{
	struct sockaddr_storage ss;
	struct addr a;
	socklen_t len;
	ssize_t n;
	char byte;
	int port;

	memset(&ss, 0, sizeof(ss));
	len = sizeof(ss);
	if (c->udp)
		n = recvfrom(c->fd, &byte, 1, 0, (struct sockaddr *)&ss, &len);
	else
		n = accept(c->fd, (struct sockaddr *)&ss, &len);
	if (n == -1 && (errno == EINTR || errno == EAGAIN ||
	    errno == EWOULDBLOCK))
		return (0);
	/* A peer that has disconnected since did reach it. */
	if (n == -1 && errno != ECONNABORTED)
		return (error_sys(e, c->udp ? "recvfrom" : "accept"));
	if (n != -1 && !c->udp)
		close((int)n);
	port = addr_read((struct sockaddr *)&ss, &a);
	if (c->count < CANARY_PEERS && port != -1) {
		c->peer[c->count].addr = a;
		c->peer[c->count].port = (unsigned)port;
	}
	c->count++;
	return (0);
}

int
canary_watch(struct canary *c, size_t n, struct pollfd *extra, size_t extras,
    int ms, struct error *e)
{
	struct pollfd *p;
	size_t i;
	int result;

	p = alloc_array(n + extras, sizeof(*p));
	for (i = 0; i < n; i++) {
		p[i].fd = c[i].fd;
		p[i].events = POLLIN;
	}
	for (i = 0; i < extras; i++)
		p[n + i] = extra[i];
	result = 0;
	if (poll(p, (nfds_t)(n + extras), ms) <= 0)
		for (i = 0; i < n + extras; i++)
			p[i].revents = 0;
	for (i = 0; i < n && result == 0; i++)
		if (p[i].revents != 0)
			result = record_peer(&c[i], e);
	for (i = 0; i < extras; i++)
		extra[i].revents = p[n + i].revents;
	free(p);
	return (result);
}

int
canary_linger(struct canary *c, size_t n, struct error *e)
{
	long long end, left;

	end = io_now() + CANARY_MOMENT;
	while ((left = end - io_now()) > 0)
		if (canary_watch(c, n, NULL, 0, (int)left, e) == -1)
			return (-1);
	return (0);
}

/* Watch until the whole process group has ended. */
static int
watch(struct canary *c, pid_t pid, const struct signals *s,
    unsigned long seconds, int *status, struct error *e)
{
	long long deadline;
	int ended;

	deadline = io_now() + (long long)seconds * 1000;
	ended = 0;
	for (;;) {
		if (canary_watch(c, 1, NULL, 0, TICK, e) == -1)
			return (-1);
		if (!ended && waitpid(pid, status, WNOHANG) == pid)
			ended = 1;
		if (ended && kill(-pid, 0) == -1 && errno == ESRCH)
			return (0);
		if (signals_pending(s))
			return (error_set(e, "interrupted"));
		if (io_now() >= deadline)
			return (error_set(e, "%s after %lu s",
			    ended ? "left processes that still ran" :
			    "timed out", seconds));
	}
}

static int
answer(int status, struct error *e)
{

	if (WIFSIGNALED(status))
		return (error_set(e, "killed by signal %d",
		    WTERMSIG(status)));
	if (WEXITSTATUS(status) >= NO_ANSWER)
		return (error_set(e, "exit status %d: it did not run to its "
		    "end", WEXITSTATUS(status)));
	return (0);
}

int
canary_run(struct canary *c, char *const *argv, unsigned long seconds,
    struct error *e)
{
	struct child_how how = { -1, 2, 2, 1, NULL, NULL };
	struct error lost;
	struct signals s;
	pid_t pid;
	int result, status;

	signals_hold(&s);
	how.mask = &s.old;
	pid = child_start(argv, &how, e);
	if (pid < 0) {
		signals_release(&s);
		return (-1);
	}
	status = 0;
	result = watch(c, pid, &s, seconds, &status, e);
	if (result == -1)
		child_kill(pid);
	else
		result = answer(status, e);
	if (result == -1)
		error_prefix(e, "%s", error_quote(argv[0]));
	if (canary_linger(c, 1, &lost) == -1 && result == 0) {
		*e = lost;
		result = -1;
	}
	/* A blocked signal ends this program here. */
	signals_release(&s);
	return (result);
}
