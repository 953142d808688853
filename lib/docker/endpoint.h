/* SPDX-License-Identifier: ISC */
#ifndef ENDPOINT_H
#define ENDPOINT_H

struct error;

/* Where a Docker engine listens. */
struct endpoint {
	char	*name;		/* as docker -H takes it, for messages */
	char	*socket;	/* path of a Unix socket, NULL with TCP */
	char	*url;		/* http://HOST[:PORT] */
};

/**
 * endpoint_find(host, ep, e):
 * Find the engine that the docker command asks (docker/cli 28,
 * cli/command/cli.go), given ${host} as its -H or NULL: DOCKER_HOST, then the
 * context of DOCKER_CONTEXT or of config.json, then /var/run/docker.sock.  If
 * docker would ask that socket and it does not exist, take the first existing
 * socket of Docker Desktop, OrbStack, Colima, Rancher Desktop, Lima, rootless
 * Docker or podman.  Return 0, or -1 with ${e} set and nothing to free.  Errors
 * are an engine of another host, which publishes on another loopback; TLS; and
 * a config.json that is not JSON, at which docker only warns.
 */
int endpoint_find(const char *, struct endpoint *, struct error *);

/**
 * endpoint_parse(host, ep, e):
 * Read ${host} as docker -H does: unix://PATH, or tcp://HOST[:PORT], where
 * "tcp://" may be missing and HOST is an address of this host or "localhost".
 * An empty ${host} is the default socket.  Return as endpoint_find().
 */
int endpoint_parse(const char *, struct endpoint *, struct error *);

/* endpoint_free(ep): free what ${ep} holds. */
void endpoint_free(struct endpoint *);

#endif
