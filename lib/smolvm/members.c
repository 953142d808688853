/* SPDX-License-Identifier: ISC */
#include "smolvm/members.h"

#include <string.h>

#define BLANKS	" \t\r\n"

/* The end of the string at ${p}, behind its closing quote. */
static const char *
skip_string(const char *p)
{

	for (p++; *p != '\0' && *p != '"'; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	return (*p == '"' ? p + 1 : p);
}

/* The end of the value at ${p}. */
static const char *
skip_value(const char *p)
{
	size_t depth;

	for (depth = 0; *p != '\0'; p++) {
		if (*p == '"') {
			p = skip_string(p) - 1;
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (depth == 0 && strchr(",}]" BLANKS, *p) != NULL)
			break;
		else if (*p == '}' || *p == ']')
			depth--;
	}
	return (p);
}

int
members_next(const char **pos, struct members_one *m)
{
	const char *p;

	p = *pos + strspn(*pos, BLANKS);
	if (*p == '{' || *p == ',')
		p += 1 + strspn(p + 1, BLANKS);
	if (*p != '"')
		return (0);
	m->key = p + 1;
	p = skip_string(p);
	m->key_len = (size_t)(p - m->key) - 1;
	p += strspn(p, BLANKS);
	if (*p != ':')
		return (0);
	p += 1 + strspn(p + 1, BLANKS);
	m->value = p;
	p = skip_value(p);
	m->value_len = (size_t)(p - m->value);
	*pos = p;
	return (1);
}

int
members_is(const struct members_one *m, const char *key)
{

	return (strlen(key) == m->key_len &&
	    memcmp(m->key, key, m->key_len) == 0);
}

int
members_compare(const void *a, const void *b)
{
	const struct members_one *m, *n;

	m = a;
	n = b;
	if (m->key_len != n->key_len)
		return (m->key_len < n->key_len ? -1 : 1);
	return (memcmp(m->key, n->key, m->key_len));
}
