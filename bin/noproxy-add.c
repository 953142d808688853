/* SPDX-License-Identifier: ISC */
/* noproxy-add: add hosts to no_proxy and NO_PROXY */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/child.h"
#include "base/error.h"
#include "base/input.h"
#include "base/io.h"
#include "base/json.h"
#include "noproxy/noproxy.h"

static const char usage[] =
    "usage: noproxy-add [-e | -j] host ... | -\n"
    "       noproxy-add host ... | - -- command [argument ...]\n"
    "  -e  print export commands for eval\n"
    "  -j  print JSON, keeping members of the launch record\n"
    "man noproxy-add\n";

/* The exit status for this tool's own failures, as in env(1). */
#define OWN_FAILURE	125

/* In the order of printing. */
static const char *const name[] = { "no_proxy", "NO_PROXY" };

static int eflag, jflag;
static int trouble = 2;		/* exit status */
static struct error e;

static struct input in;
static char **entry;		/* from noproxy_host() */
static size_t entries;
static char *value[2];		/* the new lists */

_Noreturn static void
fail(void)
{

	errx(trouble, "%s", e.text);
}

static int
add_host(const char *s)
{

	entry = alloc_grow(entry, entries, sizeof(*entry));
	entry[entries] = noproxy_host(s, &e);
	return (entry[entries++] != NULL ? 0 : -1);
}

/* Read hosts from standard input: lines, or the record's alias. */
static void
read_hosts(void)
{
	const char *alias;
	size_t i;

	if (input_read(&in, &e) == -1)
		fail();
	for (i = 0; i < in.count; i++)
		if (add_host(in.item[i].text) == -1) {
			input_fail(&in, i, &e);
			fail();
		}
	if (in.record == NULL)
		return;
	alias = json_get_string(in.record, "alias");
	if (alias == NULL)
		errx(trouble, INPUT_NAME ": has no alias");
	if (add_host(alias) == -1)
		errx(trouble, INPUT_NAME ": %s", e.text);
}

/* Read the hosts of the command line: operands, or - alone. */
static void
get_hosts(int argc, char *const *argv)
{
	int i;

	if (strcmp(argv[0], "-") == 0 && argc == 1) {
		read_hosts();
		return;
	}
	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "-") == 0)
			args_error("either hosts or -");
		if (add_host(argv[i]) == -1)
			fail();
	}
}

/* Both lists, from the record's ${env}, or else from the environment. */
static void
get_values(const struct json *env, const char **old)
{
	int i;

	if (env != NULL && json_kind(env) != JSON_OBJECT)
		errx(trouble, INPUT_NAME ": env: is not an object");
	for (i = 0; i < 2; i++) {
		old[i] = env != NULL ? json_get_string(env, name[i]) :
		    getenv(name[i]);
		if (old[i] == NULL && json_has(env, name[i]))
			errx(trouble, INPUT_NAME ": env.%s: is not a string",
			    name[i]);
	}
}

static void
merge(const char *const *old)
{
	int i;

	for (i = 0; i < 2; i++) {
		value[i] = noproxy_add(old[i], old[1 - i], entry, entries, &e);
		if (value[i] == NULL)
			errx(trouble, "%s: %s", name[noproxy_is_empty(old[i]) ?
			    1 - i : i], e.text);
	}
}

/* Print the launch record with the ${value}s put into its ${env}. */
static void
print_json(const struct json *env)
{
	struct json *inner, *outer;
	int i;

	for (i = 0; i < 2; i++)
		if (json_check_text(value[i], strlen(value[i]), name[i], &e) ==
		    -1)
			fail();
	inner = env != NULL ? json_copy(env) : json_new(JSON_OBJECT);
	for (i = 1; i >= 0; i--)
		json_set_string(inner, name[i], value[i]);
	outer = input_record(&in);
	json_set(outer, "env", inner);
	json_print(outer);
}

static void
print_text(void)
{
	char *quoted;
	int i;

	for (i = 0; i < 2; i++) {
		quoted = args_quote(value[i]);
		printf("%s%s=%s\n", eflag ? "export " : "", name[i],
		    eflag ? quoted : value[i]);
		free(quoted);
	}
}

/* Exec ${command} with the ${value}s set; only a failure returns. */
static int
run(char *const *command, int has_read)
{
	int i, status;

	if (has_read && io_null_stdin(&e) == -1)
		fail();
	for (i = 0; i < 2; i++)
		if (setenv(name[i], value[i], 1) == -1)
			alloc_exhausted();
	status = child_exec(command, &e);
	warnx("%s", e.text);
	return (status);
}

static void
check_usage(int argc, char *const *command)
{

	if (argc == 0) {
		args_no_input();
		args_error("no host");
	}
	if (eflag && jflag)
		args_error("either -e or -j");
	if (command != NULL && (eflag || jflag))
		args_error("-e and -j do not go with a command");
	if (command != NULL && command[0] == NULL)
		args_error("no command after --");
}

int
main(int argc, char *argv[])
{
	struct json *env;
	const char *old[2];
	char **command;
	int opt;

	args_init();
	command = args_command(&argc, argv);
	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "ej")) != -1)
		switch (opt) {
		case 'e':
			eflag = 1;
			break;
		case 'j':
			jflag = 1;
			break;
		default:
			args_common(opt, argv, usage);
		}
	argc -= optind;
	argv += optind;
	check_usage(argc, command);
	if (command != NULL)
		trouble = OWN_FAILURE;
	get_hosts(argc, argv);
	env = json_get(in.record, "env");
	get_values(env, old);
	merge(old);
	if (command != NULL)
		return (run(command, strcmp(argv[0], "-") == 0));
	if (jflag)
		print_json(env);
	else
		print_text();
	json_free(env);
	return (io_finish(0));
}
