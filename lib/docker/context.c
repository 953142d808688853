/* SPDX-License-Identifier: ISC */
#include "docker/context.h"

#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/io.h"
#include "base/json.h"
#include "base/sha256.h"

#define CONFIG_MAX	(1024 * 1024)	/* bytes; usually a few hundred */

char *
context_home(void)
{
	const struct passwd *pw;
	const char *home;

	home = getenv("HOME");
	if (home == NULL || *home == '\0') {
		pw = getpwuid(getuid());
		home = pw != NULL ? pw->pw_dir : "";
	}
	return (alloc_copy(home, strlen(home)));
}

static char *
folder(void)
{
	const char *config;
	char *home, *path;

	config = getenv("DOCKER_CONFIG");
	if (config != NULL && *config != '\0')
		return (alloc_copy(config, strlen(config)));
	home = context_home();
	path = alloc_format("%s/.docker", home);
	free(home);
	return (path);
}

/* The JSON object in ${path}; ${r} is NULL if there is no such file. */
static int
read_object(const char *path, struct json **r, struct error *e)
{
	char *text;
	size_t len;
	int fd, result;

	*r = NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return (0);
	if (fd == -1)
		return (error_sys(e, "%s", path));
	result = io_read(fd, path, CONFIG_MAX, &text, &len, e);
	close(fd);
	if (result == -1)
		return (-1);
	*r = json_parse(text, len, 0, path, e);
	free(text);
	if (*r == NULL)
		return (-1);
	if (json_kind(*r) == JSON_OBJECT)
		return (0);
	json_free(*r);
	*r = NULL;
	return (error_set(e, "%s: is no JSON object", path));
}

/* The current context's name in ${name}, "" if none is set. */
static int
current(const char *config, char **name, struct error *e)
{
	struct json *r;
	const char *env;
	char *path;
	int result;

	env = getenv("DOCKER_CONTEXT");
	if (env != NULL && *env != '\0') {
		*name = alloc_copy(env, strlen(env));
		return (0);
	}
	path = alloc_format("%s/config.json", config);
	result = read_object(path, &r, e);
	if (result == 0 && r == NULL)
		*name = alloc_copy("", 0);
	else if (result == 0) {
		result = json_member_string(r, "currentContext", name, e);
		if (result == -1)
			error_prefix(e, "%s", path);
	}
	json_free(r);
	free(path);
	return (result);
}

/* The host in a meta.json: .Endpoints.docker.Host */
static int
host_of(const struct json *meta, char **host, struct error *e)
{
	struct json *docker, *endpoints;
	int result;

	docker = NULL;
	result = -1;
	if (json_member(meta, "Endpoints", JSON_OBJECT, &endpoints, e) == -1)
		return (-1);
	if (endpoints == NULL ||
	    json_member(endpoints, "docker", JSON_OBJECT, &docker, e) == -1 ||
	    docker == NULL || json_member_string(docker, "Host", host, e) == -1)
		error_set(e, "has no host for docker");
	else
		result = 0;
	json_free(docker);
	json_free(endpoints);
	if (result == 0 && **host == '\0') {
		free(*host);
		result = error_set(e, "has no host for docker");
	}
	return (result);
}

static int
named_host(const char *config, const char *name, char **host, struct error *e)
{
	char hex[SHA256_HEXLEN], quoted[ERROR_QUOTE], *path;
	struct json *meta;
	int result;

	sha256_hex(name, strlen(name), hex);
	path = alloc_format("%s/contexts/meta/%s/meta.json", config, hex);
	result = read_object(path, &meta, e);
	if (result == 0)
		result = meta == NULL ? error_set(e, "not found: no %s", path) :
		    host_of(meta, host, e);
	if (result == -1)
		error_prefix(e, "docker context %s", error_quote(quoted, name,
		    strlen(name)));
	json_free(meta);
	free(path);
	return (result);
}

int
context_host(char **host, struct error *e)
{
	char *config, *name;
	int result;

	*host = NULL;
	config = folder();
	result = current(config, &name, e);
	if (result == 0) {
		if (*name != '\0' && strcmp(name, "default") != 0)
			result = named_host(config, name, host, e);
		free(name);
	}
	free(config);
	return (result);
}
