/* SPDX-License-Identifier: ISC */
#include "smolvm/policy.h"

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/input.h"
#include "base/io.h"
#include "base/json.h"
#include "base/sort.h"
#include "net/cidr.h"
#include "smolvm/edit.h"

#define NETWORKS_MAX	4096
#define NO_NETWORK	"port rules need a network on the list"
#define MAPPED_BITS	96	/* of ::ffff:0:0/96, RFC 4291, 2.5.5.2 */

/* Does ${v} ask for no value? */
static int
is_none(const struct json *v)
{

	return (json_kind(v) == JSON_NULL);
}

/* --- networks ----------------------------------------------------------- */

/* A list of networks, sorted, each once. */
struct networks {
	struct cidr	*list;
	size_t		 count;
	size_t		 others;	/* entries that are no network */
};

static int
compare_networks(const void *a, const void *b)
{

	return (cidr_compare(a, b));
}

/* Read the list ${v}, which may be NULL. */
static void
read_networks(const struct json *v, struct networks *n)
{
	struct error ignored;
	const char *s;
	size_t i, count;

	memset(n, 0, sizeof(*n));
	count = json_count(v);
	n->list = alloc_array(count + 1, sizeof(*n->list));
	for (i = 0; i < count; i++) {
		s = json_at_string(v, i);
		if (s != NULL &&
		    cidr_parse(s, &n->list[n->count], &ignored) == 0)
			n->count++;
		else
			n->others++;
	}
	n->count = sort_unique(n->list, n->count, sizeof(*n->list),
	    compare_networks);
}

static int
parse_network(struct json **list, const char *s, struct error *e)
{
	char buf[CIDR_STRLEN];
	struct addr plain;
	struct cidr c;

	if (cidr_parse(s, &c, e) == -1)
		return (-1);
	plain = c.addr;
	addr_unmap(&plain);
	if (c.bits >= MAPPED_BITS && plain.family != c.addr.family)
		return (error_set(e, "IPv4-mapped network, which matches no "
		    "IPv4 packet: %s (write it as %s/%u)", s,
		    addr_format(&plain, buf), c.bits - MAPPED_BITS));
	if (*list == NULL)
		*list = json_new(JSON_ARRAY);
	if (json_count(*list) == NETWORKS_MAX)
		return (error_set(e, "more than %d networks", NETWORKS_MAX));
	json_append_string(*list, cidr_format(&c, buf));
	return (0);
}

/* Write the list ${v} in its order, without duplicates. */
static struct json *
unrepeated(const struct json *v)
{
	struct json *list;
	struct networks n;
	struct error ignored;
	struct cidr c, *at;
	const char *s;
	size_t i;

	read_networks(v, &n);
	if (n.others > 0 || n.count == json_count(v)) {
		free(n.list);
		return (json_copy(v));
	}
	list = json_new(JSON_ARRAY);
	for (i = 0; i < json_count(v); i++) {
		s = json_at_string(v, i);
		cidr_parse(s, &c, &ignored);
		at = bsearch(&c, n.list, n.count, sizeof(c), compare_networks);
		if (at == NULL)
			continue;
		json_append_string(list, s);
		n.count--;
		memmove(at, at + 1,
		    (size_t)(n.list + n.count - at) * sizeof(c));
	}
	free(n.list);
	return (list);
}

static int
check_strings(const struct json *v, struct error *e)
{
	struct json *element;
	enum json_kind kind;
	size_t i;

	for (i = 0; i < json_count(v); i++) {
		element = json_at(v, i);
		kind = json_kind(element);
		json_free(element);
		if (kind != JSON_STRING)
			return (error_set(e, "has an element that is not a "
			    "string"));
	}
	return (0);
}

