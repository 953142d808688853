/* SPDX-License-Identifier: ISC */
#include "loopback/ensure.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "loopback/interface.h"
#include "loopback/sudo.h"
#include "net/pool.h"

int
ensure_look(const struct ensure *want, const struct pool *pool,
    struct pool *todo, struct error *e)
{
	char *there;
	int result;

	there = alloc_array(pool->count, 1);
	if (want->verb == PLAN_ADD)
		result = interface_usable(pool->addr, pool->count, there, e);
	else
		result = interface_present(want->interface, pool->addr, pool->count,
		    there, e);
	if (result == 0)
		plan_select(pool, there, want->verb, todo);
	free(there);
	return (result);
}

static void
fill(struct plan *plan, const struct ensure *want, const struct pool *pool)
{

	plan->program = interface_system.program;
	plan->verb = want->verb;
	plan->interface = want->interface;
	plan->addr = pool->addr;
	plan->count = pool->count;
}

/* Append those of ${all} that are not in ${left} to ${done}. */
static void
subtract(const struct pool *all, const struct pool *left, struct pool *done)
{
	char *gone;
	size_t i;

	gone = alloc_array(all->count, 1);
	for (i = 0; i < all->count; i++)
		gone[i] = (char)!pool_has(left, &all->addr[i]);
	plan_select(all, gone, PLAN_REMOVE, done);
	free(gone);
}

int
ensure_change(const struct ensure *want, const struct pool *pool,
    struct pool *done, struct pool *left, struct error *e)
{
	char text[ADDR_STRLEN];
	struct error seen;
	struct plan plan;
	struct pool todo;
	int result;

	memset(&todo, 0, sizeof(todo));
	sudo_lock(want->ask);
	/* Another process may have done it while this one waited. */
	result = ensure_look(want, pool, &todo, e);
	fill(&plan, want, &todo);
	if (result == 0 && todo.count > 0)
		result = sudo_change(&plan, want->ask, e);
	if (ensure_look(want, &todo, left, &seen) == -1) {
		*e = seen;
		result = -1;
	} else {
		subtract(&todo, left, done);
		if (left->count == 0 && todo.count > 0)
			result = 0;
		else if (left->count > 0 && result == 0)
			result = error_set(e, "%s: no command failed, and yet "
			    "%s is as it was", want->interface,
			    addr_format(&left->addr[0], text));
	}
	pool_free(&todo);
	return (result);
}

char *
ensure_command(const struct ensure *want, const struct pool *left)
{
	struct plan plan;

	fill(&plan, want, left);
	return (sudo_command(&plan));
}
