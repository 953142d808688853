/* SPDX-License-Identifier: ISC */
/*
 * What an engine or a file says about containers: skimming it first must not
 * change what is read in it.
 */
#include <stdlib.h>
#include <string.h>

#include "containers.h"
#include "error.h"
#include "fuzz.h"
#include "mem.h"
#include "record.h"
#include "skim.h"

/* Make sure that all strings are there, and ports in their range. */
static void
look(const struct container *c)
{
	size_t i;

	require(c->id != NULL && c->name != NULL && c->state != NULL);
	for (i = 0; i < c->count; i++)
		require(c->binding[i].host_port <= 65535 &&
		    c->binding[i].port <= 65535 &&
		    strlen(c->binding[i].proto) > 0);
}

static void
compare(const struct container *a, const struct container *b)
{
	size_t i;

	look(a);
	require(strcmp(a->id, b->id) == 0 && strcmp(a->name, b->name) == 0 &&
	    strcmp(a->state, b->state) == 0 && a->hidden == b->hidden &&
	    a->count == b->count);
	for (i = 0; i < a->count; i++)
		require(memcmp(&a->binding[i], &b->binding[i],
		    sizeof(a->binding[i])) == 0);
}

static void
compare_lists(const struct record *full, const struct record *part)
{
	struct containers a, b;
	struct error ea, eb;
	size_t i;
	int result;

	result = containers_list(full, &a, &ea);
	require(containers_list(part, &b, &eb) == result);
	if (result == -1) {
		require(strcmp(ea.text, eb.text) == 0);
		return;
	}
	require(a.count == b.count);
	for (i = 0; i < a.count; i++)
		compare(&a.container[i], &b.container[i]);
	containers_free(&a);
	containers_free(&b);
}

static void
compare_inspects(const struct record *full, const struct record *part)
{
	struct container a, b;
	struct error ea, eb;
	int result;

	result = containers_inspect(full, &a, &ea);
	require(containers_inspect(part, &b, &eb) == result);
	if (result == -1) {
		require(strcmp(ea.text, eb.text) == 0);
		return;
	}
	compare(&a, &b);
	containers_clear(&a);
	containers_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct containers c;
	struct record *full, *part;
	struct error e;
	char *text;

	text = mem_copy((const char *)data, len);
	full = record_parse(text, len, 0, "full", &e);
	part = skim_parse(text, len, "part", &e);
	if (full != NULL) {
		require(part != NULL);
		compare_lists(full, part);
		compare_inspects(full, part);
	}
	record_free(full);
	record_free(part);
	if (containers_read(text, len, "file", &c, &e) == 0)
		containers_free(&c);
	free(text);
	return (0);
}