static void
text_list(FILE *f, const struct policy *p, const struct json *v, int exact)
{
	char buf[CIDR_STRLEN];
	const char *comma;
	struct networks n;
	size_t i;

	(void)p;
	if (is_none(v)) {
		fputs("unrestricted", f);
		return;
	}
	read_networks(v, &n);
	comma = "";
	for (i = 0; i < n.count; i++, comma = ",")
		fprintf(f, "%s%s", comma, cidr_format(&n.list[i], buf));
	if (n.others > 0)
		fprintf(f, "%s?", comma);
	else if (n.count == 0)
		fputs("none", f);
	if (exact && n.others > 0)
		json_write(f, v);
	free(n.list);
}

/* --- the resolver ------------------------------------------------------- */

static int
is_resolver(const char *s)
{
	struct addr a;

	/* Engines expect an IPv4 address; anything else breaks the database. */
	return (s != NULL && addr_parse(s, &a) == 0 && a.family == AF_INET);
}

static int
parse_resolver(struct json **v, const char *s, struct error *e)
{

	if (*v != NULL)
		return (error_set(e, "given twice"));
	if (!is_resolver(s))
		return (error_set(e, "not an IPv4 address: %s",
		    error_quote(s)));
	*v = json_new_string(s);
	return (0);
}

static int
check_resolver(const struct json *v, struct error *e)
{

	return (is_resolver(json_string(v)) ? 0 :
	    error_set(e, "is not an IPv4 address"));
}

static void
text_plain(FILE *f, const struct policy *p, const struct json *v, int exact)
{
	const char *s;

	(void)p;
	s = json_string(v);
	if (is_none(v))
		fputs("none", f);
	else if (s != NULL && !exact)
		error_write(f, s, strlen(s));
	else
		json_write(f, v);
}

/* --- port rules --------------------------------------------------------- */

/* A rule that allows one port of one network. */
struct rule {
	struct cidr	cidr;
	unsigned	port;
	int		udp;
};

/* Port rules, of which the first that matches a packet applies. */
struct rules {
	size_t		 count;		/* their number */
	int		 ports;		/* single ports, then deny all else */
	int		 narrow;	/* they allow nothing off the list */
	struct rule	*rule;		/* if ports: sorted, each once */
	size_t		 allowed;
};

static int
compare_rules(const void *a, const void *b)
{
	const struct rule *r, *s;
	int order;

	r = a;
	s = b;
	order = cidr_compare(&r->cidr, &s->cidr);
	if (order == 0)
		order = r->port < s->port ? -1 : r->port > s->port;
	return (order != 0 ? order : r->udp - s->udp);
}

/* Is ${c} within one of the ${n} networks at ${list}? */
static int
covers(const struct networks *n, const struct cidr *c)
{
	size_t i;

	for (i = 0; i < n->count; i++)
		if (n->list[i].bits <= c->bits &&
		    cidr_contains(&n->list[i], &c->addr))
			return (1);
	return (0);
}

/* For json_each(): count known members that are not null; 1 for others. */
static int
known(const char *key, const struct json *value, void *arg)
{
	static const char *const name[] = {
		"action", "transport", "cidr", "ports"
	};
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (strcmp(key, name[i]) == 0) {
			*(int *)arg += json_kind(value) != JSON_NULL;
			return (0);
		}
	return (1);
}

/* Is ${r}'s member ${key} the string ${text}; if that is NULL, absent? */
static int
is(const struct json *r, const char *key, const char *text)
{
	struct json *v;
	const char *s;
	int result;

	v = json_get(r, key);
	s = json_string(v);
	result = text == NULL ? is_none(v) : s != NULL && strcmp(s, text) == 0;
	json_free(v);
	return (result);
}

/* Read ${r}'s range of ports.  Return 0, or -1 if it is not one. */
static int
read_range(const struct json *r, long long *from, long long *to)
{
	struct json *end, *ports, *start;
	int result;

	ports = json_get(r, "ports");
	start = json_get(ports, "start");
	end = json_get(ports, "end");
	result = json_integer(start, from) == 0 &&
	    json_integer(end, to) == 0 && *from >= 0 && *to <= 65535 ? 0 : -1;
	json_free(start);
	json_free(end);
	json_free(ports);
	return (result);
}

