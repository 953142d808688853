/* SPDX-License-Identifier: ISC */
#include "loopback/interface.h"

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <net/if.h>

#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/io.h"
#include "net/addr.h"
#include "net/pool.h"

int
interface_is_name(const char *name)
{
	size_t n;

	/* IFNAMSIZ is 16 everywhere; a leading "-" would be an option. */
	n = strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
	return (n > 0 && n < 16 && name[n] == '\0' && strspn(name, "-.") == 0);
}

int
interface_check(const struct interface_change *want, struct error *e)
{
	struct ifreq ifr;
	int fd, result;

	if (!interface_is_name(want->interface))
		return (error_set(e, "not an interface: %s",
		    error_quote(want->interface)));
	fd = io_cloexec(socket(AF_INET, SOCK_DGRAM, 0));
	if (fd == -1)
		return (error_sys(e, "%s", want->interface));
	memset(&ifr, 0, sizeof(ifr));
	memcpy(ifr.ifr_name, want->interface, strlen(want->interface));
	result = -1;
	if (ioctl(fd, SIOCGIFFLAGS, &ifr) == -1)
		error_sys(e, "%s", want->interface);
	else if ((ifr.ifr_flags & IFF_LOOPBACK) == 0)
		error_set(e, "%s: is not a loopback interface",
		    want->interface);
	else if (!want->remove && (ifr.ifr_flags & IFF_UP) == 0)
		error_set(e, "%s: is down, so no address on it works",
		    want->interface);
	else
		result = 0;
	close(fd);
	return (result);
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
	static const struct addr host = { AF_INET, { 255, 255, 255, 255 } };
	struct ifaddrs *list, *p;
	struct addr a, mask;
	size_t i;

	memset(present, 0, n);
	if (getifaddrs(&list) == -1)
		return (error_sys(e, "interface addresses"));
	for (p = list; p != NULL; p = p->ifa_next) {
		if (addr_read(p->ifa_addr, &a) == -1 ||
		    (interface != NULL && !is_on(p->ifa_name, interface)) ||
		    (interface_system.hosts &&
		    (addr_read(p->ifa_netmask, &mask) == -1 ||
		    addr_compare(&mask, &host) != 0)))
			continue;
		for (i = 0; i < n; i++)
			if (addr_compare(&a, &addr[i]) == 0)
				present[i] = 1;
	}
	freeifaddrs(list);
	return (0);
}

int
interface_select(const struct interface_change *want, const struct pool *pool,
    struct pool *todo, struct error *e)
{
	char *found;
	size_t i;
	int result;

	found = alloc_array(pool->count, 1);
	if (want->remove)
		result = interface_present(want->interface, pool->addr,
		    pool->count, found, e);
	else
		result = interface_usable(pool->addr, pool->count, found, e);
	for (i = 0; i < pool->count && result == 0; i++)
		if ((found[i] != 0) == want->remove &&
		    !addr_is_localhost(&pool->addr[i]))
			pool_append(todo, &pool->addr[i]);
	free(found);
	return (result);
}
