/* SPDX-License-Identifier: ISC */
#include "smolvm/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/sort.h"

static int
compare(const void *a, const void *b)
{
	const struct rules_rule *r, *s;
	int order;

	r = a;
	s = b;
	order = cidr_compare(&r->cidr, &s->cidr);
	if (order == 0)
		order = r->port < s->port ? -1 : r->port > s->port;
	return (order != 0 ? order : r->udp - s->udp);
}

int
rules_compare(const struct rules_rule *a, const struct rules_rule *b)
{

	return (compare(a, b));
}

size_t
rules_sort(struct rules_rule *rule, size_t n)
{

	return (sort_unique(rule, n, sizeof(*rule), compare));
}

/* Does one of the ${n} networks at ${list} hold all of ${c}? */
static int
covers(const struct cidr *list, size_t n, const struct cidr *c)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i].bits <= c->bits &&
		    cidr_contains(&list[i], &c->addr))
			return (1);
	return (0);
}

/* Count what is not null in ${value}, and know it: for json_each(). */
static int
known(const char *key, const struct json *value, void *arg)
{
	static const char *name[] = { "action", "transport", "cidr", "ports" };
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (strcmp(key, name[i]) == 0) {
			*(int *)arg += json_kind(value) != JSON_NULL;
			return (0);
		}
	return (1);
}

/* The string member ${key} of ${r} is ${text}. */
static int
is(const struct json *r, const char *key, const char *text)
{
	struct json *v;
	const char *s;
	int result;

	v = json_get(r, key);
	s = json_string(v);
	result = s != NULL && strcmp(s, text) == 0;
	json_free(v);
	return (result);
}

/* The single port that the member "ports" of ${r} names, or 0. */
static unsigned
single_port(const struct json *r)
{
	struct json *end, *ports, *start;
	long long from, to;
	unsigned port;

	port = 0;
	end = start = NULL;
	ports = json_get(r, "ports");
	if (ports != NULL) {
		start = json_get(ports, "start");
		end = json_get(ports, "end");
	}
	if (json_integer(start, &from) == 0 &&
	    json_integer(end, &to) == 0 && from == to && from > 0 &&
	    from <= 65535)
		port = (unsigned)from;
	json_free(start);
	json_free(end);
	json_free(ports);
	return (port);
}

/* Take in ${r}, a rule that is not the last one. */
static void
read_rule(struct rules *g, const struct json *r, const struct cidr *list,
    size_t n)
{
	struct rules_rule *rule;
	struct error ignored;
	struct json *cidr;
	const char *s;
	int members;

	members = 0;
	if (json_each(r, known, &members) != 0)
		g->ports = g->within = 0;
	if (is(r, "action", "deny")) {
		g->ports = 0;
		return;
	}
	rule = &g->rule[g->allowed];
	cidr = json_get(r, "cidr");
	s = json_string(cidr);
	if (!is(r, "action", "allow") || s == NULL ||
	    cidr_parse(s, &rule->cidr, &ignored) == -1) {
		g->ports = g->within = 0;
	} else {
		rule->port = single_port(r);
		rule->udp = is(r, "transport", "udp");
		if (rule->port == 0 || members != 4 ||
		    (!rule->udp && !is(r, "transport", "tcp")))
			g->ports = 0;
		if (list != NULL && !covers(list, n, &rule->cidr))
			g->within = 0;
		g->allowed++;
	}
	json_free(cidr);
}

int
rules_read(const struct json *rules, const struct cidr *list, size_t n,
    struct rules *g, struct error *e)
{
	struct json *r;
	size_t i;
	int members;

	memset(g, 0, sizeof(*g));
	if (rules == NULL)
		return (0);
	g->member = 1;
	if (json_kind(rules) == JSON_NULL)
		return (0);
	if (json_kind(rules) != JSON_ARRAY)
		return (error_set(e, "its egress_rules is not an array"));
	g->count = json_count(rules);
	if (g->count == 0)
		return (0);
	g->ports = g->within = 1;
	g->rule = alloc_array(g->count, sizeof(*g->rule));
	for (i = 0; i + 1 < g->count; i++) {
		r = json_at(rules, i);
		read_rule(g, r, list, n);
		json_free(r);
	}
	/* What no rule speaks of must be denied. */
	members = 0;
	r = json_at(rules, i);
	if (json_each(r, known, &members) != 0 || members != 1 ||
	    !is(r, "action", "deny"))
		g->ports = g->within = 0;
	json_free(r);
	g->allowed = rules_sort(g->rule, g->allowed);
	return (0);
}

void
rules_free(struct rules *g)
{

	free(g->rule);
	memset(g, 0, sizeof(*g));
}
