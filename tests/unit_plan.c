/* SPDX-License-Identifier: ISC */
/* What would be run as root: each route word for word, and what never is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "loopback/plan.h"
#include "net/addr.h"
#include "net/pool.h"

#define SUDO	"/usr/bin/sudo"
#define DOAS	"/usr/bin/doas"
#define ALIAS_ALL "i=$1; shift; " \
    "for a do /sbin/ifconfig \"$i\" alias \"$a\" || exit; done"
#define UNALIAS_ALL "i=$1; shift; " \
    "for a do /sbin/ifconfig \"$i\" -alias \"$a\" || exit; done"
#define IP_ADD_ALL "i=$1; shift; " \
    "for a do /sbin/ip address add \"$a\" dev \"$i\" || exit; done"

static void
fill(struct pool *pool, const char *operand)
{
	struct error e;

	memset(pool, 0, sizeof(*pool));
	if (*operand != '\0')
		assert_int_equal(pool_add(pool, operand, &e), 0);
}

static void
test_each_route(void **state)
{
	static const struct {
		enum plan_program	 program;
		enum plan_verb		 verb;
		enum plan_leave		 leave;
		enum plan_mode		 mode;
		const char		*path, *pool, *line;
	} table[] = {
		{ PLAN_IFCONFIG, PLAN_ADD, PLAN_SUDO, PLAN_QUIET, SUDO,
		    "127.0.0.16", SUDO " -n /sbin/ifconfig lo0 alias "
		    "127.0.0.16/32" },
		{ PLAN_IFCONFIG, PLAN_ADD, PLAN_SUDO, PLAN_ASK, SUDO,
		    "127.0.0.16", SUDO " -p 'Password of %p, to add "
		    "127.0.0.16 to lo0: ' /sbin/ifconfig lo0 alias "
		    "127.0.0.16/32" },
		{ PLAN_IFCONFIG, PLAN_ADD, PLAN_SUDO, PLAN_ASK, SUDO,
		    "127.0.0.16-127.0.0.18", SUDO " -p 'Password of %p, to "
		    "add 127.0.0.16 ... 127.0.0.18 to lo0: ' /bin/sh -c '"
		    ALIAS_ALL "' sh lo0 127.0.0.16/32 127.0.0.17/32 "
		    "127.0.0.18/32" },
		{ PLAN_IFCONFIG, PLAN_ADD, PLAN_SUDO, PLAN_ASKPASS, SUDO,
		    "127.0.0.16/31", SUDO " -A -p 'Password of %p, to add "
		    "127.0.0.16 127.0.0.17 to lo0: ' /bin/sh -c '"
		    ALIAS_ALL "' sh lo0 127.0.0.16/32 127.0.0.17/32" },
		{ PLAN_IFCONFIG, PLAN_ADD, PLAN_SUDO, PLAN_SHOW, SUDO,
		    "127.0.0.16/31", SUDO " /bin/sh -c '" ALIAS_ALL
		    "' sh lo0 127.0.0.16/32 127.0.0.17/32" },
		{ PLAN_IFCONFIG, PLAN_ADD, PLAN_ROOT, PLAN_SHOW, NULL,
		    "127.0.0.16", "/sbin/ifconfig lo0 alias 127.0.0.16/32" },
		{ PLAN_IFCONFIG, PLAN_ADD, PLAN_DOAS, PLAN_QUIET, DOAS,
		    "127.0.0.16", DOAS " -n /sbin/ifconfig lo0 alias "
		    "127.0.0.16/32" },
		{ PLAN_IFCONFIG, PLAN_ADD, PLAN_DOAS, PLAN_ASK, DOAS,
		    "127.0.0.16/31", DOAS " /bin/sh -c '" ALIAS_ALL
		    "' sh lo0 127.0.0.16/32 127.0.0.17/32" },
		{ PLAN_IFCONFIG, PLAN_REMOVE, PLAN_SUDO, PLAN_QUIET, SUDO,
		    "127.0.0.16", SUDO " -n /sbin/ifconfig lo0 -alias "
		    "127.0.0.16" },
		{ PLAN_IFCONFIG, PLAN_REMOVE, PLAN_SUDO, PLAN_ASK, SUDO,
		    "127.0.0.16/31", SUDO " -p 'Password of %p, to remove "
		    "127.0.0.16 127.0.0.17 from lo0: ' /bin/sh -c '"
		    UNALIAS_ALL "' sh lo0 127.0.0.16 127.0.0.17" },
		{ PLAN_IP, PLAN_ADD, PLAN_SUDO, PLAN_QUIET, SUDO,
		    "127.0.0.16", SUDO " -n /sbin/ip address add "
		    "127.0.0.16/32 dev lo0" },
		{ PLAN_IP, PLAN_REMOVE, PLAN_SUDO, PLAN_QUIET, SUDO,
		    "127.0.0.16", SUDO " -n /sbin/ip address del "
		    "127.0.0.16/32 dev lo0" },
		{ PLAN_IP, PLAN_ADD, PLAN_SUDO, PLAN_SHOW, SUDO,
		    "127.0.0.16/31", SUDO " /bin/sh -c '" IP_ADD_ALL
		    "' sh lo0 127.0.0.16/32 127.0.0.17/32" },
		/* There is no such command. */
		{ PLAN_IFCONFIG, PLAN_ADD, PLAN_SUDO, PLAN_QUIET, SUDO,
		    "127.0.0.16/31", NULL },
		{ PLAN_IFCONFIG, PLAN_ADD, PLAN_DOAS, PLAN_ASKPASS, DOAS,
		    "127.0.0.16", NULL },
		{ PLAN_IFCONFIG, PLAN_ADD, PLAN_SUDO, PLAN_ASK, SUDO, "",
		    NULL },
		{ PLAN_IFCONFIG, PLAN_REMOVE, PLAN_SUDO, PLAN_ASK, SUDO,
		    "127.0.0.1", NULL },
		{ PLAN_IFCONFIG, PLAN_REMOVE, PLAN_SUDO, PLAN_ASK, SUDO,
		    "127.0.0.1-127.0.0.2", NULL }
	};
	struct plan plan;
	struct pool pool;
	char **argv, *line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		fill(&pool, table[i].pool);
		plan.program = table[i].program;
		plan.verb = table[i].verb;
		plan.interface = "lo0";
		plan.addr = pool.addr;
		plan.count = pool.count;
		argv = plan_argv(&plan, table[i].leave, table[i].path,
		    table[i].mode);
		if (table[i].line == NULL) {
			assert_null(argv);
		} else {
			assert_non_null(argv);
			line = plan_line(argv);
			assert_string_equal(line, table[i].line);
			free(line);
		}
		plan_free(argv);
		pool_free(&pool);
	}
}

