/* SPDX-License-Identifier: ISC */
#include "docker/containers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "base/input.h"
#include "base/io.h"
#include "base/json.h"
#include "docker/ports.h"

#define FILE_MAX	(64UL * 1024 * 1024)
#define WANTED	"the output of docker inspect is expected"

/* Of a name and the "/other/name"s that links gave it, the name. */
static int
list_name(const struct json *r, void *arg, struct error *e)
{
	struct container *c;
	const char *s;

	c = arg;
	s = json_string(r);
	if (s == NULL)
		return (error_set(e, "is not a string"));
	s += *s == '/';
	if (c->name == NULL && strchr(s, '/') == NULL)
		c->name = alloc_copy(s, strlen(s));
	return (0);
}

/* Whether the network of ${r} is the host's own; -1 if it does not say. */
static int
host_network(const struct json *r, int *yes, struct error *e)
{
	struct json *config;
	char *mode;
	int result;

	*yes = -1;
	if (json_member(r, "HostConfig", JSON_OBJECT, &config, e) == -1)
		return (-1);
	if (config == NULL)
		return (0);
	result = json_member_string(config, "NetworkMode", &mode, e);
	json_free(config);
	if (result == -1)
		return (error_prefix(e, "HostConfig"));
	*yes = strcmp(mode, "host") == 0;
	free(mode);
	return (0);
}

/* Call ${fn} for the elements of ${r}'s ${key}. */
static int
each_of(const struct json *r, const char *key,
    int (*fn)(const struct json *, void *, struct error *), void *arg,
    struct error *e)
{
	struct json *list;
	int result;

	if (json_member(r, key, JSON_ARRAY, &list, e) == -1)
		return (-1);
	result = json_elements(list, fn, arg, e);
	json_free(list);
	return (result == -1 ? error_prefix(e, "%s", key) : 0);
}

static int
list_element(const struct json *r, struct container *c, struct error *e)
{
	int network;

	if (json_member_string(r, "Id", &c->id, e) == -1 ||
	    json_member_string(r, "State", &c->state, e) == -1 ||
	    host_network(r, &network, e) == -1 ||
	    each_of(r, "Names", list_name, c, e) == -1 ||
	    each_of(r, "Ports", ports_element, c, e) == -1)
		return (-1);
	if (*c->id == '\0')
		return (error_set(e, "Id: is not there"));
	if (c->name == NULL)
		c->name = alloc_copy(c->id, strnlen(c->id, 12));
	c->hidden = network == -1 || (network == 0 &&
	    (c->count == 0 || !ports_live(c)));
	return (0);
}

/*
 * Read the port map that is ${outer}'s member ${inner}.  It is null or empty
 * where there is none, and is missing in what is no container only.
 */
static int
inspect_map(const struct json *r, const char *outer, const char *inner,
    struct container *c, struct error *e)
{
	struct json *config, *map;
	int result;

	if (json_member(r, outer, JSON_OBJECT, &config, e) == -1)
		return (-1);
	if (config == NULL)
		return (error_set(e, "%s: is not there", outer));
	map = json_get(config, inner);
	json_free(config);
	if (map == NULL)
		result = error_set(e, "is not there");
	else if (json_kind(map) == JSON_NULL)
		result = 0;
	else if (json_kind(map) == JSON_OBJECT)
		result = ports_map(map, c, e);
	else
		result = error_set(e, "is of the wrong type");
	json_free(map);
	return (result == -1 ? error_prefix(e, "%s: %s", outer, inner) : 0);
}

static int
inspect_element(const struct json *r, struct container *c, struct error *e)
{
	struct json *state;
	char *name;
	int network, result;

	if (json_member_string(r, "Id", &c->id, e) == -1 ||
	    json_member_string(r, "Name", &name, e) == -1)
		return (-1);
	c->name = alloc_format("%s", name + (*name == '/'));
	free(name);
	if (json_member(r, "State", JSON_OBJECT, &state, e) == -1)
		return (-1);
	if (state == NULL)
		return (error_set(e, "State: is not there"));
	result = json_member_string(state, "Status", &c->state, e);
	json_free(state);
	if (result == -1)
		return (error_prefix(e, "State"));
	if (host_network(r, &network, e) == -1)
		return (-1);
	if (network == 1)
		return (0);
	if (inspect_map(r, "HostConfig", "PortBindings", c, e) == -1)
		return (-1);
	return (inspect_map(r, "NetworkSettings", "Ports", c, e));
}

