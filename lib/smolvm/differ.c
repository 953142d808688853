/* SPDX-License-Identifier: ISC */
#include "smolvm/differ.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "smolvm/egress.h"
#include "smolvm/policy.h"

static void
networks(FILE *f, const struct cidr *list, size_t n)
{
	char buf[CIDR_STRLEN];
	size_t i;

	for (i = 0; i < n; i++)
		fprintf(f, "%s%s", i > 0 ? "," : "",
		    cidr_format(&list[i], buf));
}

void
differ_list(FILE *f, const struct egress *g)
{

	if (g->open)
		fputs("unrestricted", f);
	else if (g->count == 0 && !g->foreign)
		fputs("none", f);
	networks(f, g->list, g->count);
	if (g->foreign)
		fputs(g->count > 0 ? ",?" : "?", f);
}

static void
ports(FILE *f, const struct policy_port *port, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		fprintf(f, "%s%u/%s", i > 0 ? "," : "", port[i].port,
		    port[i].udp ? "udp" : "tcp");
}

void
differ_ports(FILE *f, const struct egress *g)
{
	struct policy p;
	size_t i;

	/* The ports of the first network, if that is all that the rules say. */
	memset(&p, 0, sizeof(p));
	p.rules = POLICY_SET;
	p.sorted = g->list;
	p.count = g->count;
	p.port = alloc_array(g->rules.allowed + 1, sizeof(*p.port));
	for (i = 0; i < g->rules.allowed && cidr_compare(
	    &g->rules.rule[i].cidr, &g->rules.rule[0].cidr) == 0; i++) {
		p.port[i].port = g->rules.rule[i].port;
		p.port[i].udp = g->rules.rule[i].udp;
	}
	p.ports = i;
	if (g->rules.count == 0)
		fputs("none", f);
	else if (p.ports == 0 || p.count == 0 || !policy_is_rules(&p, g))
		fputs("other", f);
	else
		ports(f, p.port, p.ports);
	free(p.port);
}

/* Why the record and the launch are not the same. */
static const char *
reason(int recorded, int launched)
{

	if (recorded && !launched)
		return (" (started before the record was changed)");
	if (launched && !recorded)
		return (" (the record was changed since the start)");
	return ("");
}

static int
differ_in_list(FILE *f, const struct policy *p, const struct egress *g,
    const char *how, const char *why)
{

	if (policy_is_list(p, g))
		return (0);
	fprintf(f, "allowed_cidrs: %s ", how);
	differ_list(f, g);
	fputs(", not ", f);
	if (p->open)
		fputs("unrestricted", f);
	else if (p->count == 0)
		fputs("none", f);
	networks(f, p->list, p->count);
	fprintf(f, "%s\n", why);
	return (1);
}

static int
differ_in_dns(FILE *f, const struct policy *p, const struct egress *g,
    const char *how, const char *why)
{
	char buf[ADDR_STRLEN];

	if (policy_is_dns(p, g))
		return (0);
	fprintf(f, "dns: %s %s, not %s%s\n", how,
	    g->dns != NULL ? g->dns : "none", p->dns == POLICY_NONE ?
	    "none" : addr_format(&p->resolver, buf), why);
	return (1);
}

static int
rules_hold(const struct policy *p, const struct egress *g)
{

	if (p->rules == POLICY_KEEP)
		return (g->rules.count == 0 || g->rules.within);
	return (policy_is_rules(p, g));
}

static int
differ_in_rules(FILE *f, const struct policy *p, const struct egress *g,
    const char *how, const char *why)
{

	if (rules_hold(p, g))
		return (0);
	fprintf(f, "egress_rules: %s ", how);
	if (p->rules == POLICY_KEEP) {
		fprintf(f, "rules that override the list%s\n", why);
		return (1);
	}
	differ_ports(f, g);
	fputs(", not ", f);
	if (p->rules == POLICY_NONE)
		fputs("none", f);
	ports(f, p->port, p->ports);
	fprintf(f, "%s\n", why);
	return (1);
}

static int
differ_in_hosts(FILE *f, const struct egress *g)
{

	if (g->hosts == NULL)
		return (0);
	fprintf(f, "dns_filter_hosts: widen the list by the addresses of "
	    "%s\n", g->hosts);
	return (1);
}

int
differ_write(FILE *f, const struct policy *p, const struct egress *recorded,
    const struct egress *launched)
{
	static const char *how[] = { "recorded as", "launched with" };
	const struct egress *g[2];
	const char *dns, *list, *rules;
	int i, n;

	g[0] = recorded;
	g[1] = launched;
	list = dns = rules = "";
	n = differ_in_hosts(f, recorded);
	if (launched == NULL) {
		fputs("was never started, or was stopped since\n", f);
		n++;
	} else {
		list = reason(policy_is_list(p, g[0]),
		    policy_is_list(p, g[1]));
		dns = reason(policy_is_dns(p, g[0]), policy_is_dns(p, g[1]));
		rules = reason(rules_hold(p, g[0]), rules_hold(p, g[1]));
		if (!launched->rules.member && p->rules == POLICY_SET)
			rules = " (this engine knows no rules, or was "
			    "started without)";
	}
	for (i = 0; i < 2 && g[i] != NULL; i++) {
		n += differ_in_list(f, p, g[i], how[i], list);
		n += differ_in_dns(f, p, g[i], how[i], dns);
		n += differ_in_rules(f, p, g[i], how[i], rules);
	}
	return (n);
}
