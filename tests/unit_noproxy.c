/* SPDX-License-Identifier: ISC */
/* NO_PROXY lists: one test a rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "noproxy/noproxy.h"

#define IP	"127.0.0.16"

struct row {
	const char *value, *other, *host, *result;
};

/* Every row's result; and a second time changes nothing. */
static void
try(const struct row *row, size_t n)
{
	struct error e;
	char *again, *entry, *result;
	size_t i;

	for (i = 0; i < n; i++) {
		entry = noproxy_host(row[i].host, &e);
		assert_non_null(entry);
		result = noproxy_add(row[i].value, row[i].other, &entry, 1, &e);
		assert_non_null(result);
		assert_string_equal(result, row[i].result);
		again = noproxy_add(result, row[i].other, &entry, 1, &e);
		assert_string_equal(again, row[i].result);
		free(again);
		free(result);
		free(entry);
	}
}

#define TRY(rows)	try(rows, sizeof(rows) / sizeof(rows[0]))

static void
test_appended_last_unless_there(void **state)
{
	static const struct row rows[] = {
		{ "a", NULL, IP, "a," IP },
		{ "b,a,10.0.0.1", NULL, IP, "b,a,10.0.0.1," IP },
		{ IP ",a", NULL, IP, IP ",a" },
		{ "a," IP, NULL, IP, "a," IP },
		{ IP, NULL, IP, IP },
		{ "x", NULL, "Example.COM", "x,example.com" },
		{ "x", NULL, "svc.corp.", "x,svc.corp" },
		{ "x", NULL, ".AZ.Corp.", "x,.az.corp" },
		{ "x", NULL, "a-1.b-2c", "x,a-1.b-2c" },
		{ "x", NULL, "0xa.0xag", "x,0xa.0xag" },
		/* Existing entries keep their spelling. */
		{ "Example.COM,svc.corp.", NULL, "example.com",
		    "Example.COM,svc.corp.,example.com" },
		{ "Svc.corp.", NULL, "Svc.corp.", "Svc.corp.,svc.corp" },
		{ "x", NULL, ".example.com", "x,.example.com" },
		{ "x", NULL, "a_b-c.local.", "x,a_b-c.local" },
		{ "x", NULL, "012345678901234567890123456789012345678901234567"
		    "89012345678abcd", "x,0123456789012345678901234567890123456"
		    "7890123456789012345678abcd" }
	};

	(void)state;
	TRY(rows);
}

static void
test_only_just_this_entry_is_the_same(void **state)
{
	static const struct row rows[] = {
		{ "127.0.0.1", NULL, IP, "127.0.0.1," IP },
		{ IP "0", NULL, IP, IP "0," IP },
		{ "1" IP, NULL, IP, "1" IP "," IP },
		{ "127.0.0.160", NULL, "127.0.0.1", "127.0.0.160,127.0.0.1" },
		{ "127.0.0.0/8", NULL, IP, "127.0.0.0/8," IP },
		{ IP "/32", NULL, IP, IP "/32," IP },
		{ IP ":80", NULL, IP, IP ":80," IP },
		{ "[" IP "]", NULL, IP, "[" IP "]," IP },
		{ "." IP, NULL, IP, "." IP "," IP },
		{ "127.*", NULL, IP, "127.*," IP },
		{ "localhost", NULL, IP, "localhost," IP },
		{ "LOCALHOST", NULL, "localhost", "LOCALHOST,localhost" },
		{ ".example.com", NULL, "example.com",
		    ".example.com,example.com" },
		{ "a;" IP, NULL, IP, "a;" IP "," IP },
		{ "\"" IP "\"", NULL, IP, "\"" IP "\"," IP }
	};

	(void)state;
	TRY(rows);
}

static void
test_a_list_without_entries_starts_from_the_other(void **state)
{
	static const struct row rows[] = {
		{ NULL, NULL, IP, IP },
		{ "", NULL, IP, IP },
		{ NULL, "", IP, IP },
		{ NULL, "a,b", IP, "a,b," IP },
		{ "", "a,b", IP, "a,b," IP },
		{ " \t", "a b", IP, "a,b," IP },
		{ ",", "a", IP, "a," IP },
		{ NULL, IP, IP, IP },
		{ NULL, "*", IP, "*" },
		{ "a", "b", IP, "a," IP },
		{ "a", "*", IP, "a," IP }
	};

	(void)state;
	TRY(rows);
}

static void
test_asterisk(void **state)
{
	static const struct row rows[] = {
		{ "*", NULL, IP, "*" },
		{ "*", "a", IP, "*" },
		{ "localhost,*", NULL, IP, "localhost,*," IP },
		{ "*,a", NULL, IP, "*,a," IP },
		/* To the clients that compare, this is not the wildcard. */
		{ " *", NULL, IP, "*," IP },
		{ "*,", NULL, IP, "*," IP },
		{ "*.a", NULL, IP, "*.a," IP }
	};

	(void)state;
	TRY(rows);
}

