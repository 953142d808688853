/* SPDX-License-Identifier: ISC */
#ifndef INTERFACE_H
#define INTERFACE_H

#include <stddef.h>

struct addr;
struct error;
struct pool;

/* The program that changes addresses: ifconfig(8), or Linux's ip(8). */
enum interface_program { INTERFACE_IFCONFIG, INTERFACE_IP };

/* The loopback interface of this system: interface_linux.c, interface_bsd.c */
struct interface_system {
	const char		*name;		/* lo or lo0 */
	const char		*group;		/* its members may use sudo */
	enum interface_program	 program;
	int			 hosts;	/* only a /32 is an address to remove */
};

extern const struct interface_system interface_system;

/* What to do to an interface's addresses. */
struct interface_change {
	const char	*interface;
	int		 remove;	/* else add */
	int		 ask;		/* a password may be asked for */
};

/* interface_is_name(name): may ${name} be an interface's name? */
int interface_is_name(const char *);

/**
 * interface_check(want, e):
 * Check that the interface exists and is a loopback interface, and that it is
 * up if addresses are to be added: else they would not work.  Return 0, or -1
 * with ${e} set.
 */
int interface_check(const struct interface_change *, struct error *);

/**
 * interface_usable(addr, n, usable, e):
 * Set usable[i] to whether a server could be reached on addr[i], for ${n}
 * addresses within 127.0.0.0/8, if the interface is up.  This needs no
 * privileges, changes nothing and sends nothing.  Return 0, or -1 with ${e}
 * set.
 */
int interface_usable(const struct addr *, size_t, char *, struct error *);

/**
 * interface_present(interface, addr, n, present, e):
 * Set present[i] to whether addr[i] is an address of ${interface} (NULL: of any
 * one) that can be removed.  On Linux 127.0.0.1/8 makes all of 127.0.0.0/8
 * usable, but only a /32 is such an address.  Return 0, or -1 with ${e} set.
 */
int interface_present(const char *, const struct addr *, size_t, char *,
    struct error *);

/**
 * interface_select(want, pool, todo, e):
 * Append to ${todo} the addresses of ${pool} that ${want} has to change: those
 * that are not usable, or that are present and to be removed.  127.0.0.1 is
 * never among them.  Return 0, or -1 with ${e} set.
 */
int interface_select(const struct interface_change *, const struct pool *,
    struct pool *, struct error *);

#endif
