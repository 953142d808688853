/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_H
#define ENGINE_H

struct containers;
struct engine;
struct error;

/*
 * A Docker engine, or podman's service, that is asked over one connection.
 * It is given half a minute for each answer of 64 MiB at most.
 */

/**
 * engine_open(endpoint, e):
 * Find the engine at ${endpoint} (as for docker -H; NULL: the one that the
 * docker command would ask).  Nothing is asked yet.  Return it, to be freed
 * with engine_close(), or NULL with ${e} set.
 */
struct engine *engine_open(const char *, struct error *);

/**
 * engine_list(d, c, e):
 * Ask for all containers, in any state, with their port bindings, none of
 * them hidden: what the list does not show is inspected.  A container that
 * vanishes meanwhile is left out.  Return 0 with ${c} filled, to be freed
 * with containers_free(); or -1 with ${e} set.
 */
int engine_list(struct engine *, struct containers *, struct error *);

/* engine_close(d): close the connection; ${d} may be NULL. */
void engine_close(struct engine *);

/* engine_containers(endpoint, c, e): open, list and close. */
int engine_containers(const char *, struct containers *, struct error *);

#endif
