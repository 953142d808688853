/* SPDX-License-Identifier: ISC */
#include "base/json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* jv.h has a static function that not every includer uses. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <jv.h>
#pragma GCC diagnostic pop

#include "base/alloc.h"
#include "base/error.h"

/*
 * libjq's functions consume their jv arguments, except jv_get_kind(),
 * jv_string_value() and jv_number_value().  A value of the wrong kind aborts
 * the process, so the kind is checked before every access.
 */
struct json {
	jv	jv;
};

#define EXACT	9007199254740992.0	/* 2^53: doubles have gaps from here */

static struct json *
wrap(jv v)
{
	struct json *r;

	r = alloc_array(1, sizeof(*r));
	r->jv = v;
	return (r);
}

/* libjq loses duplicate keys and the precision of large numbers silently. */
struct census {
	size_t	leaves;		/* scalars and empty containers */
	int	inexact;	/* has a number of 2^53 or more */
};

/* Add ${v}, which is consumed, to ${c}. */
static void
count(jv v, struct census *c)
{
	double d;
	int i, n = 0;

	if (jv_get_kind(v) == JV_KIND_ARRAY) {
		for (; n < jv_array_length(jv_copy(v)); n++)
			count(jv_array_get(jv_copy(v), n), c);
	} else if (jv_get_kind(v) == JV_KIND_OBJECT) {
		for (i = jv_object_iter(v); jv_object_iter_valid(v, i);
		    i = jv_object_iter_next(v, i), n++)
			count(jv_object_iter_value(v, i), c);
	} else if (jv_get_kind(v) == JV_KIND_NUMBER) {
		d = jv_number_value(v);
		c->inexact |= !(d > -EXACT && d < EXACT);
	}
	c->leaves += n == 0;
	jv_free(v);
}

/* The leaves of the text; those of a duplicate member count twice. */
static size_t
leaves(const char *text, size_t len)
{
	struct jv_parser *parser;
	size_t n = 0;
	jv v;

	parser = jv_parser_new(JV_PARSE_STREAMING);
	jv_parser_set_buf(parser, text, (int)len, 0);
	while (jv_is_valid(v = jv_parser_next(parser)))
		/* [path, leaf], or [path] at the end of a container */
		n += jv_array_length(v) == 2;
	jv_free(v);
	jv_parser_free(parser);
	return (n);
}

static void
exhausted(void *unused)
{

	(void)unused;
	alloc_exhausted();
}

/*
 * The default handler aborts.  Setting another one needs memory, so do it
 * early.
 */
__attribute__((constructor)) static void
begin(void)
{

	jv_nomem_handler(exhausted, NULL);
}

/* Exactly one value, or an invalid one.  libjq's reasons quote the text. */
static jv
parse_one(const char *text, size_t len)
{
	struct jv_parser *parser;
	jv more, v;

	parser = jv_parser_new(0);
	jv_parser_set_buf(parser, text, (int)len, 0);
	v = jv_parser_next(parser);
	more = jv_is_valid(v) ? jv_parser_next(parser) : jv_invalid();
	if (jv_is_valid(more) || jv_invalid_has_msg(jv_copy(more))) {
		jv_free(v);
		v = jv_invalid();
	}
	jv_free(more);
	jv_parser_free(parser);
	return (v);
}

int
json_check_text(const char *text, size_t len, const char *name,
    struct error *e)
{
	const char *s;
	size_t i;
	jv v;

	if (memchr(text, '\0', len) != NULL)
		return (error_set(e, "%s: has a NUL byte", name));
	if (len > INT_MAX)
		return (error_set(e, "%s: larger than %d bytes", name,
		    INT_MAX));
	/* libjq replaces invalid UTF-8 by U+FFFD. */
	v = jv_string_sized(text, (int)len);
	s = jv_string_value(v);
	for (i = 0; i < len && s[i] == text[i]; i++)
		continue;
	jv_free(v);
	if (i < len)
		return (error_set(e, "%s: is not UTF-8 at byte %zu", name,
		    i + 1));
	return (0);
}

