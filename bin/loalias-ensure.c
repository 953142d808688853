/* SPDX-License-Identifier: ISC */
/* loalias-ensure: make addresses usable on the loopback interface */
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
#include "loopback/interface.h"
#include "loopback/sudo.h"
#include "net/addr.h"
#include "net/pool.h"

#define LABEL	"bottle-tools.loalias"	/* of the launchd job */

static const char usage[] =
    "usage: loalias-ensure [-bjn] [-i interface] [address ... | -]\n"
    "       loalias-ensure -d [-bn] [-i interface] address ...\n"
    "       loalias-ensure -P launchd | sudoers [address ...]\n"
    "  -b            never ask for a password\n"
    "  -d            remove the addresses\n"
    "  -i interface  the loopback interface, if not the usual one\n"
    "  -j            print JSON, keeping members of the launch record\n"
    "  -n            change nothing; exit 1 if something would change\n"
    "  -P kind       print a file that makes the password unnecessary\n"
    "man loalias-ensure\n";

static int jflag, nflag;
static struct interface_change want = { NULL, 0, 1 };

/* Before exit status 2: print the changed addresses, and the rest. */
static void
complain(const struct pool *done, const struct pool *left, int result,
    const struct error *e)
{
	char *line, text[ADDR_STRLEN];
	size_t i;
	FILE *f;

	if (done->count > 0) {
		f = io_memory(&line);
		for (i = 0; i < done->count; i++)
			fprintf(f, " %s", addr_format(&done->addr[i], text));
		io_memory_end(f, &line);
		warnx("%s: %s%s", want.interface, want.remove ?
		    "removed" : "added", line);
		free(line);
	}
	if (result != 1) {
		warnx("%s", e->text);
		return;
	}
	line = sudo_by_hand(&want, left);
	warnx("%s; to do it by hand: %s", e->text, line);
	free(line);
}

static struct json *
list(const struct pool *pool)
{
	char text[ADDR_STRLEN];
	struct json *r;
	size_t i;

	r = json_new(JSON_ARRAY);
	for (i = 0; i < pool->count; i++)
		json_append_string(r, addr_format(&pool->addr[i], text));
	return (r);
}

static void
print(const struct pool *pool, const struct pool *done,
    const struct input *in)
{
	char text[ADDR_STRLEN];
	struct json *r;
	size_t i;

	if (!jflag) {
		if (want.remove)
			pool = done;
		for (i = 0; i < pool->count; i++)
			puts(addr_format(&pool->addr[i], text));
		return;
	}
	r = input_record(in);
	json_set_string(r, "interface", want.interface);
	json_set(r, "pool", list(pool));
	json_set(r, "added", list(done));
	json_print(r);
}

/* Two processes ask for one password only. */
static void
lock(void)
{

	if (sudo_lock(0) == 0 || !want.ask)
		return;
	warnx("waiting for another loalias-ensure");
	sudo_lock(1);
}

/* Make the change to ${pool}, and print it. */
static int
ensure(const struct pool *pool, const struct input *in)
{
	struct pool done, left, todo;
	struct error e;
	int result, status;

	memset(&done, 0, sizeof(done));
	memset(&left, 0, sizeof(left));
	memset(&todo, 0, sizeof(todo));
	status = 2;
	result = interface_check(&want, &e);
	if (result == 0)
		result = interface_select(&want, pool, &todo, &e);
	if (result == 0 && todo.count > 0 && !nflag) {
		lock();
		result = sudo_apply(&want, &todo, &done, &left, &e);
	}
	if (result == 0) {
		print(pool, nflag ? &todo : &done, in);
		status = nflag && todo.count > 0;
	} else
		complain(&done, &left, result, &e);
	pool_free(&done);
	pool_free(&left);
	pool_free(&todo);
	return (status);
}

/*
 * The file has the command itself.  A script that root runs would be only as
 * safe as every folder in its path.
 */
static void
launchd(const struct sudo_command *all)
{
	char **argv;
	size_t i;

	puts("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\"\n"
	    "    \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
	    "<!-- Adds loopback addresses when macOS starts.  To install this\n"
	    "file, here called plist:\n"
	    "sudo install -m 644 plist \\\n"
	    "    /Library/LaunchDaemons/" LABEL ".plist\n"
	    "sudo launchctl bootstrap system \\\n"
	    "    /Library/LaunchDaemons/" LABEL ".plist -->\n"
	    "<plist version=\"1.0\">\n"
	    "<dict>\n"
	    "\t<key>Label</key>\n"
	    "\t<string>" LABEL "</string>\n"
	    "\t<key>ProgramArguments</key>\n"
	    "\t<array>");
	argv = sudo_argv(all, SUDO_NONE, NULL, SUDO_SHOW);
	/* Neither sudo.c's scripts nor addresses have a <, > or &. */
	for (i = 0; argv[i] != NULL; i++)
		printf("\t\t<string>%s</string>\n", argv[i]);
	sudo_free(argv);
	puts("\t</array>\n"
	    "\t<key>RunAtLoad</key>\n"
	    "\t<true/>\n"
	    "</dict>\n"
	    "</plist>");
}