/* Read ${r}, a rule other than the last one. */
static void
read_rule(struct rules *g, const struct json *r, const struct json *list,
    const struct networks *n)
{
	long long from, to;
	struct rule *rule;
	struct error ignored;
	const char *s;
	int count;

	count = 0;
	if (json_each(r, known, &count) != 0)
		g->ports = g->narrow = 0;
	if (is(r, "action", "deny")) {
		g->ports = 0;
		return;
	}
	rule = &g->rule[g->allowed];
	s = json_get_string(r, "cidr");
	if (!is(r, "action", "allow") || s == NULL ||
	    cidr_parse(s, &rule->cidr, &ignored) == -1) {
		g->ports = g->narrow = 0;
		return;
	}
	rule->udp = is(r, "transport", "udp");
	if (read_range(r, &from, &to) == -1 || from != to || from == 0 ||
	    count != 4 || (!rule->udp && !is(r, "transport", "tcp")))
		g->ports = 0;
	else
		rule->port = (unsigned)from;
	if (!is_none(list) && !covers(n, &rule->cidr))
		g->narrow = 0;
	g->allowed++;
}

/* Read the rules ${v} of ${p}; free the member rule. */
static void
read_rules(const struct policy *p, const struct json *v, struct rules *g)
{
	struct networks n;
	struct json *r;
	size_t i;
	int count;

	memset(g, 0, sizeof(*g));
	g->count = json_count(v);
	g->narrow = 1;
	if (g->count == 0)
		return;
	g->ports = 1;
	read_networks(p->value[POLICY_LIST], &n);
	g->rule = alloc_array(g->count, sizeof(*g->rule));
	for (i = 0; i + 1 < g->count; i++) {
		r = json_at(v, i);
		read_rule(g, r, p->value[POLICY_LIST], &n);
		json_free(r);
	}
	/* A packet that no rule matches must be denied. */
	count = 0;
	r = json_at(v, i);
	if (json_each(r, known, &count) != 0 || count != 1 ||
	    !is(r, "action", "deny"))
		g->ports = g->narrow = 0;
	json_free(r);
	g->allowed = sort_unique(g->rule, g->allowed, sizeof(*g->rule),
	    compare_rules);
	free(n.list);
}

/* The number of leading rules for the first rule's network. */
static size_t
per_network(const struct rules *g)
{
	size_t i;

	for (i = 0; i < g->allowed &&
	    cidr_compare(&g->rule[i].cidr, &g->rule[0].cidr) == 0; i++)
		continue;
	return (i);
}

/* Do the rules allow the same ports on every network of the list? */
static int
is_even(const struct policy *p, const struct rules *g)
{
	struct networks n;
	size_t each, i;
	int result;

	each = per_network(g);
	read_networks(p->value[POLICY_LIST], &n);
	result = g->ports && each > 0 && n.count * each == g->allowed;
	for (i = 0; result && i < g->allowed; i++)
		result = g->rule[i].port == g->rule[i % each].port &&
		    g->rule[i].udp == g->rule[i % each].udp &&
		    cidr_compare(&g->rule[i].cidr, &n.list[i / each]) == 0;
	free(n.list);
	return (result);
}

static void
text_rules(FILE *f, const struct policy *p, const struct json *v, int exact)
{
	char buf[CIDR_STRLEN];
	struct rules g;
	size_t i, n;

	read_rules(p, v, &g);
	if (exact && v != NULL && (is_none(v) || (g.count > 0 && !g.ports)))
		json_write(f, v);
	else if (g.count == 0)
		fputs("none", f);
	else if (!exact && !is_even(p, &g))
		fputs("other", f);
	else {
		n = exact ? g.allowed : per_network(&g);
		for (i = 0; i < n; i++) {
			if (exact)
				fprintf(f, "%s ", cidr_format(
				    &g.rule[i].cidr, buf));
			fprintf(f, "%s%u/%s", i > 0 ? "," : "",
			    g.rule[i].port, g.rule[i].udp ? "udp" : "tcp");
		}
	}
	free(g.rule);
}