struct json *
json_parse(const char *text, size_t len, int flags, const char *name,
    struct error *e)
{
	struct census c;
	jv v;

	if (json_check_text(text, len, name, e) == -1)
		return (NULL);
	memset(&c, 0, sizeof(c));
	v = parse_one(text, len);
	if (jv_is_valid(v) && (flags & JSON_STRICT) != 0)
		count(jv_copy(v), &c);
	if (!jv_is_valid(v))
		error_set(e, "%s: is not one JSON value", name);
	else if (c.inexact)
		error_set(e, "%s: has a number of 2^53 or more", name);
	else if (c.leaves != 0 && c.leaves != leaves(text, len))
		error_set(e, "%s: has a member twice in one object", name);
	else
		return (wrap(v));
	jv_free(v);
	return (NULL);
}

void
json_free(struct json *r)
{

	if (r != NULL)
		jv_free(r->jv);
	free(r);
}

enum json_kind
json_kind(const struct json *r)
{
	static const enum json_kind kind[] = {	/* else JSON_NULL */
		[JV_KIND_FALSE] = JSON_BOOL, [JV_KIND_TRUE] = JSON_BOOL,
		[JV_KIND_NUMBER] = JSON_NUMBER,
		[JV_KIND_STRING] = JSON_STRING,
		[JV_KIND_ARRAY] = JSON_ARRAY,
		[JV_KIND_OBJECT] = JSON_OBJECT
	};

	return (r != NULL ? kind[jv_get_kind(r->jv)] : JSON_NULL);
}

size_t
json_count(const struct json *r)
{

	if (json_kind(r) == JSON_ARRAY)
		return ((size_t)jv_array_length(jv_copy(r->jv)));
	return (0);
}

size_t
json_members(const struct json *r)
{

	if (json_kind(r) == JSON_OBJECT)
		return ((size_t)jv_object_length(jv_copy(r->jv)));
	return (0);
}

struct json *
json_get(const struct json *r, const char *key)
{
	jv v;

	if (json_kind(r) != JSON_OBJECT)
		return (NULL);
	v = jv_object_get(jv_copy(r->jv), jv_string(key));
	return (jv_is_valid(v) ? wrap(v) : NULL);
}

int
json_has(const struct json *r, const char *key)
{

	return (json_kind(r) == JSON_OBJECT &&
	    jv_object_has(jv_copy(r->jv), jv_string(key)));
}

struct json *
json_at(const struct json *r, size_t i)
{

	if (i >= json_count(r))
		return (NULL);
	return (wrap(jv_array_get(jv_copy(r->jv), (int)i)));
}

int
json_each(const struct json *r,
    int (*fn)(const char *, const struct json *, void *), void *arg)
{
	struct json value;
	int i, result = 0;
	jv key;

	if (json_kind(r) != JSON_OBJECT)
		return (0);
	for (i = jv_object_iter(r->jv); result == 0 &&
	    jv_object_iter_valid(r->jv, i); i = jv_object_iter_next(r->jv, i)) {
		key = jv_object_iter_key(r->jv, i);
		value.jv = jv_object_iter_value(r->jv, i);
		result = fn(jv_string_value(key), &value, arg);
		jv_free(value.jv);
		jv_free(key);
	}
	return (result);
}

const char *
json_string(const struct json *r)
{
	const char *s;

	if (json_kind(r) != JSON_STRING)
		return (NULL);
	s = jv_string_value(r->jv);
	return (strlen(s) == (size_t)jv_string_length_bytes(jv_copy(r->jv)) ?
	    s : NULL);
}

/* Free ${r}, but return its string, which another value has too. */
static const char *
string_of(struct json *r)
{
	const char *s;

	s = json_string(r);
	json_free(r);
	return (s);
}

const char *
json_get_string(const struct json *r, const char *key)
{

	return (string_of(json_get(r, key)));
}

const char *
json_at_string(const struct json *r, size_t i)
{

	return (string_of(json_at(r, i)));
}

int
json_is_true(const struct json *r, const char *key)
{
	struct json *member;
	int result;

	member = json_get(r, key);
	result = member != NULL && jv_get_kind(member->jv) == JV_KIND_TRUE;
	json_free(member);
	return (result);
}

