/* SPDX-License-Identifier: ISC */
/* loalias-canary: test whether a command can reach a listener of this host */
#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/args.h"
#include "base/error.h"
#include "base/io.h"
#include "net/addr.h"
#include "net/canary.h"

#define SECONDS_MAX	86400

static const char usage[] =
    "usage: loalias-canary [-ju] [-t seconds] [address] -- command "
    "[argument ...]\n"
    "  -j          print JSON\n"
    "  -t seconds  end the command after this time (60)\n"
    "  -u          listen with UDP\n"
    "man loalias-canary\n";

/* ADDRESS:PORT, or [ADDRESS]:PORT; ${buf} has ADDR_STRLEN + 8 bytes. */
static const char *
format(const struct addr *a, unsigned port, char *buf)
{
	char text[ADDR_STRLEN];

	snprintf(buf, ADDR_STRLEN + 8, a->family == AF_INET6 ? "[%s]:%u" :
	    "%s:%u", addr_format(a, text), port);
	return (buf);
}

static void
print_peers(const struct canary *c)
{
	char buf[ADDR_STRLEN + 8];
	size_t i;

	for (i = 0; i < c->count && i < CANARY_PEERS; i++)
		if (c->peer[i].port == 0)
			warnx("reached by a peer that had disconnected");
		else
			warnx("reached by %s", format(&c->peer[i].addr,
			    c->peer[i].port, buf));
	if (c->count > CANARY_PEERS)
		warnx("reached %zu more times", c->count - CANARY_PEERS);
}

static void
print(const struct canary *c, int json)
{
	char buf[ADDR_STRLEN + 8];

	if (json)
		printf("{\"address\":\"%s\",\"port\":%u,\"transport\":\"%s\","
		    "\"reached\":%s,\"times\":%zu}\n",
		    addr_format(&c->addr, buf), c->port,
		    c->udp ? "udp" : "tcp", c->count > 0 ? "true" : "false",
		    c->count);
	else
		printf("%s %s\n", format(&c->addr, c->port, buf),
		    c->count > 0 ? "reached" : "unreached");
}

/* Run ${argv} with the canary's address and port for {} and {port}. */
static int
run(struct canary *c, char *const *argv, unsigned long seconds,
    struct error *e)
{
	char address[ADDR_STRLEN], port[8], **copy;
	int result;
	size_t i;

	snprintf(port, sizeof(port), "%u", c->port);
	copy = args_expand_all(argv, addr_format(&c->addr, address), port);
	result = canary_run(c, copy, seconds, e);
	for (i = 0; copy[i] != NULL; i++)
		free(copy[i]);
	free(copy);
	return (result);
}

int
main(int argc, char *argv[])
{
	struct canary c;
	struct error e;
	struct addr a;
	const char *address;
	char **command;
	unsigned long seconds;
	int json, opt, result, udp;

	args_init();
	command = args_command(&argc, argv);
	json = udp = 0;
	seconds = 60;
	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "jt:u")) != -1)
		switch (opt) {
		case 'j':
			json = 1;
			break;
		case 't':
			if (args_number(optarg, 1, SECONDS_MAX, &seconds) ==
			    -1)
				args_error("-t: not a number from 1 to %d: %s",
				    SECONDS_MAX, error_quote(optarg));
			break;
		case 'u':
			udp = 1;
			break;
		default:
			args_common(opt, argv, usage);
		}
	if (command == NULL || command[0] == NULL)
		args_error("no command after --");
	if (argc - optind > 1)
		args_error("more than one address before --");
	address = optind < argc ? argv[optind] : "127.0.0.1";
	if (addr_parse(address, &a) == -1)
		args_error("not an address: %s", error_quote(address));
	if (canary_open(&c, &a, udp, &e) == -1)
		errx(2, "%s", e.text);
	result = run(&c, command, seconds, &e);
	canary_close(&c);
	print_peers(&c);
	if (result == -1)
		warnx("%s", e.text);
	if (result == -1 && c.count == 0)
		return (2);
	print(&c, json);
	return (io_finish(c.count > 0));
}
