/* SPDX-License-Identifier: ISC */
#include "smolvm/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "smolvm/differ.h"
#include "smolvm/machine.h"
#include "smolvm/other_access.h"

static void
line(FILE *f, const char *name, const struct machine *m)
{
	const struct egress *g;
	struct json *beside;
	char *text;

	g = &m->egress;
	beside = other_access_list(m->record);
	text = json_format(beside);
	fprintf(f, "%s\t%s\t", name, machine_current(m));
	differ_list(f, g);
	fprintf(f, "\t%s\t", g->dns != NULL ? g->dns : "none");
	differ_ports(f, g);
	fprintf(f, "\t%s\t%s\n", g->hosts != NULL ? g->hosts : "none", text);
	free(text);
	json_free(beside);
}

/* The member ${key} of ${from}, or null. */
static void
take(struct json *r, const char *key, const struct json *from)
{
	struct json *v;

	v = json_get(from, key);
	json_set(r, key, v != NULL ? v : json_new_string(NULL));
}

/* The ports that the rules leave: null, an array, or "other". */
static struct json *
ports(const struct egress *g)
{
	struct json *list;
	char *end, *text, *word;
	FILE *f;

	f = io_memory(&text);
	differ_ports(f, g);
	io_memory_end(f, &text);
	if (g->rules.count == 0)
		list = json_new_string(NULL);
	else if (strcmp(text, "other") == 0)
		list = json_new_string(text);
	else {
		list = json_new(JSON_ARRAY);
		for (word = text; word != NULL; word = end) {
			end = strchr(word, ',');
			if (end != NULL)
				*end++ = '\0';
			json_append(list, json_new_string(word));
		}
	}
	free(text);
	return (list);
}

static struct json *
object(const char *name, const struct machine *m)
{
	struct json *r;

	r = json_new(JSON_OBJECT);
	json_set(r, "name", json_new_string(name));
	json_set(r, "state", json_new_string(machine_current(m)));
	take(r, "allowed_cidrs", m->record);
	take(r, "dns", m->record);
	json_set(r, "ports", ports(&m->egress));
	take(r, "dns_filter_hosts", m->record);
	json_set(r, "beside_ip", other_access_list(m->record));
	json_set(r, "record", json_copy(m->record));
	return (r);
}

size_t
report_list(FILE *f, const struct machine_home *home, char *const *name,
    size_t count, int json, FILE *errors)
{
	char quoted[ERROR_QUOTE], *text;
	struct json *all, *r;
	struct machine m;
	struct error e;
	size_t bad, i;

	bad = 0;
	all = json_new(JSON_ARRAY);
	for (i = 0; i < count; i++) {
		if (machine_load(home, name[i], 0, &m, &e) == -1) {
			fprintf(errors, "%s: %s\n", error_quote(quoted,
			    name[i], strlen(name[i])), e.text);
			bad++;
		} else if (json)
			json_append(all, object(name[i], &m));
		else
			line(f, name[i], &m);
		machine_free(&m);
	}
	r = json_new(JSON_OBJECT);
	json_set(r, "machines", all);
	if (json) {
		text = json_format(r);
		fprintf(f, "%s\n", text);
		free(text);
	}
	json_free(r);
	return (bad);
}
