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
	struct binding	*binding;	/* by protocol and host port */
	size_t		 count;
};

struct container {
	struct json	*source;	/* has the strings below */
	const char	*id;		/* 64 hexadecimal digits */
	const char	*state;		/* "running", "exited", ... */
	const char	*health;	/* "starting", "healthy", ... or "" */
	const char	*network;	/* HostConfig.NetworkMode */
	char		*name;		/* without the leading slash */
	char		*odd;		/* a binding that engines misread, in
					   words, or NULL */
	struct json	*labels;	/* see container_label() */
	struct json	*networks;	/* NetworkSettings.Networks, or NULL */
	struct bindings	 asked;		/* HostConfig.PortBindings in any state;
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

/**
 * bindings_have(l, b):
 * Is a binding in ${l} for the same host address, port and protocol as ${b}, at
 * any port of the host?
 */
int bindings_have(const struct bindings *, const struct binding *);

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

/*
 * The containers that an address is meant for.  Each is a name, an ID of 12 or
 * 64 hexadecimal digits, or label=KEY[=VALUE].
 */
struct owners {
	const char	**text;		/* as given */
	size_t		  count;
};

/**
 * owners_add(o, text, e):
 * Add ${text}, which must live as long as ${o}.  Return 0, or -1 with ${e} set
 * if no container can have such a name.
 */
int owners_add(struct owners *, const char *, struct error *);

/* owners_have(o, c): is the container ${c} one of ${o}? */
int owners_have(const struct owners *, const struct container *);

/**
 * owners_exist(o, list, e):
 * Check that each ID in ${o} is one of ${list}: a container that does not exist
 * yet has none.  Return 0, or -1 with ${e} set.
 */
int owners_exist(const struct owners *, const struct containers *,
    struct error *);

/* owners_free(o): free what ${o} holds. */
void owners_free(struct owners *);

#endif
