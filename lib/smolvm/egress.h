/* SPDX-License-Identifier: ISC */
#ifndef EGRESS_H
#define EGRESS_H

#include <stddef.h>

#include "net/cidr.h"
#include "smolvm/rules.h"

struct error;
struct json;

/*
 * What a machine's record, or the "resources" of what it was launched with,
 * say about the network: allowed_cidrs, dns, egress_rules, dns_filter_hosts.
 */
struct egress {
	struct json		*cidrs;	/* allowed_cidrs as it is, or NULL */
	int			 open;	/* it is null or absent: unrestricted */
	int			 foreign;	/* it has what is no network */
	struct cidr		*list;	/* its networks, sorted, each once */
	size_t			 count;

	char			*dns;	/* NULL if null or absent */

	struct rules		 rules;	/* egress_rules */
	char			*hosts;	/* comma-separated, NULL if none */
};

/**
 * egress_read(object, g, e):
 * Read the members of ${object} into ${g}.  Return 0; or -1 with ${e} set if
 * one of them has a type that no engine writes.  Free with egress_free() in
 * either case.
 */
int egress_read(const struct json *, struct egress *, struct error *);

/* egress_free(g): free what ${g} holds. */
void egress_free(struct egress *);

/* egress_sort(list, n): sort networks; return how many different ones. */
size_t egress_sort(struct cidr *, size_t);

#endif