static void
test_blanks_become_commas(void **state)
{
	static const struct row rows[] = {
		{ "a b", NULL, IP, "a,b," IP },
		{ "a, b", NULL, IP, "a,b," IP },
		{ "a ,b", NULL, IP, "a,b," IP },
		{ " a , b ", NULL, IP, "a,b," IP },
		{ "a\tb", NULL, IP, "a,b," IP },
		{ "a \t b", NULL, IP, "a,b," IP },
		{ "a, " IP, NULL, IP, "a," IP },
		{ "a " IP " b", NULL, IP, "a," IP ",b" }
	};

	(void)state;
	TRY(rows);
}

static void
test_empty_entries_stay_but_for_the_last(void **state)
{
	static const struct row rows[] = {
		{ "a,", NULL, IP, "a," IP },
		{ "a,,", NULL, IP, "a," IP },
		{ "a, ,", NULL, IP, "a," IP },
		{ "a,,b", NULL, IP, "a,,b," IP },
		{ "a, ,b", NULL, IP, "a,,b," IP },
		{ ",a", NULL, IP, ",a," IP },
		{ IP ",", NULL, IP, IP }
	};

	(void)state;
	TRY(rows);
}

static void
test_ipv6_brackets_are_another_entry(void **state)
{
	static const struct row rows[] = {
		{ "a", NULL, "::1", "a,::1" },
		{ "a", NULL, "[::1]", "a,[::1]" },
		{ "a", NULL, "0:0::0:1", "a,::1" },
		{ "a", NULL, "[0:0::0:1]", "a,[::1]" },
		{ "a", NULL, "::1/128", "a,::1" },
		{ "[::1]", NULL, "::1", "[::1],::1" },
		{ "::1,b", NULL, "[::1]", "::1,b,[::1]" },
		{ "::1,b", NULL, "::1", "::1,b" },
		{ "0:0::0:1", NULL, "::1", "0:0::0:1,::1" },
		{ "a", NULL, "FE80::A", "a,fe80::a" },
		{ "a", NULL, "fd00::/8", "a,fd00::/8" }
	};

	(void)state;
	TRY(rows);
}

static void
test_networks(void **state)
{
	static const struct row rows[] = {
		{ "a", NULL, IP "/32", "a," IP },
		{ "a", NULL, "10.0.0.0/8", "a,10.0.0.0/8" },
		{ "a", NULL, "127.0.0.16/28", "a,127.0.0.16/28" }
	};

	(void)state;
	TRY(rows);
}

static void
test_refused_hosts(void **state)
{
	static const struct {
		const char *host, *why;
	} table[] = {
		{ "", "not a host or address: " },
		{ "foo/99", "not a host or address: foo/99" },
		{ "*", "would switch the proxy off for every host: *" },
		{ "0.0.0.0/0",
		    "would switch the proxy off for every address: 0.0.0.0/0" },
		{ "::/0",
		    "would switch the proxy off for every address: ::/0" },
		{ "*.example.com", "not a host or address: *.example.com" },
		{ "a,b", "not a host or address: a,b" },
		{ "a b", "not a host or address: a b" },
		{ "a\nb", "not a host or address: a\\x0ab" },
		{ "b\xc3\xbc", "not a host or address: b\\xc3\\xbc" },
		{ ".", "not a host or address: ." },
		{ "-e", "not a host or address: -e" },
		{ "a..b", "not a host or address: a..b" },
		/* labels have 63 bytes at most; messages quote 64 */
		{ "0123456789012345678901234567890123456789012345678901234567"
		    "89abcd", "not a host or address: 01234567890123456789"
		    "0123456789012345678901234567890123456789abcd" },
		{ "..a", "not a host or address: ..a" },
		{ "[", "not a host or address: [" },
		{ "[]", "not a host or address: []" },
		{ "[" IP "]", "not a host or address: [" IP "]" },
		{ "[::1", "not a host or address: [::1" },
		{ "fe80::1%lo0", "not a host or address: fe80::1%lo0" },
		/* misspelt addresses match nowhere */
		{ "127.0.0.016", "not a host or address: 127.0.0.016" },
		{ "127.16", "not a host or address: 127.16" },
		{ "2130706433", "not a host or address: 2130706433" },
		{ ".0.16", "not a host or address: .0.16" },
		{ "1.2.3.4.5", "not a host or address: 1.2.3.4.5" },
		{ "127.0.0.0x10", "not a host or address: 127.0.0.0x10" },
		{ "127.0.0.16-", "not a host or address: 127.0.0.16-" },
		{ "127.0.0.31-16", "not a host or address: 127.0.0.31-16" },
		{ "127.0.0.16-256", "not a host or address: 127.0.0.16-256" },
		{ "127.0.0.16-31", "an address range, which few clients match: "
		    "127.0.0.16-31 (the smallest network with all of it is "
		    "127.0.0.16/28)" },
		{ "127.0.0.16-127.0.0.32", "an address range, which few "
		    "clients match: 127.0.0.16-127.0.0.32 (the smallest "
		    "network with all of it is 127.0.0.0/26)" },
		{ IP ":3000", "has a port, which few clients match: " IP
		    ":3000" },
		{ "[::1]:80", "has a port, which few clients match: [::1]:80" },
		{ "a:80", "has a port, which few clients match: a:80" },
		{ ":80", "not a host or address: :80" },
		{ "http://a", "not a host or address: http://a" },
		{ IP "/33", "not a prefix length: " IP "/33" },
		{ IP "/", "not a prefix length: " IP "/" },
		{ IP "/8", "has host bits set: " IP "/8 "
		    "(the network is 127.0.0.0/8)" }
	};
	struct error e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_null(noproxy_host(table[i].host, &e));
		assert_string_equal(e.text, table[i].why);
	}
}