static int
parse_port(struct json **list, const char *s, struct error *e)
{
	char *text;
	unsigned port;
	int udp;

	if (addr_parse_port(s, &port, &udp) == -1)
		return (error_set(e, "not a port: %s", error_quote(s)));
	if (*list == NULL)
		*list = json_new(JSON_ARRAY);
	text = alloc_format("%u/%s", port, udp ? "udp" : "tcp");
	json_append_string(*list, text);
	free(text);
	return (0);
}

/* Would engines read the rule ${r}?  See known(). */
static int
is_rule(const struct json *r)
{
	struct error ignored;
	struct json *ports;
	long long from, to;
	struct cidr c;
	const char *s;
	int count, result;

	count = 0;
	ports = json_get(r, "ports");
	s = json_get_string(r, "cidr");
	result = json_kind(r) == JSON_OBJECT &&
	    json_each(r, known, &count) == 0 &&
	    (is(r, "action", "allow") || is(r, "action", "deny")) &&
	    (is(r, "transport", NULL) || is(r, "transport", "tcp") ||
	    is(r, "transport", "udp")) && (is(r, "cidr", NULL) ||
	    (s != NULL && cidr_parse(s, &c, &ignored) == 0)) &&
	    (is_none(ports) || read_range(r, &from, &to) == 0);
	json_free(ports);
	return (result);
}

static int
check_rules(const struct json *v, struct error *e)
{
	struct json *r;
	size_t i;
	int good;

	for (i = 0; i < json_count(v); i++) {
		r = json_at(v, i);
		good = is_rule(r);
		json_free(r);
		if (!good)
			return (error_set(e, "[%zu]: is not a rule that "
			    "engines up to 1.32.2 know", i));
	}
	return (0);
}

/* Write the rules that allow the ports ${port} of ${network}. */
static void
write_rules(FILE *f, const struct cidr *network, const struct json *port)
{
	char buf[CIDR_STRLEN];
	const char *s;
	size_t i;
	int digits;

	for (i = 0; i < json_count(port); i++) {
		s = json_at_string(port, i);
		digits = (int)strcspn(s, "/");
		fprintf(f, "{\"action\":\"allow\",\"transport\":\"%s\","
		    "\"cidr\":\"%s\",\"ports\":{\"start\":%.*s,\"end\":"
		    "%.*s}},", s + digits + 1, cidr_format(network, buf),
		    digits, s, digits, s);
	}
}

/* The rules that allow the ports ${port} of every network of ${list}. */
static struct json *
make_rules(const struct json *list, const struct json *port, struct error *e)
{
	struct json *rules;
	const char *s;
	struct cidr c;
	char *text;
	size_t i;
	FILE *f;
	int result;

	f = io_memory(&text);
	fputc('[', f);
	for (i = result = 0; i < json_count(list) && result == 0; i++) {
		s = json_at_string(list, i);
		result = cidr_parse(s != NULL ? s : "", &c, e);
		if (result == 0)
			write_rules(f, &c, port);
	}
	fputs("{\"action\":\"deny\"}]", f);
	io_memory_end(f, &text);
	rules = result == 0 ?
	    json_parse(text, strlen(text), 0, "egress_rules", e) : NULL;
	free(text);
	return (rules);
}

/* --- the members -------------------------------------------------------- */

/* A member of a policy. */
struct member {
	const char	*name;		/* in a machine's record */
	enum json_kind	 kind;		/* of its value, if that is not null */
	const char	*unset;		/* the value that equals none */
	int		 always;	/* engines write it in every record */
	char		 option;	/* 0: the operands are its value */
	const char	*help;		/* for -h */
	const char	*shown;		/* in a launch record; NULL: the same */

	/* Add an argument other than "none" to a value; NULL: no value yet. */
	int	(*parse)(struct json **, const char *, struct error *);
	/* Check a value of the right kind before it is written. */
	int	(*check)(const struct json *, struct error *);
	/*
	 * Write a value, which may be NULL, for people; or, if exact, in a form
	 * that is equal only for values of equal meaning.
	 */
	void	(*text)(FILE *, const struct policy *, const struct json *,
		    int);
};

