/* SPDX-License-Identifier: ISC */
#ifndef POOL_H
#define POOL_H

#include <stddef.h>

#include "net/addr.h"

struct error;
struct input;

/* Loopback addresses in the order given, without duplicates. */
struct pool {
	struct addr	*addr;
	size_t		 count;
};

#define POOL_MAX	256
#define POOL_DEFAULT	"127.0.0.16/28"

/**
 * pool_add(pool, operand, e):
 * Append the addresses of ${operand} to ${pool}: an address, a range
 * 127.0.0.16-127.0.0.31 or a network 127.0.0.16/28, within 127.0.0.0/8 and
 * without 127.0.0.0 and 127.255.255.255.  Return 0, or -1 with ${e} set.
 */
int pool_add(struct pool *, const char *, struct error *);

/**
 * pool_default(pool, e):
 * Append the blank-separated operands in $LOALIAS_POOL, or POOL_DEFAULT if
 * that is unset or empty.  Return 0, or -1 with ${e} set.
 */
int pool_default(struct pool *, struct error *);

/**
 * pool_operands(operand, in, pool, e):
 * Append to ${pool} the addresses, ranges and networks of the NULL-terminated
 * list ${operand}.  If the first is "-", read them from standard input into
 * ${in}: a list, or a launch record's "pool".  Without operands, or a "pool"
 * in the record, append the default pool.  Return 0, or -1 with ${e} set.  The
 * caller zeroes ${in} before, and frees it in either case.
 */
int pool_operands(char *const *, struct input *, struct pool *,
    struct error *);

/**
 * pool_take(in, pool, e):
 * As pool_operands(), for ${in}, which input_read() has filled.
 */
int pool_take(const struct input *, struct pool *, struct error *);

/* pool_append(pool, a): append ${a}, which is not yet in ${pool}. */
void pool_append(struct pool *, const struct addr *);

/* pool_has(pool, a): is ${a} in ${pool}? */
int pool_has(const struct pool *, const struct addr *);

/* pool_free(pool): free what ${pool} holds. */
void pool_free(struct pool *);

#endif
