/* SPDX-License-Identifier: ISC */
#ifndef RULES_H
#define RULES_H

#include <stddef.h>

#include "net/cidr.h"

struct error;
struct json;

/* A rule that allows one port of one network. */
struct rules_rule {
	struct cidr	cidr;
	unsigned	port;
	int		udp;
};

/*
 * A record's egress_rules, which smolvm enforces from about 1.28 on.  The first
 * rule that speaks of a packet decides, and they override the allow list.
 */
struct rules {
	int			 member;	/* is it there at all? */
	size_t			 count;		/* how many rules it has */
	int			 ports;		/* single ports, else deny */
	int			 within;	/* nothing off the list */
	struct rules_rule	*rule;		/* if ports: sorted, once */
	size_t			 allowed;
};

/**
 * rules_read(array, list, n, rules, e):
 * Read ${array}, NULL if there is none, into ${rules}, next to the ${n}
 * allowed networks at ${list}, NULL if all are.  A rule with members or values
 * that are not known here makes neither of ports and within true.
 * Return 0, or -1 with ${e} set if ${array} is no array.  Free with
 * rules_free() in either case.
 */
int rules_read(const struct json *, const struct cidr *, size_t,
    struct rules *, struct error *);

/* rules_free(rules): free what ${rules} holds. */
void rules_free(struct rules *);

/* rules_compare(a, b): order by network, port and protocol. */
int rules_compare(const struct rules_rule *, const struct rules_rule *);

/* rules_sort(rule, n): sort rules; return how many different ones. */
size_t rules_sort(struct rules_rule *, size_t);

#endif
