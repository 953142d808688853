/* SPDX-License-Identifier: ISC */
#include "smolvm/policy.h"

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "base/io.h"
#include "base/json.h"
#include "smolvm/edit.h"
#include "smolvm/egress.h"

#define MAPPED_BITS	96	/* of ::ffff:0:0/96, RFC 4291, 2.5.5.2 */

int
policy_network(struct policy *p, const char *s, struct error *e)
{
	char buf[ADDR_STRLEN];
	struct addr plain;
	struct cidr c;
	size_t i;

	if (cidr_parse(s, &c, e) == -1)
		return (-1);
	plain = c.addr;
	addr_unmap(&plain);
	if (c.bits >= MAPPED_BITS && plain.family != c.addr.family)
		return (error_set(e, "an IPv4 network in IPv6 dress, which "
		    "matches no IPv4 packet: %s (write it as %s/%u)", s,
		    addr_format(&plain, buf), c.bits - MAPPED_BITS));
	for (i = 0; i < p->count; i++)
		if (cidr_compare(&p->list[i], &c) == 0)
			return (0);
	if (p->count == POLICY_MAX)
		return (error_set(e, "more than %d networks", POLICY_MAX));
	p->list = alloc_resize(p->list, p->count + 1, sizeof(*p->list));
	p->list[p->count++] = c;
	return (0);
}

int
policy_operand(struct policy *p, const char *s, struct error *e)
{
	int alone;

	alone = strcmp(s, "none") == 0 || strcmp(s, "unrestricted") == 0;
	if (p->given && (alone || p->count == 0))
		return (error_set(e, "none and unrestricted stand alone"));
	p->given = 1;
	p->open = strcmp(s, "unrestricted") == 0;
	return (alone ? 0 : policy_network(p, s, e));
}

int
policy_resolver(struct policy *p, const char *s, struct error *e)
{
	char quoted[ERROR_QUOTE];

	if (p->dns != POLICY_KEEP)
		return (error_set(e, "-D: given twice"));
	p->dns = POLICY_NONE;
	if (strcmp(s, "none") == 0)
		return (0);
	p->dns = POLICY_SET;
	/* The engines' type is an IPv4 address; another breaks the database. */
	if (addr_parse(s, &p->resolver) == -1 ||
	    p->resolver.family != AF_INET)
		return (error_set(e, "-D: not an IPv4 address: %s",
		    error_quote(quoted, s, strlen(s))));
	return (0);
}

int
policy_add_port(struct policy *p, const char *s, struct error *e)
{
	char digits[sizeof("65535")], quoted[ERROR_QUOTE];
	unsigned long number;
	const char *slash;
	size_t i, len;
	int udp;

	if ((strcmp(s, "none") == 0 && p->rules != POLICY_KEEP) ||
	    p->rules == POLICY_NONE)
		return (error_set(e, "-p: none stands alone"));
	p->rules = strcmp(s, "none") == 0 ? POLICY_NONE : POLICY_SET;
	if (p->rules == POLICY_NONE)
		return (0);
	slash = strchr(s, '/');
	len = slash != NULL ? (size_t)(slash - s) : strlen(s);
	udp = slash != NULL && strcmp(slash, "/udp") == 0;
	if (len >= sizeof(digits) ||
	    (slash != NULL && !udp && strcmp(slash, "/tcp") != 0))
		goto bad;
	memcpy(digits, s, len);
	digits[len] = '\0';
	if (args_number(digits, 1, 65535, &number) == -1)
		goto bad;
	for (i = 0; i < p->ports; i++)
		if (p->port[i].port == number && p->port[i].udp == udp)
			return (0);
	p->port = alloc_resize(p->port, p->ports + 1, sizeof(*p->port));
	p->port[p->ports].port = (unsigned)number;
	p->port[p->ports++].udp = udp;
	return (0);
bad:
	return (error_set(e, "-p: not a port: %s",
	    error_quote(quoted, s, strlen(s))));
}

