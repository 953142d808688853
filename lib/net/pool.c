/* SPDX-License-Identifier: ISC */
#include "net/pool.h"

#include <sys/socket.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "base/input.h"
#include "base/json.h"
#include "net/cidr.h"

static uint32_t
number(const struct addr *a)
{

	return ((uint32_t)a->byte[0] << 24 | (uint32_t)a->byte[1] << 16 |
	    (uint32_t)a->byte[2] << 8 | (uint32_t)a->byte[3]);
}

void
pool_append(struct pool *pool, const struct addr *a)
{

	pool->addr = alloc_grow(pool->addr, pool->count, sizeof(*a));
	pool->addr[pool->count++] = *a;
}

static void
append(struct pool *pool, uint32_t n)
{
	struct addr a;

	memset(&a, 0, sizeof(a));
	a.family = AF_INET;
	a.byte[0] = (unsigned char)(n >> 24);
	a.byte[1] = (unsigned char)(n >> 16);
	a.byte[2] = (unsigned char)(n >> 8);
	a.byte[3] = (unsigned char)n;
	if (!pool_has(pool, &a))
		pool_append(pool, &a);
}

/* Read FIRST-LAST, with its ${dash}, into its two ends. */
static int
parse_range(const char *operand, const char *dash, uint32_t *first,
    uint32_t *last)
{
	struct addr a, b;

	if (addr_parse_bytes(operand, (size_t)(dash - operand), &a) == -1 ||
	    addr_parse(dash + 1, &b) == -1 ||
	    a.family != AF_INET || b.family != AF_INET)
		return (-1);
	*first = number(&a);
	*last = number(&b);
	return (0);
}

int
pool_add(struct pool *pool, const char *operand, struct error *e)
{
	const char *dash, *quoted;
	struct cidr c;
	uint32_t first, last;

	quoted = error_quote(operand);
	dash = strchr(operand, '-');
	if (dash != NULL) {
		if (parse_range(operand, dash, &first, &last) == -1)
			return (error_set(e, "not a range of IPv4 addresses: "
			    "%s", quoted));
		if (first > last)
			return (error_set(e, "range runs backwards: %s",
			    quoted));
	} else {
		if (cidr_parse(operand, &c, e) == -1)
			return (-1);
		if (c.addr.family != AF_INET)
			return (error_set(e, "not an IPv4 address: %s",
			    quoted));
		first = number(&c.addr);
		last = first | (uint32_t)(0xffffffffULL >> c.bits);
	}
	if (first >> 24 != 127 || last >> 24 != 127)
		return (error_set(e, "not within 127.0.0.0/8: %s", quoted));
	if (last - first >= POOL_MAX)
		return (error_set(e, "more than %d addresses: %s", POOL_MAX,
		    quoted));
	if (first == 0x7f000000 || last == 0x7fffffff)
		return (error_set(e, "127.0.0.0 and 127.255.255.255 cannot be "
		    "used: %s", quoted));
	for (; first <= last; first++)
		append(pool, first);
	if (pool->count > POOL_MAX)
		return (error_set(e, "more than %d addresses in all",
		    POOL_MAX));
	return (0);
}

int
pool_default(struct pool *pool, struct error *e)
{
	char *copy, *word, *rest;
	const char *env;
	int result;

	env = getenv("LOALIAS_POOL");
	if (env == NULL || env[strspn(env, BLANKS)] == '\0')
		return (pool_add(pool, POOL_DEFAULT, e));
	copy = alloc_string(env);
	result = 0;
	for (word = strtok_r(copy, BLANKS, &rest); word != NULL && result == 0;
	    word = strtok_r(NULL, BLANKS, &rest))
		result = pool_add(pool, word, e);
	if (result == -1)
		error_prefix(e, "LOALIAS_POOL");
	free(copy);
	return (result);
}

/* Append the addresses in ${r}, the record's "pool". */
static int
take_member(const struct json *r, struct pool *pool, struct error *e)
{
	struct input list;
	size_t i;
	int result;

	memset(&list, 0, sizeof(list));
	if (json_count(r) == 0)
		result = error_set(e, "is not a list of addresses");
	else
		result = input_take(&list, r, e);
	for (i = 0; i < list.count && result == 0; i++)
		result = pool_add(pool, list.item[i].text, e);
	if (result == -1)
		error_prefix(e, INPUT_NAME ": pool");
	input_free(&list);
	return (result);
}

int
pool_take(const struct input *in, struct pool *pool, struct error *e)
{
	struct json *r;
	size_t i;
	int result;

	if (in->record != NULL) {
		r = json_get(in->record, "pool");
		result = r != NULL ? take_member(r, pool, e) :
		    pool_default(pool, e);
		json_free(r);
		return (result);
	}
	for (i = 0; i < in->count; i++)
		if (pool_add(pool, in->item[i].text, e) == -1)
			return (input_fail(in, i, e));
	return (0);
}

int
pool_operands(char *const *operand, struct input *in, struct pool *pool,
    struct error *e)
{
	size_t i;

	if (operand[0] == NULL)
		return (pool_default(pool, e));
	if (strcmp(operand[0], "-") != 0) {
		for (i = 0; operand[i] != NULL; i++)
			if (pool_add(pool, operand[i], e) == -1)
				return (-1);
		return (0);
	}
	if (input_read(in, e) == -1)
		return (-1);
	return (pool_take(in, pool, e));
}

int
pool_has(const struct pool *pool, const struct addr *a)
{
	size_t i;

	for (i = 0; i < pool->count; i++)
		if (addr_compare(&pool->addr[i], a) == 0)
			return (1);
	return (0);
}

void
pool_free(struct pool *pool)
{

	free(pool->addr);
	pool->addr = NULL;
	pool->count = 0;
}
