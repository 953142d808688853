/* SPDX-License-Identifier: ISC */
#include "net/sockets.h"

#ifdef __linux__

#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/io.h"

/*
 * sock_diag(7).  The states are those of include/net/tcp_states.h: a UDP
 * socket that is connected hears its peer only, and one that is not is in
 * "close".
 */
#define STATE_CLOSE	7
#define STATE_LISTEN	10

#define ROOM		(64 * 1024)	/* the kernel fills at most 32 KiB */

struct table {
	int		 family, proto;
	const char	*name;
};

/* What the dump is compared with and collected in. */
struct dump {
	const struct table	*table;
	const struct addr	*alias;
	size_t			 n;
	unsigned		 lo;	/* the index of the loopback device */
	struct listeners	*l;
};

static int
ask(int fd, const struct table *t, struct error *e)
{
	struct sockaddr_nl kernel;
	struct {
		struct nlmsghdr		header;
		struct inet_diag_req_v2	query;
	} request;

	memset(&kernel, 0, sizeof(kernel));
	kernel.nl_family = AF_NETLINK;
	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request.query.sdiag_family = (uint8_t)t->family;
	request.query.sdiag_protocol = (uint8_t)t->proto;
	request.query.idiag_states = 1U << (t->proto == IPPROTO_TCP ?
	    STATE_LISTEN : STATE_CLOSE);
	if (sendto(fd, &request, sizeof(request), 0,
	    (struct sockaddr *)&kernel, sizeof(kernel)) == -1)
		return (error_sys(e, "sock_diag: %s", t->name));
	return (0);
}

/* The value of IPV6_V6ONLY, an attribute of every IPv6 socket listed. */
static int
v6only(const struct nlmsghdr *h)
{
	const unsigned char *p, *end;
	struct nlattr a;

	end = (const unsigned char *)h + h->nlmsg_len;
	p = (const unsigned char *)h + NLMSG_LENGTH(sizeof(struct
	    inet_diag_msg));
	while ((size_t)(end - p) > NLA_HDRLEN) {
		memcpy(&a, p, sizeof(a));
		if (a.nla_len <= NLA_HDRLEN || a.nla_len > end - p)
			break;
		if (a.nla_type == INET_DIAG_SKV6ONLY)
			return (p[NLA_HDRLEN]);
		if (NLA_ALIGN(a.nla_len) > end - p)
			break;
		p += NLA_ALIGN(a.nla_len);
	}
	return (0);
}

static void
collect(struct dump *d, const struct nlmsghdr *h)
{
	struct inet_diag_msg m;
	struct listener one;
	size_t i;

	memcpy(&m, NLMSG_DATA(h), sizeof(m));
	memset(&one, 0, sizeof(one));
	one.bound.family = d->table->family;
	memcpy(one.bound.byte, m.id.idiag_src,
	    one.bound.family == AF_INET ? 4 : 16);
	addr_unmap(&one.bound);
	one.port = ntohs(m.id.idiag_sport);
	one.udp = d->table->proto == IPPROTO_UDP;
	one.inode = m.idiag_inode;
	one.v6only = one.bound.family == AF_INET6 &&
	    addr_is_any(&one.bound) && v6only(h);
	/* SO_BINDTODEVICE: nothing comes to an alias but over lo. */
	if (m.id.idiag_if != 0 && m.id.idiag_if != d->lo)
		return;
	for (i = 0; i < d->n; i++)
		if (sockets_answers(&one, &d->alias[i])) {
			sockets_append(d->l, &one);
			return;
		}
}

/*
 * What went wrong, an errno value, or 0: it stands in place of an answer, or
 * in what ends one (a kernel without a table's module begins the answer).
 */
static int
failure(const struct nlmsghdr *h)
{
	int number;

	if ((h->nlmsg_type != NLMSG_ERROR && h->nlmsg_type != NLMSG_DONE) ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(number)))
		return (0);
	memcpy(&number, NLMSG_DATA(h), sizeof(number));
	return (number < 0 ? -number : 0);
}

/* Take what one read brought.  Return 1 if that was the last, -1 if bad. */
static int
take(struct dump *d, const char *buf, size_t len, struct error *e)
{
	const struct nlmsghdr *h;

	for (h = (const void *)buf; NLMSG_OK(h, len);
	    h = NLMSG_NEXT(h, len)) {
		errno = failure(h);
		if (errno == ENOENT)
			return (error_set(e, "sock_diag: the kernel lacks "
			    "%s_diag", d->table->name));
		if (errno != 0)
			return (error_sys(e, "sock_diag: %s",
			    d->table->name));
		if (h->nlmsg_type == NLMSG_DONE)
			return (1);
		if (h->nlmsg_type == SOCK_DIAG_BY_FAMILY && h->nlmsg_len >=
		    NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
			collect(d, h);
	}
	return (0);
}

static int
receive(int fd, struct dump *d, char *buf, struct error *e)
{
	ssize_t n;
	int result;

	do {
		do
			n = recv(fd, buf, ROOM, MSG_TRUNC);
		while (n == -1 && errno == EINTR);
		if (n == -1)
			return (error_sys(e, "sock_diag: %s", d->table->name));
		if (n == 0 || n > ROOM)
			return (error_set(e, "sock_diag: %s: answer of %zd "
			    "bytes", d->table->name, n));
		result = take(d, buf, (size_t)n, e);
	} while (result == 0);
	return (result == 1 ? 0 : -1);
}

int
sockets_exact(void)
{

	return (1);
}

int
sockets_find(const struct addr *alias, size_t n, struct listeners *l,
    struct error *e)
{
	static const struct table table[] = {
		{ AF_INET, IPPROTO_TCP, "tcp" },
		{ AF_INET, IPPROTO_UDP, "udp" },
		{ AF_INET6, IPPROTO_TCP, "tcp" },
		{ AF_INET6, IPPROTO_UDP, "udp" }
	};
	static const struct timeval patience = { 5, 0 };
	struct dump d = { NULL, alias, n, 0, l };
	char *buf;
	size_t i;
	int fd, result;

	memset(l, 0, sizeof(*l));
	fd = io_cloexec(socket(AF_NETLINK, SOCK_DGRAM, NETLINK_SOCK_DIAG));
	if (fd == -1)
		return (error_sys(e, "sock_diag"));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	d.lo = if_nametoindex("lo");
	buf = alloc_array(ROOM, 1);
	result = 0;
	for (i = 0; i < 4 && result == 0; i++) {
		d.table = &table[i];
		result = ask(fd, d.table, e);
		if (result == 0)
			result = receive(fd, &d, buf, e);
	}
	free(buf);
	close(fd);
	if (result == -1)
		sockets_free(l);
	sockets_sort(l);
	return (result);
}

#endif
