/* SPDX-License-Identifier: ISC */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>

struct error;
struct json;

/* An item of a list, and its line number (0 in JSON). */
struct input_item {
	char	*text;
	size_t	 line;
};

/*
 * Standard input, read for the operand "-": the launch record, or a list
 * (lines, or a JSON array of strings), in which case record is NULL.
 */
struct input {
	struct json		*record;
	struct input_item	*item;
	size_t			 count;
};

#define INPUT_NAME	"<stdin>"
#define INPUT_MAX	(1024 * 1024)	/* bytes; a record has a few hundred */

/**
 * input_read(in, e):
 * Read standard input to its end into ${in}.  Text that begins with "{", or
 * with "[" followed by one of {"], is JSON; anything else is lines, trimmed of
 * blanks; empty lines and those that begin with "#" are skipped.  Empty input,
 * a NUL byte and invalid UTF-8 are errors.
 * Return 0, or -1 with ${e} set.  Free with input_free() in either case.
 */
int input_read(struct input *, struct error *);

/**
 * input_read_list(in, e):
 * As input_read(), for a list, which may be empty; a record is an error.
 */
int input_read_list(struct input *, struct error *);

/**
 * input_fail(in, i, e):
 * Prefix ${e} with the place of item ${i}: "<stdin>:3: ".  Return -1.
 */
int input_fail(const struct input *, size_t, struct error *);

/**
 * input_take(in, array, e):
 * Append the strings of the JSON array ${array} to ${in}.  Return 0, or -1
 * with ${e} set if an element is not a string.
 */
int input_take(struct input *, const struct json *, struct error *);

/* input_record(in): a copy of the launch record; empty if there is none. */
struct json *input_record(const struct input *);

/* input_is_json(text): does ${text} begin as JSON (see input_read())? */
int input_is_json(const char *);

/* input_free(in): free the contents of ${in}, and zero it. */
void input_free(struct input *);

#endif
