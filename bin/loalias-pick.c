/* SPDX-License-Identifier: ISC */
/* loalias-pick: which alias is free? */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alias/claim.h"
#include "alias/held.h"
#include "alias/pick.h"
#include "base/args.h"
#include "base/child.h"
#include "base/error.h"
#include "base/input.h"
#include "base/io.h"
#include "base/json.h"
#include "net/pool.h"

static const char usage[] =
"usage: loalias-pick [-aj] [-f containers | -H endpoint] [-o owner]\n"
"                    [-x list]... [address ... | -]\n"
"       loalias-pick [-H endpoint] [-o owner] [-x list]... [address ... | -]\n"
"                    -- command [argument ...]\n";

static int aflag, jflag;
static struct error e;

_Noreturn static void
fail(void)
{

	errx(2, "%s", e.text);
}

/* Read standard input for -x. */
static int
read_excluded(struct held *held, struct input *in)
{
	size_t i;

	if (input_read_list(in, &e) == -1)
		return (-1);
	for (i = 0; i < in->count; i++)
		if (held_exclude(held, in->item[i].text, &e) == -1)
			return (input_fail(in, i, &e));
	return (0);
}

/* Say that there is no address, or why that cannot be told. */
static int
none(const struct pick *p, int fd)
{

	if (fd == -1)
		fail();
	warnx("none of %zu addresses is free: %zu held, %zu claimed",
	    p->pool.count, p->pool.count - p->claimed, p->claimed);
	return (1);
}

static void
print_text(const struct json *list)
{
	struct json *r;
	size_t i;

	for (i = 0; i < json_count(list); i++) {
		r = json_at(list, i);
		puts(json_string(r));
		json_free(r);
	}
}

/* Print the record that was read, or a new one, with what was found. */
static void
print_record(const struct json *list, const struct json *in,
    const char *owner)
{
	struct json *r;
	char *text;

	r = in != NULL ? json_copy(in) : json_new(JSON_OBJECT);
	if (aflag)
		json_set(r, "free", json_copy(list));
	else
		json_set(r, "alias", json_at(list, 0));
	if (owner != NULL)
		json_set(r, "owner", json_new_string(owner));
	text = json_format(r);
	puts(text);
	free(text);
	json_free(r);
}

/* Print what is free at this moment.  Nobody is kept from taking it. */
static int
show(struct pick *p, const struct json *in)
{
	char text[ADDR_STRLEN];
	const struct addr *a;
	struct json *list;
	int fd, status;

	list = json_new(JSON_ARRAY);
	do {
		a = pick_next(p, &fd, &e);
		if (a == NULL)
			break;
		if (fd != -1)
			close(fd);
		addr_format(a, text);
		json_append(list, json_new_string(text));
	} while (aflag);
	status = 0;
	if (a == NULL && (json_count(list) == 0 || fd == -1))
		status = none(p, fd);
	else if (jflag)
		print_record(list, in, p->held.owner);
	else
		print_text(list);
	json_free(list);
	return (status);
}

/* Run ${command}, which inherits the claim, and nothing else from here. */
static int
run(struct pick *p, char **command)
{
	char text[ADDR_STRLEN], **argv;
	const struct addr *a;
	size_t i;
	int fd, status;

	a = pick_settle(p, &fd, &e);
	if (a == NULL)
		return (none(p, fd));
	addr_format(a, text);
	pick_free(p);
	argv = args_expand_all(command, text, NULL);
	status = child_run(argv, fd, &e);
	if (*e.text != '\0')
		warnx("%s", e.text);
	for (i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	free(argv);
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
	else if (operands > 0 && argc > 1)
		args_error("either addresses or -");
	else if (p->file != NULL && p->host != NULL)
		args_error("either -f or -H");
	else if (command != NULL && (aflag || jflag || p->file != NULL))
		args_error("-a, -f and -j do not go with a command");
	else if (command != NULL && *command == NULL)
		args_error("no command after --");
}

/* Read the options into ${p}.  Return how often there was "-x -". */
static int
options(struct pick *p, int argc, char **argv)
{
	int dashes, opt;

	dashes = 0;
	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "af:H:jo:x:")) != -1)
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
		case 'o':
			p->held.owner = optarg;
			break;
		case 'x':
			if (strcmp(optarg, "-") == 0)
				dashes++;
			else if (held_exclude(&p->held, optarg, &e) == -1)
				errx(2, "-x: %s", e.text);
			break;
		default:
			args_common(opt, argv, usage);
		}
	return (dashes);
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
	if ((dashes > 0 && read_excluded(&p.held, &in) == -1) ||
	    claim_port(&p.port, &e) == -1 ||
	    pool_operands(argv, &in, &p.pool, &e) == -1 ||
	    pick_look(&p, &e) == -1)
		fail();
	/* Where standard input has been read, the command gets none. */
	if (command != NULL &&
	    (dashes > 0 || (argc > 0 && strcmp(argv[0], "-") == 0)) &&
	    io_null_stdin(&e) == -1)
		fail();
	status = command != NULL ? run(&p, command) : show(&p, in.record);
	pick_free(&p);
	input_free(&in);
	return (io_finish(status));
}
