/* SPDX-License-Identifier: ISC */
/* loalias-ensure: make addresses usable on the loopback interface */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "base/input.h"
#include "base/io.h"
#include "base/json.h"
#include "loopback/interface.h"
#include "loopback/persist.h"
#include "loopback/sudo.h"
#include "net/addr.h"
#include "net/pool.h"

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

static char *
join(const struct pool *pool)
{
	char text[ADDR_STRLEN], *line, *old;
	size_t i;

	line = alloc_copy("", 0);
	for (i = 0; i < pool->count; i++) {
		old = line;
		line = alloc_format("%s%s%s", old, i > 0 ? " " : "",
		    addr_format(&pool->addr[i], text));
		free(old);
	}
	return (line);
}

/* Before exit status 2: print the changed addresses, and the rest. */
static void
complain(const struct pool *done, const struct pool *left, int result,
    const struct error *e)
{
	char *line;

	if (done->count > 0) {
		line = join(done);
		warnx("%s: %s %s", want.interface, want.remove ?
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
		json_append(r, json_new_string(addr_format(&pool->addr[i],
		    text)));
	return (r);
}

static void
print(const struct pool *pool, const struct pool *done, struct input *in)
{
	char text[ADDR_STRLEN], *line;
	size_t i;

	if (!jflag) {
		if (want.remove)
			pool = done;
		for (i = 0; i < pool->count; i++)
			puts(addr_format(&pool->addr[i], text));
		return;
	}
	if (in->record == NULL)
		in->record = json_new(JSON_OBJECT);
	json_set(in->record, "interface",
	    json_new_string(want.interface));
	json_set(in->record, "pool", list(pool));
	json_set(in->record, "added", list(done));
	line = json_format(in->record);
	puts(line);
	free(line);
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
ensure(const struct pool *pool, struct input *in)
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

static void
check_usage(const char *persist, int argc, char *const *argv)
{
	int dashes, i;

	for (i = dashes = 0; i < argc; i++)
		dashes += strcmp(argv[i], "-") == 0;
	if (dashes > 0 && argc > 1)
		args_error("either addresses or -");
	if (persist != NULL && (dashes > 0 || !want.ask || jflag || nflag ||
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
run(const char *persist, char *const *operand)
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
	else if (persist == NULL)
		status = ensure(&pool, &in);
	else if (persist_print(persist, &pool, &e) == -1)
		warnx("%s", e.text);
	else
		status = 0;
	pool_free(&pool);
	input_free(&in);
	return (status);
}

int
main(int argc, char *argv[])
{
	const char *persist;
	int opt;

	args_init();
	persist = NULL;
	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "P:bdi:jn")) != -1)
		switch (opt) {
		case 'P':
			persist = optarg;
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
	check_usage(persist, argc, argv);
	return (io_finish(run(persist, argv)));
}