int
policy_finish(struct policy *p, struct error *e)
{

	if (p->rules == POLICY_SET && p->count == 0)
		return (error_set(e, "-p: there is no network that the ports "
		    "belong to"));
	p->sorted = alloc_array(p->count + 1, sizeof(*p->sorted));
	if (p->count > 0)
		memcpy(p->sorted, p->list, p->count * sizeof(*p->list));
	egress_sort(p->sorted, p->count);
	return (0);
}

void
policy_free(struct policy *p)
{

	free(p->list);
	free(p->sorted);
	free(p->port);
	memset(p, 0, sizeof(*p));
}

int
policy_is_list(const struct policy *p, const struct egress *g)
{
	size_t i;

	if (p->open || g->open)
		return (p->open && g->open);
	if (g->foreign || p->count != g->count)
		return (0);
	for (i = 0; i < p->count; i++)
		if (cidr_compare(&p->sorted[i], &g->list[i]) != 0)
			return (0);
	return (1);
}

int
policy_is_dns(const struct policy *p, const struct egress *g)
{
	char buf[ADDR_STRLEN];

	if (p->dns == POLICY_KEEP)
		return (1);
	if (p->dns == POLICY_NONE || g->dns == NULL)
		return (p->dns == POLICY_NONE && g->dns == NULL);
	return (strcmp(addr_format(&p->resolver, buf), g->dns) == 0);
}

int
policy_is_rules(const struct policy *p, const struct egress *g)
{
	struct rules_rule *rule;
	size_t i, j, n;
	int same;

	if (p->rules != POLICY_SET)
		return (p->rules == POLICY_KEEP || g->rules.count == 0);
	rule = alloc_array(p->count, p->ports * sizeof(*rule));
	n = 0;
	for (i = 0; i < p->count; i++)
		for (j = 0; j < p->ports; j++, n++) {
			rule[n].cidr = p->sorted[i];
			rule[n].port = p->port[j].port;
			rule[n].udp = p->port[j].udp;
		}
	n = rules_sort(rule, n);
	same = g->rules.ports && n == g->rules.allowed;
	for (i = 0; same && i < n; i++)
		same = rules_compare(&rule[i], &g->rules.rule[i]) == 0;
	free(rule);
	return (same);
}

struct json *
policy_list_record(const struct policy *p)
{
	char buf[CIDR_STRLEN];
	struct json *list;
	size_t i;

	if (p->open)
		return (json_new_string(NULL));
	list = json_new(JSON_ARRAY);
	for (i = 0; i < p->count; i++)
		json_append(list, json_new_string(
		    cidr_format(&p->list[i], buf)));
	return (list);
}

/* The rules that allow the ports of every network, and nothing else. */
static char *
rules_json(const struct policy *p)
{
	char buf[CIDR_STRLEN], *json;
	size_t i, j;
	FILE *f;

	f = io_memory(&json);
	fputc('[', f);
	for (i = 0; i < p->count; i++)
		for (j = 0; j < p->ports; j++)
			fprintf(f, "{\"action\":\"allow\",\"transport\":"
			    "\"%s\",\"cidr\":\"%s\",\"ports\":{\"start\":"
			    "%u,\"end\":%u}},", p->port[j].udp ? "udp" :
			    "tcp", cidr_format(&p->list[i], buf),
			    p->port[j].port, p->port[j].port);
	fputs("{\"action\":\"deny\"}]", f);
	io_memory_end(f, &json);
	return (json);
}

size_t
policy_edits(const struct policy *p, const struct egress *g,
    struct edit *edit)
{
	char buf[ADDR_STRLEN];
	struct json *list;
	size_t n;

	n = 0;
	if (!policy_is_list(p, g)) {
		edit[n].name = "allowed_cidrs";
		list = policy_list_record(p);
		edit[n++].json = json_format(list);
		json_free(list);
	}
	if (!policy_is_dns(p, g)) {
		edit[n].name = "dns";
		edit[n++].json = p->dns == POLICY_NONE ? NULL :
		    alloc_format("\"%s\"", addr_format(&p->resolver, buf));
	}
	if (!policy_is_rules(p, g) ||
	    (p->rules == POLICY_NONE && g->rules.member)) {
		edit[n].name = "egress_rules";
		edit[n++].json = p->rules == POLICY_NONE ? NULL :
		    rules_json(p);
	}
	return (n);
}
