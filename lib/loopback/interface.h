/* SPDX-License-Identifier: ISC */
#ifndef INTERFACE_H
#define INTERFACE_H

#include <stddef.h>

#include "loopback/plan.h"

struct addr;
struct error;

/*
 * The loopback interface: lo_linux.c or lo_bsd.c, with lo.c for what is the
 * same everywhere.
 */
struct interface_system {
	const char		*interface;	/* its name: lo or lo0 */
	const char		*group;		/* of those who may use sudo */
	enum plan_program	 program;
};

extern const struct interface_system interface_system;

/**
 * interface_usable(addr, n, usable, e):
 * Set usable[i] to whether a server could be reached on addr[i], for ${n}
 * addresses within 127.0.0.0/8, if the interface is up: interface_check().  No
 * privilege is needed, nothing is changed and nothing sent.  Return 0, or -1
 * with ${e} set.
 */
int interface_usable(const struct addr *, size_t, char *, struct error *);

/**
 * interface_present(interface, addr, n, present, e):
 * Set present[i] to whether addr[i] stands on ${interface} by itself, so that
 * it can be removed.  On Linux 127.0.0.1/8 makes all of 127.0.0.0/8 usable,
 * but only a /32 is an address that stands by itself.  Return 0, or -1 with
 * ${e} set.
 */
int interface_present(const char *, const struct addr *, size_t, char *,
    struct error *);

/**
 * interface_change(verb, interface, addr, e):
 * Add ${addr} to ${interface} as a /32, or remove it, directly.  That it is
 * there already, or gone already, is a success.  Return 0; 1 with ${e} set if
 * it takes privileges that this process does not have; or -1 with ${e} set.
 */
int interface_change(enum plan_verb, const char *, const struct addr *,
    struct error *);

/**
 * interface_check(interface, verb, e):
 * Check that ${interface} is there and is a loopback interface, and that it
 * is up if addresses are to be added: else they would not work.  Return 0, or
 * -1 with ${e} set.
 */
int interface_check(const char *, enum plan_verb, struct error *);

#endif
