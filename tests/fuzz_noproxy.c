/* SPDX-License-Identifier: ISC */
/*
 * NO_PROXY lists: three strings with NUL between them, the value, the other
 * value and a host.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "fuzz.h"
#include "base/alloc.h"
#include "base/args.h"
#include "noproxy/noproxy.h"

/* Is each word of ${from} an entry of ${list}, in the same order? */
static int
kept(const char *from, const char *list)
{
	size_t n, room;

	for (;;) {
		from += strspn(from, ", \t");
		n = strcspn(from, ", \t");
		if (n == 0)
			return (1);
		for (;; list += room + 1) {
			room = strcspn(list, ",");
			if (room == n && memcmp(list, from, n) == 0)
				break;
			if (list[room] == '\0')
				return (0);
		}
		list += room + (list[room] == ',');
		from += n;
	}
}

/* Evaluate the one word ${quoted} as sh(1) does: is it ${value}? */
static int
unquotes(const char *quoted, const char *value)
{
	int inside;

	for (inside = 0; *quoted != '\0'; quoted++) {
		if (*quoted == '\'') {
			inside = !inside;
			continue;
		}
		if (!inside && *quoted++ != '\\')
			return (0);
		if (*quoted == '\0' || *quoted != *value++)
			return (0);
	}
	return (!inside && *value == '\0');
}

static void
try(const char *value, const char *other, const char *host)
{
	struct error e;
	char *again, *entry, *quoted, *result;

	if ((entry = noproxy_host(host, &e)) == NULL) {
		require_reason(&e);
		require(strlen(host) < 65536);
		return;
	}
	require(strpbrk(entry, " \t\n*\"'$`\\") == NULL);
	result = noproxy_add(value, other, &entry, 1, &e);
	if (result != NULL) {
		require(strpbrk(result, " \t\r\n") == NULL);
		require(kept(value, result));
		require(strcmp(result, "*") == 0 || kept(entry, result));
		again = noproxy_add(result, other, &entry, 1, &e);
		require(again != NULL && strcmp(again, result) == 0);
		quoted = args_quote(result);
		require(unquotes(quoted, result));
		free(quoted);
		free(again);
	}
	free(result);
	free(entry);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *host, *other;
	char *value;

	/* two NULs more, so that all three strings are there */
	value = alloc_array(len + 3, 1);
	memcpy(value, data, len);
	other = value + strlen(value) + 1;
	host = other + strlen(other) + 1;
	try(value, other, host);
	free(value);
	return (0);
}
