/* SPDX-License-Identifier: ISC */
/*
 * Preloaded, a fake of a Linux kernel without udp_diag or tcp_diag, the one of
 * the protocol $LACKS (6 or 17): it takes the request, and what it has
 * to say about it is the errno value in the message that ends the answer.
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
