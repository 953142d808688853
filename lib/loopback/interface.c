/* SPDX-License-Identifier: ISC */
#include "loopback/interface.h"

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <net/if.h>

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"

int
interface_check(const char *interface, enum plan_verb verb, struct error *e)
{
	char quoted[ERROR_QUOTE];
	struct ifreq ifr;
	int fd, result;

	error_quote(quoted, interface, strlen(interface));
	if (!plan_interface(interface))
		return (error_set(e, "not an interface: %s", quoted));
	fd = io_cloexec(socket(AF_INET, SOCK_DGRAM, 0));
	if (fd == -1)
		return (error_sys(e, "%s", quoted));
	memset(&ifr, 0, sizeof(ifr));
	memcpy(ifr.ifr_name, interface, strlen(interface));
	result = -1;
	if (ioctl(fd, SIOCGIFFLAGS, &ifr) == -1)
		error_sys(e, "%s", quoted);
	else if ((ifr.ifr_flags & IFF_LOOPBACK) == 0)
		error_set(e, "%s: is not a loopback interface", quoted);
	else if (verb == PLAN_ADD && (ifr.ifr_flags & IFF_UP) == 0)
		error_set(e, "%s: is down, so no address on it works",
		    quoted);
	else
		result = 0;
	close(fd);
	return (result);
}
