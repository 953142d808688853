/* SPDX-License-Identifier: ISC */
#include "loopback/interface.h"

#ifndef __linux__
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <net/if.h>
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

const struct interface_system interface_system = { "lo0", GROUP, PLAN_IFCONFIG };

/* Which of ${addr} has ${interface}, or any interface if that is NULL? */
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
 * bind(2) fails unless an interface has the address.  To add one that is
 * there takes its route away for a moment (in_ifscrub() in xnu-11417.101.15,
 * in_difaddr_ioctl() in FreeBSD): so one that is there, but cannot be bound,
 * as in a jail, is an error and not missing.
 */
int
interface_usable(const struct addr *addr, size_t n, char *usable, struct error *e)
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

static void
set(struct sockaddr *sa, const unsigned char *byte)
{
	struct sockaddr_in sin;

	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	memcpy(&sin.sin_addr, byte, 4);
	memcpy(sa, &sin, sizeof(sin));
}

/* Both requests name their address: the kernel would take the first one. */
static int
request(int fd, enum plan_verb verb, const char *interface,
    const struct addr *a)
{
	static const unsigned char mask[4] = { 0xff, 0xff, 0xff, 0xff };
	struct ifaliasreq add;
	struct ifreq del;

	if (verb == PLAN_ADD) {
		memset(&add, 0, sizeof(add));
		memcpy(add.ifra_name, interface, strlen(interface));
		set(&add.ifra_addr, a->byte);
		set(&add.ifra_mask, mask);
		return (ioctl(fd, SIOCAIFADDR, &add));
	}
	memset(&del, 0, sizeof(del));
	memcpy(del.ifr_name, interface, strlen(interface));
	set(&del.ifr_addr, a->byte);
	return (ioctl(fd, SIOCDIFADDR, &del));
}

int
interface_change(enum plan_verb verb, const char *interface, const struct addr *a,
    struct error *e)
{
	char text[ADDR_STRLEN];
	int fd, result;

	addr_format(a, text);
	fd = io_cloexec(socket(AF_INET, SOCK_DGRAM, 0));
	if (fd == -1)
		return (error_sys(e, "%s", text));
	result = 0;
	if (request(fd, verb, interface, a) == -1 &&
	    errno != (verb == PLAN_ADD ? EEXIST : EADDRNOTAVAIL)) {
		result = errno == EPERM || errno == EACCES ? 1 : -1;
		error_sys(e, "%s: %s", interface, text);
	}
	close(fd);
	return (result);
}
#endif
