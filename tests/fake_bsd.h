/* SPDX-License-Identifier: ISC */
/*
 * A stand-in for a BSD's headers and kernel, put before lib/loopback/interface.c and
 * lib/loopback/interface_bsd.c (cc -include) to run them on Linux.  The interface lo0 is a
 * file, $FAKE_LO0, of an address a line; see fake_kernel.c.
 */
#ifndef FAKE_BSD_H
#define FAKE_BSD_H

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <net/if.h>
#include <netinet/in.h>

#include <ifaddrs.h>
#include <unistd.h>

#undef __linux__

#define sin_len	sin_zero[0]

struct ifaliasreq {
	char		ifra_name[IFNAMSIZ];
	struct sockaddr	ifra_addr, ifra_broadaddr, ifra_mask;
};

#define SIOCAIFADDR	0x8040691aUL
#undef SIOCDIFADDR
#define SIOCDIFADDR	0x80206919UL

int fake_bind(int, const struct sockaddr *, socklen_t);
int fake_ioctl(int, unsigned long, void *);
int fake_getifaddrs(struct ifaddrs **);
void fake_freeifaddrs(struct ifaddrs *);

#ifndef FAKE_KERNEL
#define bind(fd, sa, len)	fake_bind(fd, sa, len)
#define ioctl(fd, number, arg)	fake_ioctl(fd, number, arg)
#define getifaddrs(list)	fake_getifaddrs(list)
#define freeifaddrs(list)	fake_freeifaddrs(list)
#endif

#endif
