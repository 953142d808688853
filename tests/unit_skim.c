/* SPDX-License-Identifier: ISC */
/* What is left of an engine's answer, and when it is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "error.h"
#include "skim.h"

static void
test_what_is_left(void **state)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		{ "[]", "[]" },
		{ " [\t] \r\n", "[]" },
		{ "[1, \"a\" ,null]", "[1,\"a\",null]" },
		{ "{\"Id\":\"1\"}", "{\"Id\":\"1\"}" },
		{ "{ \"X\" : 1 , \"Id\" : \"1\" , \"Y\" : [ ] }",
		    "{\"Id\":\"1\"}" },
		{ "{\"X\":{\"Id\":[\"]}\",\"\\\"\",\"\\\\\"]}}", "{}" },
		{ "{\"State\":{\"Status\":\"x\",\"Pid\":1},\"Image\":\"Id\"}",
		    "{\"State\":{\"Status\":\"x\"}}" },
		{ "{\"State\":\"running\"}", "{\"State\":\"running\"}" },
		/* All that is in a port map is looked at. */
		{ "[{\"HostConfig\":{\"PortBindings\":{ \"x\":[ 1 ]},"
		    "\"Memory\":0}}]",
		    "[{\"HostConfig\":{\"PortBindings\":{ \"x\":[ 1 ]}}}]" },
		/* Twice: the parser decides. */
		{ "{\"Id\":\"1\",\"X\":2,\"Id\":\"3\"}",
		    "{\"Id\":\"1\",\"Id\":\"3\"}" },
		/* An escape may hide a name. */
		{ "{\"\\u0049d\":1,\"\\\"\":2,\"iD\":3,\"Idx\":4,\"I\":5}",
		    "{\"\\u0049d\":1,\"\\\"\":2}" }
	};
	char *out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		out = skim_text(table[i].in, strlen(table[i].in));
		assert_non_null(out);
		assert_string_equal(out, table[i].out);
		free(out);
	}
}

static void
test_what_is_left_alone(void **state)
{
	static const char *table[] = {
		"", " ", "[", "]", "{", "[1", "[1,", "[1,]", "[,1]", "[1 2]",
		"{]", "[}", "{\"Id\"", "{\"Id\":", "{\"Id\":}", "{\"Id\":1",
		"{\"Id\":1,", "{\"Id\":1,}", "{\"Id\" 1}", "{Id:1}", "{1:2}",
		"{\"X\":\"", "{\"X\":\"\\", "{\"X\":\"\\\"", "{\"X\":[",
		"{\"X\":[\"", "{\"X\":[\"]", "{\"X\":[[]", "{\"X\":1 2}",
		"[] []", "[]x", "{\"X\":}", "[:]", "\xef\xbb\xbf[]"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		assert_null(skim_text(table[i], strlen(table[i])));
	assert_null(skim_text("[]\0[]", 5));
}

static void
test_nesting_has_an_end(void **state)
{
	char text[1000];

	(void)state;
	memset(text, '[', 500);
	memset(text + 500, ']', 499);
	text[999] = '\0';
	assert_null(skim_text(text, 999));
}

static void
test_what_is_dropped_must_be_text(void **state)
{
	struct error e;

	(void)state;
	assert_null(skim_parse("{\"X\":\"\xff\"}", 9, "here", &e));
	assert_string_equal(e.text, "here: is not UTF-8 at byte 7");
	assert_null(skim_parse("{\"X\":\"\0\"}", 9, "here", &e));
	assert_string_equal(e.text, "here: has a NUL byte");
	assert_null(skim_parse("{\"X\":1", 6, "here", &e));
	assert_string_equal(e.text, "here: is not one JSON value");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_left),
		cmocka_unit_test(test_what_is_left_alone),
		cmocka_unit_test(test_nesting_has_an_end),
		cmocka_unit_test(test_what_is_dropped_must_be_text),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
