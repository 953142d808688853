/* SPDX-License-Identifier: ISC */
/* The launch record: what survives the way through, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "error.h"
#include "record.h"

static struct record *
parse(const char *text, int flags, struct error *e)
{

	return (record_parse(text, strlen(text), flags, "here", e));
}

static void
test_order_and_unknown_members_survive(void **state)
{
	static const char text[] = "{\"z\":1,\"a\":[null,true,-1.5,"
	    "\"\xc3\xa4\"],\"m\":{\"k\":{}}}";
	struct error e;
	struct record *r;
	char *out;

	(void)state;
	r = parse(text, RECORD_STRICT, &e);
	assert_non_null(r);
	out = record_format(r);
	assert_string_equal(out, text);
	free(out);
	record_set(r, "z", record_new_string("new"));
	record_set(r, "last", record_new_string(NULL));
	out = record_format(r);
	assert_string_equal(out, "{\"z\":\"new\",\"a\":[null,true,-1.5,"
	    "\"\xc3\xa4\"],\"m\":{\"k\":{}},\"last\":null}");
	free(out);
	record_free(r);
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *in, *why;
	} table[] = {
		{ "", "here: is not one JSON value" },
		{ "{", "here: is not one JSON value" },
		{ "{}{}", "here: is not one JSON value" },
		{ "{} x", "here: is not one JSON value" },
		{ "{\"a\":\"\\ud800\"}", "here: is not one JSON value" },
		{ "{\"a\":\"\xff\"}", "here: is not UTF-8 at byte 7" },
		{ "\"\xed\xa0\x80\"", "here: is not UTF-8 at byte 2" },
		{ "\"\xc0\x80\"", "here: is not UTF-8 at byte 2" },
		{ "\"\xf0\x9f\x98\"", "here: is not UTF-8 at byte 2" },
		{ "\xf0\x9f\x98", "here: is not UTF-8 at byte 1" },
		{ "\"\xe0\x9f\xbf\"", "here: is not UTF-8 at byte 2" },
		{ "\"\xf4\x90\x80\x80\"", "here: is not UTF-8 at byte 2" },
		{ "\"\xf5\x80\x80\x80\"", "here: is not UTF-8 at byte 2" },
		{ "{\"a\":9007199254740992}",
		    "here: has a number of 2^53 or more" },
		{ "[1,[-1e400]]", "here: has a number of 2^53 or more" },
		{ "[nan]", "here: has a number of 2^53 or more" },
		{ "{\"a\":1,\"a\":1}",
		    "here: has a member twice in one object" },
		{ "{\"b\":{\"a\":{},\"\\u0061\":[1,2]}}",
		    "here: has a member twice in one object" }
	};
	struct error e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_null(parse(table[i].in, RECORD_STRICT, &e));
		assert_string_equal(e.text, table[i].why);
	}
	assert_null(record_parse("{}\0x", 4, 0, "here", &e));
	assert_string_equal(e.text, "here: has a NUL byte");
}

static void
test_engines_may_write_what_a_record_may_not(void **state)
{
	struct error e;
	struct record *r;

	(void)state;
	r = parse("{\"a\":9007199254740993,\"a\":2}", 0, &e);
	assert_non_null(r);
	record_free(r);
}

static void
test_wrong_kinds_are_answers_not_aborts(void **state)
{
	struct error e;
	struct record *element, *r;
	long long n;

	(void)state;
	r = parse("[1,\"a\\u0000b\",1.5,\"c\"]", RECORD_STRICT, &e);
	assert_non_null(r);
	assert_null(record_get(r, "a"));
	assert_null(record_at(r, 4));
	assert_null(record_string(r));
	assert_int_equal(record_integer(r, &n), -1);
	assert_int_equal(record_count(r), 4);
	element = record_at(r, 1);
	assert_null(record_string(element));
	record_free(element);
	element = record_at(r, 2);
	assert_int_equal(record_integer(element, &n), -1);
	record_free(element);
	element = record_at(r, 3);
	assert_string_equal(record_string(element), "c");
	assert_null(record_at(element, 0));
	assert_int_equal(record_count(element), 0);
	record_free(element);
	record_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_unknown_members_survive),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_engines_may_write_what_a_record_may_not),
		cmocka_unit_test(test_wrong_kinds_are_answers_not_aborts),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
