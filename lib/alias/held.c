/* SPDX-License-Identifier: ISC */
#include "alias/held.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "net/addr.h"

#define BETWEEN	BLANKS ","

int
held_exclude(struct held *h, const char *list, struct error *e)
{
	char *copy, *rest, *word;
	struct cidr c;
	int result;

	copy = alloc_copy(list, strlen(list));
	result = 0;
	for (word = strtok_r(copy, BETWEEN, &rest); word != NULL;
	    word = strtok_r(NULL, BETWEEN, &rest)) {
		result = cidr_parse(word, &c, e);
		if (result == -1)
			break;
		h->cidr = alloc_resize(h->cidr, h->cidrs + 1, sizeof(c));
		h->cidr[h->cidrs++] = c;
	}
	free(copy);
	return (result);
}

static int
is_owner(const struct held *h, const struct container *c)
{

	return (h->owner != NULL && strcmp(c->name, h->owner) == 0);
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
by_container(const struct held *h, const struct addr *a)
{
	const struct container *c;
	size_t i;

	for (i = 0; i < h->containers.count; i++) {
		c = &h->containers.container[i];
		if (!is_owner(h, c) &&
		    (has_host(&c->asked, a) || has_host(&c->published, a)))
			return (1);
	}
	return (0);
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

/* Is ${l} the listener of one of the owner's bindings? */
static int
is_owners(const struct held *h, const struct listener *l)
{
	const struct container *c;
	size_t i;

	for (i = 0; i < h->containers.count; i++) {
		c = &h->containers.container[i];
		if (is_owner(h, c) && (has_listener(&c->asked, l) ||
		    has_listener(&c->published, l)))
			return (1);
	}
	return (0);
}

static int
by_listener(const struct held *h, const struct addr *a)
{
	const struct listener *l;
	size_t i;

	for (i = 0; i < h->listeners.count; i++) {
		l = &h->listeners.listener[i];
		if (addr_compare(&l->bound, a) == 0 && !is_owners(h, l))
			return (1);
	}
	return (0);
}

int
held_by_other(const struct held *h, const struct addr *a)
{
	size_t i;

	for (i = 0; i < h->cidrs; i++)
		if (cidr_contains(&h->cidr[i], a))
			return (1);
	return (!addr_is_localhost(a) &&
	    (by_container(h, a) || by_listener(h, a)));
}

/* Find the address in ${pool} that ${l} is on: as held_by_owner(). */
static int
find_own(const char *owner, const struct bindings *l, const struct pool *pool,
    int found, struct addr *a, struct error *e)
{
	char one[ADDR_STRLEN], two[ADDR_STRLEN];
	const struct addr *host;
	size_t i;

	for (i = 0; i < l->count; i++) {
		host = &l->binding[i].host;
		if (!pool_has(pool, host))
			continue;
		if (found && addr_compare(a, host) != 0)
			return (error_set(e, "%s: is on %s and on %s: which "
			    "is its own?", owner, addr_format(a, one),
			    addr_format(host, two)));
		*a = *host;
		found = 1;
	}
	return (found);
}

int
held_by_owner(const struct held *h, const struct pool *pool, struct addr *a,
    struct error *e)
{
	const struct container *c;
	size_t i;
	int found;

	found = 0;
	for (i = 0; i < h->containers.count && found != -1; i++) {
		c = &h->containers.container[i];
		if (!is_owner(h, c))
			continue;
		found = find_own(h->owner, &c->asked, pool, found, a, e);
		if (found != -1)
			found = find_own(h->owner, &c->published, pool, found,
			    a, e);
	}
	return (found);
}

void
held_free(struct held *h)
{

	containers_free(&h->containers);
	sockets_free(&h->listeners);
	free(h->cidr);
	h->cidr = NULL;
	h->cidrs = 0;
}
