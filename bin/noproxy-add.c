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

struct hosts {
	char	**entry;	/* from noproxy_host() */
	size_t	  count;
};

static int
add_host(struct hosts *h, const char *s, struct error *e)
{
	char *entry;

	if ((entry = noproxy_host(s, e)) == NULL)
		return (-1);
	h->entry = alloc_grow(h->entry, h->count, sizeof(*h->entry));
	h->entry[h->count++] = entry;
	return (0);
}

static void
free_hosts(struct hosts *h)
{

	while (h->count > 0)
		free(h->entry[--h->count]);
	free(h->entry);
}

/* Read hosts from standard input: lines, or the record's alias. */
static int
read_hosts(struct hosts *h, struct input *in, struct error *e)
{
	const char *alias;
	size_t i;

	if (input_read(in, e) == -1)
		return (-1);
	for (i = 0; i < in->count; i++)
		if (add_host(h, in->item[i].text, e) == -1)
			return (input_fail(in, i, e));
	if (in->record == NULL)
		return (0);
	alias = json_get_string(in->record, "alias");
	if (alias == NULL)
		return (error_set(e, INPUT_NAME ": has no alias"));
	if (add_host(h, alias, e) == -1)
		return (error_prefix(e, INPUT_NAME));
	return (0);
}

/* Read the hosts of the command line: operands, or - alone. */
static int
get_hosts(struct hosts *h, struct input *in, int argc, char *const *argv,
    struct error *e)
{
	int i;

	if (strcmp(argv[0], "-") == 0 && argc == 1)
		return (read_hosts(h, in, e));
	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "-") == 0)
			args_error("either hosts or -");
		if (add_host(h, argv[i], e) == -1)
			return (-1);
	}
	return (0);
}

/* Both lists, from the record's ${env}, or else from the environment. */
static int
get_values(const struct json *env, const char **value, struct error *e)
{
	int i;

	if (env != NULL && json_kind(env) != JSON_OBJECT)
		return (error_set(e, INPUT_NAME ": env: is not an object"));
	for (i = 0; i < 2; i++) {
		if (env == NULL) {
			value[i] = getenv(name[i]);
			continue;
		}
		value[i] = json_get_string(env, name[i]);
		if (value[i] == NULL && json_has(env, name[i]))
			return (error_set(e, INPUT_NAME ": env.%s: is not a "
			    "string", name[i]));
	}
	return (0);
}

static int
merge(const struct hosts *h, const char *const *old, char **new,
    struct error *e)
{
	int i, from;

	for (i = 0; i < 2; i++) {
		from = noproxy_is_empty(old[i]) ? 1 - i : i;
		new[i] = noproxy_add(old[i], old[1 - i], h->entry, h->count, e);
		if (new[i] == NULL)
			return (error_prefix(e, "%s", name[from]));
	}
	return (0);
}

/* Print the launch record with the ${value}s put into its ${env}. */
static int
print_json(const struct input *in, const struct json *env,
    char *const *value, struct error *e)
{
	struct json *inner, *outer;
	int i;

	for (i = 0; i < 2; i++)
		if (json_check_text(value[i], strlen(value[i]), name[i], e) ==
		    -1)
			return (-1);
	inner = env != NULL ? json_copy(env) : json_new(JSON_OBJECT);
	for (i = 1; i >= 0; i--)
		json_set_string(inner, name[i], value[i]);
	outer = input_record(in);
	json_set(outer, "env", inner);
	json_print(outer);
	return (0);
}

static void
print_text(char *const *value)
{
	char *quoted;
	int i;

	for (i = 0; i < 2; i++) {
		quoted = eflag ? args_quote(value[i]) : NULL;
		printf("%s%s=%s\n", eflag ? "export " : "", name[i],
		    eflag ? quoted : value[i]);
		free(quoted);
	}
}

/* Exec ${command} with the ${value}s set; only a failure returns. */
static int
run(char *const *command, int has_read, char *const *value, struct error *e)
{
	int i;

	if (has_read && io_null_stdin(e) == -1)
		return (OWN_FAILURE);
	for (i = 0; i < 2; i++)
		if (setenv(name[i], value[i], 1) == -1)
			alloc_exhausted();
	return (child_exec(command, e));
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
	struct input in;
	struct hosts h;
	struct error e;
	const char *old[2] = { NULL, NULL };
	char **command, *new[2];
	int i, opt, status;

	args_init();
	memset(&in, 0, sizeof(in));
	memset(&h, 0, sizeof(h));
	memset(new, 0, sizeof(new));
	env = NULL;
	command = args_command(&argc, argv);
	status = command != NULL ? OWN_FAILURE : 2;
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
	if (get_hosts(&h, &in, argc, argv, &e) == -1)
		goto out;
	if (in.record != NULL)
		env = json_get(in.record, "env");
	if (get_values(env, old, &e) == -1 || merge(&h, old, new, &e) == -1)
		goto out;
	if (command != NULL)
		status = run(command, strcmp(argv[0], "-") == 0, new, &e);
	else if (jflag)
		status = print_json(&in, env, new, &e) == -1 ? 2 : 0;
	else {
		print_text(new);
		status = 0;
	}
out:
	if (status != 0)
		warnx("%s", e.text);
	for (i = 0; i < 2; i++)
		free(new[i]);
	free_hosts(&h);
	json_free(env);
	input_free(&in);
	return (io_finish(status));
}