/*
 * Every command word for word: "127.0.0.*" would also allow
 * "127.0.0.16 en0 down" (sudoers(5), "Wildcards in command arguments"), and
 * regular expressions need sudo 1.9.10.
 */
static void
sudoers(const struct sudo_command *all)
{
	struct sudo_command one;
	char **argv, *line;
	size_t i;

	puts("# Lets those who may use sudo add these loopback addresses\n"
	    "# without a password, and nothing else.  To install this file,\n"
	    "# here called loalias:\n"
	    "# visudo -cf loalias &&\n"
	    "#     sudo install -m 440 loalias /etc/sudoers.d/loalias\n"
	    "Cmnd_Alias LOALIAS = \\");
	one = *all;
	one.count = 1;
	for (i = 0; i < all->count; i++) {
		one.addr = &all->addr[i];
		argv = sudo_argv(&one, SUDO_NONE, NULL, SUDO_QUIET);
		line = sudo_line(argv);
		printf("    %s%s\n", line, i + 1 < all->count ? ", \\" : "");
		free(line);
		sudo_free(argv);
	}
	printf("%%%s ALL = (root) NOPASSWD: LOALIAS\n", interface_system.group);
}

/*
 * -P: print a file after which no password is needed to add ${pool}, with how
 * to install it.
 */
static int
persist(const char *kind, const struct pool *pool)
{
	struct sudo_command all;
	struct pool added;
	size_t i;
	int status;

	memset(&added, 0, sizeof(added));
	for (i = 0; i < pool->count; i++)
		if (!addr_is_localhost(&pool->addr[i]))
			pool_append(&added, &pool->addr[i]);
	all.remove = 0;
	all.addr = added.addr;
	all.count = added.count;
	status = 0;
	if (all.count == 0) {
		warnx("nothing to add: every system has 127.0.0.1");
		status = 2;
	} else if (strcmp(kind, "launchd") == 0) {
		all.program = INTERFACE_IFCONFIG;
		all.interface = "lo0";
		launchd(&all);
	} else if (strcmp(kind, "sudoers") == 0) {
		all.program = interface_system.program;
		all.interface = interface_system.name;
		sudoers(&all);
	} else {
		warnx("neither launchd nor sudoers: %s", error_quote(kind));
		status = 2;
	}
	pool_free(&added);
	return (status);
}

static void
check_usage(const char *kind, int argc, char *const *argv)
{
	int dashes, i;

	for (i = dashes = 0; i < argc; i++)
		dashes += strcmp(argv[i], "-") == 0;
	if (dashes > 0 && argc > 1)
		args_error("either addresses or -");
	if (kind != NULL && (dashes > 0 || !want.ask || jflag || nflag ||
	    want.remove || want.interface != NULL))
		args_error("-P goes with addresses only");
	if (want.remove && (argc == 0 || dashes > 0))
		args_error("-d: no address given");
	if (want.remove && jflag)
		args_error("either -d or -j");
	if (argc == 0)
		args_no_input();
}

/* Carry out the command line; return the exit status. */
static int
run(const char *kind, char *const *operand)
{
	struct error e;
	struct input in;
	struct pool pool;
	int status;

	memset(&in, 0, sizeof(in));
	memset(&pool, 0, sizeof(pool));
	if (want.interface == NULL)
		want.interface = interface_system.name;
	status = 2;
	if (pool_operands(operand, &in, &pool, &e) == -1)
		warnx("%s", e.text);
	else if (kind == NULL)
		status = ensure(&pool, &in);
	else
		status = persist(kind, &pool);
	pool_free(&pool);
	input_free(&in);
	return (status);
}

int
main(int argc, char *argv[])
{
	const char *kind;
	int opt;

	args_init();
	kind = NULL;
	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "P:bdi:jn")) != -1)
		switch (opt) {
		case 'P':
			kind = optarg;
			break;
		case 'b':
			want.ask = 0;
			break;
		case 'd':
			want.remove = 1;
			break;
		case 'i':
			want.interface = optarg;
			break;
		case 'j':
			jflag = 1;
			break;
		case 'n':
			nflag = 1;
			break;
		default:
			args_common(opt, argv, usage);
		}
	argc -= optind;
	argv += optind;
	check_usage(kind, argc, argv);
	return (io_finish(run(kind, argv)));
}
