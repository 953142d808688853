/* SPDX-License-Identifier: ISC */
#include "egress.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "mem.h"
#include "record.h"
#include "sort.h"

static int
compare(const void *a, const void *b)
{

	return (cidr_compare(a, b));
}

size_t
egress_sort(struct cidr *list, size_t n)
{

	return (sort_unique(list, n, sizeof(*list), compare));
}

/* Is the member ${key} of ${r} absent or null? */
static int
absent(const struct record *r, const char *key)
{
	struct record *v;
	int result;

	v = record_get(r, key);
	result = v == NULL || record_kind(v) == RECORD_NULL;
	record_free(v);
	return (result);
}

static int
read_list(struct egress *g, struct error *e)
{
	struct error ignored;
	struct record *v;
	const char *s;
	size_t i, n;
	int is_string;

	if (record_kind(g->cidrs) != RECORD_ARRAY)
		return (error_set(e, "its allowed_cidrs is neither null nor "
		    "an array"));
	n = record_count(g->cidrs);
	g->list = mem_alloc(n + 1, sizeof(*g->list));
	for (i = 0; i < n; i++) {
		v = record_at(g->cidrs, i);
		is_string = record_kind(v) == RECORD_STRING;
		s = record_string(v);
		/* One that holds a NUL is as foreign as any other word. */
		if (s != NULL && cidr_parse(s, &g->list[g->count],
		    &ignored) == 0)
			g->count++;
		else
			g->foreign = 1;
		record_free(v);
		if (!is_string)
			return (error_set(e, "its allowed_cidrs has an "
			    "element that is not a string"));
	}
	g->count = egress_sort(g->list, g->count);
	return (0);
}

static int
read_hosts(struct egress *g, const struct record *hosts, struct error *e)
{
	char quoted[ERROR_QUOTE], *longer;
	struct record *v;
	const char *s;
	size_t i;

	if (record_kind(hosts) != RECORD_ARRAY)
		return (error_set(e, "its dns_filter_hosts is neither null "
		    "nor an array"));
	for (i = 0; i < record_count(hosts); i++) {
		v = record_at(hosts, i);
		s = record_string(v);
		if (s == NULL) {
			record_free(v);
			return (error_set(e, "its dns_filter_hosts has an "
			    "element that is not a string"));
		}
		error_quote(quoted, s, strlen(s));
		longer = g->hosts == NULL ? mem_format("%s", quoted) :
		    mem_format("%s,%s", g->hosts, quoted);
		free(g->hosts);
		g->hosts = longer;
		record_free(v);
	}
	return (0);
}

int
egress_read(const struct record *object, struct egress *g, struct error *e)
{
	struct record *v;
	const char *s;
	int result;

	memset(g, 0, sizeof(*g));
	result = 0;
	g->open = absent(object, "allowed_cidrs");
	g->cidrs = record_get(object, "allowed_cidrs");
	if (!g->open)
		result = read_list(g, e);
	v = record_get(object, "dns");
	s = record_string(v);
	if (s != NULL)
		g->dns = mem_copy(s, strlen(s));
	else if (result == 0 && !absent(object, "dns"))
		result = error_set(e, "its dns is neither null nor a string");
	record_free(v);
	v = record_get(object, "egress_rules");
	if (result == 0)
		result = rules_read(v, g->list, g->count, &g->rules, e);
	record_free(v);
	v = record_get(object, "dns_filter_hosts");
	if (result == 0 && !absent(object, "dns_filter_hosts"))
		result = read_hosts(g, v, e);
	record_free(v);
	return (result);
}

void
egress_free(struct egress *g)
{

	record_free(g->cidrs);
	free(g->list);
	free(g->dns);
	rules_free(&g->rules);
	free(g->hosts);
	memset(g, 0, sizeof(*g));
}
