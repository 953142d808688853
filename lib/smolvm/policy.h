/* SPDX-License-Identifier: ISC */
#ifndef POLICY_H
#define POLICY_H

#include <stddef.h>

#include "net/cidr.h"

struct egress;
struct error;
struct json;
struct edit;

/* What is asked for, of a member beside the list. */
enum policy_ask {
	POLICY_KEEP, POLICY_NONE, POLICY_SET
};

struct policy_port {
	unsigned	port;
	int		udp;
};

/* The network policy that a machine is to have. */
struct policy {
	int			 given;	/* is there a list yet? */
	int			 open;	/* unrestricted: the list is null */
	struct cidr		*list;	/* in the order given, each once */
	size_t			 count;
	struct cidr		*sorted;	/* by policy_finish() */

	enum policy_ask		 dns;
	struct addr		 resolver;

	enum policy_ask		 rules;
	struct policy_port	*port;
	size_t			 ports;
};

#define POLICY_MEMBERS	3	/* allowed_cidrs, dns, egress_rules */

#define POLICY_MAX	4096	/* networks */

/* policy_network(p, s, e): add the network ${s} to ${p}, unless it is there. */
int policy_network(struct policy *, const char *, struct error *);

/**
 * policy_operand(p, s, e):
 * Add the operand ${s} to ${p}: a network, or "none" or "unrestricted", which
 * stand alone.  Return 0, or -1 with ${e} set.
 */
int policy_operand(struct policy *, const char *, struct error *);

/* policy_resolver(p, s, e): ask for the resolver ${s}, or "none". */
int policy_resolver(struct policy *, const char *, struct error *);

/* policy_add_port(p, s, e): ask for the port ${s}, 53 or 53/udp, or "none". */
int policy_add_port(struct policy *, const char *, struct error *);

/* policy_finish(p, e): check that the parts of ${p} go together. */
int policy_finish(struct policy *, struct error *);

/* policy_free(p): free what ${p} holds. */
void policy_free(struct policy *);

/*
 * Does ${g} say what ${p} asks for?  Lists are equal as sets of networks.
 * policy_is_rules() is true of POLICY_KEEP.
 */
int policy_is_list(const struct policy *, const struct egress *);
int policy_is_dns(const struct policy *, const struct egress *);
int policy_is_rules(const struct policy *, const struct egress *);

/**
 * policy_edits(p, g, edit):
 * Write the members that ${g} must get to be what ${p} asks for to ${edit},
 * POLICY_MEMBERS of them at most, and return their number.  Their values are
 * to be free(3)d.
 */
size_t policy_edits(const struct policy *, const struct egress *,
    struct edit *);

/* policy_list_record(p): the list as JSON: null or an array. */
struct json *policy_list_record(const struct policy *);

#endif
