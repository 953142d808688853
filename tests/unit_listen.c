/* SPDX-License-Identifier: ISC */
/*
 * Which sockets answer: the kernel's table has to agree with what connections
 * and datagrams do, in a network namespace of its own; and netstat's output.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "net/sockets.h"

#define FIRST	20000
#define PORTS	150
#define SOCKETS	400
#define ROUNDS	20

static const char *alias_text[] = { "127.0.0.16", "127.0.0.17" };
static struct addr alias[2];
static uint32_t seed;
static int held[SOCKETS];
static size_t holding;

#ifdef __linux__
/* sched.h, which has them, shows them with _GNU_SOURCE only. */
int unshare(int);
#define NEW_NAMESPACES	(0x10000000 | 0x40000000) /* CLONE_NEW{USER,NET} */

/* Enter a new network namespace, with lo up. */
static int
enter(void)
{
	struct ifreq r;
	int fd, result;

	if (unshare(NEW_NAMESPACES) == -1)
		return (-1);
	memset(&r, 0, sizeof(r));
	strcpy(r.ifr_name, "lo");
	r.ifr_flags = IFF_UP;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	result = ioctl(fd, SIOCSIFFLAGS, &r);
	close(fd);
	return (result);
}
#else
static int
enter(void)
{

	return (-1);
}
#endif

/* One of ${n}: the same ones on every run. */
static unsigned
pick(unsigned n)
{

	seed = seed * 1664525 + 1013904223;	/* Numerical Recipes */
	return ((seed >> 16) % n);
}

static void
let_go(void)
{

	while (holding > 0)
		close(held[--holding]);
}

/* Open a socket on ${text}; it is no matter if that cannot be. */
static void
hold(const char *text, unsigned port, int udp, int v6only, int listens)
{
	struct sockaddr_storage ss;
	struct addr a;
	socklen_t len;
	int fd;

	assert_int_equal(addr_parse(text, &a), 0);
	fd = socket(a.family, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	assert_true(fd != -1);
	if (a.family == AF_INET6)
		assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
		    &v6only, sizeof(v6only)), 0);
	len = addr_socket(&a, port, &ss);
	if (bind(fd, (struct sockaddr *)&ss, len) == -1 ||
	    (!udp && listens && listen(fd, 5) == -1) ||
	    (udp && !listens &&
	    connect(fd, (struct sockaddr *)&ss, len) == -1))
		close(fd);
	else
		held[holding++] = fd;
}

static void
hold_any(void)
{
	static const char *text[] = {
		"127.0.0.16", "127.0.0.17", "127.0.0.1", "0.0.0.0", "::",
		"::1", "::ffff:127.0.0.16", "::ffff:0.0.0.0"
	};

	hold(text[pick(8)], FIRST + pick(PORTS), (int)pick(2), (int)pick(2),
	    pick(4) > 0);
}

/* Which ports of alias ${i} answer, as ${l} has it. */
static void
mark(const struct listeners *l, size_t i, int udp, char *open)
{
	size_t n;

	memset(open, 0, 65536);
	for (n = 0; n < l->count; n++)
		if (l->listener[n].udp == udp &&
		    sockets_answers(&l->listener[n], &alias[i]))
			open[l->listener[n].port] = 1;
}

static void
compare(const char *a, const char *b, size_t i, const char *what)
{
	unsigned port;

	for (port = 1; port < 65536; port++)
		if (a[port] != b[port])
			fail_msg("%s:%u, seed %u: %s: %d, %d", alias_text[i],
			    port, (unsigned)seed, what, a[port], b[port]);
}

/* Does a connection to alias ${i} find a listener? */
static int
takes_connection(size_t i, unsigned port)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, result;

	len = addr_socket(&alias[i], port, &ss);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	result = connect(fd, (struct sockaddr *)&ss, len) == 0;
	if (!result)
		assert_int_equal(errno, ECONNREFUSED);
	close(fd);
	return (result);
}

/* Does a socket take a datagram to alias ${i}?  If not, ICMP refuses it. */
static int
takes_datagram(size_t i, unsigned port)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, result;

	len = addr_socket(&alias[i], port, &ss);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&ss, len), 0);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	result = send(fd, "x", 1, 0) == 1;
	if (!result)
		assert_int_equal(errno, ECONNREFUSED);
	close(fd);
	return (result);
}

