/* SPDX-License-Identifier: ISC */
/* smolvm-aliasroute: make a loopback alias reachable inside a machine */
#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "base/error.h"
#include "base/input.h"
#include "base/io.h"
#include "base/json.h"
#include "net/addr.h"
#include "smolvm/guest.h"

#define SECONDS		60	/* enough for three tries with a busy engine */

static const char usage[] =
    "usage: smolvm-aliasroute [-dj] machine alias | -\n"
    "  -d  withdraw the route\n"
    "  -j  print JSON; with -, the launch record\n"
    "  -   machine and alias of the launch record on standard input\n"
    "man smolvm-aliasroute\n";

static int dflag, jflag;

/* The members ${machine} and ${alias} of the record on standard input. */
static void
read_record(struct input *in, const char **machine, const char **alias)
{
	struct json *a, *m;
	struct error e;

	if (input_read(in, &e) == -1)
		errx(2, "%s", e.text);
	if (in->record == NULL)
		errx(2, INPUT_NAME ": not a launch record");
	m = json_get(in->record, "machine");
	a = json_get(in->record, "alias");
	/* The record keeps the bytes. */
	*machine = m != NULL ? json_string(m) : NULL;
	*alias = a != NULL ? json_string(a) : NULL;
	json_free(m);
	json_free(a);
	if (*machine == NULL || *alias == NULL)
		errx(2, INPUT_NAME ": not a record with machine and alias");
}

static void
check_alias(const char *alias)
{
	char quoted[ERROR_QUOTE];
	struct addr a;

	if (addr_parse(alias, &a) == -1 || a.family != AF_INET ||
	    a.byte[0] != 127)
		errx(2, "%s: not a loopback address",
		    error_quote(quoted, alias, strlen(alias)));
	if (addr_is_localhost(&a))
		errx(2, "%s: is the guest's own", alias);
}

static void
print_json(const struct json *record, const char *machine, const char *alias,
    const struct guest_route *r)
{
	struct json *out, *route;
	char *text;

	out = record != NULL ? json_copy(record) : json_new(JSON_OBJECT);
	json_set(out, "machine", json_new_string(machine));
	json_set(out, "alias", json_new_string(alias));
	route = json_new_string(NULL);
	if (r->routed) {
		json_free(route);
		route = json_new(JSON_OBJECT);
		json_set(route, "gateway", json_new_string(r->gateway));
		json_set(route, "device", json_new_string(r->device));
	}
	json_set(out, "route", route);
	text = json_format(out);
	puts(text);
	free(text);
	json_free(out);
}

static void
check_usage(int argc, char *const *argv)
{

	if (argc == 1 && strcmp(argv[0], "-") == 0)
		return;
	if (argc != 2)
		args_error("a machine and an alias, or -");
	if (strcmp(argv[0], "-") == 0 || strcmp(argv[1], "-") == 0)
		args_error("either machine and alias, or -");
}

int
main(int argc, char *argv[])
{
	struct guest g = { .seconds = SECONDS };
	struct guest_route r;
	struct input in;
	struct error e;
	const char *alias;
	int opt;

	args_init();
	memset(&in, 0, sizeof(in));
	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "dj")) != -1)
		switch (opt) {
		case 'd':
			dflag = 1;
			break;
		case 'j':
			jflag = 1;
			break;
		default:
			args_common(opt, argv, usage);
		}
	argc -= optind;
	argv += optind;
	check_usage(argc, argv);
	if (argc == 1) {
		read_record(&in, &g.machine, &alias);
	} else {
		g.machine = argv[0];
		alias = argv[1];
	}
	check_alias(alias);
	if (guest_route(&g, dflag, alias, &r, &e) == -1)
		errx(2, "%s: %s", g.machine, e.text);
	if (jflag)
		print_json(in.record, g.machine, alias, &r);
	else
		printf("%s\t%s\t%s\n", alias, r.routed ? r.gateway : "-",
		    r.routed ? r.device : "-");
	input_free(&in);
	return (io_finish(0));
}
