/* SPDX-License-Identifier: ISC */
/* loalias-audit: list the listeners on an alias, and their owners */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alias/audit.h"
#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "base/input.h"
#include "base/io.h"
#include "base/json.h"
#include "docker/containers.h"
#include "docker/engine.h"
#include "net/addr.h"
#include "net/pool.h"

#define WAIT_MAX	1000000UL	/* seconds */

static const char usage[] =
"usage: loalias-audit [-bj] [-f containers | -H endpoint] [-o owner]...\n"
"                     [-w seconds] [address ... | -]\n"
"  -b             only listeners bound to the address itself are foreign\n"
"  -f containers  read the containers from a file, the output of docker inspect\n"
"  -H endpoint    ask this engine, written as for docker -H\n"
"  -j             print JSON: the launch record, if - is one\n"
"  -o owner       this container is not foreign: name, ID, label=KEY[=VALUE]\n"
"  -w seconds     wait for foreign listeners to end\n"
"man loalias-audit\n";

struct options {
	const char	*endpoint, *file;
	struct owners	 owners;
	int		 bound, json;
	unsigned long	 seconds;
};

static void
read_options(struct options *o, int argc, char **argv)
{
	struct error e;
	int opt;

	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "bf:H:jo:w:")) != -1)
		switch (opt) {
		case 'b':
			o->bound = 1;
			break;
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
			if (owners_add(&o->owners, optarg, &e) == -1)
				args_error("-o: %s", e.text);
			break;
		case 'w':
			if (args_number(optarg, 0, WAIT_MAX, &o->seconds) ==
			    -1)
				args_error("-w: not 0 to %lu seconds", WAIT_MAX);
			break;
		default:
			args_common(opt, argv, usage);
		}
}

/* Only one "-" may read standard input, and it is the only operand then. */
static void
check_usage(const struct options *o, char *const *operand)
{
	size_t dashes, n;
	int file;

	dashes = 0;
	for (n = 0; operand[n] != NULL; n++)
		dashes += strcmp(operand[n], "-") == 0;
	file = o->file != NULL && strcmp(o->file, "-") == 0;
	if (o->file != NULL && o->endpoint != NULL)
		args_error("either -f or -H");
	if (file && o->seconds > 0)
		args_error("-w: standard input can be read once only");
	if (dashes > 1 || (dashes > 0 && file))
		args_error("only one - can be standard input");
	if (dashes > 0 && n > 1)
		args_error("either addresses or -");
	if (n == 0 && !file)
		args_no_input();
}

/* If the record has an alias, audit only that, not its pool. */
static int
read_addresses(char **operand, struct input *in, struct pool *pool,
    struct error *e)
{
	const char *alias;

	if (operand[0] == NULL || strcmp(operand[0], "-") != 0)
		return (pool_operands(operand, in, pool, e));
	if (input_read(in, e) == -1)
		return (-1);
	if (!json_has(in->record, "alias"))
		return (pool_take(in, pool, e));
	alias = json_get_string(in->record, "alias");
	if (alias == NULL)
		return (error_set(e, INPUT_NAME ": alias: is not a string"));
	if (pool_add(pool, alias, e) == -1)
		return (error_prefix(e, INPUT_NAME ": alias"));
	return (0);
}

/* PORT/PROTOCOL, as Docker writes it, to be freed. */
static char *
format_port(unsigned port, int udp)
{

	return (alloc_format("%u/%s", port, udp ? "udp" : "tcp"));
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
		    addr_format(&a->bound, bound));
		free(port);
		if (a->container != NULL) {
			fputs("container ", stdout);
			error_write(stdout, a->container->name,
			    strlen(a->container->name));
			printf(" %u\n", a->binding->port);
		} else if (a->pid != 0)
			printf("process %ld %s\n", (long)a->pid, a->name);
		else
			puts("-");
	}
}

/*
 * Is ${a} not an owner's?  With -b, a listener on all addresses is not foreign.
 */
static int
is_foreign(const struct options *o, const struct answer *a)
{

	if (o->bound && addr_compare(&a->bound, &a->alias) != 0)
		return (0);
	return (a->container == NULL ||
	    !owners_have(&o->owners, a->container));
}

static struct json *
to_record(const struct options *o, const struct answer *a)
{
	struct json *r;
	char buf[ADDR_STRLEN], *port;

	r = json_new(JSON_OBJECT);
	json_set_string(r, "alias", addr_format(&a->alias, buf));
	port = format_port(a->port, a->udp);
	json_set_string(r, "port", port);
	free(port);
	json_set_string(r, "bound", addr_format(&a->bound, buf));
	if (a->container != NULL) {
		port = format_port(a->binding->port, a->udp);
		json_set_string(r, "container", a->container->name);
		json_set_string(r, "container_port", port);
		free(port);
	} else if (a->pid != 0) {
		json_set_string(r, "process", a->name);
		json_set(r, "pid", json_new_integer(a->pid));
	}
	json_set(r, "foreign", json_new_bool(is_foreign(o, a)));
	return (r);
}

