/* SPDX-License-Identifier: ISC */
/* Addresses, networks, pools, and {} in commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/args.h"
#include "base/error.h"
#include "net/addr.h"
#include "net/cidr.h"
#include "net/pool.h"

static void
test_addresses(void **state)
{
	static const struct {
		const char *in, *out;	/* out is NULL: refused */
	} table[] = {
		{ "127.0.0.16", "127.0.0.16" }, { "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "::1", "::1" }, { "2001:DB8::0", "2001:db8::" },
		{ "::ffff:127.0.0.16", "::ffff:127.0.0.16" },
		{ "", NULL }, { "127.0.0", NULL }, { "127.1", NULL },
		{ "127.0.0.016", NULL }, { "0127.0.0.1", NULL },
		{ "127.0.0.256", NULL }, { "127.0.0.1.", NULL },
		{ " 127.0.0.1", NULL }, { "127.0.0.1 ", NULL },
		{ "[::1]", NULL }, { "fe80::1%eth0", NULL },
		{ "1e1.0.0.1", NULL },
		{ "127.0.0.1\n", NULL }, { "127..0.1", NULL }
	};
	char buf[ADDR_STRLEN];
	struct addr a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].out == NULL) {
			assert_int_equal(addr_parse(table[i].in, &a), -1);
			continue;
		}
		assert_int_equal(addr_parse(table[i].in, &a), 0);
		assert_string_equal(addr_format(&a, buf), table[i].out);
	}
	assert_int_equal(addr_parse("::ffff:127.0.0.16", &a), 0);
	addr_unmap(&a);
	assert_string_equal(addr_format(&a, buf), "127.0.0.16");
	assert_int_equal(addr_parse("7f00:1::", &a), 0);
	assert_false(addr_is_localhost(&a));
}

static void
test_parts_and_ports(void **state)
{
	static const struct {
		const char *in;
		unsigned port;		/* 0: refused */
		int udp;
	} table[] = {
		{ "1", 1, 0 }, { "65535/tcp", 65535, 0 }, { "53/udp", 53, 1 },
		{ "00080", 80, 0 }, { "000080", 0, 0 }, { "0", 0, 0 },
		{ "65536", 0, 0 }, { "", 0, 0 }, { "/udp", 0, 0 },
		{ "1/", 0, 0 }, { "1/sctp", 0, 0 }, { "1/udp/", 0, 0 },
		{ " 1", 0, 0 }, { "-1", 0, 0 }, { "99999999999", 0, 0 }
	};
	struct addr a, b;
	unsigned port;
	size_t i;
	int result, udp;

	(void)state;
	assert_int_equal(addr_parse("127.0.0.1", &a), 0);
	assert_int_equal(addr_parse_bytes("127.0.0.16", 9, &b), 0);
	assert_int_equal(addr_compare(&a, &b), 0);
	assert_int_equal(addr_parse_bytes("127.0.0.16", 0, &b), -1);
	assert_int_equal(addr_parse_bytes("::1/128", 7, &b), -1);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		result = addr_parse_port(table[i].in, &port, &udp);
		assert_int_equal(result, table[i].port == 0 ? -1 : 0);
		if (result == -1)
			continue;
		assert_int_equal(port, table[i].port);
		assert_int_equal(udp, table[i].udp);
	}
}

static void
test_networks(void **state)
{
	static const struct {
		const char *in, *out, *why;
	} table[] = {
		{ "127.0.0.16", "127.0.0.16/32", NULL },
		{ "::1", "::1/128", NULL },
		{ "0.0.0.0/0", "0.0.0.0/0", NULL },
		{ "10.0.0.0/8", "10.0.0.0/8", NULL },
		{ "2001:db8::/33", "2001:db8::/33", NULL },
		{ "10.0.0.1/8", NULL, "has host bits set: "
		    "10.0.0.1/8 (the network is 10.0.0.0/8)" },
		{ "127.0.0.16/33", NULL, "not a prefix length: 127.0.0.16/33" },
		{ "127.0.0.16/", NULL, "not a prefix length: 127.0.0.16/" },
		{ "127.0.0.16/032", NULL,
		    "not a prefix length: 127.0.0.16/032" },
		{ "foo", NULL, "not an address or network: foo" },
		{ "", NULL, "not an address or network: " },
		{ "a\tb", NULL, "not an address or network: a\\x09b" }
	};
	char buf[CIDR_STRLEN];
	struct cidr c;
	struct error e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].out == NULL) {
			assert_int_equal(cidr_parse(table[i].in, &c, &e), -1);
			assert_string_equal(e.text, table[i].why);
			continue;
		}
		assert_int_equal(cidr_parse(table[i].in, &c, &e), 0);
		assert_string_equal(cidr_format(&c, buf), table[i].out);
	}
}

