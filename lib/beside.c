/* SPDX-License-Identifier: ISC */
#include "beside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "mem.h"
#include "record.h"

/*
 * One kind of it: the member ${key}.  In ${text}, {} stands for its value or,
 * if that is an array, each of the elements; {1} for element 1 of these, {name}
 * for their member of that name.  A text without braces stands for any value,
 * or for ${only}.
 */
static const struct kind {
	const char	*key;
	const char	*only;
	const char	*text;
} kinds[] = {
	{ "network_name", NULL, "network {}" },
	{ "network_backend", "tsi", "backend tsi" },
	{ "block_private", NULL, "block_private" },
	{ "credential_policy", NULL, "credential_policy" },
	{ "mounts", NULL, "mount {0}:{1}" },
	{ "staged_mounts", NULL, "mount {1}:{2}" },
	{ "disks", NULL, "disk {path}" },
	{ "cache_disk", NULL, "disk {base}" },
	{ "ports", NULL, "port {0}:{1}" },
	{ "udp_ports", NULL, "port {0}:{1}/udp" },
	{ "published_sockets", NULL,
	    "socket {direction} {host_path}:{guest_path}" },
	{ "remote_volumes", NULL, "volume {source}:{target}" },
	{ "ssh_agent", "true", "ssh_agent" },
	{ "docker_socket", "true", "docker_socket" },
	{ "cuda", "true", "cuda" },
};

/* ${v}, which may be NULL, as text: a string as it is, the rest as JSON. */
static char *
plain(const struct record *v)
{
	const char *s;

	if (v == NULL || record_kind(v) == RECORD_NULL)
		return (mem_copy("-", 1));
	s = record_string(v);
	return (s != NULL ? mem_copy(s, strlen(s)) : record_format(v));
}

/* Write the part of ${v} that the ${len} bytes at ${key} name. */
static void
write_part(FILE *f, const struct record *v, const char *key, size_t len)
{
	struct record *part;
	char *name, *text;

	name = mem_copy(key, len);
	if (len == 0)
		part = record_copy(v);
	else if (key[0] <= '9')
		part = record_at(v, (size_t)(key[0] - '0'));
	else
		part = record_get(v, name);
	text = plain(part);
	fputs(text, f);
	free(text);
	record_free(part);
	free(name);
}

static void
add(struct record *list, const struct kind *k, const struct record *v)
{
	const char *end, *p;
	char *text;
	FILE *f;

	f = io_memory(&text);
	for (p = k->text; *p != '\0'; p++) {
		if (*p != '{') {
			fputc(*p, f);
			continue;
		}
		end = strchr(p, '}');
		write_part(f, v, p + 1, (size_t)(end - p) - 1);
		p = end;
	}
	io_memory_end(f, &text);
	record_append(list, record_new_string(text));
	free(text);
}

static int
is_meant(const struct kind *k, const struct record *v)
{
	char *text;
	int result;

	if (k->only == NULL)
		return (1);
	text = plain(v);
	result = strcmp(text, k->only) == 0;
	free(text);
	return (result);
}

static void
add_kind(struct record *list, const struct kind *k, const struct record *v)
{
	struct record *one;
	size_t i;

	if (strchr(k->text, '{') == NULL || record_kind(v) != RECORD_ARRAY) {
		if (is_meant(k, v))
			add(list, k, v);
		return;
	}
	for (i = 0; i < record_count(v); i++) {
		one = record_at(v, i);
		add(list, k, one);
		record_free(one);
	}
}

struct record *
beside_list(const struct record *machine)
{
	struct record *list, *v;
	size_t i;

	list = record_new(RECORD_ARRAY);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		v = record_get(machine, kinds[i].key);
		if (v != NULL && record_kind(v) != RECORD_NULL)
			add_kind(list, &kinds[i], v);
		record_free(v);
	}
	return (list);
}
