/* SPDX-License-Identifier: ISC */
/* Addresses, networks, pools and netstat's output, from the whole input. */
#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "net/addr.h"
#include "net/cidr.h"
#include "fuzz.h"
#include "base/alloc.h"
#include "net/pool.h"
#include "net/sockets.h"

/* What was read is read again from its canonical spelling. */
static void
try_addr(const char *s)
{
	char text[ADDR_STRLEN];
	struct addr a, b;

	if (addr_parse(s, &a) == -1)
		return;
	require(a.family == AF_INET || a.family == AF_INET6);
	require(strlen(addr_format(&a, text)) < ADDR_STRLEN);
	require(addr_parse(text, &b) == 0 && addr_compare(&a, &b) == 0);
	if (a.family == AF_INET)
		require(strcmp(s, text) == 0);
	addr_unmap(&b);
	require(a.family != AF_INET || addr_compare(&a, &b) == 0);
}

static void
try_cidr(const char *s)
{
	char text[CIDR_STRLEN];
	struct cidr c, d;
	struct error e;

	if (cidr_parse(s, &c, &e) == -1) {
		require_reason(&e);
		return;
	}
	require(strlen(cidr_format(&c, text)) < CIDR_STRLEN);
	require(cidr_parse(text, &d, &e) == 0 && cidr_compare(&c, &d) == 0);
	require(cidr_contains(&c, &c.addr));
	require(cidr_host(&c) ==
	    (c.bits == (c.addr.family == AF_INET ? 32 : 128)));
}

static void
try_pool(const char *s)
{
	struct error e;
	struct pool pool;
	size_t i;

	memset(&pool, 0, sizeof(pool));
	if (pool_add(&pool, s, &e) == -1)
		require_reason(&e);
	require(pool.count <= POOL_MAX);
	for (i = 0; i < pool.count; i++) {
		require(pool.addr[i].family == AF_INET);
		require(pool.addr[i].byte[0] == 127);
		require(pool_has(&pool, &pool.addr[i]));
	}
	pool_free(&pool);
}

static void
try_netstat(const char *s)
{
	struct listeners l;
	struct addr alias;
	struct error e;
	size_t i;

	require(addr_parse("127.0.0.16", &alias) == 0);
	memset(&l, 0, sizeof(l));
	if (sockets_parse_netstat(s, &alias, 1, &l, &e) == -1)
		require_reason(&e);
	for (i = 0; i < l.count; i++) {
		require(sockets_answers(&l.listener[i], &alias));
		require(l.listener[i].port > 0 && l.listener[i].port < 65536);
	}
	sockets_free(&l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *s;

	s = alloc_copy((const char *)data, len);
	try_addr(s);
	try_cidr(s);
	try_pool(s);
	try_netstat(s);
	free(s);
	return (0);
}
