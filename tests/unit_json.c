/* SPDX-License-Identifier: ISC */
/* The launch record: members that are kept, and input that is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/json.h"

static struct json *
parse(const char *text, int flags, struct error *e)
{

	return (json_parse(text, strlen(text), flags, "here", e));
}

static void
test_order_and_unknown_members_survive(void **state)
{
	static const char text[] = "{\"z\":1,\"a\":[null,true,-1.5,"
	    "\"\xc3\xa4\"],\"m\":{\"k\":{}}}";
	struct error e;
	struct json *r;
	char *out;

	(void)state;
	r = parse(text, JSON_STRICT, &e);
	assert_non_null(r);
	out = json_format(r);
	assert_string_equal(out, text);
	free(out);
	json_set(r, "z", json_new_string("new"));
	json_set(r, "last", json_new_string(NULL));
	out = json_format(r);
	assert_string_equal(out, "{\"z\":\"new\",\"a\":[null,true,-1.5,"
	    "\"\xc3\xa4\"],\"m\":{\"k\":{}},\"last\":null}");
	free(out);
	json_free(r);
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
		assert_null(parse(table[i].in, JSON_STRICT, &e));
		assert_string_equal(e.text, table[i].why);
	}
	assert_null(json_parse("{}\0x", 4, 0, "here", &e));
	assert_string_equal(e.text, "here: has a NUL byte");
}

static void
test_engines_may_write_what_a_record_may_not(void **state)
{
	struct error e;
	struct json *r;

	(void)state;
	r = parse("{\"a\":9007199254740993,\"a\":2}", 0, &e);
	assert_non_null(r);
	json_free(r);
}

static void
test_wrong_kinds_are_answers_not_aborts(void **state)
{
	struct error e;
	struct json *element, *r;
	long long n;

	(void)state;
	r = parse("[1,\"a\\u0000b\",1.5,\"c\"]", JSON_STRICT, &e);
	assert_non_null(r);
	assert_null(json_get(r, "a"));
	assert_null(json_at(r, 4));
	assert_null(json_string(r));
	assert_int_equal(json_integer(r, &n), -1);
	assert_int_equal(json_count(r), 4);
	element = json_at(r, 1);
	assert_null(json_string(element));
	json_free(element);
	element = json_at(r, 2);
	assert_int_equal(json_integer(element, &n), -1);
	json_free(element);
	element = json_at(r, 3);
	assert_string_equal(json_string(element), "c");
	assert_null(json_at(element, 0));
	assert_int_equal(json_count(element), 0);
	json_free(element);
	json_free(r);
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
