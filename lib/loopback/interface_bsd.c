/* SPDX-License-Identifier: ISC */
#include "loopback/interface.h"

#ifndef __linux__
#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
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
	"lo0", GROUP, INTERFACE_IFCONFIG, 0
};

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
		if (interface_present(NULL, &addr[i], 1, &there, e) == -1)
			return (-1);
		if (there)
			return (error_set(e, "%s: an interface has it, but it "
			    "cannot be bound", addr_format(&addr[i], text)));
	}
	return (0);
}
#endif
