/* SPDX-License-Identifier: ISC */
#include "loopback/interface.h"

#ifdef __linux__
#include <sys/types.h>
#include <sys/socket.h>
#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <ifaddrs.h>
#include <string.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "base/error.h"
#include "net/addr.h"

const struct interface_system interface_system = { "lo", "sudo", PLAN_IP };

/*
 * Every address of this host is reached through lo.  bind(2) takes any address
 * where ip_nonlocal_bind is set, and connect(2) any that a route leads to; but
 * the interface that multicasts leave by can be given by its address, and
 * there only one of this host will do (ip_dev_find() in the kernel).  Nothing
 * else changes in the socket, so one is enough for all.
 */
int
interface_usable(const struct addr *addr, size_t n, char *usable, struct error *e)
{
	struct ip_mreqn mreq;
	size_t i;
	int fd;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return (error_sys(e, "socket"));
	memset(&mreq, 0, sizeof(mreq));
	for (i = 0; i < n; i++) {
		memcpy(&mreq.imr_address, addr[i].byte, 4);
		usable[i] = setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &mreq,
		    sizeof(mreq)) == 0;
	}
	close(fd);
	return (0);
}

/* Is ${name} that of ${interface}, or a label (ip-address(8)) of it? */
static int
is_on(const char *name, const char *interface)
{
	size_t n;

	n = strcspn(name, ":");
	return (strncmp(name, interface, n) == 0 && interface[n] == '\0');
}

int
interface_present(const char *interface, const struct addr *addr, size_t n,
    char *present, struct error *e)
{
	struct sockaddr_in sin, mask;
	struct ifaddrs *list, *p;
	size_t i;

	memset(present, 0, n);
	if (getifaddrs(&list) == -1)
		return (error_sys(e, "%s", interface));
	for (p = list; p != NULL; p = p->ifa_next) {
		if (p->ifa_addr == NULL || p->ifa_netmask == NULL ||
		    p->ifa_addr->sa_family != AF_INET ||
		    !is_on(p->ifa_name, interface))
			continue;
		memcpy(&sin, p->ifa_addr, sizeof(sin));
		memcpy(&mask, p->ifa_netmask, sizeof(mask));
		for (i = 0; i < n; i++)
			if (mask.sin_addr.s_addr == 0xffffffff &&
			    memcmp(&sin.sin_addr, addr[i].byte, 4) == 0)
				present[i] = 1;
	}
	freeifaddrs(list);
	return (0);
}

/* A request, and the space for the kernel's answer to it. */
struct request {
	struct nlmsghdr		 head;
	struct ifaddrmsg	 body;
	char			 attr[2 * RTA_SPACE(4)];
};

static void
put(struct request *r, unsigned short type, const struct addr *a)
{
	struct rtattr rta;
	char *at;

	rta.rta_type = type;
	rta.rta_len = RTA_LENGTH(4);
	at = (char *)r + NLMSG_ALIGN(r->head.nlmsg_len);
	memcpy(at, &rta, sizeof(rta));
	memcpy(at + RTA_LENGTH(0), a->byte, 4);
	r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len) + RTA_SPACE(4);
}

/* Send ${r}; return the errno value that the kernel answers with. */
static int
ask(const struct request *r)
{
	union {
		struct nlmsghdr	head;
		char		room[4096];
	} u;
	struct nlmsgerr answer;
	ssize_t n;
	int error, fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd == -1)
		return (errno);
	error = 0;
	if (send(fd, r, r->head.nlmsg_len, 0) == -1)
		error = errno;
	while (error == 0) {
		n = recv(fd, &u, sizeof(u), 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			error = errno;
		else if ((size_t)n < NLMSG_LENGTH(sizeof(answer)) ||
		    u.head.nlmsg_type != NLMSG_ERROR)
			error = EPROTO;
		else {
			memcpy(&answer, NLMSG_DATA(&u.head), sizeof(answer));
			error = -answer.error;
			break;
		}
	}
	close(fd);
	return (error);
}

int
interface_change(enum plan_verb verb, const char *interface, const struct addr *a,
    struct error *e)
{
	char text[ADDR_STRLEN];
	struct request r;

	addr_format(a, text);
	memset(&r, 0, sizeof(r));
	r.head.nlmsg_len = NLMSG_LENGTH(sizeof(r.body));
	r.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	r.head.nlmsg_type = RTM_DELADDR;
	if (verb == PLAN_ADD) {
		r.head.nlmsg_type = RTM_NEWADDR;
		r.head.nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	}
	r.body.ifa_family = AF_INET;
	r.body.ifa_prefixlen = 32;
	r.body.ifa_scope = RT_SCOPE_HOST;
	r.body.ifa_index = if_nametoindex(interface);
	if (r.body.ifa_index == 0)
		return (error_sys(e, "%s", interface));
	put(&r, IFA_LOCAL, a);
	put(&r, IFA_ADDRESS, a);
	errno = ask(&r);
	if (errno == 0 || errno == (verb == PLAN_ADD ? EEXIST : EADDRNOTAVAIL))
		return (0);
	if (errno == EPERM || errno == EACCES) {
		error_sys(e, "%s: %s", interface, text);
		return (1);
	}
	return (error_sys(e, "%s: %s", interface, text));
}
#endif
