/* SPDX-License-Identifier: ISC */
/* smolvm-allowpatch: set, check or list the network policy of machines */
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
#include "smolvm/machine.h"
#include "smolvm/patch.h"
#include "smolvm/policy.h"
#include "smolvm/report.h"

static const char forms[] =
"usage: smolvm-allowpatch [-jnN] [-D resolver] [-p port[/udp]]... [-f database]\n"
"                         machine cidr ... | none | unrestricted | -\n"
"       smolvm-allowpatch -c [-D resolver] [-p port[/udp]]... [-f database]\n"
"                         machine cidr ... | none | unrestricted | -\n"
"       smolvm-allowpatch -l [-j] [-f database] [machine ...]\n"
"       smolvm-allowpatch -r [-n] [-f database] [machine ...]\n"
"  -c             check that it was launched with this policy, and still has it\n";
static const char options[] =
"  -f database    use this database, not the engine's own\n"
"  -j             print one JSON object on a line\n"
"  -l             list machines: name, state, list, resolver, ports, hosts, ...\n"
"  -N             accept a machine without a network, and turn it on\n"
"  -n             change nothing; exit 1 if something would change\n"
"  -r             repair records that are stored as TEXT\n"
"man smolvm-allowpatch\n";

static int jflag, nflag, Nflag;
static int mode;		/* c, l, r, or 0: set */

/* Print ${text} about the machine ${name}, or, if NULL, the database. */
static void
say(const struct machine_home *home, const char *name, const char *text)
{

	warnx("%s: %s", name != NULL ? error_quote(name) : home->path, text);
}

/* Print each line of ${text}, which is freed, about the machine ${name}. */
static void
say_lines(const char *name, char *text)
{
	char *end, *line;

	for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		if (name != NULL)
			say(NULL, name, line);
		else
			warnx("%s", line);
	}
	free(text);
}

/*
 * The forms.  Each writes its output to ${out}, which is printed once the
 * database is closed, and returns the exit status.
 */
static int
set(const struct machine_home *home, const char *name,
    const struct policy *asked, const struct input *in, FILE *out,
    int *changed)
{
	struct json *record;
	struct policy after;
	struct machine m;
	struct error e;
	char *notes;
	FILE *f;
	int result;

	result = patch_set(home, name, asked, (nflag ? PATCH_DRY : 0) |
	    (Nflag ? PATCH_NETWORK : 0), &m, &after, &e);
	if (result == -1) {
		say(home, name, e.text);
		goto out;
	}
	*changed = result == 1 && !nflag;
	f = io_memory(&notes);
	patch_notes(f, &m, &after);
	io_memory_end(f, &notes);
	say_lines(name, notes);
	if (jflag) {
		record = input_record(in);
		report_record(record, name, &m.policy, &after);
		json_write(out, record);
		fputc('\n', out);
		json_free(record);
	} else
		policy_print(out, &after);
out:
	policy_free(&after);
	machine_free(&m);
	return (result == -1 ? 2 : nflag && result == 1);
}

static int
check(const struct machine_home *home, const char *name,
    const struct policy *asked)
{
	struct json *launch, *resources;
	struct policy launched;
	struct machine m;
	struct error e;
	char *lines;
	FILE *f;
	int runs, status;

	launch = resources = NULL;
	memset(&launched, 0, sizeof(launched));
	status = 2;
	if (machine_load(home, name, 0, &m, &e) == -1 ||
	    (runs = machine_launch(&m, &launch, &e)) == -1 ||
	    (runs == 1 && (runs = machine_runs(&m, &e)) == -1))
		goto out;
	if (runs) {
		resources = json_get(launch, "resources");
		if (policy_read(resources, &launched, &e) == -1) {
			error_prefix(&e, "agent.config.json");
			goto out;
		}
	}
	f = io_memory(&lines);
	status = report_difference(f, asked, &m, runs ? &launched : NULL) > 0;
	io_memory_end(f, &lines);
	say_lines(name, lines);
out:
	if (status == 2)
		say(home, name, e.text);
	policy_free(&launched);
	json_free(resources);
	json_free(launch);
	machine_free(&m);
	return (status);
}

static int
list(const struct machine_home *home, const long long *id, size_t count,
    FILE *out)
{
	char *errors;
	size_t bad;
	FILE *f;

	f = io_memory(&errors);
	bad = report_list(out, home, id, count, jflag, f);
	io_memory_end(f, &errors);
	say_lines(NULL, errors);
	return (bad > 0);
}

static int
repair(const struct machine_home *home, const long long *id, size_t count,
    FILE *out, int *changed)
{
	struct error e;
	char *bad, *fixed;
	size_t beyond;
	FILE *f, *g;
	int n;

	f = io_memory(&fixed);
	g = io_memory(&bad);
	n = patch_repair(home, id, count, nflag, f, g, &beyond, &e);
	io_memory_end(f, &fixed);
	io_memory_end(g, &bad);
	if (n == -1)
		say(home, NULL, e.text);
	else if (beyond == 0)
		fputs(fixed, out);
	say_lines(NULL, bad);
	*changed = n > 0 && !nflag;
	if (beyond > 0 && *changed) {
		for (bad = fixed; *bad != '\0'; bad += n + 1) {
			n = (int)strcspn(bad, "\n");
			warnx("%.*s: repaired", n, bad);
		}
	}
	free(fixed);
	return (n == -1 || beyond > 0 ? 2 : nflag && n > 0);
}

