/* SPDX-License-Identifier: ISC */
#ifndef CONTAINERS_H
#define CONTAINERS_H

#include <stddef.h>

#include "net/addr.h"

struct error;
struct json;

/* A port of a container that is bound to an address and port of the host. */
struct binding {
	struct addr	host;		/* 0.0.0.0 or ::, if on all addresses */
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
	char		*odd;		/* a binding that is not as it is written,
					   in words, or NULL */
	struct json	*labels;	/* see container_label() */
	struct json	*networks;	/* NetworkSettings.Networks, or NULL */
	struct bindings	 asked;		/* HostConfig.PortBindings, in any state;
					   nothing with the host's network */
	struct bindings	 published;	/* that answer now; nothing if it is
					   neither running nor paused */
	int		 hidden;	/* a list does not show what it asked for */
};

struct containers {
	struct container	*container;
	size_t			 count;
};

/**
 * containers_list(list, c, e):
 * Read ${list}, an engine's answer to GET /containers/json, into ${c}.  A list
 * shows the ports of running and paused containers only (Docker 20.10), and
 * never those that were asked for: containers that may have asked for more
 * than is published are marked as hidden.  So are all of podman's, known by
 * their lack of HostConfig: of a range it lists the first port only (4.3.1).
 * Return 0, or -1 with ${e} set and nothing to free.
 */
int containers_list(const struct json *, struct containers *,
    struct error *);

/**
 * containers_inspect(object, c, e):
 * Read ${object}, an engine's answer to GET /containers/ID/json, into ${c}.  A
 * host address that is none means all addresses, as it does to the engine
 * (Docker 20.10: net.ParseIP), and is described in odd.  Return 0, or -1 with
 * ${e} set and nothing to free.
 */
int containers_inspect(const struct json *, struct container *,
    struct error *);

/**
 * containers_read(text, len, name, c, e):
 * Read the ${len} bytes at ${text}, called ${name} in messages, into ${c}: an
 * array as docker inspect prints it, or one as containers_list() reads it in
 * which all containers are running or paused.  text[len] must be readable and
 * NUL.  Return 0, or -1 with ${e} set and nothing to free.
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
 * Give the containers in ${c} the bindings that they have by default: for each
 * asked binding without a host address, one on the default address of each
 * network of the container that has one, out of ${list}, an engine's answer to
 * GET /networks.  Return 0, or -1 with ${e} set.
 */
int containers_networks(const struct json *, struct containers *,
    struct error *);

/*
 * containers_unset(c): does what one of ${c} asked for depend on the default
 * address of its networks?
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
