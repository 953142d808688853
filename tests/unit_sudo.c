/* SPDX-License-Identifier: ISC */
/* The commands that are run as root, word for word, and those that are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "loopback/sudo.h"
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
test_each_command(void **state)
{
	static const struct {
		enum interface_program	 program;
		int			 remove;
		enum sudo_means		 means;
		enum sudo_mode		 mode;
		const char		*path, *pool, *line;
	} table[] = {
		{ INTERFACE_IFCONFIG, 0, SUDO_SUDO, SUDO_QUIET, SUDO,
		    "127.0.0.16", SUDO " -n /sbin/ifconfig lo0 alias "
		    "127.0.0.16/32" },
		{ INTERFACE_IFCONFIG, 0, SUDO_SUDO, SUDO_ASK, SUDO,
		    "127.0.0.16", SUDO " -p 'Password of %p, to add "
		    "127.0.0.16 to lo0: ' /sbin/ifconfig lo0 alias "
		    "127.0.0.16/32" },
		{ INTERFACE_IFCONFIG, 0, SUDO_SUDO, SUDO_ASK, SUDO,
		    "127.0.0.16-127.0.0.18", SUDO " -p 'Password of %p, to "
		    "add 127.0.0.16 ... 127.0.0.18 to lo0: ' /bin/sh -c '"
		    ALIAS_ALL "' sh lo0 127.0.0.16/32 127.0.0.17/32 "
		    "127.0.0.18/32" },
		{ INTERFACE_IFCONFIG, 0, SUDO_SUDO, SUDO_ASKPASS, SUDO,
		    "127.0.0.16/31", SUDO " -A -p 'Password of %p, to add "
		    "127.0.0.16 127.0.0.17 to lo0: ' /bin/sh -c '"
		    ALIAS_ALL "' sh lo0 127.0.0.16/32 127.0.0.17/32" },
		{ INTERFACE_IFCONFIG, 0, SUDO_SUDO, SUDO_SHOW, SUDO,
		    "127.0.0.16/31", SUDO " /bin/sh -c '" ALIAS_ALL
		    "' sh lo0 127.0.0.16/32 127.0.0.17/32" },
		{ INTERFACE_IFCONFIG, 0, SUDO_NONE, SUDO_SHOW, NULL,
		    "127.0.0.16", "/sbin/ifconfig lo0 alias 127.0.0.16/32" },
		{ INTERFACE_IFCONFIG, 0, SUDO_DOAS, SUDO_QUIET, DOAS,
		    "127.0.0.16", DOAS " -n /sbin/ifconfig lo0 alias "
		    "127.0.0.16/32" },
		{ INTERFACE_IFCONFIG, 0, SUDO_DOAS, SUDO_ASK, DOAS,
		    "127.0.0.16/31", DOAS " /bin/sh -c '" ALIAS_ALL
		    "' sh lo0 127.0.0.16/32 127.0.0.17/32" },
		{ INTERFACE_IFCONFIG, 1, SUDO_SUDO, SUDO_QUIET, SUDO,
		    "127.0.0.16", SUDO " -n /sbin/ifconfig lo0 -alias "
		    "127.0.0.16" },
		{ INTERFACE_IFCONFIG, 1, SUDO_SUDO, SUDO_ASK, SUDO,
		    "127.0.0.16/31", SUDO " -p 'Password of %p, to remove "
		    "127.0.0.16 127.0.0.17 from lo0: ' /bin/sh -c '"
		    UNALIAS_ALL "' sh lo0 127.0.0.16 127.0.0.17" },
		{ INTERFACE_IP, 0, SUDO_SUDO, SUDO_QUIET, SUDO,
		    "127.0.0.16", SUDO " -n /sbin/ip address add "
		    "127.0.0.16/32 dev lo0" },
		{ INTERFACE_IP, 1, SUDO_SUDO, SUDO_QUIET, SUDO,
		    "127.0.0.16", SUDO " -n /sbin/ip address del "
		    "127.0.0.16/32 dev lo0" },
		{ INTERFACE_IP, 0, SUDO_SUDO, SUDO_SHOW, SUDO,
		    "127.0.0.16/31", SUDO " /bin/sh -c '" IP_ADD_ALL
		    "' sh lo0 127.0.0.16/32 127.0.0.17/32" },
		/* There is no such command. */
		{ INTERFACE_IFCONFIG, 0, SUDO_SUDO, SUDO_QUIET, SUDO,
		    "127.0.0.16/31", NULL },
		{ INTERFACE_IFCONFIG, 0, SUDO_DOAS, SUDO_ASKPASS, DOAS,
		    "127.0.0.16", NULL },
		{ INTERFACE_IFCONFIG, 0, SUDO_SUDO, SUDO_ASK, SUDO, "",
		    NULL },
		{ INTERFACE_IFCONFIG, 1, SUDO_SUDO, SUDO_ASK, SUDO,
		    "127.0.0.1", NULL },
		{ INTERFACE_IFCONFIG, 1, SUDO_SUDO, SUDO_ASK, SUDO,
		    "127.0.0.1-127.0.0.2", NULL }
	};
	struct sudo_command c;
	struct pool pool;
	char **argv, *line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		fill(&pool, table[i].pool);
		c.program = table[i].program;
		c.remove = table[i].remove;
		c.interface = "lo0";
		c.addr = pool.addr;
		c.count = pool.count;
		argv = sudo_argv(&c, table[i].means, table[i].path,
		    table[i].mode);
		if (table[i].line == NULL) {
			assert_null(argv);
		} else {
			assert_non_null(argv);
			line = sudo_line(argv);
			assert_string_equal(line, table[i].line);
			free(line);
		}
		sudo_free(argv);
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
		assert_int_equal(interface_is_name(good[i]), 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(interface_is_name(bad[i]), 0);
}

