/* SPDX-License-Identifier: ISC */
#include "net/sockets.h"

#include <sys/socket.h>

#include <stdlib.h>

#include "base/alloc.h"

int
sockets_answers(const struct listener *l, const struct addr *alias)
{

	if (addr_compare(&l->bound, alias) == 0)
		return (1);
	if (!addr_is_any(&l->bound))
		return (0);
	return (l->bound.family == alias->family ||
	    (l->bound.family == AF_INET6 && !l->v6only));
}

void
sockets_append(struct listeners *l, const struct listener *one)
{

	l->listener = alloc_grow(l->listener, l->count, sizeof(*one));
	l->listener[l->count++] = *one;
}

static int
compare(const void *va, const void *vb)
{
	const struct listener *a, *b;
	int order;

	a = va;
	b = vb;
	order = addr_compare(&a->bound, &b->bound);
	if (order != 0)
		return (order);
	if (a->udp != b->udp)
		return (a->udp - b->udp);
	if (a->port != b->port)
		return (a->port < b->port ? -1 : 1);
	return (a->inode < b->inode ? -1 : a->inode > b->inode);
}

void
sockets_sort(struct listeners *l)
{

	if (l->count > 1)
		qsort(l->listener, l->count, sizeof(*l->listener), compare);
}

void
sockets_free(struct listeners *l)
{

	free(l->listener);
	l->listener = NULL;
	l->count = 0;
}
