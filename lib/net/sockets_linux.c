/* SPDX-License-Identifier: ISC */
#include "net/sockets.h"

#ifdef __linux__

#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
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
 * The tables of sock_diag(7), or of /proc/net if the kernel lacks those.  The
 * states are from include/net/tcp_states.h.  A connected UDP socket receives
 * from its peer only; an unconnected one is in "close".
 */
#define STATE_CLOSE	7
#define STATE_LISTEN	10

#define ROOM		(64 * 1024)	/* the kernel fills at most 32 KiB */

struct table {
	int		 family, proto;
	unsigned	 state;		/* of a socket that answers */
	const char	*name, *path;
};

/* A table being read, and the listeners found in it. */
struct dump {
	const struct table	*table;
	const struct addr	*alias;
	size_t			 n;
	unsigned		 lo;	/* the index of the loopback device */
	struct listeners	*l;
};

/* Append ${one} if it answers on one of the aliases. */
static void
append(struct dump *d, struct listener *one)
{
	size_t i;

	one->udp = d->table->proto == IPPROTO_UDP;
	addr_unmap(&one->bound);
	for (i = 0; i < d->n; i++)
		if (sockets_answers(one, &d->alias[i])) {
			sockets_append(d->l, one);
			return;
		}
}

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
	request.query.idiag_states = 1U << t->state;
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

	memcpy(&m, NLMSG_DATA(h), sizeof(m));
	/* SO_BINDTODEVICE: packets for an alias arrive on lo only. */
	if (m.id.idiag_if != 0 && m.id.idiag_if != d->lo)
		return;
	memset(&one, 0, sizeof(one));
	one.bound.family = d->table->family;
	memcpy(one.bound.byte, m.id.idiag_src,
	    one.bound.family == AF_INET ? 4 : 16);
	one.port = ntohs(m.id.idiag_sport);
	one.inode = m.idiag_inode;
	one.v6only = one.bound.family == AF_INET6 && v6only(h);
	append(d, &one);
}

