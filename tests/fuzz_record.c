/* SPDX-License-Identifier: ISC */
/* JSON: what is read is handed on as it was, and is safe to ask anything. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "fuzz.h"
#include "input.h"
#include "mem.h"
#include "record.h"

/* Ask for everything, whatever kind it is. */
static void
walk(const struct record *r, int depth)
{
	struct record *inner;
	long long n;
	size_t i;

	require(record_string(r) == NULL || record_kind(r) == RECORD_STRING);
	require(record_integer(r, &n) == -1 || record_kind(r) == RECORD_NUMBER);
	if ((inner = record_get(r, "alias")) != NULL)
		require(record_kind(r) == RECORD_OBJECT);
	record_free(inner);
	for (i = 0; depth > 0 && (inner = record_at(r, i)) != NULL; i++) {
		walk(inner, depth - 1);
		record_free(inner);
	}
}

static int
visit(const char *key, const struct record *r, void *parent)
{
	struct record *same;

	same = record_get(parent, key);
	/* A key with a NUL in it is seen up to there. */
	if (same != NULL)
		walk(r, 3);
	record_free(same);
	return (0);
}

static void
try_record(const char *text, size_t len, int flags)
{
	struct error e;
	struct record *again, *r;
	char *first, *second;

	r = record_parse(text, len, flags, "here", &e);
	if (r == NULL) {
		require(strncmp(e.text, "here: ", 6) == 0);
		require_reason(&e);
		return;
	}
	walk(r, 3);
	record_each(r, visit, r);
	first = record_format(r);
	require(strchr(first, '\n') == NULL);
	again = record_parse(first, strlen(first), flags, "again", &e);
	require(again != NULL);
	second = record_format(again);
	require(strcmp(first, second) == 0);
	free(second);
	free(first);
	record_free(again);
	record_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text;

	text = mem_copy((const char *)data, len);
	(void)input_is_json(text);
	try_record(text, len, RECORD_STRICT);
	try_record(text, len, 0);
	free(text);
	return (0);
}
