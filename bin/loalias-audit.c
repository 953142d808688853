/* SPDX-License-Identifier: ISC */
/* loalias-audit: what answers on an alias, and whose is it? */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "args.h"
#include "audit.h"
#include "containers.h"
#include "docker.h"
#include "error.h"
#include "input.h"
#include "io.h"
#include "listen.h"
#include "mem.h"
#include "pool.h"
#include "record.h"

static const char usage[] =
    "usage: loalias-audit [-j] [-f containers | -H endpoint] [-o owner]\n"
    "                     [address ... | -]\n";

struct options {
	const char	*endpoint, *file, *owner;
	int		 json;
};

static void
read_options(struct options *o, int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "f:H:jo:")) != -1)
		switch (opt) {
		case 'f':
			o->file = optarg;
			break;
		case 'H':
			o->endpoint = optarg;
			break;
		case 'j':
			o->json = 1;
			break;
		case 'o':
			o->owner = optarg;
			break;
		default:
			args_common(opt, argv, usage);
		}
}

/* Standard input is for one "-", and that is the only operand then. */
static void
check_usage(const struct options *o, char *const *operand)
{
	size_t dashes, n;

	dashes = 0;
	for (n = 0; operand[n] != NULL; n++)
		dashes += strcmp(operand[n], "-") == 0;
	if ((o->file != NULL && o->endpoint != NULL) ||
	    (dashes > 0 && n > 1) ||
	    (dashes > 0 && o->file != NULL && strcmp(o->file, "-") == 0))
		args_usage(usage);
}

/* A record that names an alias is about this one, whatever its pool is. */
static int
read_addresses(char **operand, struct input *in, struct pool *pool,
    struct error *e)
{
	struct record *alias;
	int result;

	if (operand[0] == NULL || strcmp(operand[0], "-") != 0)
		return (input_pool(operand, in, pool, e));
	if (input_read(in, e) == -1)
		return (-1);
	alias = in->record != NULL ? record_get(in->record, "alias") : NULL;
	if (alias == NULL)
		return (input_take_pool(in, pool, e));
	if (record_string(alias) == NULL)
		result = error_set(e, "is not a string");
	else
		result = pool_add(pool, record_string(alias), e);
	record_free(alias);
	return (result == -1 ? error_prefix(e, INPUT_NAME ": alias") : 0);
}

static int
read_containers(const struct options *o, struct containers *c,
    struct error *e)
{

	if (o->file != NULL)
		return (containers_file(o->file, c, e));
	return (docker_containers(o->endpoint, c, e));
}

/* PORT/PROTOCOL, as Docker writes it, to be freed. */
static char *
format_port(unsigned port, int udp)
{

	return (mem_format("%u/%s", port, udp ? "udp" : "tcp"));
}

/* A name from a file may hold anything; one of an engine does not. */
static void
put_name(const char *s)
{

	for (; *s != '\0'; s++)
		putchar((unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s);
}

static void
print_text(const struct audit *found)
{
	char alias[ADDR_STRLEN], bound[ADDR_STRLEN], *port;
	const struct answer *a;
	size_t i;

	for (i = 0; i < found->count; i++) {
		a = &found->answer[i];
		port = format_port(a->port, a->udp);
		printf("%s\t%s\t%s\t", addr_format(&a->alias, alias), port,
		    a->vague ? "-" : addr_format(&a->bound, bound));
		free(port);
		if (a->container != NULL) {
			fputs("container ", stdout);
			put_name(a->container->name);
			printf(" %u\n", a->binding->port);
		} else if (a->pid != 0)
			printf("process %ld %s\n", (long)a->pid, a->name);
		else
			puts("-");
	}
}

static struct record *
to_record(const struct answer *a)
{
	struct record *r;
	char buf[ADDR_STRLEN], *port;

	r = record_new(RECORD_OBJECT);
	record_set(r, "alias",
	    record_new_string(addr_format(&a->alias, buf)));
	port = format_port(a->port, a->udp);
	record_set(r, "port", record_new_string(port));
	free(port);
	if (!a->vague)
		record_set(r, "bound",
		    record_new_string(addr_format(&a->bound, buf)));
	if (a->container != NULL) {
		port = format_port(a->binding->port, a->udp);
		record_set(r, "container",
		    record_new_string(a->container->name));
		record_set(r, "container_port", record_new_string(port));
		free(port);
	} else if (a->pid != 0) {
		record_set(r, "process", record_new_string(a->name));
		record_set(r, "pid", record_new_integer(a->pid));
	}
	return (r);
}

static void
print_json(const struct audit *found, const struct record *given)
{
	struct record *list, *r;
	char *text;
	size_t i;

	list = record_new(RECORD_ARRAY);
	for (i = 0; i < found->count; i++)
		record_append(list, to_record(&found->answer[i]));
	r = given != NULL ? record_copy(given) : record_new(RECORD_OBJECT);
	record_set(r, "listeners", list);
	text = record_format(r);
	puts(text);
	free(text);
	record_free(r);
}

/* The owner: that of the command line, or else of the record. */
static int
read_owner(struct options *o, const struct record *r, struct record **owner,
    struct error *e)
{

	*owner = r != NULL ? record_get(r, "owner") : NULL;
	if (*owner == NULL || record_kind(*owner) == RECORD_NULL)
		return (0);
	if (record_string(*owner) == NULL)
		return (error_set(e, INPUT_NAME ": owner: is not a string"));
	if (o->owner == NULL)
		o->owner = record_string(*owner);
	return (0);
}

/* Does anything answer that is not ${owner}'s? */
static int
has_foreign(const struct audit *found, const char *owner)
{
	size_t i;

	for (i = 0; i < found->count; i++)
		if (owner == NULL || found->answer[i].container == NULL ||
		    strcmp(found->answer[i].container->name, owner) != 0)
			return (1);
	return (0);
}

int
main(int argc, char *argv[])
{
	struct options o;
	struct containers c;
	struct audit found;
	struct record *owner;
	struct input in;
	struct error e;
	struct pool pool;
	int foreign;

	args_init();
	memset(&o, 0, sizeof(o));
	memset(&in, 0, sizeof(in));
	memset(&pool, 0, sizeof(pool));
	read_options(&o, argc, argv);
	argv += optind;
	check_usage(&o, argv);
	if (read_addresses(argv, &in, &pool, &e) == -1 ||
	    read_owner(&o, in.record, &owner, &e) == -1 ||
	    read_containers(&o, &c, &e) == -1 ||
	    audit_find(&pool, &c, &found, &e) == -1)
		errx(2, "%s", e.text);
	if (!listen_exact())
		warnx("UDP: cannot be seen here, but for published ports");
	if (o.json)
		print_json(&found, in.record);
	else
		print_text(&found);
	foreign = has_foreign(&found, o.owner);
	record_free(owner);
	audit_free(&found);
	containers_free(&c);
	pool_free(&pool);
	input_free(&in);
	return (io_finish(foreign));
}
