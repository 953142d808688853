/* SPDX-License-Identifier: ISC */
#include "smolvm/other_access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/io.h"
#include "base/json.h"

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
plain(const struct json *v)
{
	const char *s;

	if (v == NULL || json_kind(v) == JSON_NULL)
		return (alloc_copy("-", 1));
	s = json_string(v);
	return (s != NULL ? alloc_copy(s, strlen(s)) : json_format(v));
}

/* Write the part of ${v} that the ${len} bytes at ${key} name. */
static void
write_part(FILE *f, const struct json *v, const char *key, size_t len)
{
	struct json *part;
	char *name, *text;

	name = alloc_copy(key, len);
	if (len == 0)
		part = json_copy(v);
	else if (key[0] <= '9')
		part = json_at(v, (size_t)(key[0] - '0'));
	else
		part = json_get(v, name);
	text = plain(part);
	fputs(text, f);
	free(text);
	json_free(part);
	free(name);
}

static void
add(struct json *list, const struct kind *k, const struct json *v)
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
	json_append(list, json_new_string(text));
	free(text);
}

static int
is_meant(const struct kind *k, const struct json *v)
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
add_kind(struct json *list, const struct kind *k, const struct json *v)
{
	struct json *one;
	size_t i;

	if (strchr(k->text, '{') == NULL || json_kind(v) != JSON_ARRAY) {
		if (is_meant(k, v))
			add(list, k, v);
		return;
	}
	for (i = 0; i < json_count(v); i++) {
		one = json_at(v, i);
		add(list, k, one);
		json_free(one);
	}
}

struct json *
other_access_list(const struct json *machine)
{
	struct json *list, *v;
	size_t i;

	list = json_new(JSON_ARRAY);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		v = json_get(machine, kinds[i].key);
		if (v != NULL && json_kind(v) != JSON_NULL)
			add_kind(list, &kinds[i], v);
		json_free(v);
	}
	return (list);
}
