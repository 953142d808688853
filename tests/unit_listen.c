/* SPDX-License-Identifier: ISC */
/*
 * Which sockets answer: the kernel's table, the connect scan, and what the
 * sockets really do have to agree.  In a network namespace of its own.
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
#define ROUNDS	2

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

static void
test_table_and_scan_agree(void **state)
{
	static char scanned[65536], listed[65536];
	struct listeners scan, table;
	struct error e;
	unsigned round;
	size_t i, open;

	(void)state;
	open = 0;
	for (round = 1; round <= ROUNDS; round++) {
		seed = round;
		while (holding < SOCKETS / 2)
			hold_any();
		assert_int_equal(sockets_find(alias, 2, &table, &e), 0);
		assert_int_equal(sockets_scan(alias, 2, &scan, &e), 0);
		for (i = 0; i < 2; i++) {
			mark(&table, i, 0, listed);
			mark(&scan, i, 0, scanned);
			compare(listed, scanned, i, "table, scan");
		}
		open += scan.count;
		sockets_free(&table);
		sockets_free(&scan);
		let_go();
	}
	assert_true(open > ROUNDS * 50);
}

/* Does a datagram to alias ${i} find anybody?  Nobody refuses it at once. */
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
test_table_and_datagrams_agree(void **state)
{
	static char listed[65536], taken[65536];
	struct listeners table;
	struct error e;
	unsigned port, round;
	size_t i, open;

	(void)state;
	open = 0;
	for (round = 1; round <= ROUNDS * 10; round++) {
		seed = round;
		while (holding < SOCKETS / 2)
			hold_any();
		assert_int_equal(sockets_find(alias, 2, &table, &e), 0);
		for (i = 0; i < 2; i++) {
			mark(&table, i, 1, listed);
			memset(taken, 0, sizeof(taken));
			for (port = FIRST; port < FIRST + PORTS; port++) {
				taken[port] = (char)takes_datagram(i, port);
				open += (size_t)taken[port];
			}
			compare(listed, taken, i, "table, datagrams");
		}
		sockets_free(&table);
		let_go();
	}
	assert_true(open > ROUNDS * 100);
}

/*
 * The scan of 127.0.0.1 must not take its own ends for listeners.  With so few
 * ports to pick from it meets itself about once each time.
 */
static void
test_scan_does_not_find_itself(void **state)
{
	struct listeners scan;
	struct addr localhost;
	struct error e;
	int fd, i;

	(void)state;
	assert_int_equal(addr_parse("127.0.0.1", &localhost), 0);
	fd = open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY);
	assert_int_equal(write(fd, "50000 50255", 11), 11);
	for (i = 0; i < 3; i++) {
		assert_int_equal(sockets_scan(&localhost, 1, &scan, &e), 0);
		assert_int_equal(scan.count, 0);
	}
	assert_int_equal(write(fd, "32768 60999", 11), 11);
	close(fd);
}

/* Fill the queue of a listener at ${port} so that it answers no more. */
static void
fill(unsigned port)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, i;

	hold(alias_text[0], port, 0, 0, 1);
	assert_int_equal(listen(held[holding - 1], 0), 0);
	len = addr_socket(&alias[0], port, &ss);
	for (i = 0; i < 3; i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		fcntl(fd, F_SETFL, O_NONBLOCK);
		connect(fd, (struct sockaddr *)&ss, len);
		held[holding++] = fd;
	}
}

static void
test_scan_and_full_queues(void **state)
{
	struct listeners scan;
	struct error e;
	unsigned port;

	(void)state;
	fill(FIRST);
	assert_int_equal(sockets_scan(alias, 1, &scan, &e), 0);
	assert_int_equal(scan.count, 1);
	assert_int_equal(scan.listener[0].port, FIRST);
	sockets_free(&scan);
	for (port = FIRST + 1; port <= FIRST + 16; port++)
		fill(port);
	assert_int_equal(sockets_scan(alias, 1, &scan, &e), -1);
	assert_string_equal(e.text, "127.0.0.16: 17 ports neither answer nor "
	    "refuse: a packet filter or a limit on refusals is in the way");
	assert_int_equal(scan.count, 0);
	let_go();
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
	for (i = 0; i < 2; i++) {
		if (sockets_scan(alias, 1, &l, &e) == -1)
			fail_msg("%s", e.text);
		mark(&l, 0, 0, open);
		assert_true(open[FIRST + PORTS]);
		sockets_free(&l);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	let_go();
}

static void
test_scan_of_an_absent_address(void **state)
{
	struct listeners scan;
	struct addr absent;
	struct error e;
	char expected[100];

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", &absent), 0);
	assert_int_equal(sockets_scan(&absent, 1, &scan, &e), -1);
	snprintf(expected, sizeof(expected), "192.0.2.1: %s",
	    strerror(EADDRNOTAVAIL));
	assert_string_equal(e.text, expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_and_scan_agree),
		cmocka_unit_test(test_table_and_datagrams_agree),
		cmocka_unit_test(test_scan_does_not_find_itself),
		cmocka_unit_test(test_scan_and_full_queues),
		cmocka_unit_test(test_listeners_that_come_and_go),
		cmocka_unit_test(test_scan_of_an_absent_address),
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