int
json_integer(const struct json *r, long long *n)
{
	double d;

	d = json_kind(r) == JSON_NUMBER ? jv_number_value(r->jv) : EXACT;
	if (!(d > -EXACT && d < EXACT) || d != (double)(long long)d)
		return (-1);
	*n = (long long)d;
	return (0);
}

struct json *
json_new(enum json_kind kind)
{

	return (wrap(kind == JSON_ARRAY ? jv_array() : jv_object()));
}

struct json *
json_new_string(const char *s)
{

	return (wrap(s != NULL ? jv_string(s) : jv_null()));
}

struct json *
json_new_bool(int yes)
{

	return (wrap(jv_bool(yes)));
}

struct json *
json_new_integer(long long n)
{

	return (wrap(jv_number((double)n)));
}

/* ${r} for a function of libjq, which consumes it. */
static jv
value(const struct json *r)
{

	return (r != NULL ? jv_copy(r->jv) : jv_null());
}

struct json *
json_copy(const struct json *r)
{

	return (wrap(value(r)));
}

void
json_set(struct json *r, const char *key, struct json *v)
{

	r->jv = jv_object_set(r->jv, jv_string(key), value(v));
	json_free(v);
}

void
json_set_string(struct json *r, const char *key, const char *s)
{

	json_set(r, key, json_new_string(s));
}

void
json_append(struct json *r, struct json *v)
{

	r->jv = jv_array_append(r->jv, value(v));
	json_free(v);
}

void
json_append_string(struct json *r, const char *s)
{

	json_append(r, json_new_string(s));
}

int
json_has_string(const struct json *r, const char *s)
{
	const char *element;
	size_t i;

	for (i = 0; i < json_count(r); i++) {
		element = json_at_string(r, i);
		if (element != NULL && strcmp(element, s) == 0)
			return (1);
	}
	return (0);
}

char *
json_format(const struct json *r)
{
	char *copy;
	jv text;

	text = jv_dump_string(value(r), 0);
	copy = alloc_string(jv_string_value(text));
	jv_free(text);
	return (copy);
}

void
json_write(FILE *f, const struct json *r)
{
	char *text;

	text = json_format(r);
	fputs(text, f);
	free(text);
}

void
json_print(struct json *r)
{

	json_write(stdout, r);
	putchar('\n');
	json_free(r);
}

int
json_member(const struct json *r, const char *key, enum json_kind kind,
    struct json **out, struct error *e)
{
	struct json *member;
	enum json_kind found;

	*out = NULL;
	member = json_get(r, key);
	found = json_kind(member);
	if (found == kind) {
		*out = member;
		return (0);
	}
	json_free(member);
	if (found == JSON_NULL)
		return (0);
	return (error_set(e, "%s: is of the wrong type", key));
}

int
json_member_string(const struct json *r, const char *key, const char **s,
    struct error *e)
{
	struct json *member;

	if (json_member(r, key, JSON_STRING, &member, e) == -1)
		return (-1);
	*s = member != NULL ? string_of(member) : "";
	if (*s == NULL)
		return (error_set(e, "%s: has a NUL character", key));
	return (0);
}

int
json_member_port(const struct json *r, const char *key, unsigned *port,
    struct error *e)
{
	struct json *member;
	long long n;

	if (json_member(r, key, JSON_NUMBER, &member, e) == -1)
		return (-1);
	n = 0;
	if (member != NULL && json_integer(member, &n) == -1)
		n = -1;
	json_free(member);
	if (n < 0 || n > 65535)
		return (error_set(e, "%s: is not a port", key));
	*port = (unsigned)n;
	return (0);
}

int
json_elements(const struct json *list,
    int (*fn)(const struct json *, void *, struct error *), void *arg,
    struct error *e)
{
	struct json *r;
	size_t i, n;
	int result;

	n = json_count(list);
	for (i = 0; i < n; i++) {
		r = json_at(list, i);
		result = fn(r, arg, e);
		json_free(r);
		if (result == -1)
			return (error_prefix(e, "[%zu]", i));
	}
	return (0);
}