/* xorshift32: the same commands at each run. */
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

/* Is ${s} an alias followed by ${suffix}? */
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
assert_sound(char **argv, const struct sudo_command *c)
{
	const char *suffix, *verb;
	size_t i, n;

	verb = !c->remove ? "alias" : "-alias";
	suffix = !c->remove ? "/32" : "";
	for (i = 0; argv[i] != NULL && strcmp(argv[i], "/bin/sh") != 0 &&
	    strcmp(argv[i], "/sbin/ifconfig") != 0; i++)
		assert_true(*argv[i] != '\0');
	assert_non_null(argv[i]);
	if (strcmp(argv[i], "/bin/sh") == 0) {
		assert_string_equal(argv[i + 1], "-c");
		assert_string_equal(argv[i + 2], !c->remove ?
		    ALIAS_ALL : UNALIAS_ALL);
		assert_string_equal(argv[i + 3], "sh");
		assert_string_equal(argv[i + 4], c->interface);
		i += 5;
	} else {
		assert_string_equal(argv[i + 1], c->interface);
		assert_string_equal(argv[i + 2], verb);
		assert_int_equal(c->count, 1);
		i += 3;
	}
	assert_true(interface_is_name(c->interface));
	for (n = 0; argv[i + n] != NULL; n++)
		assert_true(is_alias(argv[i + n], suffix));
	assert_int_equal(n, c->count);
	assert_true(n > 0);
}

static void
test_never_without_alias_or_address(void **state)
{
	static const char *const interface[] = {
		"lo0", "lo1", "", "-a", "lo0 x", "alias"
	};
	struct addr addr[4];
	struct sudo_command c;
	char **argv;
	size_t i, made;
	long round;

	(void)state;
	made = 0;
	for (round = 0; round < 200000; round++) {
		for (i = 0; i < 4; i++)
			random_addr(&addr[i]);
		c.program = INTERFACE_IFCONFIG;
		c.remove = (int)rnd(2);
		c.interface = interface[rnd(2) ? 0 : rnd(6)];
		c.addr = addr;
		c.count = rnd(5);
		argv = sudo_argv(&c, (enum sudo_means)rnd(3), SUDO,
		    (enum sudo_mode)rnd(4));
		if (argv == NULL)
			continue;
		made++;
		assert_sound(argv, &c);
		sudo_free(argv);
	}
	/* Valid and invalid commands both came up often. */
	assert_in_range(made, 20000, 180000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_command),
		cmocka_unit_test(test_interface_names),
		cmocka_unit_test(test_never_without_alias_or_address),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