/* In the order of the enum in policy.h. */
static const struct member members[POLICY_COUNT] = {
	{ "allowed_cidrs", JSON_ARRAY, "null", 1, 0, NULL,
	    NULL, parse_network, check_strings, text_list },
	{ "dns", JSON_STRING, "null", 0, 'D',
	    "-D resolver    forward DNS queries there; 255.255.255.255: drop them",
	    NULL, parse_resolver, check_resolver, text_plain },
	{ "egress_rules", JSON_ARRAY, "[]", 0, 'p',
	    "-p port[/udp]  allow only this port; none: remove all port rules",
	    "allowed_ports", parse_port, check_rules, text_rules },
};

_Static_assert(POLICY_COUNT <= EDIT_MAX, "too many members");

const char *
policy_name(size_t i)
{

	return (members[i].name);
}

const char *
policy_shown_name(size_t i)
{

	return (members[i].shown != NULL ? members[i].shown :
	    members[i].name);
}

/* --- asking for a policy ------------------------------------------------ */

const char *
policy_letters(void)
{
	static char letters[2 * POLICY_COUNT + 1];
	size_t i, n;

	for (i = n = 0; i < POLICY_COUNT; i++)
		if (members[i].option != 0) {
			letters[n++] = members[i].option;
			letters[n++] = ':';
		}
	return (letters);
}

void
policy_help(FILE *f)
{
	size_t i;

	for (i = 0; i < POLICY_COUNT; i++)
		if (members[i].option != 0)
			fprintf(f, "  %s\n", members[i].help);
}

/* Where the arguments for member ${i} gather. */
static struct json **
gathered(struct policy *p, size_t i)
{

	return (i == POLICY_RULES ? &p->ports : &p->value[i]);
}

int
policy_asks(const struct policy *p, size_t i)
{

	return (p->value[i] != NULL || (i == POLICY_RULES && p->ports != NULL));
}

/* Add ${s}, which may be "none", to the member ${i}. */
static int
add(struct policy *p, size_t i, const char *s, struct error *e)
{
	struct json **v;

	v = gathered(p, i);
	if (*v != NULL && (strcmp(s, "none") == 0 || is_none(*v)))
		return (error_set(e, "none excludes other values"));
	if (strcmp(s, "none") != 0)
		return (members[i].parse(v, s, e));
	*v = json_new_string(NULL);
	return (0);
}

int
policy_option(struct policy *p, int letter, const char *s, struct error *e)
{
	size_t i;

	for (i = 0; members[i].option != letter; i++)
		continue;
	return (add(p, i, s, e) == -1 ? error_prefix(e, "-%c", letter) : 0);
}

static int
add_operand(struct policy *p, const char *s, struct error *e)
{
	struct json **list;
	int alone;

	list = &p->value[POLICY_LIST];
	alone = strcmp(s, "none") == 0 || strcmp(s, "unrestricted") == 0;
	if (*list != NULL && (alone || json_count(*list) == 0))
		return (error_set(e, "none and unrestricted exclude other "
		    "operands"));
	if (!alone)
		return (parse_network(list, s, e));
	*list = strcmp(s, "none") == 0 ? json_new(JSON_ARRAY) :
	    json_new_string(NULL);
	return (0);
}

/* Check that ${v} is null or of the kind of member ${i}. */
static int
check_kind(const struct json *v, size_t i, const char *name, struct error *e)
{
	enum json_kind kind;

	kind = json_kind(v);
	if (kind == JSON_NULL || kind == members[i].kind)
		return (0);
	return (error_set(e, "%s is neither null nor %s", name,
	    members[i].kind == JSON_ARRAY ? "an array" : "a string"));
}

/* Set the member ${i} to ${v}, unchanged. */
static int
take_verbatim(struct policy *p, size_t i, const struct json *v,
    struct error *e)
{

	if (check_kind(v, i, members[i].name, e) == -1)
		return (-1);
	if (!is_none(v) && members[i].check(v, e) == -1)
		return (error_prefix(e, "%s", members[i].name));
	p->value[i] = json_copy(v);
	return (0);
}

