/* SPDX-License-Identifier: ISC */
#include "loopback/interface.h"

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <net/if.h>

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
