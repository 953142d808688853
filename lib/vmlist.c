/* SPDX-License-Identifier: ISC */
#include "vmlist.h"

#include <stdlib.h>
#include <string.h>

#include "differ.h"
#include "error.h"
#include "machine.h"
#include "mem.h"
#include "record.h"
#include "vmstate.h"

/* A state as the engine tells it: what runs no more is stopped. */
static const char *
state(const struct machine *m)
{
	struct error ignored;
	const char *text;

	text = vmstate_text(m->record);
	if (strcmp(text, "running") == 0 &&
	    vmstate_stopped(m->record, m->dir, &ignored) == 0)
		return ("stopped");
	return (text);
}

void
vmlist_text(FILE *f, const char *name, const struct machine *m)
{
	const struct egress *g;

	g = &m->egress;
	fprintf(f, "%s\t%s\t", name, state(m));
	differ_list(f, g);
	fprintf(f, "\t%s\t", g->dns != NULL ? g->dns : "none");
	differ_ports(f, g);
	fprintf(f, "\t%s\n", g->hosts != NULL ? g->hosts : "none");
}

/* The member ${key} of ${from}, or null. */
static void
take(struct record *r, const char *key, const struct record *from)
{
	struct record *v;

	v = record_get(from, key);
	record_set(r, key, v != NULL ? v : record_new_string(NULL));
}

/* The ports that the rules leave: null, an array, or "other". */
static struct record *
ports(const struct egress *g)
{
	struct record *list;
	char *end, *text, *word;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	if (f == NULL)
		mem_exhausted();
	differ_ports(f, g);
	if (fclose(f) != 0)
		mem_exhausted();
	if (g->rules.count == 0)
		list = record_new_string(NULL);
	else if (strcmp(text, "other") == 0)
		list = record_new_string(text);
	else {
		list = record_new(RECORD_ARRAY);
		for (word = text; word != NULL; word = end) {
			end = strchr(word, ',');
			if (end != NULL)
				*end++ = '\0';
			record_append(list, record_new_string(word));
		}
	}
	free(text);
	return (list);
}

struct record *
vmlist_record(const char *name, const struct machine *m)
{
	struct record *r;

	r = record_new(RECORD_OBJECT);
	record_set(r, "name", record_new_string(name));
	record_set(r, "state", record_new_string(state(m)));
	take(r, "allowed_cidrs", m->record);
	take(r, "dns", m->record);
	record_set(r, "ports", ports(&m->egress));
	take(r, "dns_filter_hosts", m->record);
	return (r);
}