/*
 * The errno value in ${h}, or 0.  It is a message of its own, or the end of a
 * dump: a kernel without a table's module still starts a dump.
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

enum reply { REPLY_BAD = -1, REPLY_MORE, REPLY_END, REPLY_NO_TABLE };

/* Take the messages of one read; REPLY_BAD with ${e} set. */
static enum reply
take(struct dump *d, const char *buf, size_t len, struct error *e)
{
	const struct nlmsghdr *h;

	for (h = (const void *)buf; NLMSG_OK(h, len);
	    h = NLMSG_NEXT(h, len)) {
		errno = failure(h);
		if (errno == ENOENT)
			return (REPLY_NO_TABLE);
		if (errno != 0) {
			error_sys(e, "sock_diag: %s", d->table->name);
			return (REPLY_BAD);
		}
		if (h->nlmsg_type == NLMSG_DONE)
			return (REPLY_END);
		if (h->nlmsg_type == SOCK_DIAG_BY_FAMILY && h->nlmsg_len >=
		    NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
			collect(d, h);
	}
	return (REPLY_MORE);
}

static enum reply
receive(int fd, struct dump *d, char *buf, struct error *e)
{
	enum reply reply;
	ssize_t n;

	do {
		do
			n = recv(fd, buf, ROOM, MSG_TRUNC);
		while (n == -1 && errno == EINTR);
		if (n == -1)
			return (error_sys(e, "sock_diag: %s", d->table->name));
		if (n == 0 || n > ROOM)
			return (error_set(e, "sock_diag: %s: answer of %zd "
			    "bytes", d->table->name, n));
		reply = take(d, buf, (size_t)n, e);
	} while (reply == REPLY_MORE);
	return (reply);
}

/* An address as /proc/net prints it: words of 32 bits in host order. */
static int
parse_words(const char *hex, struct addr *a)
{
	size_t i, words;
	uint32_t word;
	char one[9];

	words = a->family == AF_INET ? 1 : 4;
	if (strlen(hex) != words * 8)
		return (-1);
	for (i = 0; i < words; i++) {
		memcpy(one, hex + i * 8, 8);
		one[8] = '\0';
		word = (uint32_t)strtoul(one, NULL, 16);
		memcpy(a->byte + i * 4, &word, 4);
	}
	return (0);
}

/*
 * Take one line of /proc/net (proc_net(5)), which has neither IPV6_V6ONLY nor
 * the device: such sockets are counted as sockets that answer.
 */
static int
take_line(struct dump *d, const char *line)
{
	struct listener one;
	unsigned state;
	char hex[33];

	memset(&one, 0, sizeof(one));
	one.bound.family = d->table->family;
	if (sscanf(line, "%*u: %32[0-9A-F]:%4X %*[0-9A-F]:%*4X %2X %*X:%*X "
	    "%*X:%*X %*X %*u %*u %lu", hex, &one.port, &state,
	    &one.inode) != 4 || parse_words(hex, &one.bound) == -1)
		return (-1);
	if (state != d->table->state)
		return (0);
	if (one.bound.family == AF_INET6 && addr_is_any(&one.bound))
		d->l->v6only_unknown = 1;
	append(d, &one);
	return (0);
}

static int
read_proc(struct dump *d, struct error *e)
{
	char line[256];
	int result;
	FILE *f;

	f = fopen(d->table->path, "re");
	/* A kernel without IPv6 has no such file. */
	if (f == NULL && errno == ENOENT && d->table->family == AF_INET6)
		return (0);
	if (f == NULL || fgets(line, sizeof(line), f) == NULL) {
		result = error_sys(e, "%s", d->table->path);
		goto out;
	}
	result = 0;
	while (result == 0 && fgets(line, sizeof(line), f) != NULL)
		if (take_line(d, line) == -1)
			result = error_set(e, "%s: line not understood",
			    d->table->path);
	if (result == 0 && ferror(f))
		result = error_sys(e, "%s", d->table->path);
out:
	if (f != NULL)
		fclose(f);
	return (result);
}

/* Read ${d}'s table from ${fd}; from /proc if ${fd} is -1 or fails. */
static int
read_table(int fd, struct dump *d, char *buf, struct error *e)
{
	enum reply reply;

	if (fd == -1)
		return (read_proc(d, e));
	if (ask(fd, d->table, e) == -1)
		return (-1);
	reply = receive(fd, d, buf, e);
	if (reply == REPLY_NO_TABLE)
		return (read_proc(d, e));
	return (reply == REPLY_END ? 0 : -1);
}

int
sockets_find(const struct addr *alias, size_t n, struct listeners *l,
    struct error *e)
{
	static const struct table table[] = {
		{ AF_INET, IPPROTO_TCP, STATE_LISTEN, "tcp", "/proc/net/tcp" },
		{ AF_INET, IPPROTO_UDP, STATE_CLOSE, "udp", "/proc/net/udp" },
		{ AF_INET6, IPPROTO_TCP, STATE_LISTEN, "tcp",
		    "/proc/net/tcp6" },
		{ AF_INET6, IPPROTO_UDP, STATE_CLOSE, "udp",
		    "/proc/net/udp6" }
	};
	static const struct timeval patience = { 5, 0 };
	struct dump d = { NULL, alias, n, 0, l };
	char *buf;
	size_t i;
	int fd, result;

	memset(l, 0, sizeof(*l));
	fd = io_cloexec(socket(AF_NETLINK, SOCK_DGRAM, NETLINK_SOCK_DIAG));
	if (fd != -1)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		    sizeof(patience));
	d.lo = if_nametoindex("lo");
	buf = alloc_array(ROOM, 1);
	result = 0;
	for (i = 0; i < 4 && result == 0; i++) {
		d.table = &table[i];
		result = read_table(fd, &d, buf, e);
	}
	free(buf);
	if (fd != -1)
		close(fd);
	if (result == -1)
		sockets_free(l);
	sockets_sort(l);
	return (result);
}

#endif
