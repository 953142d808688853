/* SPDX-License-Identifier: ISC */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>
#include <stdio.h>

struct error;

/*
 * A JSON value, for instance the launch record.  The caller frees a returned
 * value with json_free(); a function that stores a value in another takes
 * ownership of it.  NULL, which is also an absent value, counts as null.
 */
struct json;

enum json_kind {
	JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY,
	JSON_OBJECT
};

/*
 * JSON_STRICT refuses what json_format() could not reproduce: duplicate
 * members of an object, and numbers of 2^53 or more.
 */
#define JSON_STRICT	0x01

/**
 * json_check_text(text, len, name, e):
 * Check that the ${len} bytes at ${text}, called ${name} in messages, are UTF-8
 * without NUL: libjq silently ends at a NUL and replaces invalid UTF-8.  Return
 * 0, or -1 with ${e} set.
 */
int json_check_text(const char *, size_t, const char *, struct error *);

/**
 * json_parse(text, len, flags, name, e):
 * Read the ${len} bytes at ${text}, called ${name} in messages, that must be
 * exactly one JSON value; json_check_text() is done as well.  text[len]
 * must be readable and NUL.  Return the value, or NULL with ${e} set.
 */
struct json *json_parse(const char *, size_t, int, const char *,
    struct error *);

/* json_free(r): free ${r}. */
void json_free(struct json *);

enum json_kind json_kind(const struct json *);

/* json_count(r): how many elements the array ${r} has, else 0. */
size_t json_count(const struct json *);

/* json_members(r): how many members the object ${r} has, else 0. */
size_t json_members(const struct json *);

/* json_get(r, key): ${r}'s member ${key}; NULL if there is none. */
struct json *json_get(const struct json *, const char *);

/* json_has(r, key): is ${r} an object with the member ${key}? */
int json_has(const struct json *, const char *);

/* json_at(r, i): element ${i}, from 0, of ${r}; NULL if there is none. */
struct json *json_at(const struct json *, size_t);

/**
 * json_each(r, fn, arg):
 * Call ${fn}(key, value, ${arg}) for the members of the object ${r}, in their
 * order, until it returns something other than 0; return that, or 0.
 */
int json_each(const struct json *,
    int (*)(const char *, const struct json *, void *), void *);

/**
 * json_string(r), json_get_string(r, key), json_at_string(r, i):
 * The bytes of ${r}, of its member or of its element, if that is a string
 * without NUL, else NULL.  They live as long as any value that has the string.
 */
const char *json_string(const struct json *);
const char *json_get_string(const struct json *, const char *);
const char *json_at_string(const struct json *, size_t);

/* json_is_true(r, key): is ${r}'s member true? */
int json_is_true(const struct json *, const char *);

/**
 * json_integer(r, n):
 * Read ${r} into ${n}.  Return 0, or -1 if it is no whole number below 2^53.
 */
int json_integer(const struct json *, long long *);

/* json_new(kind): an empty JSON_ARRAY or JSON_OBJECT. */
struct json *json_new(enum json_kind);

/* json_new_string(s): the string ${s}, or null if that is NULL. */
struct json *json_new_string(const char *);

/* json_new_bool(yes): true or false. */
struct json *json_new_bool(int);

/* json_new_integer(n): the number ${n}, which is below 2^53. */
struct json *json_new_integer(long long);

/* json_copy(r): another reference to ${r}. */
struct json *json_copy(const struct json *);

/* json_set(r, key, value): give the object ${r} the member ${key}. */
void json_set(struct json *, const char *, struct json *);
void json_set_string(struct json *, const char *, const char *);

/* json_append(r, value): append ${value} to the array ${r}. */
void json_append(struct json *, struct json *);
void json_append_string(struct json *, const char *);

/* json_has_string(r, s): is the string ${s} an element of the array ${r}? */
int json_has_string(const struct json *, const char *);

/* json_format(r): ${r} as compact JSON on one line, to be free(3)d. */
char *json_format(const struct json *);

/* json_write(f, r): write the same to ${f}. */
void json_write(FILE *, const struct json *);

/* json_print(r): write the same and a newline to stdout, and free ${r}. */
void json_print(struct json *);

/*
 * Members of JSON objects from other programs, where an absent member equals
 * null.  A member of another type is an error that begins with its name.  All
 * return 0, or -1 with the error set and nothing to free.
 */

/* json_member(r, key, kind, value, e): ${r}'s member, or NULL, in ${value}. */
int json_member(const struct json *, const char *, enum json_kind,
    struct json **, struct error *);

/* json_member_string(r, key, s, e): see json_get_string(), or "", in ${s}. */
int json_member_string(const struct json *, const char *, const char **,
    struct error *);

/* json_member_port(r, key, port, e): the number, 0 to 65535 or absent, 0. */
int json_member_port(const struct json *, const char *, unsigned *,
    struct error *);

/**
 * json_elements(list, fn, arg, e):
 * Call ${fn}(element, ${arg}, ${e}) for the elements of the array ${list},
 * until it returns -1.
 */
int json_elements(const struct json *,
    int (*)(const struct json *, void *, struct error *), void *,
    struct error *);

#endif
