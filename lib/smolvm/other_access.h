/* SPDX-License-Identifier: ISC */
#ifndef OTHER_ACCESS_H
#define OTHER_ACCESS_H

struct json;
struct machine;

/**
 * other_access_list(machine, launch):
 * Return the access that a smolvm machine with the record ${machine} has
 * besides its policy, as an array of strings to be freed with json_free():
 * first members that may widen the list ("network NAME", "backend tsi",
 * "block_private", "credential_policy"), then access without IP ("mount
 * HOST:GUEST", "disk PATH", "port HOST:GUEST", "port HOST:GUEST/udp", "socket
 * DIRECTION HOST:GUEST", "volume SOURCE:TARGET", "ssh_agent", "docker_socket",
 * "cuda"), and "unknown NAME" for each member, of ${machine} or of its
 * agent.config.json ${launch}, which may be NULL, that engines up to 1.32.2 do
 * not have.  A part without a value is "-".
 */
struct json *other_access_list(const struct json *, const struct json *);

/**
 * other_access_machine(m):
 * As other_access_list(), for ${m} and its last launch, if any; with "unknown
 * agent.config.json" if that file cannot be read.
 */
struct json *other_access_machine(const struct machine *);

#endif