static void
test_table_and_sockets_agree(void **state)
{
	static char listed[65536], taken[65536];
	struct listeners table;
	struct error e;
	unsigned port, round;
	size_t i, open[2];
	int udp;

	(void)state;
	open[0] = open[1] = 0;
	for (round = 1; round <= ROUNDS; round++) {
		seed = round;
		while (holding < SOCKETS / 2)
			hold_any();
		assert_int_equal(sockets_find(alias, 2, &table, &e), 0);
		for (i = 0; i < 4; i++) {
			udp = (int)i % 2;
			mark(&table, i / 2, udp, listed);
			memset(taken, 0, sizeof(taken));
			for (port = FIRST; port < FIRST + PORTS; port++) {
				taken[port] = (char)(udp ?
				    takes_datagram(i / 2, port) :
				    takes_connection(i / 2, port));
				open[udp] += (size_t)taken[port];
			}
			compare(listed, taken, i / 2, udp ? "udp" : "tcp");
		}
		sockets_free(&table);
		let_go();
	}
	assert_true(open[0] > ROUNDS * 50 && open[1] > ROUNDS * 50);
}

/* Listeners that come and go, in a process of their own, until it is killed. */
static pid_t
churn(void)
{
	pid_t parent, pid;

	parent = getpid();
	pid = fork();
	while (pid == 0) {
		if (getppid() != parent)
			_exit(1);
		if (holding == SOCKETS / 4)
			let_go();
		hold(alias_text[0], FIRST + pick(PORTS), (int)pick(2), 0, 1);
	}
	assert_true(pid > 0);
	return (pid);
}

