/* SPDX-License-Identifier: ISC */
#include "docker/containers.h"

#include <sys/socket.h>

#include <ctype.h>
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

#define FILE_MAX	(64UL * 1024 * 1024)
#define WANTED	"the output of docker inspect is expected"

/* libnetwork drivers/bridge/labels.go; set by dockerd --ip as well */
#define DEFAULT_BINDING	"com.docker.network.bridge.host_binding_ipv4"

static void
add(struct bindings *l, const struct binding *b)
{
	const struct binding *old;
	size_t i;

	for (i = 0; i < l->count; i++) {
		old = &l->binding[i];
		if (addr_compare(&old->host, &b->host) == 0 &&
		    old->host_port == b->host_port && old->port == b->port &&
		    strcmp(old->proto, b->proto) == 0)
			return;
	}
	l->binding = alloc_resize(l->binding, l->count + 1, sizeof(*b));
	l->binding[l->count++] = *b;
}

/* Note that ${what}, ${text}, of the port ${port} is invalid. */
static void
note(struct container *c, const char *port, const char *what,
    const char *text, const char *effect)
{
	char quoted[ERROR_QUOTE], where[ERROR_QUOTE];

	if (c->odd == NULL)
		c->odd = alloc_format("port %s: %s %s: %s",
		    error_quote(where, port, strlen(port)), what,
		    error_quote(quoted, text, strlen(text)), effect);
}

/* Read the protocol, in any case; empty means TCP (go-connections/nat). */
static void
set_proto(struct binding *b, const char *s)
{
	size_t i;

	memset(b->proto, 0, sizeof(b->proto));
	if (*s == '\0')
		s = "tcp";
	for (i = 0; i < sizeof(b->proto) - 1 && s[i] != '\0' && s[i] != '/'; i++)
		b->proto[i] = (char)tolower((unsigned char)s[i]);
}

/*
 * Read the host address ${key} of ${r}, which is the port ${port}. ::ffff:A is
 * A.  An empty address is all addresses; engines treat an invalid one so too.
 */
static int
member_host(const struct json *r, const char *key, const char *port,
    struct container *c, struct binding *b, struct error *e)
{
	char *s;

	if (json_member_string(r, key, &s, e) == -1)
		return (-1);
	b->unset = *s == '\0';
	if (addr_parse(s, &b->host) == -1) {
		addr_parse("0.0.0.0", &b->host);
		if (!b->unset)
			note(c, port, "host address", s,
			    "is no address, and means all addresses");
	}
	addr_unmap(&b->host);
	free(s);
	return (0);
}

/* Read one of a list's Ports: {IP, PrivatePort, PublicPort, Type}. */
static int
list_port(const struct json *r, void *arg, struct error *e)
{
	struct container *c;
	struct binding b;
	struct json *port;
	char *type;

	c = arg;
	memset(&b, 0, sizeof(b));
	if (json_kind(r) != JSON_OBJECT)
		return (error_set(e, "is not an object"));
	port = json_get(r, "PrivatePort");
	json_free(port);
	if (port == NULL)
		return (error_set(e, "PrivatePort: is missing"));
	if (json_member_port(r, "PrivatePort", &b.port, e) == -1 ||
	    json_member_port(r, "PublicPort", &b.host_port, e) == -1 ||
	    json_member_string(r, "Type", &type, e) == -1)
		return (-1);
	set_proto(&b, type);
	free(type);
	if (member_host(r, "IP", b.proto, c, &b, e) == -1)
		return (-1);
	if (b.host_port > 0)		/* else exposed, but not published */
		add(&c->published, &b);
	return (0);
}

/* A port map being read. */
struct port_map {
	struct container	*container;
	struct bindings		*bindings;
	const char		*key;		/* "80/tcp" */
	struct binding		 binding;
	struct error		*e;
};

/*
 * Read the port ${s}: digits, with any number of leading zeros.  Return -1 if
 * it is not a port, or a range.
 */
static int
parse_port(const char *s, size_t len, unsigned *port)
{
	unsigned long n;
	char *digits;
	int result;

	digits = alloc_copy(s, len);
	result = args_number(digits, 0, 65535, &n);
	free(digits);
	if (result == 0)
		*port = (unsigned)n;
	return (result);
}

/*
 * Read {HostIp, HostPort}.  The engine accepts PORT, PORT/PROTOCOL, FIRST-LAST
 * (it picks one at start), and an empty string or 0 (any port).
 */
