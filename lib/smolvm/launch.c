/* SPDX-License-Identifier: ISC */
#include "smolvm/launch.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/input.h"
#include "base/json.h"
#include "smolvm/egress.h"
#include "smolvm/policy.h"

/* The launch record's allowed_cidrs, ${v}. */
static int
input_list(struct policy *p, const struct json *v, struct error *e)
{
	struct json *element;
	const char *s;
	size_t i;
	int result;

	p->given = 1;
	p->open = json_kind(v) == JSON_NULL;
	if (!p->open && json_kind(v) != JSON_ARRAY)
		return (error_set(e, INPUT_NAME ": allowed_cidrs is neither "
		    "null nor an array"));
	for (i = 0; i < json_count(v); i++) {
		element = json_at(v, i);
		s = json_string(element);
		result = s == NULL ? error_set(e, "allowed_cidrs has an "
		    "element that is not a string") : policy_network(p, s, e);
		json_free(element);
		if (result == -1)
			return (error_prefix(e, INPUT_NAME));
	}
	return (0);
}

/* The launch record's alias, ${v}, and the list if there already is one. */
static int
input_alias(struct policy *p, const struct json *v, struct error *e)
{
	char quoted[ERROR_QUOTE];
	const char *s;
	struct cidr c;

	s = json_string(v);
	if (s == NULL)
		return (error_set(e, INPUT_NAME ": alias is not a string"));
	if (addr_parse(s, &c.addr) == -1)
		return (error_set(e, INPUT_NAME ": alias is not an address: "
		    "%s", error_quote(quoted, s, strlen(s))));
	if (!p->given) {
		p->given = 1;
		return (policy_network(p, s, e) == -1 ?
		    error_prefix(e, INPUT_NAME) : 0);
	}
	if (p->count == 1 && cidr_host(&p->list[0]) &&
	    addr_compare(&p->list[0].addr, &c.addr) == 0)
		return (0);
	return (error_set(e, INPUT_NAME ": allowed_cidrs is another network "
	    "than alias, %s", s));
}

/* What standard input, ${in}, asks for. */
static int
read_input(struct policy *p, const struct input *in, struct error *e)
{
	struct json *v;
	size_t i;
	int result;

	for (i = 0; i < in->count; i++)
		if (policy_operand(p, in->item[i].text, e) == -1)
			return (input_fail(in, i, e));
	if (in->record == NULL)
		return (0);
	result = 0;
	v = json_get(in->record, "allowed_cidrs");
	if (v != NULL)
		result = input_list(p, v, e);
	json_free(v);
	v = json_get(in->record, "alias");
	if (v != NULL && result == 0)
		result = input_alias(p, v, e);
	json_free(v);
	if (result == 0 && !p->given)
		return (error_set(e, INPUT_NAME ": has neither allowed_cidrs "
		    "nor alias"));
	return (result);
}

int
launch_operands(struct policy *p, int argc, char *const *argv,
    struct input *in, struct error *e)
{
	int i;

	if (argc == 1 && strcmp(argv[0], "-") == 0) {
		if (input_read(in, e) == -1 || read_input(p, in, e) == -1)
			return (-1);
	} else
		for (i = 0; i < argc; i++)
			if (policy_operand(p, argv[i], e) == -1)
				return (-1);
	return (policy_finish(p, e));
}

void
launch_print(FILE *f, const struct policy *p)
{
	char buf[CIDR_STRLEN];
	size_t i;

	if (p->count == 0)
		fprintf(f, "%s\n", p->open ? "unrestricted" : "none");
	for (i = 0; i < p->count; i++)
		fprintf(f, "%s\n", cidr_format(&p->list[i], buf));
}

static struct json *
ports(const struct policy *p)
{
	struct json *list;
	char buf[sizeof("65535/tcp")];
	size_t i;

	if (p->rules == POLICY_KEEP)
		return (json_new_string(NULL));
	list = json_new(JSON_ARRAY);
	for (i = 0; i < p->ports; i++) {
		snprintf(buf, sizeof(buf), "%u/%s", p->port[i].port % 65536,
		    p->port[i].udp ? "udp" : "tcp");
		json_append(list, json_new_string(buf));
	}
	return (list);
}

void
launch_write(struct json *r, const char *machine, const struct policy *p,
    const struct egress *before)
{
	char buf[ADDR_STRLEN];

	json_set(r, "machine", json_new_string(machine));
	json_set(r, "allowed_cidrs", policy_list_record(p));
	json_set(r, "previous_cidrs", before->cidrs != NULL ?
	    json_copy(before->cidrs) : json_new_string(NULL));
	json_set(r, "dns", json_new_string(p->dns == POLICY_KEEP ?
	    before->dns : p->dns == POLICY_NONE ? NULL :
	    addr_format(&p->resolver, buf)));
	json_set(r, "ports_asked", ports(p));
}
