/* SPDX-License-Identifier: ISC */
/* Answers of an engine, and files, that list containers. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "docker/containers.h"
#include "fuzz.h"

/* Ports are in their range. */
static void
look_at(const struct bindings *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		require(l->binding[i].host_port <= 65535 &&
		    l->binding[i].port <= 65535);
}

/* All strings are there; only what is live publishes. */
static void
look(const struct container *c)
{

	require(c->id != NULL && c->name != NULL && c->state != NULL &&
	    c->health != NULL && c->network != NULL);
	require(container_label(c, "bottle") == NULL || c->labels != NULL);
	look_at(&c->asked);
	look_at(&c->published);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct container one;
	struct containers c;
	struct json *r;
	struct error e;
	char *text;
	size_t i;

	text = alloc_copy((const char *)data, len);
	r = json_parse(text, len, 0, "full", &e);
	if (r != NULL && containers_inspect(r, &one, &e) == 0) {
		look(&one);
		container_free(&one);
	}
	if (r != NULL && containers_list(r, &c, &e) == 0) {
		for (i = 0; i < c.count; i++)
			look(&c.container[i]);
		containers_networks(r, &c, &e);
		containers_free(&c);
	}
	json_free(r);
	if (containers_read(text, len, "file", &c, &e) == 0)
		containers_free(&c);
	free(text);
	return (0);
}