static void
print_json(const struct options *o, const struct audit *found,
    const struct input *in)
{
	struct json *list, *r;
	size_t i;

	list = json_new(JSON_ARRAY);
	for (i = 0; i < found->count; i++)
		json_append(list, to_record(o, &found->answer[i]));
	r = input_record(in);
	json_set(r, "listeners", list);
	json_print(r);
}

static int
add_owner(const struct json *r, void *arg, struct error *e)
{

	if (json_string(r) == NULL)
		return (error_set(e, "is not a string"));
	return (owners_add(arg, json_string(r), e));
}

/*
 * Without -o, take the owners of the record: a string, or an array of them.
 * They live as long as the record.
 */
static int
read_owner(struct options *o, const struct json *r, struct error *e)
{
	struct json *owner;
	int result;

	owner = json_get(r, "owner");
	result = 0;
	if (json_kind(owner) == JSON_ARRAY && o->owners.count == 0)
		result = json_elements(owner, add_owner, &o->owners, e);
	else if (json_kind(owner) != JSON_NULL && o->owners.count == 0)
		result = add_owner(owner, &o->owners, e);
	json_free(owner);
	return (result == -1 ? error_prefix(e, INPUT_NAME ": owner") : 0);
}

static int
has_foreign(const struct options *o, const struct audit *found)
{
	size_t i;

	for (i = 0; i < found->count; i++)
		if (is_foreign(o, &found->answer[i]))
			return (1);
	return (0);
}

/* With -b: name foreign listeners, for scripts that show standard error. */
static void
warn_foreign(const struct options *o, const struct audit *found)
{
	char alias[ADDR_STRLEN], *who;
	const struct answer *a;
	size_t i;

	for (i = 0; o->bound && i < found->count; i++) {
		a = &found->answer[i];
		if (!is_foreign(o, a))
			continue;
		if (a->container != NULL)
			who = alloc_format("container %s",
			    error_quote(a->container->name));
		else if (a->pid != 0)
			who = alloc_format("process %ld, %s,", (long)a->pid,
			    a->name);
		else
			who = alloc_string("another program");
		warnx("%s: %s has port %u/%s", addr_format(&a->alias, alias),
		    who, a->port, a->udp ? "udp" : "tcp");
		free(who);
	}
}

/* Find the listeners; retry for o->seconds while one is foreign. */
static int
find(const struct options *o, const struct pool *pool, struct containers *c,
    struct audit *found, struct error *e)
{
	long long end;

	end = io_now() + (long long)o->seconds * 1000;
	for (;;) {
		if ((o->file != NULL ? containers_file(o->file, c, e) :
		    engine_containers(o->endpoint, c, e)) == -1 ||
		    owners_exist(&o->owners, c, e) == -1 ||
		    audit_find(pool, c, found, e) == -1)
			return (-1);
		if (!has_foreign(o, found) || !io_wait(end, 500))
			return (0);
		audit_free(found);
		containers_free(c);
	}
}

/*
 * Name the ports that a container should publish on ${pool} and does not, and
 * odd bindings.
 */
static void
warn_unpublished(const struct containers *all, const struct pool *pool)
{
	char host[ADDR_STRLEN];
	const struct binding *b;
	const struct container *c;
	size_t i, k;

	for (i = 0; i < all->count; i++) {
		c = &all->container[i];
		if (c->odd != NULL)
			warnx("container %s: %s", error_quote(c->name),
			    c->odd);
		for (k = 0; container_live(c) && k < c->asked.count; k++) {
			b = &c->asked.binding[k];
			if (pool_has(pool, &b->host) &&
			    !bindings_have(&c->published, b))
				warnx("container %s: asked for port %u/%s on "
				    "%s, but does not publish it",
				    error_quote(c->name), b->port, b->proto,
				    addr_format(&b->host, host));
		}
	}
}

int
main(int argc, char *argv[])
{
	struct options o;
	struct containers c;
	struct audit found;
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
	    read_owner(&o, in.record, &e) == -1 ||
	    find(&o, &pool, &c, &found, &e) == -1)
		errx(2, "%s", e.text);
	if (found.v6only_unknown)
		warnx("this kernel lacks sock_diag: IPv6-only sockets are "
		    "counted, too");
	if (o.json)
		print_json(&o, &found, &in);
	else
		print_text(&found);
	foreign = has_foreign(&o, &found);
	warn_unpublished(&c, &pool);
	warn_foreign(&o, &found);
	owners_free(&o.owners);
	audit_free(&found);
	containers_free(&c);
	pool_free(&pool);
	input_free(&in);
	return (io_finish(foreign));
}
