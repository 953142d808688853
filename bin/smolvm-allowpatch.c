/* SPDX-License-Identifier: ISC */
/* Set, check or list the network policy of smolvm machines. */
#include <sys/stat.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "differ.h"
#include "error.h"
#include "input.h"
#include "io.h"
#include "launch.h"
#include "machine.h"
#include "mem.h"
#include "policy.h"
#include "record.h"
#include "vmdb.h"
#include "vmdir.h"
#include "vmlist.h"
#include "vmpatch.h"

static const char usage[] =
    "usage: smolvm-allowpatch [-jn] [-D resolver] [-p port[/udp]] ... "
    "[-f database]\n"
    "           machine cidr ... | none | unrestricted | -\n"
    "       smolvm-allowpatch -c [-D resolver] [-p port[/udp]] ... "
    "[-f database]\n"
    "           machine cidr ... | none | unrestricted | -\n"
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

static FILE *
memory(char **text, size_t *len)
{
	FILE *f;

	f = open_memstream(text, len);
	if (f == NULL)
		mem_exhausted();
	return (f);
}

/* Print ${p} as operands of another call would be written, one a line. */
static void
print_list(const struct policy *p)
{
	char buf[CIDR_STRLEN];
	size_t i;

	if (p->count == 0)
		puts(p->open ? "unrestricted" : "none");
	for (i = 0; i < p->count; i++)
		puts(cidr_format(&p->list[i], buf));
}

static int
set(const struct machine_home *home, const char *name,
    const struct policy *p, struct record *record)
{
	struct machine m;
	struct error e;
	char *notes, *out;
	size_t len;
	FILE *f;
	int changed, status;

	changed = vmpatch_set(home, name, p, nflag, &m, &e);
	if (changed == -1) {
		say(home, name, e.text);
		machine_free(&m);
		return (2);
	}
	f = memory(&notes, &len);
	if (home->machines == NULL && !nflag)
		fputs("is not in the place where the engine looks: a start in "
		    "flight cannot be seen\n", f);
	vmpatch_notes(f, p, &m);
	fclose(f);
	say_lines(home, name, notes);
	if (jflag) {
		launch_write(record, name, p, &m.egress);
		out = record_format(record);
		puts(out);
		free(out);
	} else
		print_list(p);
	machine_free(&m);
	status = io_finish(nflag && changed);
	if (status == 2 && changed && !nflag)
		say(home, name, "was changed all the same");
	return (status);
}

static int
check(const struct machine_home *home, const char *name,
    const struct policy *p)
{
	struct egress launched;
	struct machine m;
	struct error e;
	char *lines;
	size_t len;
	FILE *f;
	int found, status;

	memset(&launched, 0, sizeof(launched));
	status = 2;
	if (home->machines == NULL) {
		say(home, name, "is not in the place where the engine looks: "
		    "what it was launched with is not known");
		return (2);
	}
	if (machine_load(home, name, 0, &m, &e) == -1 ||
	    (found = machine_launched(&m, &launched, &e)) == -1) {
		say(home, name, e.text);
		goto out;
	}
	f = memory(&lines, &len);
	status = differ_write(f, p, &m.egress, found ? &launched : NULL) > 0;
	fclose(f);
	say_lines(home, name, lines);
out:
	egress_free(&launched);
	machine_free(&m);
	return (status);
}

static int
list(const struct machine_home *home, char *const *name, size_t count)
{
	struct record *all, *r;
	struct machine m;
	struct error e;
	char *text;
	size_t i, len;
	FILE *f;
	int status;

	status = 0;
	f = memory(&text, &len);
	all = record_new(RECORD_ARRAY);
	for (i = 0; i < count; i++) {
		if (machine_load(home, name[i], 0, &m, &e) == -1) {
			say(home, name[i], e.text);
			status = 2;
		} else if (jflag)
			record_append(all, vmlist_record(name[i], &m));
		else
			vmlist_text(f, name[i], &m);
		machine_free(&m);
	}
	fclose(f);
	r = record_new(RECORD_OBJECT);
	record_set(r, "machines", all);
	if (jflag) {
		free(text);
		text = record_format(r);
	}
	if (status == 0)
		printf(jflag ? "%s\n" : "%s", text);
	record_free(r);
	free(text);
	return (io_finish(status));
}

