/* SPDX-License-Identifier: ISC */
#include "base/args.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/io.h"

void
args_init(void)
{

	io_init();
	opterr = 0;
}

char **
args_command(int *argc, char **argv)
{
	int i;

	for (i = 1; i < *argc; i++)
		if (strcmp(argv[i], "--") == 0) {
			argv[i] = NULL;
			*argc = i;
			return (argv + i + 1);
		}
	return (NULL);
}

_Noreturn void
args_common(int opt, char *const *argv, const char *usage)
{
	char letter;
	const char *word;

	/* For a long option, getopt(3) has not advanced optind yet. */
	word = opt == '?' && optopt == '-' ? argv[optind] : NULL;
	if (word == NULL || strncmp(word, "--", 2) != 0)
		word = "";
	if (opt == 'h' || strcmp(word, "--help") == 0) {
		fputs(usage, stdout);
		exit(io_finish(0));
	}
	if (opt == 'V' || strcmp(word, "--version") == 0) {
		puts("bottle-tools " VERSION);
		exit(io_finish(0));
	}
	letter = (char)optopt;
	if (*word != '\0')
		args_error("%s: unknown option (-h lists them)",
		    error_quote(word));
	args_error("-%s: unknown option, or missing argument (-h lists them)",
	    error_quote_bytes(&letter, 1));
}

_Noreturn void
args_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verrx(2, fmt, ap);
}

int
args_has_input(void)
{
	struct stat st;

	return (fstat(STDIN_FILENO, &st) == 0 &&
	    (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode)));
}

void
args_no_input(void)
{

	if (args_has_input())
		warnx("standard input is not read without -");
}

char *
args_expand(const char *s, const char *alias, const char *port)
{
	static const char *pattern[] = { "{{}}", "{}", "{port}" };
	const char *value[3], *from;
	size_t i, room;
	char *out, *to;

	value[0] = "{}";
	value[1] = alias;
	value[2] = port;
	room = strlen(alias) + (port != NULL ? strlen(port) : 0) + 2;
	out = to = alloc_array(strlen(s) + 1, room);
	for (from = s; *from != '\0';) {
		for (i = 0; i < 3; i++)
			if (value[i] != NULL && strncmp(from, pattern[i],
			    strlen(pattern[i])) == 0)
				break;
		if (i == 3) {
			*to++ = *from++;
			continue;
		}
		strcpy(to, value[i]);
		to += strlen(value[i]);
		from += strlen(pattern[i]);
	}
	*to = '\0';
	return (out);
}

char **
args_expand_all(char *const *argv, const char *alias, const char *port)
{
	char **out;
	size_t i, n;

	for (n = 0; argv[n] != NULL; n++)
		continue;
	out = alloc_array(n + 1, sizeof(*out));
	for (i = 0; i < n; i++)
		out[i] = args_expand(argv[i], alias, port);
	return (out);
}

int
args_number(const char *s, unsigned long min, unsigned long max,
    unsigned long *number)
{
	unsigned long digit, n;
	const char *p;

	n = 0;
	for (p = s; *p >= '0' && *p <= '9'; p++) {
		digit = (unsigned long)(*p - '0');
		if (n > (max - digit) / 10)
			return (-1);
		n = n * 10 + digit;
	}
	if (p == s || *p != '\0' || n < min || n > max)
		return (-1);
	*number = n;
	return (0);
}

char *
args_quote(const char *s)
{
	char *out, *to;

	out = to = alloc_array(strlen(s) + 1, sizeof("'\\''") - 1);
	*to++ = '\'';
	for (; *s != '\0'; s++)
		if (*s == '\'') {
			memcpy(to, "'\\''", 4);
			to += 4;
		} else
			*to++ = *s;
	*to++ = '\'';
	*to = '\0';
	return (out);
}
