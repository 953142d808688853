/* SPDX-License-Identifier: ISC */
#include "field.h"

#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "error.h"
#include "mem.h"

int
field_get(const struct record *r, const char *key, enum record_kind kind,
    struct record **value, struct error *e)
{
	struct record *member;
	enum record_kind found;

	*value = NULL;
	member = record_get(r, key);
	if (member == NULL)
		return (0);
	found = record_kind(member);
	if (found == kind) {
		*value = member;
		return (0);
	}
	record_free(member);
	if (found == RECORD_NULL)
		return (0);
	return (error_set(e, "%s: is of the wrong type", key));
}

int
field_string(const struct record *r, const char *key, char **s,
    struct error *e)
{
	struct record *value;
	const char *p;

	if (field_get(r, key, RECORD_STRING, &value, e) == -1)
		return (-1);
	p = value != NULL ? record_string(value) : "";
	*s = p != NULL ? mem_copy(p, strlen(p)) : NULL;
	record_free(value);
	if (*s == NULL)
		return (error_set(e, "%s: has a NUL character", key));
	return (0);
}

int
field_port(const struct record *r, const char *key, unsigned *port,
    struct error *e)
{
	struct record *value;
	long long n;

	if (field_get(r, key, RECORD_NUMBER, &value, e) == -1)
		return (-1);
	n = 0;
	if (value != NULL && record_integer(value, &n) == -1)
		n = -1;
	record_free(value);
	if (n < 0 || n > 65535)
		return (error_set(e, "%s: is not a port", key));
	*port = (unsigned)n;
	return (0);
}

int
field_host(const struct record *r, const char *key, struct addr *host,
    struct error *e)
{
	char quoted[ERROR_QUOTE], *s;
	int result;

	if (field_string(r, key, &s, e) == -1)
		return (-1);
	result = addr_parse(*s != '\0' ? s : "0.0.0.0", host);
	if (result == -1)
		error_set(e, "%s: is not an address: %s", key,
		    error_quote(quoted, s, strlen(s)));
	else
		addr_unmap(host);
	free(s);
	return (result);
}

int
field_each(const struct record *list,
    int (*fn)(const struct record *, void *, struct error *), void *arg,
    struct error *e)
{
	struct record *r;
	size_t i, n;
	int result;

	n = list != NULL ? record_count(list) : 0;
	for (i = 0; i < n; i++) {
		r = record_at(list, i);
		result = fn(r, arg, e);
		record_free(r);
		if (result == -1)
			return (error_prefix(e, "[%zu]", i));
	}
	return (0);
}