static int
repair(const struct machine_home *home, char *const *name, size_t count)
{
	struct error e;
	size_t i;
	int *fixed, n, status;

	fixed = mem_alloc(count + 1, sizeof(*fixed));
	n = vmpatch_repair(home, name, count, nflag, fixed, &e);
	if (n == -1)
		say(home, NULL, e.text);
	for (i = 0; i < count && n > 0; i++)
		if (fixed[i])
			puts(name[i]);
	free(fixed);
	status = io_finish(n == -1 ? 2 : nflag && n > 0);
	if (status == 2 && n > 0 && !nflag)
		say(home, NULL, "was repaired all the same");
	return (status);
}

/* -l and -r: the machines that are named, or all. */
static int
survey(const struct machine_home *home, int argc, char **argv)
{
	struct error e;
	char **name;
	size_t count, i;
	int status;

	if (argc > 0)
		return (lflag ? list(home, argv, (size_t)argc) :
		    repair(home, argv, (size_t)argc));
	if (vmdb_names(home->db, &name, &count, &e) == -1) {
		say(home, NULL, e.text);
		status = 2;
	} else
		status = lflag ? list(home, name, count) :
		    repair(home, name, count);
	for (i = 0; i < count; i++)
		free(name[i]);
	free(name);
	return (status);
}

/* Read the operands behind the machine's name, or standard input for "-". */
static void
read_operands(struct policy *p, int argc, char **argv, struct input *in)
{
	struct error e;
	int i, result;

	result = 0;
	memset(in, 0, sizeof(*in));
	if (argc == 1 && strcmp(argv[0], "-") == 0) {
		result = input_read(in, &e);
		if (result == 0)
			result = launch_read(p, in, &e);
	}
	for (i = 0; i < argc && result == 0 && in->record == NULL &&
	    in->count == 0; i++)
		result = policy_operand(p, argv[i], &e);
	if (result == 0)
		result = policy_finish(p, &e);
	if (result == -1)
		errx(2, "%s", e.text);
}

/* Is ${path} the engine's own database? */
static int
same_file(const char *path, const char *other)
{
	struct stat a, b;

	return (stat(path, &a) == 0 && stat(other, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

/* Open the database ${file}, or the engine's, and do what was asked for. */
static int
work(const char *file, int argc, char **argv, const struct policy *p,
    const struct input *in)
{
	struct machine_home home;
	struct vmdir_place place;
	struct record *record;
	struct error e;
	int status;

	if (vmdir_default(&place, &e) == -1)
		errx(2, "%s", e.text);
	home.path = file != NULL ? file : place.database;
	home.machines = file == NULL || same_file(file, place.database) ?
	    place.machines : NULL;
	status = 2;
	if (vmdb_open(home.path, &home.db, &e) == -1) {
		say(&home, NULL, e.text);
		goto out;
	}
	if (lflag || rflag)
		status = survey(&home, argc, argv);
	else if (cflag)
		status = check(&home, argv[0], p);
	else {
		record = in->record != NULL ? record_copy(in->record) :
		    record_new(RECORD_OBJECT);
		status = set(&home, argv[0], p, record);
		record_free(record);
	}
	vmdb_close(home.db);
out:
	vmdir_place_free(&place);
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
			args_common(opt, usage);
		}
	if (result == -1)
		errx(2, "%s", e.text);
	argc -= optind;
	argv += optind;
	if (!consistent(&p, argc))
		args_usage(usage);
	memset(&in, 0, sizeof(in));
	if (!lflag && !rflag)
		read_operands(&p, argc - 1, argv + 1, &in);
	status = work(file, argc, argv, &p, &in);
	input_free(&in);
	policy_free(&p);
	return (status);
}
