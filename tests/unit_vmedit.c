/* SPDX-License-Identifier: ISC */
/* The edit of a record: changed, kept and refused parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "scratch.h"
#include "smolvm/edit.h"

static struct database *db;

static int
open_db(void **state)
{

	(void)state;
	return (scratch_open(&db));
}

static int
close_db(void **state)
{

	(void)state;
	database_close(db);
	return (0);
}

static struct database_row
row_of(const char *text, size_t len)
{
	struct database_row row;

	memset(&row, 0, sizeof(row));
	row.data = alloc_copy(text, len);
	row.len = len;
	return (row);
}

/* Edit ${in}; NULL is the reason instead. */
static void
expect(const char *in, struct edit *edit, size_t n, const char *out,
    const char *why)
{
	struct database_row new, row;
	struct json *record;
	struct error e;
	int result;

	row = row_of(in, strlen(in));
	new.data = NULL;
	record = edit_read(db, &row, &e);
	result = record != NULL ?
	    edit_apply(db, &row, record, edit, n, &new, &e) : -1;
	json_free(record);
	assert_int_equal(result, out != NULL ? 0 : -1);
	if (out == NULL) {
		assert_string_equal(e.text, why);
		assert_null(new.data);
	} else {
		assert_string_equal(new.data, out);
		assert_int_equal(new.len, strlen(out));
	}
	free(new.data);
	free(row.data);
}

/*
 * Edit ${in}, which spells allowed_cidrs with an escape.  Some releases of SQLite
 * find it then, which must give ${out}; with others it is refused.
 */
static void
expect_escaped(const char *in, struct edit *edit, const char *out)
{
	struct error e;
	char *type;

	if (database_ask(db, "SELECT json_type('{\"\\u0061\":1}', '$.a')", NULL,
	    0, &type, &e) == 0) {
		expect(in, edit, 1, NULL, "its record spells the member "
		    "allowed_cidrs with an escape");
		return;
	}
	free(type);
	expect(in, edit, 1, out, NULL);
}

static void
test_edits(void **state)
{
	struct edit list = { "allowed_cidrs", NULL };
	struct edit both[2] = {
		{ "allowed_cidrs", NULL }, { "dns", NULL }
	};
	char ten[] = "[\"10.0.0.0/8\"]", null[] = "null", address[] = "\"a\"";
	char empty[] = "[]";

	(void)state;
	list.json = ten;
	expect("{\"allowed_cidrs\":null,\"b\":1.0}", &list, 1,
	    "{\"allowed_cidrs\":[\"10.0.0.0/8\"],\"b\":1.0}", NULL);
	expect("{}", &list, 1, "{\"allowed_cidrs\":[\"10.0.0.0/8\"]}", NULL);
	expect("{\"a\":{\"allowed_cidrs\":1}}", &list, 1,
	    "{\"a\":{\"allowed_cidrs\":1},\"allowed_cidrs\":"
	    "[\"10.0.0.0/8\"]}", NULL);
	list.json = null;
	expect("{\"allowed_cidrs\":[\"x\"],\"b\":18446744073709551616}",
	    &list, 1, "{\"allowed_cidrs\":null,\"b\":18446744073709551616}",
	    NULL);
	list.json = empty;
	expect("{\"a\":\"\\u00e4\\/\\ud83d\\ude00\"}", &list, 1,
	    "{\"a\":\"\\u00e4\\/\\ud83d\\ude00\",\"allowed_cidrs\":[]}",
	    NULL);
	list.json = NULL;
	expect("{\"a\":1,\"allowed_cidrs\":7,\"b\":2}", &list, 1,
	    "{\"a\":1,\"b\":2}", NULL);
	expect("{\"a\":1}", &list, 1, "{\"a\":1}", NULL);
	expect("{\"allowed_cidrs\":[{}]}", &list, 1, "{}", NULL);
	expect("{}", &list, 1, "{}", NULL);
	both[0].json = ten;
	both[1].json = address;
	expect("{\"dns\":null}", both, 2,
	    "{\"dns\":\"a\",\"allowed_cidrs\":[\"10.0.0.0/8\"]}", NULL);
	/* only blanks between tokens are not kept */
	expect(" { \"dns\" : [ 1 , 2 ] , \"x\" : \" \" }\n", both, 2,
	    "{\"dns\":\"a\",\"x\":\" \",\"allowed_cidrs\":[\"10.0.0.0/8\"]}",
	    NULL);
	expect("{\"x\":[1, {\"y\" : \" \"}],\"dns\":\"a\"}", both, 2,
	    "{\"x\":[1,{\"y\":\" \"}],\"dns\":\"a\",\"allowed_cidrs\":"
	    "[\"10.0.0.0/8\"]}", NULL);
}

static void
test_refusals(void **state)
{
	struct edit list = { "allowed_cidrs", NULL };
	char bad[] = "[\"10.0.0.0/8\"", null[] = "null";

	(void)state;
	list.json = null;
	expect("", &list, 1, NULL, "its record is not one JSON object");
	expect("[{}]", &list, 1, NULL, "its record is not one JSON object");
	expect("{}x", &list, 1, NULL, "its record is not one JSON object");
	expect("\xef\xbb\xbf{}", &list, 1, NULL,
	    "its record is not one JSON object");
	expect("{\"a\":1,\"a\":1}", &list, 1, NULL,
	    "its record has a member twice");
	expect("{\"a\":1,\"\\u0061\":1}", &list, 1, NULL,
	    "its record has a member twice");
	expect_escaped("{\"allowed_cidr\\u0073\":1}", &list,
	    "{\"allowed_cidr\\u0073\":null}");
	/* although it is spelled without, elsewhere */
	expect_escaped("{\"allowed_cidr\\u0073\":1,\"b\":"
	    "{\"allowed_cidrs\":1}}", &list,
	    "{\"allowed_cidr\\u0073\":null,\"b\":{\"allowed_cidrs\":1}}");
	/* other members do not matter */
	expect("{\"\":1,\"a.b\\\"\":2}", &list, 1,
	    "{\"\":1,\"a.b\\\"\":2,\"allowed_cidrs\":null}", NULL);
	expect("{\"dn\\u0073\":1}", &list, 1,
	    "{\"dn\\u0073\":1,\"allowed_cidrs\":null}", NULL);
	list.json = bad;
	expect("{}", &list, 1, NULL, "malformed JSON");
}

static void
test_bytes_that_end_a_text(void **state)
{
	struct database_row row;
	struct error e;

	(void)state;
	row = row_of("{}\0{}", 5);
	assert_null(edit_read(db, &row, &e));
	assert_string_equal(e.text, "its record: has a NUL byte");
	free(row.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_bytes_that_end_a_text),
	};

	return (cmocka_run_group_tests(tests, open_db, close_db));
}