/* Add ${v}, a value from a launch record, to the member ${i}. */
static int
take_shown(struct policy *p, size_t i, const struct json *v, struct error *e)
{
	const char *name, *s;
	size_t j;
	int result;

	name = policy_shown_name(i);
	if (check_kind(v, i, name, e) == -1)
		return (-1);
	if (is_none(v) || (json_kind(v) == JSON_ARRAY && json_count(v) == 0)) {
		*gathered(p, i) = json_copy(i == POLICY_LIST ? v : NULL);
		return (0);
	}
	if (json_kind(v) == JSON_STRING) {
		s = json_string(v);
		result = s == NULL ? error_set(e, "has a NUL character") :
		    members[i].parse(gathered(p, i), s, e);
		return (result == -1 ? error_prefix(e, "%s", name) : 0);
	}
	for (j = result = 0; j < json_count(v) && result == 0; j++) {
		s = json_at_string(v, j);
		result = s == NULL ? error_set(e, "has an element that is "
		    "not a string") : members[i].parse(gathered(p, i), s, e);
	}
	return (result == -1 ? error_prefix(e, "%s", name) : 0);
}

/* Add the launch record's alias ${v}, which the list must agree with. */
static int
take_alias(struct policy *p, const struct json *v, struct error *e)
{
	struct addr a, listed;
	const char *s;

	s = json_string(v);
	if (s == NULL)
		return (error_set(e, "alias is not a string"));
	if (addr_parse(s, &a) == -1)
		return (error_set(e, "alias is not an address: %s",
		    error_quote(s)));
	if (p->value[POLICY_LIST] == NULL)
		return (parse_network(&p->value[POLICY_LIST], s, e));
	if (policy_host(p, &listed) && addr_compare(&listed, &a) == 0)
		return (0);
	return (error_set(e, "allowed_cidrs is not the network of alias, %s",
	    s));
}

/* Read the object ${r} from standard input. */
static int
take_object(struct policy *p, const struct json *r, struct error *e)
{
	struct json *v;
	int asked[POLICY_COUNT], found, result, verbatim;
	size_t i;

	verbatim = json_has(r, members[POLICY_RULES].name);
	for (i = 0; i < POLICY_COUNT; i++)
		asked[i] = policy_asks(p, i);
	found = result = 0;
	for (i = 0; i < POLICY_COUNT && result == 0; i++) {
		v = json_get(r, verbatim ? members[i].name :
		    policy_shown_name(i));
		if (v != NULL && !asked[i])
			result = (verbatim ? take_verbatim : take_shown)(p, i,
			    v, e);
		found |= v != NULL;
		json_free(v);
	}
	v = json_get(r, "alias");
	if (v != NULL && result == 0)
		result = take_alias(p, v, e);
	found |= v != NULL;
	json_free(v);
	if (result == 0 && !found)
		return (error_set(e, "has none of allowed_cidrs, alias, dns, "
		    "egress_rules, allowed_ports"));
	return (result);
}

int
policy_operands(struct policy *p, int argc, char *const *argv,
    struct input *in, struct error *e)
{
	size_t j;
	int i;

	if (argc == 1 && strcmp(argv[0], "-") == 0) {
		if (input_read(in, e) == -1)
			return (-1);
		for (j = 0; j < in->count; j++)
			if (add_operand(p, in->item[j].text, e) == -1)
				return (input_fail(in, j, e));
		if (in->record != NULL && take_object(p, in->record, e) == -1)
			return (error_prefix(e, INPUT_NAME));
	} else
		for (i = 0; i < argc; i++)
			if (add_operand(p, argv[i], e) == -1)
				return (-1);
	if (!is_none(p->ports) && p->value[POLICY_LIST] != NULL &&
	    !policy_has(p, POLICY_LIST))
		return (error_set(e, NO_NETWORK));
	return (0);
}

