/* SPDX-License-Identifier: ISC */
/* loalias-pick: find a free loopback address, or list the holders */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alias/claim.h"
#include "alias/pick.h"
#include "base/alloc.h"
#include "base/args.h"
#include "base/child.h"
#include "base/error.h"
#include "base/input.h"
#include "base/io.h"
#include "base/json.h"
#include "net/pool.h"

#define EXPLAINED	16	/* addresses in a message: the default pool */
#define TICK		250	/* ms between two looks */
#define WAIT_MAX	1000000UL	/* seconds */

static const char usage[] =
"usage: loalias-pick [-aj] [option ...] [address ... | -]\n"
"       loalias-pick [option ...] [address ... | -] -- command [argument ...]\n"
"       loalias-pick -l [-j] [option ...] [address ... | -]\n"
"  -a             print all free addresses\n"
"  -f containers  read the containers from a file, the output of docker inspect\n"
"  -H endpoint    ask this engine, written as for docker -H\n"
"  -j             print JSON: the launch record, if - is one\n"
"  -l             list all addresses, and their holders\n"
"  -o owner       keep the address of a container: name, ID, label=KEY[=VALUE]\n"
"  -w seconds     wait for a free address\n"
"  -x list        exclude addresses and networks; -: read them\n"
"man loalias-pick\n";

static int aflag, jflag, lflag;
static int trouble = 2;			/* exit status */
static unsigned long wait_seconds;
static struct error e;

_Noreturn static void
fail(void)
{

	errx(trouble, "%s", e.text);
}

/* Read standard input for -x. */
static int
read_excluded(struct pick *p, struct input *in)
{
	size_t i;

	if (input_read_list(in, &e) == -1)
		return (-1);
	for (i = 0; i < in->count; i++)
		if (pick_exclude(p, in->item[i].text, &e) == -1)
			return (input_fail(in, i, &e));
	return (0);
}

/* The strings in ${list}, separated by ${between}, to be freed. */
static char *
join(const struct json *list, const char *between)
{
	char *text;
	size_t i;
	FILE *f;

	f = io_memory(&text);
	for (i = 0; i < json_count(list); i++)
		fprintf(f, "%s%s", i > 0 ? between : "",
		    json_at_string(list, i));
	io_memory_end(f, &text);
	return (text);
}

/* A holder in one line, to be freed. */
static char *
holder_text(const struct holder *h)
{
	char *ports, *text;
	const struct container *c;

	c = h->container;
	ports = join(h->ports, ",");
	if (c != NULL)
		text = alloc_format("container %s %s %s",
		    error_quote(c->name), error_quote(c->state), ports);
	else if (h->pid != 0)
		text = alloc_format("process %ld %s %s", (long)h->pid,
		    h->name, ports);
	else
		text = alloc_format("process - - %s", ports);
	free(ports);
	return (text);
}

/* Print why address ${i} is not free. */
static void
explain(const struct pick *p, size_t i)
{
	char address[ADDR_STRLEN], *by, *text;
	struct holders h;
	const char *comma;
	size_t k;
	FILE *f;

	addr_format(&p->pool.addr[i], address);
	switch (pick_state(p, i)) {
	case PICK_EXCLUDED:
		warnx("%s: excluded by -x", address);
		break;
	case PICK_CLAIMED:
		warnx("%s: claimed by another loalias-pick", address);
		break;
	case PICK_HELD:
		f = io_memory(&by);
		comma = "";
		pick_holders(p, &p->pool.addr[i], &h);
		for (k = 0; k < h.count; k++) {
			if (h.holder[k].container != NULL && owners_have(
			    &p->owners, h.holder[k].container))
				continue;
			text = holder_text(&h.holder[k]);
			fprintf(f, "%s%s", comma, text);
			free(text);
			comma = ", ";
		}
		io_memory_end(f, &by);
		warnx("%s: held by %s", address, by);
		holders_free(&h);
		free(by);
		break;
	case PICK_FREE:
		break;
	}
}

/* Print that no address is free, and the holders. */
static int
none(const struct pick *p, int fd)
{
	char address[ADDR_STRLEN];
	size_t count[PICK_EXCLUDED + 1], i;

	if (fd == -1)
		fail();
	memset(count, 0, sizeof(count));
	for (i = 0; i < p->pool.count; i++) {
		count[pick_state(p, i)]++;
		if (p->owned ? addr_compare(&p->pool.addr[i], &p->own) == 0 :
		    i < EXPLAINED)
			explain(p, i);
	}
	if (p->owned) {
		warnx("%s: its address is not free: %s", p->owners.text[0],
		    addr_format(&p->own, address));
		return (1);
	}
	if (i > EXPLAINED)
		warnx("-l lists the other %zu", i - EXPLAINED);
	warnx("none of %zu addresses is free: %zu held, %zu claimed, "
	    "%zu excluded", p->pool.count, count[PICK_HELD],
	    count[PICK_CLAIMED], count[PICK_EXCLUDED]);
	return (1);
}

