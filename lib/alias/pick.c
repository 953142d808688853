/* SPDX-License-Identifier: ISC */
#include "alias/pick.h"

#include <string.h>
#include <unistd.h>

#include "alias/claim.h"
#include "base/error.h"
#include "docker/containers.h"
#include "docker/engine.h"

static int
ask(struct pick *p, struct error *e)
{

	if (p->file != NULL)
		return (containers_file(p->file, &p->held.containers, e));
	if (p->docker == NULL)
		p->docker = engine_open(p->host, e);
	if (p->docker == NULL)
		return (-1);
	return (engine_list(p->docker, &p->held.containers, e));
}

int
pick_look(struct pick *p, struct error *e)
{

	containers_free(&p->held.containers);
	sockets_free(&p->held.listeners);
	if (ask(p, e) == -1)
		return (-1);
	return (sockets_find(p->pool.addr, p->pool.count, &p->held.listeners,
	    e));
}

/* Store the index of the next candidate; the pool's count if none is left. */
static int
candidate(struct pick *p, size_t *next, struct error *e)
{
	const struct addr *a;
	struct addr own;
	size_t i;
	int owns;

	owns = held_by_owner(&p->held, &p->pool, &own, e);
	if (owns == -1)
		return (-1);
	*next = p->pool.count;
	for (i = p->pool.count; i-- > 0;) {
		a = &p->pool.addr[i];
		if (p->tried[i] || held_by_other(&p->held, a))
			continue;
		*next = i;
		if (owns && addr_compare(a, &own) == 0)
			break;
	}
	return (0);
}

const struct addr *
pick_next(struct pick *p, int *fd, struct error *e)
{
	const struct addr *a;
	size_t i;
	int result;

	for (;;) {
		*fd = -1;
		if (candidate(p, &i, e) == -1)
			return (NULL);
		if (i == p->pool.count)
			break;
		p->tried[i] = 1;
		a = &p->pool.addr[i];
		if (addr_is_localhost(a))
			return (a);
		result = claim_take(a, p->port, fd, e);
		if (result != 0)
			return (result == 1 ? a : NULL);
		p->claimed++;
	}
	*fd = p->claimed > 0 ? claim_usable(p->port, e) : 0;
	return (NULL);
}

const struct addr *
pick_settle(struct pick *p, int *fd, struct error *e)
{
	const struct addr *a;
	int result;

	while ((a = pick_next(p, fd, e)) != NULL) {
		result = pick_look(p, e);
		if (result == 0 && !held_by_other(&p->held, a))
			return (a);
		if (*fd != -1)
			close(*fd);
		*fd = -1;
		if (result == -1)
			break;
	}
	return (NULL);
}

void
pick_free(struct pick *p)
{

	engine_close(p->docker);
	held_free(&p->held);
	pool_free(&p->pool);
	memset(p, 0, sizeof(*p));
}
