/* SPDX-License-Identifier: ISC */
/* smolvm-allowpatch: set, check or list the policy of smolvm machines */
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
#include "smolvm/differ.h"
#include "smolvm/launch.h"
#include "smolvm/machine.h"
#include "smolvm/patch.h"
#include "smolvm/policy.h"
#include "smolvm/report.h"

static const char usage[] =
    "usage: smolvm-allowpatch [-jn] [-D resolver] [-p port[/udp]] ...\n"
    "           [-f database] machine cidr ... | none | unrestricted | -\n"
    "       smolvm-allowpatch -c [-D resolver] [-p port[/udp]] ...\n"
    "           [-f database] machine cidr ... | none | unrestricted | -\n"
    "       smolvm-allowpatch -l [-j] [-f database] [machine ...]\n"
    "       smolvm-allowpatch -r [-n] [-f database] [machine ...]\n";

static int cflag, jflag, lflag, nflag, rflag;

/* Say something about the machine ${name}, or NULL: the database itself. */
static void
say(const struct machine_home *home, const char *name, const char *text)
{
	char quoted[ERROR_QUOTE];

	if (name == NULL)
		warnx("%s: %s", home->path, text);
	else
		warnx("%s: %s: %s", home->path,
		    error_quote(quoted, name, strlen(name)), text);
}

/* say() each line of ${text}, which is freed. */
static void
say_lines(const struct machine_home *home, const char *name, char *text)
{
	char *end, *line;

	for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		say(home, name, line);
	}
	free(text);
}

/*
 * The forms.  Each writes what it has to print to ${out}, which is printed
 * once the database is closed, and returns the exit status.
 */
static int
set(const struct machine_home *home, const char *name,
    const struct policy *p, const struct input *in, FILE *out, int *changed)
{
	struct machine m;
	struct json *record;
	struct error e;
	char *notes, *text;
	FILE *f;
	int result;

	result = patch_set(home, name, p, nflag, &m, &e);
	if (result == -1) {
		say(home, name, e.text);
		machine_free(&m);
		return (2);
	}
	*changed = result == 1 && !nflag;
	f = io_memory(&notes);
	patch_notes(f, home, p, &m);
	io_memory_end(f, &notes);
	say_lines(home, name, notes);
	if (jflag) {
		record = in->record != NULL ? json_copy(in->record) :
		    json_new(JSON_OBJECT);
		launch_write(record, name, p, &m.egress);
		text = json_format(record);
		fprintf(out, "%s\n", text);
		free(text);
		json_free(record);
	} else
		launch_print(out, p);
	machine_free(&m);
	return (nflag && result == 1);
}

static int
check(const struct machine_home *home, const char *name,
    const struct policy *p)
{
	struct egress launched;
	struct machine m;
	struct error e;
	char *lines;
	FILE *f;
	int found, status;

	memset(&launched, 0, sizeof(launched));
	status = 2;
	if (machine_load(home, name, 0, &m, &e) == -1 ||
	    (found = machine_launched(home, &m, &launched, &e)) == -1) {
		say(home, name, e.text);
		goto out;
	}
	f = io_memory(&lines);
	status = differ_write(f, p, &m.egress, found ? &launched : NULL) > 0;
	io_memory_end(f, &lines);
	say_lines(home, name, lines);
out:
	egress_free(&launched);
	machine_free(&m);
	return (status);
}

static int
list(const struct machine_home *home, char *const *name, size_t count,
    FILE *out)
{
	char *errors;
	size_t bad;
	FILE *f;

	f = io_memory(&errors);
	bad = report_list(out, home, name, count, jflag, f);
	io_memory_end(f, &errors);
	say_lines(home, NULL, errors);
	return (bad > 0 ? 2 : 0);
}

