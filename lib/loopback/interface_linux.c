/* SPDX-License-Identifier: ISC */
#include "loopback/interface.h"

#ifdef __linux__
#include <sys/types.h>
#include <sys/socket.h>
#include <net/if.h>
#include <netinet/in.h>

#include <ifaddrs.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "net/addr.h"

const struct interface_system interface_system = { "lo", "sudo", INTERFACE_IP };

/*
 * This host reaches all of its addresses through lo.  bind(2) accepts any
 * address where ip_nonlocal_bind is set, and connect(2) any that has a route;
 * but IP_MULTICAST_IF accepts an address only if this host has it
 * (ip_dev_find() in the kernel).  One socket is enough for all.
 */
int
interface_usable(const struct addr *addr, size_t n, char *usable,
    struct error *e)
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

/* Is ${name} ${interface}, or a label of it (ip-address(8))? */
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
#endif
