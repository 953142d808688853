/* SPDX-License-Identifier: ISC */
#ifndef OTHER_ACCESS_H
#define OTHER_ACCESS_H

struct json;

/**
 * other_access_list(machine):
 * What goes past the list of networks of a smolvm machine with the record
 * ${machine}, as an array of strings to be freed with json_free(): first what
 * may open the network itself ("network NAME", "backend tsi",
 * "block_private", "credential_policy"), then ways beside IP ("mount HOST:GUEST",
 * "disk PATH", "port HOST:GUEST", with /udp behind it or not,
 * "socket DIRECTION HOST:GUEST", "volume SOURCE:TARGET", "ssh_agent",
 * "docker_socket", "cuda").  What has no value is "-".  These are the members
 * that engines up to 1.32.2 know.
 */
struct json *other_access_list(const struct json *);

#endif