static int
map_binding(const struct json *r, void *arg, struct error *e)
{
	struct port_map *m;
	const char *last;
	char *s;
	size_t len;

	m = arg;
	if (json_kind(r) != JSON_OBJECT)
		return (error_set(e, "is not an object"));
	if (member_host(r, "HostIp", m->key, m->container, &m->binding,
	    e) == -1 || json_member_string(r, "HostPort", &s, e) == -1)
		return (-1);
	m->binding.host_port = 0;
	len = strcspn(s, "/");
	last = memchr(s, '-', len);
	if (last != NULL && (size_t)(last - s) == len - (size_t)(last + 1 - s) &&
	    strncmp(s, last + 1, (size_t)(last - s)) == 0)
		len = (size_t)(last - s);
	if (parse_port(s, len, &m->binding.host_port) == -1 && len > 0 &&
	    strspn(s, "0123456789-") != len)
		note(m->container, m->key, "host port", s, "is no port");
	free(s);
	add(m->bindings, &m->binding);
	return (0);
}

/* Read a member of a port map: "80/tcp": null or [{HostIp, HostPort}, ...] */
static int
map_port(const char *key, const struct json *value, void *arg)
{
	char quoted[ERROR_QUOTE];
	struct port_map *m;
	size_t len;

	m = arg;
	m->key = key;
	error_quote(quoted, key, strlen(key));
	if (json_kind(value) == JSON_NULL)
		return (0);
	if (json_kind(value) != JSON_ARRAY)
		return (error_set(m->e, "%s: is of the wrong type", quoted));
	len = strcspn(key, "/");
	set_proto(&m->binding, key[len] == '/' ? key + len + 1 : "");
	m->binding.port = 0;
	if (parse_port(key, len, &m->binding.port) == -1)
		note(m->container, key, "port", key, "is no port");
	if (json_elements(value, map_binding, m, m->e) == -1)
		return (error_prefix(m->e, "%s", quoted));
	return (0);
}

/*
 * Read the port map, ${outer}'s member ${inner}, into ${l}.  Without ports it
 * is null or empty; it is missing only if the object is no container.
 */
static int
inspect_map(const struct json *outer, const char *inner, struct container *c,
    struct bindings *l, struct error *e)
{
	struct port_map m;
	struct json *map;
	int result;

	memset(&m, 0, sizeof(m));
	m.container = c;
	m.bindings = l;
	m.e = e;
	map = json_get(outer, inner);
	if (map == NULL)
		result = error_set(e, "is missing");
	else if (json_kind(map) == JSON_NULL)
		result = 0;
	else if (json_kind(map) == JSON_OBJECT)
		result = json_each(map, map_port, &m);
	else
		result = error_set(e, "is of the wrong type");
	json_free(map);
	return (result == -1 ? error_prefix(e, "%s", inner) : 0);
}

/* The container's own name; links add "/other/name"s. */
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

/* Call ${fn} for the elements of ${r}'s member ${key}. */
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

/* Read ${r}'s HostConfig, if there is one, into ${config}, to be freed. */
static int
host_config(const struct json *r, struct container *c, struct json **config,
    struct error *e)
{

	if (json_member(r, "HostConfig", JSON_OBJECT, config, e) == -1)
		return (-1);
	if (*config == NULL) {
		c->network = alloc_copy("", 0);
		return (0);
	}
	if (json_member_string(*config, "NetworkMode", &c->network, e) == 0)
		return (0);
	json_free(*config);
	return (error_prefix(e, "HostConfig"));
}

static int
is_host_network(const struct container *c)
{

	return (strcmp(c->network, "host") == 0);
}

/* A list shows health in words only: "Up 2 hours (healthy)" */
static char *
health_of(const char *status)
{
	static const char *words[][2] = {
		{ "(healthy)", "healthy" },
		{ "(unhealthy)", "unhealthy" },
		{ "(health: starting)", "starting" }
	};
	size_t i;

	for (i = 0; i < 3; i++)
		if (strstr(status, words[i][0]) != NULL)
			return (alloc_format("%s", words[i][1]));
	return (alloc_copy("", 0));
}

/* Read the networks of ${r}, a member of its NetworkSettings. */
static int
list_networks(const struct json *r, struct container *c, struct error *e)
{
	struct json *settings;
	int result;

	if (json_member(r, "NetworkSettings", JSON_OBJECT, &settings, e) == -1)
		return (-1);
	if (settings == NULL)
		return (0);
	result = json_member(settings, "Networks", JSON_OBJECT, &c->networks,
	    e);
	json_free(settings);
	return (result == -1 ? error_prefix(e, "NetworkSettings") : 0);
}

