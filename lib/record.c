/* SPDX-License-Identifier: ISC */
#include "record.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* jv.h has a static function that not every includer uses. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <jv.h>
#pragma GCC diagnostic pop

#include "error.h"
#include "mem.h"
#include "text.h"

/*
 * libjq's functions consume the jv values they are given, but for
 * jv_get_kind(), jv_string_value() and jv_number_value().  A value of the
 * wrong kind aborts the process: every access is behind a look at the kind.
 */
struct record {
	jv	jv;
};

#define EXACT	9007199254740992.0	/* 2^53: doubles have gaps from here */

static struct record *
wrap(jv v)
{
	struct record *r;

	r = mem_alloc(1, sizeof(*r));
	r->jv = v;
	return (r);
}

/* What a text of JSON could lose on its way through libjq. */
struct census {
	size_t	leaves;		/* scalars and empty containers */
	int	inexact;	/* is there a number that is no exact double? */
};

/* Count what is in ${v}, which is consumed. */
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

/* The leaves of the text: those of a duplicate member count twice. */
static size_t
leaves(const char *text, size_t len)
{
	struct jv_parser *parser;
	size_t n = 0;
	jv v;

	parser = jv_parser_new(JV_PARSE_STREAMING);
	jv_parser_set_buf(parser, text, (int)len, 0);
	while (jv_is_valid(v = jv_parser_next(parser)))
		/* [path, leaf], or [path] where a container ends */
		n += jv_array_length(v) == 2;
	jv_free(v);
	jv_parser_free(parser);
	return (n);
}

static void
exhausted(void *unused)
{

	(void)unused;
	mem_exhausted();
}

/* Without it libjq would abort, and it needs memory for this itself. */
__attribute__((constructor)) static void
begin(void)
{

	jv_nomem_handler(exhausted, NULL);
}

/* Exactly one value, or an invalid one; why is left out on purpose. */
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

struct record *
record_parse(const char *text, size_t len, int flags, const char *name,
    struct error *e)
{
	struct census c;
	jv v;

	if (text_check(text, len, name, e) == -1)
		return (NULL);
	memset(&c, 0, sizeof(c));
	v = len <= INT_MAX ? parse_one(text, len) : jv_invalid();
	if (jv_is_valid(v) && (flags & RECORD_STRICT) != 0)
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
record_free(struct record *r)
{

	if (r != NULL)
		jv_free(r->jv);
	free(r);
}

enum record_kind
record_kind(const struct record *r)
{
	static const enum record_kind kind[] = {	/* else RECORD_NULL */
		[JV_KIND_FALSE] = RECORD_BOOL, [JV_KIND_TRUE] = RECORD_BOOL,
		[JV_KIND_NUMBER] = RECORD_NUMBER,
		[JV_KIND_STRING] = RECORD_STRING,
		[JV_KIND_ARRAY] = RECORD_ARRAY,
		[JV_KIND_OBJECT] = RECORD_OBJECT
	};

	return (kind[jv_get_kind(r->jv)]);
}

size_t
record_count(const struct record *r)
{

	if (record_kind(r) == RECORD_ARRAY)
		return ((size_t)jv_array_length(jv_copy(r->jv)));
	return (0);
}

struct record *
record_get(const struct record *r, const char *key)
{
	jv v;

	if (record_kind(r) != RECORD_OBJECT)
		return (NULL);
	v = jv_object_get(jv_copy(r->jv), jv_string(key));
	return (jv_is_valid(v) ? wrap(v) : NULL);
}

struct record *
record_at(const struct record *r, size_t i)
{

	if (record_kind(r) != RECORD_ARRAY || i >= record_count(r))
		return (NULL);
	return (wrap(jv_array_get(jv_copy(r->jv), (int)i)));
}

int
record_each(const struct record *r,
    int (*fn)(const char *, const struct record *, void *), void *arg)
{
	struct record value;
	int i, result = 0;
	jv key;

	if (record_kind(r) != RECORD_OBJECT)
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
record_string(const struct record *r)
{
	const char *s;

	if (r == NULL || record_kind(r) != RECORD_STRING)
		return (NULL);
	s = jv_string_value(r->jv);
	return (strlen(s) == (size_t)jv_string_length_bytes(jv_copy(r->jv)) ?
	    s : NULL);
}

int
record_integer(const struct record *r, long long *n)
{
	double d;

	d = r != NULL && record_kind(r) == RECORD_NUMBER ?
	    jv_number_value(r->jv) : EXACT;
	if (!(d > -EXACT && d < EXACT) || d != (double)(long long)d)
		return (-1);
	*n = (long long)d;
	return (0);
}

struct record *
record_new(enum record_kind kind)
{

	return (wrap(kind == RECORD_ARRAY ? jv_array() : jv_object()));
}

struct record *
record_new_string(const char *s)
{

	return (wrap(s != NULL ? jv_string(s) : jv_null()));
}

struct record *
record_new_integer(long long n)
{

	return (wrap(jv_number((double)n)));
}

struct record *
record_copy(const struct record *r)
{

	return (wrap(jv_copy(r->jv)));
}

void
record_set(struct record *r, const char *key, struct record *value)
{

	r->jv = jv_object_set(r->jv, jv_string(key), value->jv);
	free(value);
}

void
record_append(struct record *r, struct record *value)
{

	r->jv = jv_array_append(r->jv, value->jv);
	free(value);
}

char *
record_format(const struct record *r)
{
	char *copy;
	jv text;

	text = jv_dump_string(jv_copy(r->jv), 0);
	copy = mem_format("%s", jv_string_value(text));
	jv_free(text);
	return (copy);
}
