/* SPDX-License-Identifier: ISC */
/* smolvm-aliasroute: make a loopback alias reachable inside a machine */
#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <stdio.h>
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

/*
 * The members ${machine} and ${alias} of the record on standard input, which
 * live as long as ${in}.
 */
static void
read_record(struct input *in, const char **machine, const char **alias)
{
	struct error e;

	if (input_read(in, &e) == -1)
		errx(2, "%s", e.text);
	if (in->record == NULL)
		errx(2, INPUT_NAME ": not a launch record");
	*machine = json_get_string(in->record, "machine");
	*alias = json_get_string(in->record, "alias");
	if (*machine == NULL || *alias == NULL)
		errx(2, INPUT_NAME ": not a record with machine and alias");
}

static void
check_alias(const char *alias)
{
	struct addr a;

	if (addr_parse(alias, &a) == -1 || a.family != AF_INET ||
	    a.byte[0] != 127)
		errx(2, "%s: not a loopback address", error_quote(alias));
	if (addr_is_localhost(&a))
		errx(2, "%s: is the guest's own", alias);
}

static void
print_json(const struct input *in, const char *machine, const char *alias,
    const struct guest_route *r)
{
	struct json *out, *route;

	out = input_record(in);
	json_set_string(out, "machine", machine);
	json_set_string(out, "alias", alias);
	route = NULL;
	if (r->routed) {
		route = json_new(JSON_OBJECT);
		json_set_string(route, "gateway", r->gateway);
		json_set_string(route, "device", r->device);
	}
	json_set(out, "route", route);
	json_print(out);
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
	if (argc == 1 && strcmp(argv[0], "-") == 0) {
		read_record(&in, &g.machine, &alias);
	} else {
		if (argc != 2)
			args_error("a machine and an alias, or -");
		g.machine = argv[0];
		alias = argv[1];
		if (strcmp(g.machine, "-") == 0 || strcmp(alias, "-") == 0)
			args_error("either machine and alias, or -");
	}
	check_alias(alias);
	if (guest_route(&g, dflag, alias, &r, &e) == -1)
		errx(2, "%s: %s", error_quote(g.machine), e.text);
	if (jflag)
		print_json(&in, g.machine, alias, &r);
	else
		printf("%s\t%s\t%s\n", alias, r.routed ? r.gateway : "-",
		    r.routed ? r.device : "-");
	input_free(&in);
	return (io_finish(0));
}