static int
list_element(const struct json *r, struct container *c, struct error *e)
{
	struct json *config;
	char *status;

	if (json_member_string(r, "Id", &c->id, e) == -1 ||
	    json_member_string(r, "State", &c->state, e) == -1 ||
	    json_member_string(r, "Image", &c->image, e) == -1 ||
	    json_member(r, "Labels", JSON_OBJECT, &c->labels, e) == -1 ||
	    list_networks(r, c, e) == -1 ||
	    json_member_string(r, "Status", &status, e) == -1)
		return (-1);
	c->health = health_of(status);
	free(status);
	c->restart = alloc_copy("", 0);
	if (host_config(r, c, &config, e) == -1)
		return (-1);
	c->hidden = config == NULL;
	json_free(config);
	if (each_of(r, "Names", list_name, c, e) == -1 ||
	    each_of(r, "Ports", list_port, c, e) == -1)
		return (-1);
	if (*c->id == '\0')
		return (error_set(e, "Id: is missing"));
	if (c->name == NULL)
		c->name = alloc_copy(c->id, strnlen(c->id, 12));
	c->hidden |= !is_host_network(c) &&
	    (c->published.count == 0 || !container_live(c));
	return (0);
}

/* Read ${r}'s State: {Status, Health: {Status}}. */
static int
inspect_state(const struct json *r, struct container *c, struct error *e)
{
	struct json *health, *state;
	int result;

	if (json_member(r, "State", JSON_OBJECT, &state, e) == -1)
		return (-1);
	if (state == NULL)
		return (error_set(e, "State: is missing"));
	health = NULL;
	result = json_member_string(state, "Status", &c->state, e);
	if (result == 0)
		result = json_member(state, "Health", JSON_OBJECT, &health, e);
	if (result == 0 && health == NULL)
		c->health = alloc_copy("", 0);
	else if (result == 0)
		result = json_member_string(health, "Status", &c->health, e);
	/* Docker and podman, if the image has no health check */
	if (result == 0 && strcmp(c->health, "none") == 0)
		*c->health = '\0';
	json_free(health);
	json_free(state);
	return (result == -1 ? error_prefix(e, "State") : 0);
}

/* Read ${r}'s Config: {Image, Labels}. */
static int
inspect_config(const struct json *r, struct container *c, struct error *e)
{
	struct json *config;
	int result;

	if (json_member(r, "Config", JSON_OBJECT, &config, e) == -1)
		return (-1);
	if (config == NULL) {
		c->image = alloc_copy("", 0);
		return (0);
	}
	result = json_member_string(config, "Image", &c->image, e);
	if (result == 0)
		result = json_member(config, "Labels", JSON_OBJECT, &c->labels,
		    e);
	json_free(config);
	return (result == -1 ? error_prefix(e, "Config") : 0);
}

/* Read ${r}'s HostConfig: {NetworkMode, PortBindings, RestartPolicy}. */
static int
inspect_host_config(const struct json *r, struct container *c,
    struct error *e)
{
	struct json *config, *policy;
	int result;

	if (host_config(r, c, &config, e) == -1)
		return (-1);
	if (config == NULL)
		return (error_set(e, "HostConfig: is missing"));
	result = is_host_network(c) ? 0 :
	    inspect_map(config, "PortBindings", c, &c->asked, e);
	policy = NULL;
	if (result == 0)
		result = json_member(config, "RestartPolicy", JSON_OBJECT,
		    &policy, e);
	if (result == 0 && policy == NULL)
		c->restart = alloc_copy("", 0);
	else if (result == 0)
		result = json_member_string(policy, "Name", &c->restart, e);
	json_free(policy);
	json_free(config);
	return (result == -1 ? error_prefix(e, "HostConfig") : 0);
}

/* Read ${r}'s NetworkSettings: {Ports, Networks}. */
static int
inspect_network(const struct json *r, struct container *c, struct error *e)
{
	struct bindings unused;
	struct json *settings;
	int result;

	if (json_member(r, "NetworkSettings", JSON_OBJECT, &settings, e) == -1)
		return (-1);
	if (settings == NULL)
		return (is_host_network(c) ? 0 : error_set(e,
		    "NetworkSettings: is missing"));
	memset(&unused, 0, sizeof(unused));
	result = is_host_network(c) ? 0 : inspect_map(settings, "Ports", c,
	    container_live(c) ? &c->published : &unused, e);
	if (result == 0)
		result = json_member(settings, "Networks", JSON_OBJECT,
		    &c->networks, e);
	free(unused.binding);
	json_free(settings);
	return (result == -1 ? error_prefix(e, "NetworkSettings") : 0);
}

static int
inspect_element(const struct json *r, struct container *c, struct error *e)
{
	char *name;

	if (json_member_string(r, "Id", &c->id, e) == -1 ||
	    json_member_string(r, "Name", &name, e) == -1)
		return (-1);
	c->name = alloc_format("%s", name + (*name == '/'));
	free(name);
	if (inspect_state(r, c, e) == -1 ||
	    inspect_config(r, c, e) == -1 ||
	    inspect_host_config(r, c, e) == -1)
		return (-1);
	return (inspect_network(r, c, e));
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
	container_free(c);
	return (-1);
}

