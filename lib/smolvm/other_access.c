/* SPDX-License-Identifier: ISC */
#include "smolvm/other_access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/io.h"
#include "base/json.h"
#include "smolvm/machine.h"

/*
 * One kind of access: the member ${key}.  In ${text}, {} is replaced by its
 * value or, if that is an array, by each of the elements; {1} by element 1 of
 * these, {name} by their member of that name.  A text without braces is for any
 * value, or for ${only}.
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
	return (s != NULL ? alloc_string(s) : json_format(v));
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
	json_append_string(list, text);
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

/*
 * The other members of records and of agent.config.json that engines from 0.6.0
 * to 1.32.2 write: none of them gives access to the host.  Sources: recorded
 * databases, smolvm 0.6.0 to 1.9.3 src/config.rs, and what 1.32.2 writes for
 * each of its options.
 */
static const char *const known[] = {
	/* the policy and related members */
	"allowed_cidrs", "dns", "dns_filter_hosts", "dns_options",
	"egress_rules", "guest_subnet", "network", "credential_placeholders",
	/* records */
	"block_io", "checkpoint_head", "cmd", "cpus", "created_at",
	"cuda_fork_pool_size", "cuda_preload_modules", "cuda_vram_limit_mib",
	"disk_durability", "entrypoint", "env", "ephemeral", "fork_env",
	"fork_generation", "fork_lineage_pid_start_time",
	"fork_overlay_owner", "forkable", "forkpoint_held", "golden", "gpu",
	"gpu_vram_mib", "health_cmd", "health_interval_secs",
	"health_retries", "health_startup_grace_secs", "health_timeout_secs",
	"host_uid_owner", "image", "image_origin", "image_origin_digest",
	"init", "init_completed", "keep_identity", "labels",
	"last_exit_code", "mem", "name", "nested_virt", "overlay_gb",
	"packed_image_on_storage", "pause_reason", "paused_checkpoint",
	"pid", "pid_start_time", "restart", "rosetta", "runtime_managed",
	"secret_refs", "shm_size", "source_registry_ref",
	"source_smolmachine", "staged_mounts_detached_from", "state",
	"stop_on_exit", "stop_signal", "stop_timeout_secs", "storage_gb",
	"user", "workdir",
	/* agent.config.json and its resources */
	"memory_mib", "overlay_gib", "resources", "storage_gib", "version",
};

/* Is ${key} in one of the tables? */
static int
is_known(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].key, key) == 0)
			return (1);
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], key) == 0)
			return (1);
	return (0);
}

/*
 * For json_each(): append "unknown ${key}" to ${arg}, once, if it is unknown.
 */
static int
add_unknown(const char *key, const struct json *value, void *arg)
{
	char *text;

	(void)value;
	if (is_known(key))
		return (0);
	text = alloc_format("unknown %s", key);
	if (!json_has_string(arg, text))
		json_append_string(arg, text);
	free(text);
	return (0);
}

struct json *
other_access_list(const struct json *machine, const struct json *launch)
{
	struct json *list, *v;
	size_t i;

	list = json_new(JSON_ARRAY);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		v = json_get(machine, kinds[i].key);
		if (json_kind(v) != JSON_NULL)
			add_kind(list, &kinds[i], v);
		json_free(v);
	}
	json_each(machine, add_unknown, list);
	json_each(launch, add_unknown, list);
	v = json_get(launch, "resources");
	json_each(v, add_unknown, list);
	json_free(v);
	return (list);
}

struct json *
other_access_machine(const struct machine *m)
{
	struct json *launch, *list;
	struct error ignored;
	int result;

	launch = NULL;
	result = m->home->machines != NULL ?
	    machine_launch(m, &launch, &ignored) : 0;
	list = other_access_list(m->record, launch);
	if (result == -1)
		json_append_string(list, "unknown agent.config.json");
	json_free(launch);
	return (list);
}