static int
repair(const struct machine_home *home, char *const *name, size_t count,
    FILE *out, int *changed)
{
	struct error e;
	size_t i;
	int *fixed, n;

	fixed = alloc_array(count + 1, sizeof(*fixed));
	n = patch_repair(home, name, count, nflag, fixed, &e);
	if (n == -1)
		say(home, NULL, e.text);
	for (i = 0; i < count && n > 0; i++)
		if (fixed[i])
			fprintf(out, "%s\n", name[i]);
	free(fixed);
	*changed = n > 0 && !nflag;
	return (n == -1 ? 2 : nflag && n > 0);
}

/* -l and -r, for the machines at ${name}, or for all if there are none. */
static int
survey(const struct machine_home *home, char *const *name, size_t count,
    FILE *out, int *changed)
{
	struct error e;
	char **all;
	size_t i, n;
	int status;

	all = NULL;
	n = 0;
	if (count == 0 && machine_names(home, &all, &n, &e) == -1) {
		say(home, NULL, e.text);
		status = 2;
	} else if (lflag)
		status = list(home, count > 0 ? name : all, count + n, out);
	else
		status = repair(home, count > 0 ? name : all, count + n, out,
		    changed);
	for (i = 0; i < n; i++)
		free(all[i]);
	free(all);
	return (status);
}

/* Open the database ${file}, or the engine's, and do what is asked for. */
static int
work(const char *file, int argc, char **argv, const struct policy *p,
    const struct input *in)
{
	struct machine_home home;
	struct error e;
	char *text;
	FILE *out;
	int changed, status;

	changed = 0;
	out = io_memory(&text);
	if (machine_open(&home, file, &e) == -1) {
		say(&home, NULL, e.text);
		status = 2;
	} else if (lflag || rflag)
		status = survey(&home, argv, (size_t)argc, out, &changed);
	else if (cflag)
		status = check(&home, argv[0], p);
	else
		status = set(&home, argv[0], p, in, out, &changed);
	machine_close(&home);
	io_memory_end(out, &text);
	if (status != 2)
		fputs(text, stdout);
	status = io_finish(status);
	if (status == 2 && changed)
		say(&home, NULL, "was changed all the same");
	free(text);
	machine_leave(&home);
	return (status);
}

/* Do the options and the ${argc} operands go together? */
static int
consistent(const struct policy *p, int argc)
{

	if (cflag + lflag + rflag > 1)
		return (0);
	if (lflag || rflag)
		return (p->dns == POLICY_KEEP && p->rules == POLICY_KEEP &&
		    !(lflag ? nflag : jflag));
	return (argc >= 2 && !(cflag && (jflag || nflag)));
}

int
main(int argc, char *argv[])
{
	struct error e;
	struct input in;
	struct policy p;
	const char *file;
	int opt, result, status;

	args_init();
	file = NULL;
	result = 0;
	memset(&p, 0, sizeof(p));
	while (result == 0 && (opt = getopt(argc, argv, "+" ARGS_COMMON
	    "cD:f:jlnp:r")) != -1)
		switch (opt) {
		case 'c':
			cflag = 1;
			break;
		case 'D':
			result = policy_resolver(&p, optarg, &e);
			break;
		case 'f':
			file = optarg;
			break;
		case 'j':
			jflag = 1;
			break;
		case 'l':
			lflag = 1;
			break;
		case 'n':
			nflag = 1;
			break;
		case 'p':
			result = policy_add_port(&p, optarg, &e);
			break;
		case 'r':
			rflag = 1;
			break;
		default:
			args_common(opt, argv, usage);
		}
	if (result == -1)
		errx(2, "%s", e.text);
	argc -= optind;
	argv += optind;
	if (!consistent(&p, argc))
		args_usage(usage);
	memset(&in, 0, sizeof(in));
	if (!lflag && !rflag &&
	    launch_operands(&p, argc - 1, argv + 1, &in, &e) == -1)
		errx(2, "%s", e.text);
	status = work(file, argc, argv, &p, &in);
	input_free(&in);
	policy_free(&p);
	return (status);
}
