/* SPDX-License-Identifier: ISC */
#ifndef DOCKER_H
#define DOCKER_H

struct containers;
struct docker;
struct error;

/*
 * A Docker engine, or podman's service, that is asked over one connection.
 * It is given half a minute for each answer of 64 MiB at most.
 */

/**
 * docker_open(endpoint, e):
 * Find the engine at ${endpoint} (as for docker -H; NULL: the one that the
 * docker command would ask).  Nothing is asked yet.  Return it, to be freed
 * with docker_close(), or NULL with ${e} set.
 */
struct docker *docker_open(const char *, struct error *);

/**
 * docker_list(d, c, e):
 * Ask for all containers, in any state, with their port bindings, none of
 * them hidden: what the list does not show is inspected.  A container that
 * vanishes meanwhile is left out.  Return 0 with ${c} filled, to be freed
 * with containers_free(); or -1 with ${e} set.
 */
int docker_list(struct docker *, struct containers *, struct error *);

/* docker_close(d): close the connection; ${d} may be NULL. */
void docker_close(struct docker *);

/* docker_containers(endpoint, c, e): open, list and close. */
int docker_containers(const char *, struct containers *, struct error *);

#endif