int
containers_inspect(const struct json *r, struct container *c,
    struct error *e)
{

	memset(c, 0, sizeof(*c));
	if (json_kind(r) != JSON_OBJECT)
		return (error_set(e, "is not an object"));
	if (inspect_element(r, c, e) == 0)
		return (0);
	containers_clear(c);
	return (-1);
}

static struct container *
grow(struct containers *c)
{
	struct container *last;

	c->container = alloc_resize(c->container, c->count + 1, sizeof(*last));
	last = &c->container[c->count++];
	memset(last, 0, sizeof(*last));
	return (last);
}

static int
list_append(const struct json *r, void *arg, struct error *e)
{

	if (json_kind(r) != JSON_OBJECT)
		return (error_set(e, "is not an object"));
	return (list_element(r, grow(arg), e));
}

int
containers_list(const struct json *list, struct containers *c,
    struct error *e)
{

	memset(c, 0, sizeof(*c));
	if (json_kind(list) != JSON_ARRAY)
		return (error_set(e, "is not a list of containers"));
	if (json_elements(list, list_append, c, e) == 0)
		return (0);
	containers_free(c);
	return (-1);
}

/* An element of a file: inspect's State is an object, a list's a string. */
static int
file_append(const struct json *r, void *arg, struct error *e)
{
	char name[ERROR_QUOTE], status[ERROR_QUOTE];
	struct container *c;
	struct json *state;
	int list;

	if (json_kind(r) != JSON_OBJECT)
		return (error_set(e, "is not an object"));
	state = json_get(r, "State");
	list = state != NULL && json_kind(state) == JSON_STRING;
	if (state == NULL || (!list && json_kind(state) != JSON_OBJECT)) {
		json_free(state);
		return (error_set(e, "is not a container"));
	}
	json_free(state);
	c = grow(arg);
	if (!list)
		return (inspect_element(r, c, e));
	if (list_element(r, c, e) == -1)
		return (-1);
	if (!ports_live(c))
		return (error_set(e, "%s is %s, and a list does not show what "
		    "it would publish",
		    error_quote(name, c->name, strlen(c->name)),
		    error_quote(status, c->state, strlen(c->state))));
	return (0);
}

int
containers_read(const char *text, size_t len, const char *name,
    struct containers *c, struct error *e)
{
	struct error why;
	struct json *list;
	int result;

	memset(c, 0, sizeof(*c));
	if (text[strspn(text, BLANKS)] != '[')
		return (error_set(e, "%s: %s: " WANTED, name,
		    len == 0 ? "is empty" : "is no JSON array"));
	list = json_parse(text, len, 0, name, e);
	if (list == NULL)
		return (-1);
	result = json_elements(list, file_append, c, e);
	json_free(list);
	if (result == 0)
		return (0);
	containers_free(c);
	why = *e;
	return (error_set(e, "%s: %s: " WANTED, name, why.text));
}

int
containers_file(const char *path, struct containers *c, struct error *e)
{
	const char *name;
	char *text;
	size_t len;
	int fd, result;

	name = strcmp(path, "-") == 0 ? INPUT_NAME : path;
	fd = name == path ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (fd == -1)
		return (error_sys(e, "%s", name));
	result = io_read(fd, name, FILE_MAX, &text, &len, e);
	if (fd != STDIN_FILENO)
		close(fd);
	if (result == -1)
		return (-1);
	result = containers_read(text, len, name, c, e);
	free(text);
	return (result);
}

void
containers_clear(struct container *c)
{

	free(c->id);
	free(c->name);
	free(c->state);
	free(c->binding);
	memset(c, 0, sizeof(*c));
}

void
containers_free(struct containers *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		containers_clear(&c->container[i]);
	free(c->container);
	memset(c, 0, sizeof(*c));
}
