/* SPDX-License-Identifier: ISC */
/*
 * Preloaded, a fake of a Linux kernel without tcp_diag (LACKS=6), udp_diag
 * (LACKS=17) or all of sock_diag (LACKS=socket).  A kernel that lacks a table
 * takes the request, and ends its answer with an errno value.
 */
#define _GNU_SOURCE
#include <sys/socket.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>

static int lacking;

int
socket(int family, int type, int protocol)
{
	static int (*next)(int, int, int);

	if (family == AF_NETLINK && protocol == NETLINK_SOCK_DIAG &&
	    strcmp(getenv("LACKS"), "socket") == 0) {
		errno = EPROTONOSUPPORT;
		return (-1);
	}
	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "socket");
	return (next(family, type, protocol));
}

ssize_t
sendto(int fd, const void *buf, size_t len, int flags,
    const struct sockaddr *to, socklen_t tolen)
{
	static ssize_t (*next)(int, const void *, size_t, int,
	    const struct sockaddr *, socklen_t);
	struct inet_diag_req_v2 query;

	memcpy(&query, (const char *)buf + NLMSG_HDRLEN, sizeof(query));
	lacking = query.sdiag_protocol == atoi(getenv("LACKS"));
	if (lacking)
		return ((ssize_t)len);
	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "sendto");
	return (next(fd, buf, len, flags, to, tolen));
}

ssize_t
recv(int fd, void *buf, size_t len, int flags)
{
	static ssize_t (*next)(int, void *, size_t, int);
	struct {
		struct nlmsghdr	header;
		int		error;
	} done;

	if (!lacking) {
		if (next == NULL)
			*(void **)&next = dlsym(RTLD_NEXT, "recv");
		return (next(fd, buf, len, flags));
	}
	memset(&done, 0, sizeof(done));
	done.header.nlmsg_len = sizeof(done);
	done.header.nlmsg_type = NLMSG_DONE;
	done.header.nlmsg_flags = NLM_F_MULTI;
	done.error = -ENOENT;
	memcpy(buf, &done, sizeof(done));
	return (sizeof(done));
}
