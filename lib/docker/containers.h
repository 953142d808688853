/* SPDX-License-Identifier: ISC */
#ifndef CONTAINERS_H
#define CONTAINERS_H

#include <stddef.h>

#include "net/addr.h"

struct error;
struct json;

/* A port of a container that is bound to an address and port of the host. */
struct binding {
	struct addr	host;		/* 0.0.0.0 or ::: on all addresses */
	unsigned	host_port;	/* 0: the engine picks one at start */
	unsigned	port;		/* in the container */
	char		proto[8];	/* "tcp", "udp", "sctp" */
	int		unset;		/* no host address was asked for */
};

struct bindings {
	struct binding	*binding;
	size_t		 count;
};

struct container {
	char		*id;		/* 64 hexadecimal digits */
	char		*name;		/* without the leading slash */
	char		*image;		/* as it was named at creation */
	char		*state;		/* "running", "exited", ... */
	char		*health;	/* "starting", "healthy", "unhealthy", "" */
	char		*restart;	/* "no", "always", ...; "" from a list */
	char		*network;	/* HostConfig.NetworkMode */
	char		*odd;		/* a binding that engines misread, in words,
					   or NULL */
	struct json	*labels;	/* see container_label() */
	struct json	*networks;	/* NetworkSettings.Networks, or NULL */
	struct bindings	 asked;		/* HostConfig.PortBindings, in any state;
					   none with the host's network */
	struct bindings	 published;	/* that answer now; none if it is
					   neither running nor paused */
	int		 hidden;	/* a list lacks the ports asked for */
};

struct containers {
	struct container	*container;
	size_t			 count;
};

/**
 * containers_list(list, c, e):
 * Read ${list}, an engine's answer to GET /containers/json, into ${c}.  A list
 * shows only the ports of running and paused containers (Docker 20.10), and
 * never the ports asked for: a container that may have asked for others is
 * marked as hidden.  So are all of podman's, recognised by the missing
 * HostConfig: podman lists only the first port of a range (4.3.1).  Return 0,
 * or -1 with ${e} set and nothing to free.
 */
int containers_list(const struct json *, struct containers *,
    struct error *);

/**
 * containers_inspect(object, c, e):
 * Read ${object}, an engine's answer to GET /containers/ID/json, into ${c}.  An
 * invalid host address means all addresses, as for the engine (Docker 20.10:
 * net.ParseIP), and is described in odd.  Return 0, or -1 with ${e} set and
 * nothing to free.
 */
int containers_inspect(const struct json *, struct container *,
    struct error *);

/**
 * containers_read(text, len, name, c, e):
 * Read the ${len} bytes at ${text}, called ${name} in messages, into ${c}: an
 * array from docker inspect, or a list for containers_list() of which all
 * containers are running or paused. text[len] must be readable and NUL.  Return
 * 0, or -1 with ${e} set and nothing to free.
 */
int containers_read(const char *, size_t, const char *, struct containers *,
    struct error *);

/**
 * containers_file(path, c, e):
 * containers_read() the file ${path}, or standard input if that is "-".
 * Return 0, or -1 with ${e} set and nothing to free.
 */
int containers_file(const char *, struct containers *, struct error *);

/**
 * containers_networks(list, c, e):
 * Add the default bindings to the containers in ${c}: for each port asked for
 * without a host address, one binding on the default address of each of the
 * container's networks that has one in ${list}, an engine's answer to GET
 * /networks.  Return 0, or -1 with ${e} set.
 */
int containers_networks(const struct json *, struct containers *,
    struct error *);

/*
 * containers_unset(c): do the ports that one of ${c} asked for depend on the
 * default addresses of its networks?
 */
int containers_unset(const struct containers *);

/* container_live(c): is ${c} running or paused, so that its ports answer? */
int container_live(const struct container *);

/*
 * container_label(c, key): the value of ${c}'s label ${key}, or NULL.  It
 * lives as long as ${c}.
 */
const char *container_label(const struct container *, const char *);

/* container_free(c): free what the one container ${c} holds. */
void container_free(struct container *);

/* containers_free(c): free what ${c} holds. */
void containers_free(struct containers *);

#endif