static void
test_listeners_that_come_and_go(void **state)
{
	static char open[65536];
	struct listeners l;
	struct error e;
	pid_t pid;
	int i;

	(void)state;
	hold(alias_text[0], FIRST + PORTS, 0, 0, 1);
	pid = churn();
	for (i = 0; i < 1000; i++) {
		assert_int_equal(sockets_find(alias, 1, &l, &e), 0);
		mark(&l, 0, 0, open);
		assert_true(open[FIRST + PORTS]);
		sockets_free(&l);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	let_go();
}

/* Read the file ${name} of tests/data/netstat. */
static char *
read_output(const char *name)
{
	static char text[8192];
	char path[64];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "tests/data/netstat/%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	assert_true(n > 0 && n < sizeof(text) - 1);
	text[n] = '\0';
	fclose(f);
	return (text);
}

/* What ${text} has for the addresses in ${pool}, a listener a word. */
static void
check_netstat(const char *text, const char *address, const char *expected)
{
	char bound[ADDR_STRLEN], found[512];
	const struct listener *one;
	struct listeners l;
	struct addr a;
	struct error e;
	size_t i, n;

	memset(&l, 0, sizeof(l));
	assert_int_equal(addr_parse(address, &a), 0);
	if (sockets_parse_netstat(text, &a, 1, &l, &e) == -1)
		fail_msg("%s", e.text);
	sockets_sort(&l);
	*found = '\0';
	for (i = n = 0; i < l.count; i++) {
		one = &l.listener[i];
		n += (size_t)snprintf(found + n, sizeof(found) - n,
		    "%s%s %u/%s", i > 0 ? ", " : "",
		    addr_format(&one->bound, bound), one->port,
		    one->udp ? "udp" : "tcp");
	}
	assert_string_equal(found, expected);
	sockets_free(&l);
}

static void
test_netstat_of_each_system(void **state)
{
	char *text;

	(void)state;
	text = read_output("macos");
	check_netstat(text, "127.0.0.16", "0.0.0.0 22/tcp, 0.0.0.0 5353/udp, "
	    "127.0.0.16 3000/tcp, 127.0.0.16 5300/udp, :: 8080/tcp, :: 53/udp");
	check_netstat(text, "127.0.0.17", "0.0.0.0 22/tcp, 0.0.0.0 5353/udp, "
	    "127.0.0.17 3000/tcp, :: 8080/tcp, :: 53/udp");
	check_netstat(text, "2001:db8:1111:2222:3333:4444:5555:6666",
	    ":: 22/tcp, :: 8080/tcp, :: 8081/tcp, :: 53/udp, :: 5353/udp, "
	    "2001:db8:1111:2222:3333:4444:5555:6666 3002/tcp");
	check_netstat(text, "fe80::1",
	    ":: 22/tcp, :: 8080/tcp, :: 8081/tcp, :: 53/udp, :: 5353/udp, "
	    "fe80::1 3001/tcp, fe80::1 123/udp");
	text = read_output("freebsd");
	check_netstat(text, "127.0.0.16", "0.0.0.0 22/tcp, 0.0.0.0 514/udp, "
	    "127.0.0.16 3000/tcp, 127.0.0.16 3001/tcp, 127.0.0.16 5300/udp, "
	    ":: 8080/tcp, :: 53/udp");
}

#define LISTENS	"*.* LISTEN"

static void
test_netstat_lines(void **state)
{
	static const char *const skipped[] = {
		"", "\n", " ", "tcp4", "tcp4 0 0 *.1", "tcp4 0 0 1 *.*",
		"tcp4 0 0 *.1 *.* listen", "tcp4 0 0 *.* " LISTENS,
		"tcp5 0 0 *.1 " LISTENS, "tcp4x 0 0 *.1 " LISTENS,
		"sctp4 0 0 *.1 " LISTENS, "udpl4 0 0 *.1 *.*",
		"udp4 0 0 *.1 127.0.0.1.9", "tc 0 0 *.1 " LISTENS
	};
	static const char *const refused[] = {
		"tcp4 0 0 *.0 " LISTENS, "tcp4 0 0 *.65536 " LISTENS,
		"tcp4 0 0 *.1x " LISTENS, "tcp4 0 0 *. " LISTENS,
		"tcp4 0 0 80 " LISTENS, "tcp4 0 0 127.0.1.80 " LISTENS,
		"tcp4 0 0 127.0.0.016.80 " LISTENS, "udp4 0 0 x.1 *.*",
		"tcp6 0 0 2001:db8:1111:22.80 " LISTENS,
		"tcp4 0 0 *.ssh " LISTENS
	};
	struct listeners l;
	struct error e;
	char expected[200];
	size_t i;

	(void)state;
	memset(&l, 0, sizeof(l));
	for (i = 0; i < sizeof(skipped) / sizeof(*skipped); i++)
		check_netstat(skipped[i], "127.0.0.16", "");
	for (i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		assert_int_equal(sockets_parse_netstat(refused[i], alias, 1,
		    &l, &e), -1);
		snprintf(expected, sizeof(expected),
		    "netstat: line not understood: %s", refused[i]);
		assert_string_equal(e.text, expected);
	}
	assert_int_equal(sockets_parse_netstat("tcp4 0 0 \x1b[2J.1 " LISTENS,
	    alias, 1, &l, &e), -1);
	assert_string_equal(e.text, "netstat: line not understood: "
	    "tcp4 0 0 \\x1b[2J.1 " LISTENS);
	/* Queues that overflow their columns, and no newline at the end. */
	check_netstat("\ttcp46 12345678 7  *.1\t*.* LISTEN more\r\n"
	    "tcp4 0 0 127.0.0.16.65535 " LISTENS, "127.0.0.16",
	    "127.0.0.16 65535/tcp, :: 1/tcp");
	/* OpenBSD has no 4, and no IPv6 socket that takes IPv4. */
	check_netstat("tcp 0 0 *.1 " LISTENS "\ntcp6 0 0 *.2 " LISTENS
	    "\nudp 0 0 127.0.0.16.3 *.*", "127.0.0.16",
	    "0.0.0.0 1/tcp, 127.0.0.16 3/udp");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_and_sockets_agree),
		cmocka_unit_test(test_listeners_that_come_and_go),
		cmocka_unit_test(test_netstat_of_each_system),
		cmocka_unit_test(test_netstat_lines),
	};
	size_t i;

	for (i = 0; i < 2; i++)
		addr_parse(alias_text[i], &alias[i]);
	if (enter() == -1) {
		printf("1..0 # SKIP no network namespaces\n");
		return (getenv("CI") != NULL);
	}
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
