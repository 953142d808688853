/* SPDX-License-Identifier: ISC */
#ifndef CONTEXT_H
#define CONTEXT_H

struct error;

/**
 * context_host(host, e):
 * Store the host of the current Docker context, as for docker -H, in ${host},
 * to be freed; NULL if that is "default".  The context is the one that
 * DOCKER_CONTEXT names, else currentContext in config.json, in DOCKER_CONFIG
 * or ~/.docker; its host stands in contexts/meta/SHA256(NAME)/meta.json
 * (docker/cli, cli/context/store).  A context that is named but cannot be
 * read is an error.  Return 0, or -1 with ${e} set.
 */
int context_host(char **, struct error *);

/* context_home(): the user's home folder, to be freed. */
char *context_home(void);

#endif
