/* SPDX-License-Identifier: ISC */
#include "vmlist.h"

#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "differ.h"
#include "io.h"
#include "machine.h"
#include "record.h"

/*
 * A state as it is: what is recorded as running and runs no more is stopped, as
 * the engine tells it, too; what is recorded as stopped, in whatever word, may
 * run, where an engine was too busy to hear from it, or was cut off.
 */
static const char *
state(const struct machine *m)
{
	struct error ignored;
	struct vmstate recorded;

	recorded = m->state;
	recorded.pid = 0;
	if (vmstate_stopped(&m->state, m->dir, &ignored) == 0)
		return (strcmp(m->state.text, "running") == 0 ? "stopped" :
		    m->state.text);
	return (vmstate_stopped(&recorded, NULL, &ignored) == 0 ? "running" :
	    m->state.text);
}

static void
line(FILE *f, const char *name, const struct machine *m)
{
	const struct egress *g;
	struct record *beside;
	char *text;

	g = &m->egress;
	beside = beside_list(m->record);
	text = record_format(beside);
	fprintf(f, "%s\t%s\t", name, state(m));
	differ_list(f, g);
	fprintf(f, "\t%s\t", g->dns != NULL ? g->dns : "none");
	differ_ports(f, g);
	fprintf(f, "\t%s\t%s\n", g->hosts != NULL ? g->hosts : "none", text);
	free(text);
	record_free(beside);
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
	FILE *f;

	f = io_memory(&text);
	differ_ports(f, g);
	io_memory_end(f, &text);
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

static struct record *
object(const char *name, const struct machine *m)
{
	struct record *r;

	r = record_new(RECORD_OBJECT);
	record_set(r, "name", record_new_string(name));
	record_set(r, "state", record_new_string(state(m)));
	take(r, "allowed_cidrs", m->record);
	take(r, "dns", m->record);
	record_set(r, "ports", ports(&m->egress));
	take(r, "dns_filter_hosts", m->record);
	record_set(r, "beside_ip", beside_list(m->record));
	record_set(r, "record", record_copy(m->record));
	return (r);
}

size_t
vmlist_write(FILE *f, const struct machine_home *home, char *const *name,
    size_t count, int json, FILE *errors)
{
	char quoted[ERROR_QUOTE], *text;
	struct record *all, *r;
	struct machine m;
	struct error e;
	size_t bad, i;

	bad = 0;
	all = record_new(RECORD_ARRAY);
	for (i = 0; i < count; i++) {
		if (machine_load(home, name[i], 0, &m, &e) == -1) {
			fprintf(errors, "%s: %s\n", error_quote(quoted,
			    name[i], strlen(name[i])), e.text);
			bad++;
		} else if (json)
			record_append(all, object(name[i], &m));
		else
			line(f, name[i], &m);
		machine_free(&m);
	}
	r = record_new(RECORD_OBJECT);
	record_set(r, "machines", all);
	if (json) {
		text = record_format(r);
		fprintf(f, "%s\n", text);
		free(text);
	}
	record_free(r);
	return (bad);
}