/* Wait a moment and look again.  Return 0 if no time is left. */
static int
again(struct pick *p)
{
	static long long end;

	if (end == 0)
		end = io_now() + (long long)wait_seconds * 1000;
	if (!io_wait(end, TICK))
		return (0);
	pick_retry(p);
	if (pick_look(p, &e) == -1)
		fail();
	return (1);
}

/* Print the record with the addresses in ${list}, and their owners. */
static void
print_record(const struct json *list, const struct input *in,
    const struct owners *owners)
{
	struct json *r, *all;
	size_t i;

	r = input_record(in);
	if (aflag)
		json_set(r, "free", json_copy(list));
	else
		json_set(r, "alias", json_at(list, 0));
	if (owners->count == 1)
		json_set_string(r, "owner", owners->text[0]);
	else if (owners->count > 1) {
		all = json_new(JSON_ARRAY);
		for (i = 0; i < owners->count; i++)
			json_append_string(all, owners->text[i]);
		json_set(r, "owner", all);
	}
	json_print(r);
}

/* Append the first free address to ${list}, or all. 0: none; -1: see e. */
static int
find_free(struct pick *p, struct json *list)
{
	char text[ADDR_STRLEN];
	const struct addr *a;
	int fd;

	while ((a = pick_next(p, &fd, &e)) != NULL) {
		if (fd != -1)
			close(fd);
		json_append_string(list, addr_format(a, text));
		if (!aflag && !lflag)
			break;
	}
	if (a == NULL && fd == -1)
		fail();
	return (json_count(list) > 0);
}

/* Print the addresses that are free now, without a claim. */
static int
show(struct pick *p, const struct input *in)
{
	struct json *list;
	char *text;
	int status;

	list = json_new(JSON_ARRAY);
	while (!find_free(p, list) && again(p))
		continue;
	status = json_count(list) == 0;
	if (status != 0)
		none(p, 0);
	else if (jflag)
		print_record(list, in, &p->owners);
	else {
		text = join(list, "\n");
		puts(text);
		free(text);
	}
	json_free(list);
	return (status);
}

static struct json *
holder_json(const struct holder *h)
{
	struct json *r;

	r = json_new(JSON_OBJECT);
	if (h->container != NULL) {
		json_set_string(r, "container", h->container->name);
		json_set_string(r, "state", h->container->state);
	} else if (h->pid != 0) {
		json_set_string(r, "process", h->name);
		json_set(r, "pid", json_new_integer(h->pid));
	}
	json_set(r, "ports", json_copy(h->ports));
	return (r);
}

/* Print an address of -l, or append it to ${list} if that is not NULL. */
static void
list_address(const struct pick *p, size_t i, struct json *list)
{
	static const char *states[] = { "free", "held", "claimed", "excluded" };
	char address[ADDR_STRLEN], *text;
	struct holders h;
	struct json *by, *r;
	size_t k;

	addr_format(&p->pool.addr[i], address);
	pick_holders(p, &p->pool.addr[i], &h);
	if (list == NULL) {
		printf("%s\t%s", address, states[pick_state(p, i)]);
		for (k = 0; k < h.count; k++) {
			text = holder_text(&h.holder[k]);
			printf("\t%s", text);
			free(text);
		}
		putchar('\n');
	} else {
		by = json_new(JSON_ARRAY);
		for (k = 0; k < h.count; k++)
			json_append(by, holder_json(&h.holder[k]));
		r = json_new(JSON_OBJECT);
		json_set_string(r, "address", address);
		json_set_string(r, "state", states[pick_state(p, i)]);
		json_set(r, "by", by);
		json_append(list, r);
	}
	holders_free(&h);
}

/* List all addresses.  Try to claim free ones, to show claims of others. */
static int
list_all(struct pick *p, const struct input *in)
{
	struct json *list, *r;
	size_t i;

	list = json_new(JSON_ARRAY);
	find_free(p, list);
	json_free(list);
	list = jflag ? json_new(JSON_ARRAY) : NULL;
	for (i = 0; i < p->pool.count; i++)
		list_address(p, i, list);
	if (jflag) {
		r = input_record(in);
		json_set(r, "addresses", list);
		json_print(r);
	}
	return (0);
}

