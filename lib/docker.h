/* SPDX-License-Identifier: ISC */
#ifndef DOCKER_H
#define DOCKER_H

struct containers;
struct error;

/**
 * docker_containers(endpoint, c, e):
 * Ask the Docker engine at ${endpoint} (as for docker -H; NULL: the one that
 * the docker command would ask) for all its containers, in any state, with
 * their port bindings.  Return 0 with ${c} filled, to be freed with
 * containers_free(); or -1 with ${e} set.
 */
int docker_containers(const char *, struct containers *, struct error *);

#endif
