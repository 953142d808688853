/* SPDX-License-Identifier: ISC */
#ifndef POOL_H
#define POOL_H

#include <stddef.h>

#include "net/addr.h"

struct error;
struct input;

/* Loopback addresses, in the order they were named, each once. */
struct pool {
	struct addr	*addr;
	size_t		 count;
};

#define POOL_MAX	256
#define POOL_DEFAULT	"127.0.0.16/28"

/**
 * pool_add(pool, operand, e):
 * Append what ${operand} names to ${pool}: an address, a range
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
 * Append to ${pool} what the NULL-terminated ${operand}s name: addresses,
 * ranges and networks; standard input, read into ${in}, if the first is "-",
 * with a list of the same or a launch record's "pool"; or the default pool
 * where there is no operand, or no "pool" in the record.  Return 0, or -1
 * with ${e} set.  ${in} is zeroed by the caller, and freed in either case.
 */
int pool_operands(char *const *, struct input *, struct pool *,
    struct error *);

/**
 * pool_take(in, pool, e):
 * The same for ${in} that input_read() has filled already.
 */
int pool_take(const struct input *, struct pool *, struct error *);

/* pool_append(pool, a): append ${a}, which is not yet in ${pool}. */
void pool_append(struct pool *, const struct addr *);

/* pool_has(pool, a): is ${a} in ${pool}? */
int pool_has(const struct pool *, const struct addr *);

/* pool_free(pool): free what ${pool} holds. */
void pool_free(struct pool *);

#endif
