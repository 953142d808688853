/* SPDX-License-Identifier: ISC */
#ifndef CONTAINERS_H
#define CONTAINERS_H

#include <stddef.h>

#include "net/addr.h"

struct error;
struct json;

/* One published port of a container: where on the host, and what inside. */
struct binding {
	struct addr	host;		/* 0.0.0.0 or ::, if on every one */
	unsigned	host_port;	/* 0 if the engine picks one at start */
	unsigned	port;		/* the container's own */
	char		proto[8];	/* "tcp", "udp", "sctp" */
};

struct container {
	char		*id;
	char		*name;		/* without the leading slash */
	char		*state;		/* "running", "exited", ... */
	struct binding	*binding;	/* what it has or will have */
	size_t		 count;
	int		 hidden;	/* a list did not show its bindings */
};

struct containers {
	struct container	*container;
	size_t			 count;
};

/**
 * containers_list(list, c, e):
 * Read ${list}, the answer of an engine's GET /containers/json, into ${c}.
 * Ports stand there only while a container is running or paused (Docker
 * 20.10); the others, and those that should have ports and show none, are
 * marked as hidden.  So is all that podman lists, known by its having no
 * HostConfig: it shows of a range the first port only (podman 4.3.1).
 * Return 0, or -1 with ${e} set and nothing to free.
 */
int containers_list(const struct json *, struct containers *,
    struct error *);

/**
 * containers_inspect(object, c, e):
 * Read ${object}, the answer of GET /containers/ID/json, into ${c}: the
 * bindings that were asked for (HostConfig.PortBindings, there in any state)
 * and those that are (NetworkSettings.Ports), each once.  With the network
 * "host" an engine publishes nothing.  Return 0, or -1 with ${e} set and
 * nothing to free.
 */
int containers_inspect(const struct json *, struct container *,
    struct error *);

/**
 * containers_read(text, len, name, c, e):
 * Read the ${len} bytes at ${text}, called ${name} in messages, into ${c}: an
 * array as docker inspect prints it, or one as containers_list() takes if
 * nothing in it is hidden by its state.  text[len] must be readable and NUL.
 * Return 0, or -1 with ${e} set and nothing to free.
 */
int containers_read(const char *, size_t, const char *, struct containers *,
    struct error *);

/**
 * containers_file(path, c, e):
 * containers_read() what the file ${path} holds, or standard input if that is
 * "-".  Return 0, or -1 with ${e} set and nothing to free.
 */
int containers_file(const char *, struct containers *, struct error *);

/* containers_clear(c): free what the one container ${c} holds. */
void containers_clear(struct container *);

/* containers_free(c): free what ${c} holds. */
void containers_free(struct containers *);

#endif
