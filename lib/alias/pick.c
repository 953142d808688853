/* SPDX-License-Identifier: ISC */
#include "alias/pick.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alias/claim.h"
#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "base/json.h"
#include "docker/engine.h"

int
pick_exclude(struct pick *p, const char *list, struct error *e)
{
	char *copy, *rest, *word;
	struct cidr c;
	int result;

	copy = alloc_string(list);
	result = 0;
	for (word = strtok_r(copy, BLANKS ",", &rest); word != NULL;
	    word = strtok_r(NULL, BLANKS ",", &rest)) {
		result = cidr_parse(word, &c, e);
		if (result == -1)
			break;
		p->cidr = alloc_grow(p->cidr, p->cidrs, sizeof(c));
		p->cidr[p->cidrs++] = c;
	}
	free(copy);
	return (result);
}

static int
ask(struct pick *p, struct error *e)
{

	if (p->file != NULL)
		return (p->looked ? 0 :
		    containers_file(p->file, &p->containers, e));
	containers_free(&p->containers);
	if (p->engine == NULL)
		p->engine = engine_open(p->host, e);
	if (p->engine == NULL)
		return (-1);
	return (engine_list(p->engine, &p->containers, e));
}

/* Store the pool's address of one of ${l} as the owners'. */
static int
find_own(struct pick *p, const struct bindings *l, struct error *e)
{
	char one[ADDR_STRLEN], two[ADDR_STRLEN];
	const struct addr *host;
	size_t i;

	for (i = 0; i < l->count; i++) {
		host = &l->binding[i].host;
		if (!pool_has(&p->pool, host))
			continue;
		if (p->owned && addr_compare(&p->own, host) != 0)
			return (error_set(e, "%s: is on %s and on %s: which "
			    "is its own?", p->owners.text[0],
			    addr_format(&p->own, one),
			    addr_format(host, two)));
		p->own = *host;
		p->owned = 1;
	}
	return (0);
}

static int
find_owned(struct pick *p, struct error *e)
{
	const struct container *c;
	struct addr old;
	size_t i;
	int was;

	was = p->owned;
	old = p->own;
	p->owned = 0;
	for (i = 0; i < p->containers.count; i++) {
		c = &p->containers.container[i];
		if (owners_have(&p->owners, c) &&
		    (find_own(p, &c->asked, e) == -1 ||
		    find_own(p, &c->published, e) == -1))
			return (-1);
	}
	/* Another process may be making the owner anew, or has made it. */
	if (!p->owned && was) {
		p->own = old;
		p->owned = 1;
	} else if (p->owned && (!was || addr_compare(&old, &p->own) != 0))
		pick_retry(p);
	return (owners_exist(&p->owners, &p->containers, e));
}

int
pick_look(struct pick *p, struct error *e)
{

	sockets_free(&p->listeners);
	if (ask(p, e) == -1)
		return (-1);
	p->looked = 1;
	if (find_owned(p, e) == -1)
		return (-1);
	return (sockets_find(p->pool.addr, p->pool.count, &p->listeners, e));
}

static int
has_host(const struct bindings *l, const struct addr *a)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (addr_compare(&l->binding[i].host, a) == 0)
			return (1);
	return (0);
}

static int
container_has(const struct container *c, const struct addr *a)
{

	return (has_host(&c->asked, a) || has_host(&c->published, a));
}

/* Is ${l} the listener of one of ${all}? */
static int
has_listener(const struct bindings *all, const struct listener *l)
{
	const struct binding *b;
	size_t i;

	for (i = 0; i < all->count; i++) {
		b = &all->binding[i];
		if (addr_compare(&b->host, &l->bound) == 0 &&
		    b->host_port == l->port &&
		    strcmp(b->proto, l->udp ? "udp" : "tcp") == 0)
			return (1);
	}
	return (0);
}

/* Is ${l} the listener of a container, or, if ${own}, of an owner? */
static int
is_container(const struct pick *p, const struct listener *l, int own)
{
	const struct container *c;
	size_t i;

	for (i = 0; i < p->containers.count; i++) {
		c = &p->containers.container[i];
		if ((has_listener(&c->asked, l) ||
		    has_listener(&c->published, l)) &&
		    (!own || owners_have(&p->owners, c)))
			return (1);
	}
	return (0);
}

/* Does a container or listener other than the owners' hold ${a}? */
static int
is_held(const struct pick *p, const struct addr *a)
{
	const struct listener *l;
	size_t i;

	for (i = 0; i < p->containers.count; i++)
		if (container_has(&p->containers.container[i], a) &&
		    !owners_have(&p->owners, &p->containers.container[i]))
			return (1);
	for (i = 0; i < p->listeners.count; i++) {
		l = &p->listeners.listener[i];
		if (addr_compare(&l->bound, a) == 0 && !is_container(p, l, 1))
			return (1);
	}
	return (0);
}

