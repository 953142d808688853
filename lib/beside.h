/* SPDX-License-Identifier: ISC */
#ifndef BESIDE_H
#define BESIDE_H

struct record;

/**
 * beside_list(machine):
 * What goes past the list of networks of a smolvm machine with the record
 * ${machine}, as an array of strings to be freed with record_free(): first what
 * may open the network itself ("network NAME", "backend tsi",
 * "block_private", "credential_policy"), then ways beside IP ("mount HOST:GUEST",
 * "disk PATH", "port HOST:GUEST", with /udp behind it or not,
 * "socket DIRECTION HOST:GUEST", "volume SOURCE:TARGET", "ssh_agent",
 * "docker_socket", "cuda").  What has no value is "-".  These are the members
 * that engines up to 1.32.2 know.
 */
struct record *beside_list(const struct record *);

#endif
