/* SPDX-License-Identifier: ISC */
#include "loopback/interface.h"

#ifdef __linux__
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "net/addr.h"

const struct interface_system interface_system = {
	"lo", "sudo", INTERFACE_IP, 1
};

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
#endif