enum pick_state
pick_state(const struct pick *p, size_t n)
{
	const struct addr *a;
	size_t i;

	a = &p->pool.addr[n];
	if (!addr_is_localhost(a) && is_held(p, a))
		return (PICK_HELD);
	for (i = 0; i < p->cidrs; i++)
		if (cidr_contains(&p->cidr[i], a))
			return (PICK_EXCLUDED);
	return (p->claimed[n] ? PICK_CLAIMED : PICK_FREE);
}

/* May address ${i} be picked?  It is free, and the owners have no other. */
static int
is_candidate(const struct pick *p, size_t i)
{

	return ((!p->owned ||
	    addr_compare(&p->pool.addr[i], &p->own) == 0) &&
	    pick_state(p, i) == PICK_FREE);
}

const struct addr *
pick_next(struct pick *p, int *fd, struct error *e)
{
	const struct addr *a;
	size_t i;
	int claimed, result;

	*fd = -1;
	claimed = 0;
	for (i = 0; i < p->pool.count; i++) {
		claimed |= p->claimed[i];
		if (p->tried[i] || !is_candidate(p, i))
			continue;
		p->tried[i] = 1;
		a = &p->pool.addr[i];
		if (addr_is_localhost(a))
			return (a);
		result = claim_take(a, p->port, fd, e);
		if (result != 0)
			return (result == 1 ? a : NULL);
		claimed = p->claimed[i] = 1;
	}
	*fd = claimed ? claim_usable(p->port, e) : 0;
	return (NULL);
}

const struct addr *
pick_settle(struct pick *p, int *fd, struct error *e)
{
	const struct addr *a;
	int result;

	while ((a = pick_next(p, fd, e)) != NULL) {
		result = pick_look(p, e);
		if (result == 0 &&
		    is_candidate(p, (size_t)(a - p->pool.addr)))
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
pick_retry(struct pick *p)
{

	memset(p->tried, 0, sizeof(p->tried));
	memset(p->claimed, 0, sizeof(p->claimed));
}

static struct holder *
append(struct holders *h)
{
	struct holder *new;

	h->holder = alloc_grow(h->holder, h->count, sizeof(*new));
	new = &h->holder[h->count++];
	new->ports = json_new(JSON_ARRAY);
	return (new);
}

/* Add PORT/PROTOCOL to ${list}, unless it has it. */
static void
add_port(struct json *list, unsigned port, const char *proto)
{
	char *text;

	text = alloc_format("%u/%s", port, proto);
	if (!json_has_string(list, text))
		json_append_string(list, text);
	free(text);
}

static void
add_ports(struct json *list, const struct container *c,
    const struct bindings *l, const struct addr *a)
{
	const struct binding *b;
	size_t i;

	for (i = 0; i < l->count; i++) {
		b = &l->binding[i];
		/* Port 0 is not listed if a chosen one is. */
		if (addr_compare(&b->host, a) == 0 && (b->host_port != 0 ||
		    !bindings_have(&c->published, b)))
			add_port(list, b->host_port, b->proto);
	}
}

/* The process of ${l}, new if it is not in ${h}. */
static struct holder *
find_process(struct holders *h, const struct listener *l)
{
	struct socket_process o;
	size_t i;

	memset(&o, 0, sizeof(o));
	o.inode = l->inode;
	socket_process_find(&o, 1);
	for (i = 0; i < h->count; i++)
		if (h->holder[i].container == NULL &&
		    h->holder[i].pid == o.pid)
			return (&h->holder[i]);
	append(h);
	h->holder[i].pid = o.pid;
	strcpy(h->holder[i].name, o.name);
	return (&h->holder[i]);
}

void
pick_holders(const struct pick *p, const struct addr *a, struct holders *h)
{
	const struct container *c;
	const struct listener *l;
	struct holder *new;
	size_t i;

	memset(h, 0, sizeof(*h));
	for (i = 0; i < p->containers.count; i++) {
		c = &p->containers.container[i];
		if (!container_has(c, a))
			continue;
		new = append(h);
		new->container = c;
		add_ports(new->ports, c, &c->published, a);
		add_ports(new->ports, c, &c->asked, a);
	}
	for (i = 0; i < p->listeners.count; i++) {
		l = &p->listeners.listener[i];
		if (addr_compare(&l->bound, a) == 0 && !is_container(p, l, 0))
			add_port(find_process(h, l)->ports, l->port,
			    l->udp ? "udp" : "tcp");
	}
}

void
holders_free(struct holders *h)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		json_free(h->holder[i].ports);
	free(h->holder);
	memset(h, 0, sizeof(*h));
}

void
pick_free(struct pick *p)
{

	engine_close(p->engine);
	containers_free(&p->containers);
	sockets_free(&p->listeners);
	owners_free(&p->owners);
	pool_free(&p->pool);
	free(p->cidr);
	memset(p, 0, sizeof(*p));
}
