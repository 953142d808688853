/* SPDX-License-Identifier: ISC */
#ifndef ARGS_H
#define ARGS_H

/*
 * The command line of every tool.  An option string for getopt(3) is written
 * "+" ARGS_COMMON "...", so that options end at the first operand on every
 * system; the switch's default calls args_common().  The string has no "-",
 * which would make the operand "-" an option on the BSDs and macOS.
 */
#define ARGS_COMMON	"hV"

/* Blanks: they separate words and are trimmed from lines. */
#define BLANKS		" \t\r\n\v\f"

/**
 * args_init():
 * Call io_init(), and turn off the messages of getopt(3).  Call it first in
 * main().
 */
void args_init(void);

/**
 * args_command(argc, argv):
 * Cut ${argv} and ${argc} at the first argument that is exactly "--", before
 * getopt(3) sees it.  Return the arguments after it, or NULL if there is none.
 */
char **args_command(int *, char **);

/**
 * args_common(opt, argv, usage):
 * Answer -h and --help with ${usage} and -V and --version with the version,
 * on standard output, and exit 0.  Anything else is a usage error: exit 2.
 * ${opt} is the last result of getopt(3) for ${argv}.
 */
_Noreturn void args_common(int, char *const *, const char *);

/**
 * args_error(fmt, ...):
 * A usage error: print ${fmt}, the reason in one line, on standard error, and
 * exit with status 2.
 */
_Noreturn void args_error(const char *, ...)
    __attribute__((format(printf, 1, 2)));

/* args_has_input(): is standard input a pipe or a file? */
int args_has_input(void);

/**
 * args_no_input():
 * If standard input is a pipe or a file, warn that it is not read.  For a tool
 * that reads it only for the operand "-", and has no operand.
 */
void args_no_input(void);

/**
 * args_expand(s, alias, port):
 * Return a copy of ${s}, to be freed, with "{}" replaced by ${alias},
 * "{port}" by ${port} unless that is NULL, and "{{}}" by a literal "{}".
 * Other braces are left alone.
 */
char *args_expand(const char *, const char *, const char *);

/**
 * args_expand_all(argv, alias, port):
 * Return a NULL-terminated copy of ${argv}, every element expanded.
 */
char **args_expand_all(char *const *, const char *, const char *);

/**
 * args_quote(s):
 * ${s} as one word of sh(1), whatever its bytes, to be freed.
 */
char *args_quote(const char *);

/**
 * args_number(s, min, max, number):
 * Read ${s}, decimal digits only, into ${number}.  Return 0, or -1 if it is
 * no number or not within ${min} and ${max}.
 */
int args_number(const char *, unsigned long, unsigned long, unsigned long *);

#endif