static struct container *
grow(struct containers *c)
{
	struct container *last;

	/* Double the room whenever the count is a power of two. */
	if ((c->count & (c->count - 1)) == 0)
		c->container = alloc_resize(c->container,
		    c->count > 0 ? c->count * 2 : 1, sizeof(*last));
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

/* Append an element of a file.  Only inspect's State is an object. */
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
	if (!container_live(c))
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
	if (text[strspn(text, BLANKS)] == '\0' && strlen(text) == len)
		return (error_set(e, "%s: is empty: " WANTED ", or [] if there "
		    "are no containers", name));
	if (text[strspn(text, BLANKS)] != '[')
		return (error_set(e, "%s: is no JSON array: " WANTED, name));
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

int
containers_unset(const struct containers *c)
{
	const struct bindings *asked;
	size_t i, k;

	for (i = 0; i < c->count; i++) {
		asked = &c->container[i].asked;
		for (k = 0; k < asked->count; k++)
			if (asked->binding[k].unset)
				return (1);
	}
	return (0);
}

/* Is ${c} on the network ${name}, or will it be after its start? */
static int
is_on(const struct container *c, const char *name, const char *id)
{
	struct json *r;
	const char *mode;

	mode = strcmp(c->network, "default") == 0 ? "bridge" : c->network;
	if (strcmp(mode, name) == 0 || (*id != '\0' && strcmp(mode, id) == 0))
		return (1);
	if (c->networks == NULL)
		return (0);
	r = json_get(c->networks, name);
	json_free(r);
	return (r != NULL);
}

/* Bind to ${host} the ports that ${c} asked for without a host address. */
static void
bind_unset(struct container *c, const struct addr *host)
{
	struct binding b;
	size_t i, n;

	n = c->asked.count;
	for (i = 0; i < n; i++) {
		b = c->asked.binding[i];
		if (!b.unset)
			continue;
		b.host = *host;
		b.unset = 0;
		add(&c->asked, &b);
	}
}

/* The default address of the network ${r}, "" if it has none. */
static int
default_address(const struct json *r, char **s, struct error *e)
{
	struct json *options;
	int result;

	if (json_member(r, "Options", JSON_OBJECT, &options, e) == -1)
		return (-1);
	*s = options == NULL ? alloc_copy("", 0) : NULL;
	result = options == NULL ? 0 :
	    json_member_string(options, DEFAULT_BINDING, s, e);
	json_free(options);
	return (result == -1 ? error_prefix(e, "Options") : 0);
}

static int
bind_network(const struct json *r, void *arg, struct error *e)
{
	struct containers *c;
	struct addr host;
	char *id, *name, *text;
	size_t i;

	c = arg;
	if (json_kind(r) != JSON_OBJECT)
		return (error_set(e, "is not an object"));
	if (default_address(r, &text, e) == -1)
		return (-1);
	if (addr_parse(text, &host) == -1) {
		free(text);
		return (0);
	}
	free(text);
	addr_unmap(&host);
	if (json_member_string(r, "Id", &id, e) == -1)
		return (-1);
	if (json_member_string(r, "Name", &name, e) == -1) {
		free(id);
		return (-1);
	}
	for (i = 0; !addr_is_any(&host) && i < c->count; i++)
		if (is_on(&c->container[i], name, id))
			bind_unset(&c->container[i], &host);
	free(name);
	free(id);
	return (0);
}

int
containers_networks(const struct json *list, struct containers *c,
    struct error *e)
{

	if (json_kind(list) != JSON_ARRAY)
		return (error_set(e, "is not a list of networks"));
	return (json_elements(list, bind_network, c, e));
}

int
container_live(const struct container *c)
{

	return (strcmp(c->state, "running") == 0 ||
	    strcmp(c->state, "paused") == 0);
}

const char *
container_label(const struct container *c, const char *key)
{
	struct json *r;
	const char *s;

	if (c->labels == NULL)
		return (NULL);
	r = json_get(c->labels, key);
	if (r == NULL)
		return (NULL);
	/* The labels hold the string as well. */
	s = json_string(r);
	json_free(r);
	return (s);
}

void
container_free(struct container *c)
{

	free(c->id);
	free(c->name);
	free(c->image);
	free(c->state);
	free(c->health);
	free(c->restart);
	free(c->network);
	free(c->odd);
	json_free(c->labels);
	json_free(c->networks);
	free(c->asked.binding);
	free(c->published.binding);
	memset(c, 0, sizeof(*c));
}

void
containers_free(struct containers *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		container_free(&c->container[i]);
	free(c->container);
	memset(c, 0, sizeof(*c));
}
