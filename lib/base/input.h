/* SPDX-License-Identifier: ISC */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>

struct error;
struct json;

/* One item of a list, and the line that it stood on (0 if in JSON). */
struct input_item {
	char	*text;
	size_t	 line;
};

/*
 * What a "-" on the command line stands for: the launch record, or a list
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
 * with "[" before one of {"], is JSON; anything else is lines, which are
 * trimmed of blanks and CR, empty ones and those that begin with "#" left
 * out.  Nothing at all, a NUL byte or invalid UTF-8 are errors.
 * Return 0, or -1 with ${e} set.  Free with input_free() in either case.
 */
int input_read(struct input *, struct error *);

/**
 * input_read_list(in, e):
 * The same for a list that may have nothing in it, and is no record.
 */
int input_read_list(struct input *, struct error *);

/**
 * input_fail(in, i, e):
 * Put the place of item ${i} before what ${e} says: "<stdin>:3: ".
 * Return -1.
 */
int input_fail(const struct input *, size_t, struct error *);

/**
 * input_take(in, array, e):
 * Append the strings of the JSON array ${array} to ${in}.  Return 0, or -1
 * with ${e} set if an element is not a string.
 */
int input_take(struct input *, const struct json *, struct error *);

/* input_is_json(text): does ${text} begin as JSON does (see above)? */
int input_is_json(const char *);

/* input_free(in): free what ${in} holds. */
void input_free(struct input *);

#endif
