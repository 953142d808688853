/* SPDX-License-Identifier: ISC */
#include "loopback/interface.h"

#ifndef __linux__
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <errno.h>
#include <ifaddrs.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
#include "net/addr.h"

#ifdef __APPLE__
#define GROUP	"admin"
#else
#define GROUP	"wheel"
#endif

const struct interface_system interface_system = {
	"lo0", GROUP, INTERFACE_IFCONFIG
};

/* Set found[i] to whether ${interface} (NULL: any interface) has addr[i]. */
static int
find(const char *interface, const struct addr *addr, size_t n, char *found,
    struct error *e)
{
	struct sockaddr_in sin;
	struct ifaddrs *list, *p;
	size_t i;

	memset(found, 0, n);
	if (getifaddrs(&list) == -1)
		return (error_sys(e, "interface addresses"));
	for (p = list; p != NULL; p = p->ifa_next) {
		if (p->ifa_addr == NULL || p->ifa_addr->sa_family != AF_INET ||
		    (interface != NULL && strcmp(p->ifa_name, interface) != 0))
			continue;
		memcpy(&sin, p->ifa_addr, sizeof(sin));
		for (i = 0; i < n; i++)
			if (memcmp(&sin.sin_addr, addr[i].byte, 4) == 0)
				found[i] = 1;
	}
	freeifaddrs(list);
	return (0);
}

/* Can ${a} be bound?  1 or 0, or -1 with ${e} set. */
static int
can_bind(const struct addr *a, struct error *e)
{
	struct sockaddr_storage ss;
	char text[ADDR_STRLEN];
	unsigned len;
	int fd, result;

	addr_format(a, text);
	fd = io_cloexec(socket(AF_INET, SOCK_DGRAM, 0));
	if (fd == -1)
		return (error_sys(e, "%s", text));
	len = addr_socket(a, 0, &ss);
	result = 1;
	if (bind(fd, (struct sockaddr *)&ss, len) == -1)
		result = errno == EADDRNOTAVAIL ? 0 : error_sys(e, "%s", text);
	close(fd);
	return (result);
}

/*
 * bind(2) fails unless an interface has the address.  Adding an address again
 * removes its route for a moment (in_ifscrub() in xnu-11417.101.15,
 * in_difaddr_ioctl() in FreeBSD).  So an address that exists but cannot be
 * bound, as in a jail, is an error, not missing.
 */
int
interface_usable(const struct addr *addr, size_t n, char *usable,
    struct error *e)
{
	char text[ADDR_STRLEN], there;
	size_t i;
	int yes;

	for (i = 0; i < n; i++) {
		yes = can_bind(&addr[i], e);
		if (yes == -1)
			return (-1);
		usable[i] = (char)yes;
		if (yes == 1)
			continue;
		if (find(NULL, &addr[i], 1, &there, e) == -1)
			return (-1);
		if (there)
			return (error_set(e, "%s: an interface has it, but it "
			    "cannot be bound", addr_format(&addr[i], text)));
	}
	return (0);
}

int
interface_present(const char *interface, const struct addr *addr, size_t n,
    char *present, struct error *e)
{

	return (find(interface, addr, n, present, e));
}
#endif