/* Execute ${command}, which inherits only the claim. */
static int
run(struct pick *p, char **command)
{
	char text[ADDR_STRLEN];
	const struct addr *a;
	int fd, status;

	while ((a = pick_settle(p, &fd, &e)) == NULL && fd == 0 && again(p))
		continue;
	if (a == NULL)
		return (none(p, fd));
	addr_format(a, text);
	pick_free(p);
	status = child_exec(args_expand_all(command, text, NULL), &e);
	warnx("%s", e.text);
	return (status);
}

static void
check_usage(const struct pick *p, int dashes, int argc, char **argv,
    char **command)
{
	int i, operands;

	operands = 0;
	for (i = 0; i < argc; i++)
		operands += strcmp(argv[i], "-") == 0;
	dashes += operands + (p->file != NULL && strcmp(p->file, "-") == 0);
	if (dashes > 1)
		args_error("only one - can be standard input");
	if (operands > 0 && argc > 1)
		args_error("either addresses or -");
	if (p->file != NULL && p->host != NULL)
		args_error("either -f or -H");
	if (command != NULL && (aflag || jflag || lflag))
		args_error("-a, -j and -l do not go with a command");
	if (lflag && (aflag || p->owners.count > 0 || wait_seconds > 0))
		args_error("-a, -o and -w do not go with -l");
	if (command != NULL && *command == NULL)
		args_error("no command after --");
	if (command == NULL && dashes == 0 && argc == 0)
		args_no_input();
}

/* Read the options into ${p}.  Return how often there was "-x -". */
static int
options(struct pick *p, int argc, char **argv)
{
	int dashes, opt;

	dashes = 0;
	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "af:H:jlo:w:x:")) !=
	    -1)
		switch (opt) {
		case 'a':
			aflag = 1;
			break;
		case 'f':
			p->file = optarg;
			break;
		case 'H':
			p->host = optarg;
			break;
		case 'j':
			jflag = 1;
			break;
		case 'l':
			lflag = 1;
			break;
		case 'o':
			if (owners_add(&p->owners, optarg, &e) == -1)
				args_error("-o: %s", e.text);
			break;
		case 'w':
			if (args_number(optarg, 0, WAIT_MAX, &wait_seconds) ==
			    -1)
				args_error("-w: not 0 to %lu seconds", WAIT_MAX);
			break;
		case 'x':
			if (strcmp(optarg, "-") == 0)
				dashes++;
			else if (pick_exclude(p, optarg, &e) == -1)
				args_error("-x: %s", e.text);
			break;
		default:
			args_common(opt, argv, usage);
		}
	return (dashes);
}

/* Look for the first time, and print odd bindings. */
static void
look(struct pick *p, int command)
{
	const struct container *c;
	size_t i;

	if (pick_look(p, &e) == -1)
		fail();
	for (i = 0; i < p->containers.count; i++) {
		c = &p->containers.container[i];
		if (c->odd != NULL)
			warnx("container %s: %s", error_quote(c->name), c->odd);
	}
	/* A listing older than the claim proves nothing. */
	if (command && p->file != NULL && p->containers.count > 0)
		errx(trouble, "-f: a command needs an engine that can be asked "
		    "(podman: systemctl start podman.socket), or [] for no "
		    "containers");
}

int
main(int argc, char **argv)
{
	struct input in;
	struct pick p;
	char **command;
	int dashes, status;

	args_init();
	memset(&in, 0, sizeof(in));
	memset(&p, 0, sizeof(p));
	command = args_command(&argc, argv);
	dashes = options(&p, argc, argv);
	argc -= optind;
	argv += optind;
	check_usage(&p, dashes, argc, argv, command);
	if (command != NULL)
		trouble = 125;
	if ((dashes > 0 && read_excluded(&p, &in) == -1) ||
	    claim_port(&p.port, &e) == -1 ||
	    pool_operands(argv, &in, &p.pool, &e) == -1)
		fail();
	look(&p, command != NULL);
	/* If standard input has been read, the command gets none. */
	if (command != NULL && (dashes > 0 ||
	    (argc > 0 && strcmp(argv[0], "-") == 0) ||
	    (p.file != NULL && strcmp(p.file, "-") == 0)) &&
	    io_null_stdin(&e) == -1)
		fail();
	if (command != NULL)
		status = run(&p, command);
	else
		status = lflag ? list_all(&p, &in) : show(&p, &in);
	pick_free(&p);
	input_free(&in);
	return (io_finish(status));
}
