/* SPDX-License-Identifier: ISC */
#include "alias/owners.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "docker/containers.h"

#define LABEL		"label="
#define HEX		"0123456789abcdef"
#define LETTERS		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS		"0123456789"

static int
is_label(const char *s)
{

	return (strncmp(s, LABEL, strlen(LABEL)) == 0);
}

/* Is ${s} an ID, as docker ps prints it, short or long? */
static int
is_id(const char *s)
{
	size_t len;

	len = strlen(s);
	return ((len == 12 || len == 64) && strspn(s, HEX) == len);
}

/* The rule of Docker (daemon/names) and podman. */
static int
is_name(const char *s)
{

	return (*s != '\0' && strspn(s, LETTERS DIGITS) > 0 &&
	    s[strspn(s, LETTERS DIGITS "_.-")] == '\0');
}

int
owners_add(struct owners *o, const char *text, struct error *e)
{
	char quoted[ERROR_QUOTE];

	if (is_label(text) ? strchr("=", text[strlen(LABEL)]) != NULL :
	    !is_name(text))
		return (error_set(e, "not a container name, ID or "
		    "label=KEY[=VALUE]: %s",
		    error_quote(quoted, text, strlen(text))));
	o->text = alloc_resize(o->text, o->count + 1, sizeof(*o->text));
	o->text[o->count++] = text;
	return (0);
}

/* Does ${c} have the label ${s}, KEY or KEY=VALUE? */
static int
has_label(const struct container *c, const char *s)
{
	const char *value;
	char *key;
	size_t len;

	len = strcspn(s, "=");
	key = alloc_copy(s, len);
	value = container_label(c, key);
	free(key);
	return (value != NULL &&
	    (s[len] == '\0' || strcmp(value, s + len + 1) == 0));
}

static int
is_one(const char *text, const struct container *c)
{

	if (is_label(text))
		return (has_label(c, text + strlen(LABEL)));
	return (strcmp(c->name, text) == 0 || (is_id(text) &&
	    strncmp(c->id, text, strlen(text)) == 0));
}

int
owners_have(const struct owners *o, const struct container *c)
{
	size_t i;

	for (i = 0; i < o->count; i++)
		if (is_one(o->text[i], c))
			return (1);
	return (0);
}

int
owners_exist(const struct owners *o, const struct containers *list,
    struct error *e)
{
	size_t i, k;

	for (i = 0; i < o->count; i++) {
		if (!is_id(o->text[i]))
			continue;
		for (k = 0; k < list->count; k++)
			if (is_one(o->text[i], &list->container[k]))
				break;
		if (k == list->count)
			return (error_set(e, "%s: no container has this ID",
			    o->text[i]));
	}
	return (0);
}

void
owners_free(struct owners *o)
{

	free(o->text);
	o->text = NULL;
	o->count = 0;
}