int
policy_complete(const struct policy *asked, const struct policy *recorded,
    struct policy *p, struct error *e)
{
	const struct json *v;
	size_t i;

	memset(p, 0, sizeof(*p));
	for (i = 0; i < POLICY_COUNT; i++) {
		v = asked->value[i];
		if (v == NULL && !policy_asks(asked, i))
			v = recorded->value[i];
		if (v != NULL && (!is_none(v) || v == recorded->value[i]))
			p->value[i] = i == POLICY_LIST &&
			    v == asked->value[i] &&
			    asked->value[POLICY_RULES] == NULL ?
			    unrepeated(v) : json_copy(v);
	}
	if (is_none(asked->ports))
		return (0);
	if (!policy_has(p, POLICY_LIST))
		return (error_set(e, NO_NETWORK));
	p->value[POLICY_RULES] = make_rules(p->value[POLICY_LIST],
	    asked->ports, e);
	return (p->value[POLICY_RULES] != NULL ? 0 : -1);
}

/* --- policies of machines ----------------------------------------------- */

/* Write the string ${i} of ${list} for people. */
static void
write_string(FILE *f, const struct json *list, size_t i)
{
	const char *s;

	s = json_at_string(list, i);
	error_write(f, s != NULL ? s : "?", s != NULL ? strlen(s) : 1);
}

/* Read the host names of ${object}, quoted. */
static int
read_hosts(struct policy *p, const struct json *object, struct error *e)
{
	struct json *hosts;
	size_t i;
	FILE *f;
	int result;

	hosts = json_get(object, "dns_filter_hosts");
	result = 0;
	if (is_none(hosts))
		goto out;
	if (json_kind(hosts) != JSON_ARRAY)
		result = error_set(e, "dns_filter_hosts is neither null nor "
		    "an array");
	else if (check_strings(hosts, e) == -1)
		result = error_prefix(e, "dns_filter_hosts");
	if (result == -1 || json_count(hosts) == 0)
		goto out;
	f = io_memory(&p->hosts);
	for (i = 0; i < json_count(hosts); i++) {
		fputs(i > 0 ? "," : "", f);
		write_string(f, hosts, i);
	}
	io_memory_end(f, &p->hosts);
out:
	json_free(hosts);
	return (result);
}

int
policy_read(const struct json *object, struct policy *p, struct error *e)
{
	struct json *v;
	size_t i;

	memset(p, 0, sizeof(*p));
	for (i = 0; i < POLICY_COUNT; i++) {
		v = p->value[i] = json_get(object, members[i].name);
		if (v != NULL && check_kind(v, i, members[i].name, e) == -1)
			return (-1);
		if (!is_none(v) && members[i].check == check_strings &&
		    check_strings(v, e) == -1)
			return (error_prefix(e, "%s", members[i].name));
	}
	p->offline = !json_is_true(object, "network");
	return (read_hosts(p, object, e));
}

void
policy_free(struct policy *p)
{
	size_t i;

	for (i = 0; i < POLICY_COUNT; i++)
		json_free(p->value[i]);
	json_free(p->ports);
	free(p->hosts);
	memset(p, 0, sizeof(*p));
}

/* The text of member ${i}, to be freed. */
static char *
text_of(const struct policy *p, size_t i, int exact)
{
	char *text;
	FILE *f;

	f = io_memory(&text);
	members[i].text(f, p, p->value[i], exact);
	io_memory_end(f, &text);
	return (text);
}

int
policy_same(const struct policy *p, const struct policy *q, size_t i)
{
	char *a, *b;
	int same;

	a = text_of(p, i, 1);
	b = text_of(q, i, 1);
	same = strcmp(a, b) == 0;
	free(a);
	free(b);
	return (same);
}

int
policy_has(const struct policy *p, size_t i)
{
	const struct json *v;

	v = p->value[i];
	return (json_kind(v) == JSON_ARRAY ? json_count(v) > 0 : !is_none(v));
}

