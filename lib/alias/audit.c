/* SPDX-License-Identifier: ISC */
#include "alias/audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sort.h"
#include "docker/containers.h"
#include "net/pool.h"
#include "net/sockets.h"

static int
is_udp(const struct binding *b)
{

	return (strcmp(b->proto, "udp") == 0);
}

/* Is ${l} the listener of ${b}? */
static int
is_its(const struct listener *l, const struct binding *b)
{

	if (b->host_port != l->port ||
	    strcmp(b->proto, l->udp ? "udp" : "tcp") != 0)
		return (0);
	/* A wildcard is published as 0.0.0.0, as ::, or as both. */
	return (addr_compare(&b->host, &l->bound) == 0 ||
	    (addr_is_any(&b->host) && addr_is_any(&l->bound)));
}

static void
find_container(const struct listener *l, const struct containers *c,
    struct answer *a)
{
	size_t i, j;

	for (i = 0; i < c->count; i++)
		for (j = 0; j < c->container[i].published.count; j++)
			if (is_its(l, &c->container[i].published.binding[j])) {
				a->container = &c->container[i];
				a->binding =
				    &c->container[i].published.binding[j];
				return;
			}
}

static struct answer *
append(struct audit *a)
{

	a->answer = alloc_grow(a->answer, a->count, sizeof(*a->answer));
	return (&a->answer[a->count++]);
}

static void
add_listener(struct audit *a, const struct addr *alias,
    const struct listener *l, const struct containers *c,
    const struct socket_process *owner)
{
	struct answer *new;

	new = append(a);
	new->alias = *alias;
	new->port = l->port;
	new->udp = l->udp;
	new->bound = l->bound;
	find_container(l, c, new);
	if (new->container != NULL || owner == NULL)
		return;
	new->pid = owner->pid;
	strcpy(new->name, owner->name);
}

/* Is one of the answers, from ${first} on, that of ${b}? */
static int
is_known(const struct audit *a, size_t first, const struct binding *b)
{
	size_t i;

	for (i = first; i < a->count; i++)
		if (a->answer[i].binding != NULL &&
		    a->answer[i].port == b->host_port &&
		    a->answer[i].udp == is_udp(b))
			return (1);
	return (0);
}

/* Add the ports of ${c} on ${alias} that have no listener. */
static void
add_bindings(struct audit *a, size_t first, const struct addr *alias,
    const struct container *c)
{
	const struct binding *b;
	struct answer *new;
	struct listener l;
	size_t i;

	for (i = 0; i < c->published.count; i++) {
		b = &c->published.binding[i];
		memset(&l, 0, sizeof(l));
		l.bound = b->host;
		l.v6only = 1;
		if (b->host_port == 0 ||
		    (strcmp(b->proto, "tcp") != 0 && !is_udp(b)) ||
		    !sockets_answers(&l, alias) || is_known(a, first, b))
			continue;
		new = append(a);
		new->alias = *alias;
		new->port = b->host_port;
		new->udp = is_udp(b);
		new->bound = b->host;
		new->container = c;
		new->binding = b;
	}
}

static int
compare(const void *va, const void *vb)
{
	const struct answer *a, *b;
	int order;

	a = va;
	b = vb;
	if (a->port != b->port)
		return (a->port < b->port ? -1 : 1);
	if (a->udp != b->udp)
		return (a->udp - b->udp);
	order = addr_compare(&a->bound, &b->bound);
	if (order != 0)
		return (order);
	return (a->pid < b->pid ? -1 : a->pid > b->pid);
}

static struct socket_process *
find_owners(const struct listeners *l)
{
	struct socket_process *o;
	size_t i;

	o = alloc_array(l->count + 1, sizeof(*o));
	for (i = 0; i < l->count; i++)
		o[i].inode = l->listener[i].inode;
	socket_process_find(o, l->count);
	return (o);
}

int
audit_find(const struct pool *pool, const struct containers *c,
    struct audit *a, struct error *e)
{
	const struct addr *alias;
	struct listeners l;
	struct socket_process *o;
	size_t first, i, j;

	memset(a, 0, sizeof(*a));
	if (sockets_find(pool->addr, pool->count, &l, e) == -1)
		return (-1);
	a->v6only_unknown = l.v6only_unknown;
	o = find_owners(&l);
	for (i = 0; i < pool->count; i++) {
		alias = &pool->addr[i];
		first = a->count;
		for (j = 0; j < l.count; j++)
			if (sockets_answers(&l.listener[j], alias))
				add_listener(a, alias, &l.listener[j], c,
				    socket_process_get(o, l.count,
				    l.listener[j].inode));
		for (j = 0; j < c->count; j++)
			add_bindings(a, first, alias, &c->container[j]);
		/* Sockets that share a port become one. */
		if (a->count > first)
			a->count = first + sort_unique(a->answer + first,
			    a->count - first, sizeof(*a->answer), compare);
	}
	free(o);
	sockets_free(&l);
	return (0);
}

void
audit_free(struct audit *a)
{

	free(a->answer);
	a->answer = NULL;
	a->count = 0;
}
