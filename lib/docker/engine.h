/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_H
#define ENGINE_H

struct container;
struct containers;
struct engine;
struct error;

/*
 * A connection to a Docker engine or podman's service.  An answer may take 30
 * seconds and have 64 MiB.
 */

/**
 * engine_open(endpoint, e):
 * Find the engine at ${endpoint} (as for docker -H; NULL: the one that the
 * docker command asks).  Nothing is sent yet.  Return it, to be freed with
 * engine_close(), or NULL with ${e} set.
 */
struct engine *engine_open(const char *, struct error *);

/**
 * engine_list(d, c, e):
 * List all containers, in any state, with their bindings, or the bindings that
 * they will have once they run.  Containers that the list shows incompletely
 * are inspected; one that is removed in between is left out.  Networks are
 * asked for only if a container asked for a port without a host address.
 * Return 0 with ${c} filled, to be freed with containers_free(); or -1 with
 * ${e} set.
 */
int engine_list(struct engine *, struct containers *, struct error *);

/**
 * engine_labelled(d, key, c, e):
 * As engine_list(), for the containers with a label ${key}, a plain word.  All
 * are inspected, so that every member of struct container is filled.
 */
int engine_labelled(struct engine *, const char *, struct containers *,
    struct error *);

/**
 * engine_inspect(d, name, c, e):
 * Inspect the container with the name or ID ${name}.  Return 1 with ${c}
 * filled, to be freed with container_free(); 0 if there is none; -1 with ${e}
 * set.
 */
int engine_inspect(struct engine *, const char *, struct container *,
    struct error *);

/* engine_close(d): close the connection; NULL is allowed. */
void engine_close(struct engine *);

/* engine_containers(endpoint, c, e): open, list and close. */
int engine_containers(const char *, struct containers *, struct error *);

#endif
