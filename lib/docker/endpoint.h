/* SPDX-License-Identifier: ISC */
#ifndef ENDPOINT_H
#define ENDPOINT_H

struct error;

/* Where a Docker engine listens. */
struct endpoint {
	char	*name;		/* as docker -H takes it, for messages */
	char	*socket;	/* path of a Unix socket, NULL with TCP */
	char	*url;		/* http://HOST, without a slash behind */
};

/**
 * endpoint_find(host, ep, e):
 * Find the engine that the docker command would ask, given ${host} as its -H
 * or NULL: DOCKER_HOST, then the context that DOCKER_CONTEXT or config.json
 * names, then /var/run/docker.sock (docker/cli, cli/command/cli.go).  Where
 * that socket is not there, the first that is of Docker Desktop, OrbStack,
 * Colima, Rancher Desktop, Lima, rootless Docker and podman.  An engine that
 * is not on this host is refused: it publishes on a loopback of its own.
 * Return 0, or -1 with ${e} set and nothing to free.
 */
int endpoint_find(const char *, struct endpoint *, struct error *);

/**
 * endpoint_parse(host, ep, e):
 * Read ${host} as docker -H does: unix://PATH, tcp://HOST[:PORT], where HOST
 * has to be a loopback address or "localhost", or the latter without its
 * scheme.  Return as endpoint_find() does.
 */
int endpoint_parse(const char *, struct endpoint *, struct error *);

/* endpoint_free(ep): free what ${ep} holds. */
void endpoint_free(struct endpoint *);

#endif
