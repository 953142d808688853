/* SPDX-License-Identifier: ISC */
#ifndef RECORD_H
#define RECORD_H

#include <stddef.h>

struct error;

/*
 * A JSON value, above all the launch record that the tools hand on.
 * Functions that return a struct record return one to be freed with
 * record_free(); those that store a value in another take it over.
 */
struct record;

enum record_kind {
	RECORD_NULL, RECORD_BOOL, RECORD_NUMBER, RECORD_STRING, RECORD_ARRAY,
	RECORD_OBJECT
};

/*
 * RECORD_STRICT refuses what could not be handed on unchanged: a member that
 * stands twice in an object, and numbers of 2^53 and more.
 */
#define RECORD_STRICT	0x01

/**
 * record_parse(text, len, flags, name, e):
 * Read the ${len} bytes at ${text}, called ${name} in messages, that must be
 * exactly one JSON value; text_check() is done as well.  text[len]
 * must be readable and NUL.  Return the value, or NULL with ${e} set.
 */
struct record *record_parse(const char *, size_t, int, const char *,
    struct error *);

/* record_free(r): free ${r}, which may be NULL. */
void record_free(struct record *);

enum record_kind record_kind(const struct record *);

/* record_count(r): how many elements the array ${r} has, else 0. */
size_t record_count(const struct record *);

/* record_get(r, key): ${r}'s member ${key}; NULL if there is none. */
struct record *record_get(const struct record *, const char *);

/* record_at(r, i): element ${i}, from 0, of ${r}; NULL if there is none. */
struct record *record_at(const struct record *, size_t);

/**
 * record_each(r, fn, arg):
 * Call ${fn}(key, value, ${arg}) for the members of the object ${r}, in their
 * order, until it returns something other than 0; return that, or 0.
 */
int record_each(const struct record *,
    int (*)(const char *, const struct record *, void *), void *);

/**
 * record_string(r):
 * ${r}'s bytes if it is a string without NUL, else NULL.  They live as long
 * as ${r} does.
 */
const char *record_string(const struct record *);

/**
 * record_integer(r, n):
 * Read ${r} into ${n}.  Return 0, or -1 if it is no whole number below 2^53.
 */
int record_integer(const struct record *, long long *);

/* record_new(kind): an empty RECORD_ARRAY or RECORD_OBJECT. */
struct record *record_new(enum record_kind);

/* record_new_string(s): the string ${s}, or null if that is NULL. */
struct record *record_new_string(const char *);

/* record_new_integer(n): the number ${n}, which is below 2^53. */
struct record *record_new_integer(long long);

/* record_copy(r): another reference to ${r}. */
struct record *record_copy(const struct record *);

/* record_set(r, key, value): give the object ${r} the member ${key}. */
void record_set(struct record *, const char *, struct record *);

/* record_append(r, value): append ${value} to the array ${r}. */
void record_append(struct record *, struct record *);

/* record_format(r): ${r} as compact JSON on one line, to be free(3)d. */
char *record_format(const struct record *);

#endif