/* Find the rows of the machines at ${name}.  Return 0 or -1. */
static int
find(const struct machine_home *home, char *const *name, size_t count,
    long long *id)
{
	struct error e;
	size_t i;
	int result;

	result = 0;
	for (i = 0; i < count; i++)
		if (machine_find(home, name[i], &id[i], &e) == -1) {
			say(home, name[i], e.text);
			result = -1;
		}
	return (result);
}

/* -l and -r, for the machines at ${name}, or for all if there are none. */
static int
survey(const struct machine_home *home, char *const *name, size_t count,
    FILE *out, int *changed)
{
	struct error e;
	long long *id;
	int status;

	if (count > 0) {
		id = alloc_array(count, sizeof(*id));
		status = find(home, name, count, id) == -1 ? 2 : 0;
	} else if ((status = machine_ids(home, &id, &count, &e)) == -1) {
		say(home, NULL, e.text);
		status = 2;
	}
	if (status == 0)
		status = mode == 'l' ? list(home, id, count, out) :
		    repair(home, id, count, out, changed);
	free(id);
	return (status);
}

/* Open the database ${file}, or the engine's own, and run the mode. */
static int
work(const char *file, int argc, char **argv, const struct policy *asked,
    const struct input *in)
{
	struct machine_home home;
	struct error e;
	char *text;
	FILE *out;
	int changed, status;

	changed = 0;
	out = io_memory(&text);
	if (machine_open(&home, file, mode == 0 || mode == 'r', &e) == -1) {
		say(&home, NULL, e.text);
		status = 2;
	} else if (mode == 'l' || mode == 'r')
		status = survey(&home, argv, (size_t)argc, out, &changed);
	else if (mode == 'c')
		status = check(&home, argv[0], asked);
	else
		status = set(&home, argv[0], asked, in, out, &changed);
	machine_close(&home);
	io_memory_end(out, &text);
	if (status != 2)
		fputs(text, stdout);
	status = io_finish(status);
	if (status == 2 && changed && *text != '\0')
		warnx("output failed, but the database was changed");
	free(text);
	return (status);
}

/* Refuse an option in ${given} that ${mode} does not go with. */
static void
check_options(const char *given)
{
	const char *allowed;

	allowed = mode == 'l' ? "lfj" : mode == 'r' ? "rfn" : NULL;
	for (; *given != '\0'; given++) {
		if (allowed != NULL ? strchr(allowed, *given) == NULL :
		    mode == 'c' && strchr("jnNlr", *given) != NULL)
			args_error("-%c and -%c cannot be combined", mode,
			    *given);
	}
}

/* What -h prints. */
static char *
usage(void)
{
	char *text;
	FILE *f;

	f = io_memory(&text);
	fputs(forms, f);
	policy_help(f);
	fputs(options, f);
	io_memory_end(f, &text);
	return (text);
}

/* Read the options.  Return the database, or NULL. */
static const char *
read_options(int argc, char **argv, struct policy *asked)
{
	struct error e;
	const char *file;
	char given[128], *letters;
	size_t n;
	int opt;

	file = NULL;
	n = 0;
	letters = alloc_format("%s%s", "+" ARGS_COMMON "cf:jlNnr",
	    policy_letters());
	while ((opt = getopt(argc, argv, letters)) != -1) {
		if (n < sizeof(given) - 1)
			given[n++] = (char)opt;
		switch (opt) {
		case 'c':
		case 'l':
		case 'r':
			mode = mode != 0 ? mode : opt;
			break;
		case 'f':
			file = optarg;
			break;
		case 'j':
			jflag = 1;
			break;
		case 'N':
			Nflag = 1;
			break;
		case 'n':
			nflag = 1;
			break;
		case '?':
		case 'h':
		case 'V':
			args_common(opt, argv, usage());
		default:
			if (policy_option(asked, opt, optarg, &e) == -1)
				args_error("%s", e.text);
		}
	}
	given[n] = '\0';
	free(letters);
	check_options(given);
	return (file);
}

int
main(int argc, char *argv[])
{
	struct error e;
	struct input in;
	struct policy asked;
	const char *file;
	int status;

	args_init();
	memset(&asked, 0, sizeof(asked));
	memset(&in, 0, sizeof(in));
	file = read_options(argc, argv, &asked);
	argc -= optind;
	argv += optind;
	if (mode == 0 || mode == 'c') {
		if (argc == 0)
			args_error("no machine given (-h shows the usage)");
		if (argc == 1)
			args_error("%s: no network given%s",
			    error_quote(argv[0]), args_has_input() ?
			    ": standard input is not read without -" :
			    ": name one, or none or unrestricted");
		if (policy_operands(&asked, argc - 1, argv + 1, &in, &e) ==
		    -1)
			errx(2, "%s", e.text);
	}
	status = work(file, argc, argv, &asked, &in);
	input_free(&in);
	policy_free(&asked);
	return (status);
}