static void
test_line_breaks_are_refused(void **state)
{
	static const char *const values[] = {
		"a\nb", "a\n", "\r", "a\rb", "\x1b[2J", "\x7f", "\v"
	};
	struct error e;
	char name[] = "h", *host[] = { name };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		assert_null(noproxy_add(values[i], NULL, host, 1, &e));
		assert_string_equal(e.text,
		    "has a line break or control character");
		assert_null(noproxy_add(NULL, values[i], host, 1, &e));
	}
}

static void
test_length(void **state)
{
	struct error e;
	char name[] = "h", *host[] = { name }, *list, *result;

	(void)state;
	list = alloc_array(NOPROXY_MAX + 1, 1);
	memset(list, 'x', NOPROXY_MAX - 2);
	result = noproxy_add(list, NULL, host, 1, &e);
	assert_non_null(result);
	assert_int_equal(strlen(result), NOPROXY_MAX);
	free(result);
	list[NOPROXY_MAX - 2] = 'x';
	assert_null(noproxy_add(list, NULL, host, 1, &e));
	assert_string_equal(e.text, "would be longer than the 131062 bytes "
	    "that a program can be started with");
	free(list);
}

static void
test_quote(void **state)
{
	static const struct {
		const char *value, *quoted;
	} table[] = {
		{ "", "''" },
		{ "a b", "'a b'" },
		{ "'", "''\\'''" },
		{ "$(a)`b`\"\\'", "'$(a)`b`\"\\'\\'''" }
	};
	char *quoted;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		quoted = args_quote(table[i].value);
		assert_string_equal(quoted, table[i].quoted);
		free(quoted);
	}
}

/* ${from} is a subsequence of the entries in ${list}, trimmed and split. */
static void
check_kept(const char *from, const char *list)
{
	size_t n, room;

	for (;;) {
		from += strspn(from, ", \t");
		n = strcspn(from, ", \t");
		if (n == 0)
			return;
		for (;; list += room + 1) {
			room = strcspn(list, ",");
			if (room == n && memcmp(list, from, n) == 0)
				break;
			assert_int_equal(list[room], ',');
		}
		list += room + (list[room] == ',');
		from += n;
	}
}

static void
test_random_lists(void **state)
{
	static const char *const part[] = {
		",", " ", "\t", "a", "b", ".", "*", IP, "::1", "[::1]", ":80",
		"127.0.0.1", "/8", "\xff", ", ", "a,b", "localhost"
	};
	char a[] = "a", ip[] = IP, six[] = "::1";
	char *again, *entry[] = { a, ip, six }, *result, value[256];
	struct error e;
	int i, n, turn;

	(void)state;
	srandom(1);
	for (turn = 0; turn < 20000; turn++) {
		*value = '\0';
		n = (int)(random() % 12);
		for (i = 0; i < n; i++)
			strcat(value, part[(size_t)random() %
			    (sizeof(part) / sizeof(part[0]))]);
		result = noproxy_add(value, NULL, entry, 3, &e);
		assert_non_null(result);
		check_kept(value, result);
		again = noproxy_add(result, NULL, entry, 3, &e);
		assert_string_equal(again, result);
		free(again);
		for (i = 0; i < 3 && strcmp(value, "*") != 0; i++)
			check_kept(entry[i], result);
		free(result);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_appended_last_unless_there),
		cmocka_unit_test(test_only_just_this_entry_is_the_same),
		cmocka_unit_test(
		    test_a_list_without_entries_starts_from_the_other),
		cmocka_unit_test(test_asterisk),
		cmocka_unit_test(test_blanks_become_commas),
		cmocka_unit_test(test_empty_entries_stay_but_for_the_last),
		cmocka_unit_test(test_ipv6_brackets_are_another_entry),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_refused_hosts),
		cmocka_unit_test(test_line_breaks_are_refused),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_random_lists),
	};

	/* What is quoted depends on it. */
	setenv("LC_ALL", "C", 1);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