int
policy_host(const struct policy *p, struct addr *a)
{
	struct networks n;
	int result;

	read_networks(p->value[POLICY_LIST], &n);
	result = n.count == 1 && n.others == 0 && cidr_host(&n.list[0]);
	if (result)
		*a = n.list[0].addr;
	free(n.list);
	return (result);
}

size_t
policy_networks(const struct policy *p, struct cidr **list)
{
	struct networks n;

	read_networks(p->value[POLICY_LIST], &n);
	*list = n.list;
	return (n.count);
}

int
policy_is_narrow(const struct policy *p)
{
	struct rules g;

	read_rules(p, p->value[POLICY_RULES], &g);
	free(g.rule);
	return (g.narrow);
}

/* Where the members are in a record. */
struct places {
	long	at[POLICY_COUNT];	/* -1: absent */
	long	count;
};

static int
note_place(const char *key, const struct json *value, void *arg)
{
	struct places *where;
	size_t i;

	(void)value;
	where = arg;
	for (i = 0; i < POLICY_COUNT; i++)
		if (strcmp(key, members[i].name) == 0)
			where->at[i] = where->count;
	where->count++;
	return (0);
}

/*
 * Remove an optional member only if it is the last one, as it is after it was
 * appended here.  Elsewhere set it to a value that means none: this keeps its
 * place, so that a later edit can restore the record byte for byte.
 */
size_t
policy_edits(const struct policy *p, const struct policy *recorded,
    const struct json *record, struct edit *edit)
{
	struct places where;
	int removed[POLICY_COUNT];
	size_t i, n;

	memset(&where, 0, sizeof(where));
	for (i = 0; i < POLICY_COUNT; i++)
		where.at[i] = -1;
	json_each(record, note_place, &where);
	for (i = POLICY_COUNT; i-- > 0;) {
		removed[i] = p->value[i] == NULL && !members[i].always &&
		    where.at[i] == where.count - 1;
		where.count -= removed[i];
	}
	for (i = n = 0; i < POLICY_COUNT; i++) {
		if (policy_same(p, recorded, i))
			continue;
		edit[n].name = members[i].name;
		edit[n++].json = removed[i] ? NULL : p->value[i] == NULL ?
		    alloc_string(members[i].unset) :
		    json_format(p->value[i]);
	}
	return (n);
}

/* --- output ------------------------------------------------------------- */

void
policy_text(FILE *f, const struct policy *p, size_t i)
{

	members[i].text(f, p, p->value[i], 0);
}

void
policy_reach(FILE *f, const struct policy *p)
{

	if (policy_has(p, POLICY_LIST) || (p->hosts == NULL && !p->offline))
		policy_text(f, p, POLICY_LIST);
	else
		fputs(p->hosts != NULL ? "hosts" : "offline", f);
}

void
policy_print(FILE *f, const struct policy *p)
{
	size_t i;

	if (!policy_has(p, POLICY_LIST)) {
		policy_text(f, p, POLICY_LIST);
		fputc('\n', f);
		return;
	}
	for (i = 0; i < json_count(p->value[POLICY_LIST]); i++) {
		write_string(f, p->value[POLICY_LIST], i);
		fputc('\n', f);
	}
}

struct json *
policy_shown(const struct policy *p, size_t i)
{
	struct json *list;
	char *end, *text, *word;

	if (members[i].shown == NULL)
		return (json_copy(p->value[i]));
	text = text_of(p, i, 0);
	if (strcmp(text, "none") == 0)
		list = json_new_string(NULL);
	else if (strcmp(text, "other") == 0)
		list = json_new_string(text);
	else {
		list = json_new(JSON_ARRAY);
		for (word = text; word != NULL; word = end) {
			end = strchr(word, ',');
			if (end != NULL)
				*end++ = '\0';
			json_append_string(list, word);
		}
	}
	free(text);
	return (list);
}

struct json *
policy_verbatim(const struct policy *p)
{
	struct json *r;
	size_t i;

	r = json_new(JSON_OBJECT);
	for (i = 0; i < POLICY_COUNT; i++)
		json_set(r, members[i].name, json_copy(p->value[i]));
	return (r);
}