static void
test_interface_names(void **state)
{
	static const char *const good[] = { "lo", "lo0", "lo1.5", "a_b-c" };
	static const char *const bad[] = {
		"", "-a", ".", "..", "lo 0", "lo0;id", "$i", "lo/0", "'",
		"lo\n", "\xc3\xa4", "sixteen-letters-"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(plan_interface(good[i]), 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(plan_interface(bad[i]), 0);
}

static void
test_select(void **state)
{
	static const char there[] = { 1, 0, 1, 0 };
	struct pool pool, todo;
	char text[ADDR_STRLEN];

	(void)state;
	memset(&todo, 0, sizeof(todo));
	fill(&pool, "127.0.0.1-127.0.0.4");
	plan_select(&pool, there, PLAN_ADD, &todo);
	assert_int_equal(todo.count, 2);
	assert_string_equal(addr_format(&todo.addr[0], text), "127.0.0.2");
	assert_string_equal(addr_format(&todo.addr[1], text), "127.0.0.4");
	pool_free(&todo);
	/* 127.0.0.1 is there, and yet not to be removed. */
	plan_select(&pool, there, PLAN_REMOVE, &todo);
	assert_int_equal(todo.count, 1);
	assert_string_equal(addr_format(&todo.addr[0], text), "127.0.0.3");
	pool_free(&todo);
	/* Nor to be added, should it not be there. */
	plan_select(&pool, "\0\1\1\1", PLAN_ADD, &todo);
	assert_int_equal(todo.count, 0);
	pool_free(&todo);
	pool_free(&pool);
}

/* xorshift32: the same plans at each run. */
static uint32_t
rnd(uint32_t n)
{
	static uint32_t x = 2463534242U;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return (x % n);
}

static void
random_addr(struct addr *a)
{
	static const int family[] = { 2 /* AF_INET */, 0, 10, 30 };
	size_t i;

	memset(a, 0, sizeof(*a));
	a->family = family[rnd(8) < 7 ? 0 : rnd(4)];
	for (i = 0; i < 4; i++)
		a->byte[i] = (unsigned char)rnd(256);
	if (rnd(4) != 0) {
		a->byte[0] = 127;
		if (rnd(2) == 0)
			a->byte[1] = a->byte[2] = 0;
		if (rnd(8) == 0)
			memcpy(a->byte, "\x7f\0\0\1", 4);
	}
}

/* Is ${s} an alias, with ${suffix} behind it? */
static int
is_alias(const char *s, const char *suffix)
{
	char text[ADDR_STRLEN], *end;
	struct addr a;

	snprintf(text, sizeof(text), "%s", s);
	end = strstr(text, "/32");
	if ((end != NULL) != (*suffix != '\0'))
		return (0);
	if (end != NULL) {
		if (end[3] != '\0')
			return (0);
		*end = '\0';
	}
	return (addr_parse(text, &a) == 0 && a.byte[0] == 127 &&
	    !addr_is_localhost(&a));
}

/* The commands that may ever be run, as a grammar. */
static void
assert_sound(char **argv, const struct plan *plan)
{
	const char *suffix, *verb;
	size_t i, n;

	verb = plan->verb == PLAN_ADD ? "alias" : "-alias";
	suffix = plan->verb == PLAN_ADD ? "/32" : "";
	for (i = 0; argv[i] != NULL && strcmp(argv[i], "/bin/sh") != 0 &&
	    strcmp(argv[i], "/sbin/ifconfig") != 0; i++)
		assert_true(*argv[i] != '\0');
	assert_non_null(argv[i]);
	if (strcmp(argv[i], "/bin/sh") == 0) {
		assert_string_equal(argv[i + 1], "-c");
		assert_string_equal(argv[i + 2], plan->verb == PLAN_ADD ?
		    ALIAS_ALL : UNALIAS_ALL);
		assert_string_equal(argv[i + 3], "sh");
		assert_string_equal(argv[i + 4], plan->interface);
		i += 5;
	} else {
		assert_string_equal(argv[i + 1], plan->interface);
		assert_string_equal(argv[i + 2], verb);
		assert_int_equal(plan->count, 1);
		i += 3;
	}
	assert_true(plan_interface(plan->interface));
	for (n = 0; argv[i + n] != NULL; n++)
		assert_true(is_alias(argv[i + n], suffix));
	assert_int_equal(n, plan->count);
	assert_true(n > 0);
}

static void
test_never_without_alias_or_address(void **state)
{
	static const char *const interface[] = {
		"lo0", "lo1", "", "-a", "lo0 x", "alias"
	};
	struct addr addr[4];
	struct plan plan;
	char **argv;
	size_t i, made;
	long round;

	(void)state;
	made = 0;
	for (round = 0; round < 200000; round++) {
		for (i = 0; i < 4; i++)
			random_addr(&addr[i]);
		plan.program = PLAN_IFCONFIG;
		plan.verb = rnd(2) ? PLAN_ADD : PLAN_REMOVE;
		plan.interface = interface[rnd(2) ? 0 : rnd(6)];
		plan.addr = addr;
		plan.count = rnd(5);
		argv = plan_argv(&plan, (enum plan_leave)rnd(3), SUDO,
		    (enum plan_mode)rnd(4));
		if (argv == NULL)
			continue;
		made++;
		assert_sound(argv, &plan);
		plan_free(argv);
	}
	/* Plans that make sense, and others, have come up often. */
	assert_in_range(made, 20000, 180000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_route),
		cmocka_unit_test(test_interface_names),
		cmocka_unit_test(test_select),
		cmocka_unit_test(test_never_without_alias_or_address),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