static void
test_membership(void **state)
{
	struct addr in, out, six;
	struct cidr c;
	struct error e;

	(void)state;
	assert_int_equal(cidr_parse("127.0.0.16/28", &c, &e), 0);
	assert_int_equal(addr_parse("127.0.0.31", &in), 0);
	assert_int_equal(addr_parse("127.0.0.32", &out), 0);
	assert_int_equal(addr_parse("::ffff:127.0.0.16", &six), 0);
	assert_true(cidr_contains(&c, &in));
	assert_false(cidr_contains(&c, &out));
	assert_false(cidr_contains(&c, &six));
	assert_false(cidr_host(&c));
}

static void
test_pools(void **state)
{
	static const struct {
		const char *in;
		size_t count;		/* 0: refused */
	} table[] = {
		{ "127.0.0.16", 1 }, { "127.0.0.16/28", 16 },
		{ "127.0.0.16-127.0.0.31", 16 }, { "127.0.0.1", 1 },
		{ "127.1.0.0/24", 256 }, { "127.0.1.0-127.0.1.255", 256 },
		{ "127.0.0.31-127.0.0.16", 0 }, { "127.0.0.0", 0 },
		{ "127.255.255.255", 0 }, { "127.0.0.0/28", 0 },
		{ "127.1.0.0/23", 0 }, { "128.0.0.1", 0 }, { "::1", 0 },
		{ "127.0.0.16-", 0 }, { "-127.0.0.16", 0 }, { "", 0 },
		{ "126.0.0.1-127.0.0.1", 0 }, { "127.0.0.17/28", 0 },
		{ "127.0.0.16-127.0.0.16-127.0.0.17", 0 }
	};
	struct error e;
	struct pool pool;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		memset(&pool, 0, sizeof(pool));
		assert_int_equal(pool_add(&pool, table[i].in, &e),
		    table[i].count > 0 ? 0 : -1);
		if (table[i].count > 0)
			assert_int_equal(pool.count, table[i].count);
		pool_free(&pool);
	}
}

static void
test_pool_keeps_order_and_drops_repeats(void **state)
{
	struct addr first;
	struct error e;
	struct pool pool;

	(void)state;
	memset(&pool, 0, sizeof(pool));
	assert_int_equal(pool_add(&pool, "127.0.0.20", &e), 0);
	assert_int_equal(pool_add(&pool, "127.0.0.16/28", &e), 0);
	assert_int_equal(pool.count, 16);
	assert_int_equal(addr_parse("127.0.0.20", &first), 0);
	assert_int_equal(addr_compare(&pool.addr[0], &first), 0);
	assert_int_equal(pool_add(&pool, "127.9.0.0/24", &e), -1);
	assert_string_equal(e.text, "more than 256 addresses in all");
	pool_free(&pool);
}

static void
test_braces(void **state)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		{ "{}:3000:3000", "127.0.0.16:3000:3000" },
		{ "{}{}", "127.0.0.16127.0.0.16" }, { "{{}}", "{}" },
		{ "{{{}}}", "{{}}" }, { "{ }", "{ }" }, { "{a}", "{a}" },
		{ "{}:{port}", "127.0.0.16:80" }, { "{", "{" }, { "", "" },
		{ "{{.Names}}", "{{.Names}}" }
	};
	size_t i;
	char *s;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		s = args_expand(table[i].in, "127.0.0.16", "80");
		assert_string_equal(s, table[i].out);
		free(s);
	}
	s = args_expand("{port}", "127.0.0.16", NULL);
	assert_string_equal(s, "{port}");
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_parts_and_ports),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_membership),
		cmocka_unit_test(test_pools),
		cmocka_unit_test(test_pool_keeps_order_and_drops_repeats),
		cmocka_unit_test(test_braces),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
