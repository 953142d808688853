/* SPDX-License-Identifier: ISC */
/* JSON: a value is passed on unchanged, and every question about it is safe. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "fuzz.h"
#include "base/alloc.h"
#include "base/input.h"
#include "base/json.h"

/* Ask for everything, whatever kind it is. */
static void
walk(const struct json *r, int depth)
{
	struct json *inner;
	long long n;
	size_t i;

	require(json_string(r) == NULL || json_kind(r) == JSON_STRING);
	require(json_integer(r, &n) == -1 || json_kind(r) == JSON_NUMBER);
	if ((inner = json_get(r, "alias")) != NULL)
		require(json_kind(r) == JSON_OBJECT);
	json_free(inner);
	for (i = 0; depth > 0 && (inner = json_at(r, i)) != NULL; i++) {
		walk(inner, depth - 1);
		json_free(inner);
	}
}

static int
visit(const char *key, const struct json *r, void *parent)
{
	struct json *same;

	same = json_get(parent, key);
	/* A key with a NUL in it is seen up to there. */
	if (same != NULL)
		walk(r, 3);
	json_free(same);
	return (0);
}

static void
try_record(const char *text, size_t len, int flags)
{
	struct error e;
	struct json *again, *r;
	char *first, *second;

	r = json_parse(text, len, flags, "here", &e);
	if (r == NULL) {
		require(strncmp(e.text, "here: ", 6) == 0);
		require_reason(&e);
		return;
	}
	walk(r, 3);
	json_each(r, visit, r);
	first = json_format(r);
	require(strchr(first, '\n') == NULL);
	again = json_parse(first, strlen(first), flags, "again", &e);
	require(again != NULL);
	second = json_format(again);
	require(strcmp(first, second) == 0);
	free(second);
	free(first);
	json_free(again);
	json_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text;

	text = alloc_copy((const char *)data, len);
	(void)input_is_json(text);
	try_record(text, len, JSON_STRICT);
	try_record(text, len, 0);
	free(text);
	return (0);
}
