/* SPDX-License-Identifier: ISC */
#include "smolvm/egress.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/sort.h"

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
absent(const struct json *r, const char *key)
{
	struct json *v;
	int result;

	v = json_get(r, key);
	result = v == NULL || json_kind(v) == JSON_NULL;
	json_free(v);
	return (result);
}

static int
read_list(struct egress *g, struct error *e)
{
	struct error ignored;
	struct json *v;
	const char *s;
	size_t i, n;
	int is_string;

	if (json_kind(g->cidrs) != JSON_ARRAY)
		return (error_set(e, "its allowed_cidrs is neither null nor "
		    "an array"));
	n = json_count(g->cidrs);
	g->list = alloc_array(n + 1, sizeof(*g->list));
	for (i = 0; i < n; i++) {
		v = json_at(g->cidrs, i);
		is_string = json_kind(v) == JSON_STRING;
		s = json_string(v);
		/* One that holds a NUL is as foreign as any other word. */
		if (s != NULL && cidr_parse(s, &g->list[g->count],
		    &ignored) == 0)
			g->count++;
		else
			g->foreign = 1;
		json_free(v);
		if (!is_string)
			return (error_set(e, "its allowed_cidrs has an "
			    "element that is not a string"));
	}
	g->count = egress_sort(g->list, g->count);
	return (0);
}

static int
read_hosts(struct egress *g, const struct json *hosts, struct error *e)
{
	char quoted[ERROR_QUOTE], *longer;
	struct json *v;
	const char *s;
	size_t i;

	if (json_kind(hosts) != JSON_ARRAY)
		return (error_set(e, "its dns_filter_hosts is neither null "
		    "nor an array"));
	for (i = 0; i < json_count(hosts); i++) {
		v = json_at(hosts, i);
		s = json_string(v);
		if (s == NULL) {
			json_free(v);
			return (error_set(e, "its dns_filter_hosts has an "
			    "element that is not a string"));
		}
		error_quote(quoted, s, strlen(s));
		longer = g->hosts == NULL ? alloc_format("%s", quoted) :
		    alloc_format("%s,%s", g->hosts, quoted);
		free(g->hosts);
		g->hosts = longer;
		json_free(v);
	}
	return (0);
}

int
egress_read(const struct json *object, struct egress *g, struct error *e)
{
	struct json *v;
	const char *s;
	int result;

	memset(g, 0, sizeof(*g));
	result = 0;
	g->open = absent(object, "allowed_cidrs");
	g->cidrs = json_get(object, "allowed_cidrs");
	if (!g->open)
		result = read_list(g, e);
	v = json_get(object, "dns");
	s = json_string(v);
	if (s != NULL)
		g->dns = alloc_copy(s, strlen(s));
	else if (result == 0 && !absent(object, "dns"))
		result = error_set(e, "its dns is neither null nor a string");
	json_free(v);
	v = json_get(object, "egress_rules");
	if (result == 0)
		result = rules_read(v, g->list, g->count, &g->rules, e);
	json_free(v);
	v = json_get(object, "dns_filter_hosts");
	if (result == 0 && !absent(object, "dns_filter_hosts"))
		result = read_hosts(g, v, e);
	json_free(v);
	return (result);
}

void
egress_free(struct egress *g)
{

	json_free(g->cidrs);
	free(g->list);
	free(g->dns);
	rules_free(&g->rules);
	free(g->hosts);
	memset(g, 0, sizeof(*g));
}
