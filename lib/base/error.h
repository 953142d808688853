/* SPDX-License-Identifier: ISC */
#ifndef ERROR_H
#define ERROR_H

#include <stddef.h>
#include <stdio.h>

/* The reason of a failure: one line, lower case, no full stop, no newline. */
struct error {
	char	text[1024];
};

/* The most bytes of a result of error_quote(), including the NUL. */
#define ERROR_QUOTE	(64 * 4 + sizeof("..."))

/**
 * error_set(e, fmt, ...):
 * Set ${e} to ${fmt}.  Return -1, so that callers can return the call.
 */
int error_set(struct error *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * error_sys(e, fmt, ...):
 * As error_set(), followed by ": " and the text for errno.
 */
int error_sys(struct error *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * error_prefix(e, fmt, ...):
 * Prefix the text of ${e} with ${fmt} and ": ", usually the place.  Return -1.
 */
int error_prefix(struct error *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * error_quote(s), error_quote_bytes(s, len):
 * Return ${s}, or the ${len} bytes at ${s}, in a form that is safe on a
 * terminal: a byte that is not part of a printable character of the locale
 * becomes \xNN, and the rest after 64 bytes "...".  The result is static; the
 * fourth call after this one overwrites it.  errno is kept.
 */
const char *error_quote(const char *);
const char *error_quote_bytes(const char *, size_t);

/**
 * error_write(f, text, len):
 * Write all ${len} bytes at ${text} to ${f} in the same form, uncut.
 */
void error_write(FILE *, const char *, size_t);

#endif
