/* SPDX-License-Identifier: ISC */
#ifndef PORTS_H
#define PORTS_H

struct container;
struct error;
struct json;

/*
 * The two forms in which engines write down published ports.  Both add each
 * binding once to a container; both return 0, or -1 with the error set.
 */

/**
 * ports_element(r, c, e):
 * Read one element of a list's Ports: {IP, PrivatePort, PublicPort, Type}.
 * Without a PublicPort it is exposed, not published, and left out.
 */
int ports_element(const struct json *, void *, struct error *);

/**
 * ports_map(map, c, e):
 * Read {"80/tcp": null or [{HostIp, HostPort}, ...], ...}.
 */
int ports_map(const struct json *, struct container *, struct error *);

/*
 * ports_live(c): are the ports of ${c} published just now?  So they are while
 * it runs or is paused.
 */
int ports_live(const struct container *);

#endif
