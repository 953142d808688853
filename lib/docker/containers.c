/* SPDX-License-Identifier: ISC */
#include "docker/containers.h"

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
#define LABEL	"label="
#define WANTED	"the output of docker inspect is expected"

#define ALNUM	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* libnetwork drivers/bridge/labels.go; set by dockerd --ip as well */
#define DEFAULT_BINDING	"com.docker.network.bridge.host_binding_ipv4"

static int
is_same(const struct binding *a, const struct binding *b)
{

	return (addr_compare(&a->host, &b->host) == 0 && a->port == b->port &&
	    strcmp(a->proto, b->proto) == 0);
}

int
bindings_have(const struct bindings *l, const struct binding *b)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (is_same(&l->binding[i], b))
			return (1);
	return (0);
}

static int
is_before(const struct binding *a, const struct binding *b)
{
	int order;

	order = strcmp(a->proto, b->proto);
	return (order < 0 || (order == 0 && a->host_port < b->host_port));
}

/* Add ${b} in order: an engine lists the ports in another order each time. */
static void
add(struct bindings *l, const struct binding *b)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->binding[i].host_port == b->host_port &&
		    is_same(&l->binding[i], b))
			return;
	l->binding = alloc_grow(l->binding, l->count, sizeof(*b));
	for (i = l->count++; i > 0 && is_before(b, &l->binding[i - 1]); i--)
		l->binding[i] = l->binding[i - 1];
	l->binding[i] = *b;
}

/* Note that ${what}, ${text}, of the port ${port} is invalid. */
static void
note(struct container *c, const char *port, const char *what,
    const char *text, const char *effect)
{

	if (c->odd == NULL)
		c->odd = alloc_format("port %s: %s %s: %s", error_quote(port),
		    what, error_quote(text), effect);
}

/*
 * Read the protocol, in any case; empty means TCP (go-connections/nat).  It is
 * printed: bytes that are not plain become "?".
 */
static void
set_proto(struct binding *b, const char *s)
{
	size_t i;

	memset(b->proto, 0, sizeof(b->proto));
	if (*s == '\0')
		s = "tcp";
	for (i = 0; i + 1 < sizeof(b->proto) && s[i] != '\0' && s[i] != '/';
	    i++)
		b->proto[i] = s[i] < ' ' || s[i] > '~' ? '?' :
		    (char)tolower((unsigned char)s[i]);
}

/*
 * Read the host address ${key} of ${r}, which is the port ${port}. ::ffff:A is
 * A.  An empty address is all addresses; engines treat an invalid one so too.
 */
static int
member_host(const struct json *r, const char *key, const char *port,
    struct container *c, struct binding *b, struct error *e)
{
	const char *s;

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
	return (0);
}

/* Read one of a list's Ports: {IP, PrivatePort, PublicPort, Type}. */
static int
list_port(const struct json *r, void *arg, struct error *e)
{
	struct container *c;
	struct binding b;
	const char *type;

	c = arg;
	memset(&b, 0, sizeof(b));
	if (json_kind(r) != JSON_OBJECT)
		return (error_set(e, "is not an object"));
	if (!json_has(r, "PrivatePort"))
		return (error_set(e, "PrivatePort: is missing"));
	if (json_member_port(r, "PrivatePort", &b.port, e) == -1 ||
	    json_member_port(r, "PublicPort", &b.host_port, e) == -1 ||
	    json_member_string(r, "Type", &type, e) == -1)
		return (-1);
	set_proto(&b, type);
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
	const char *last, *s;
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
	if (last != NULL && s + len - (last + 1) == last - s &&
	    strncmp(s, last + 1, (size_t)(last - s)) == 0)
		len = (size_t)(last - s);
	if (parse_port(s, len, &m->binding.host_port) == -1 && len > 0 &&
	    strspn(s, "0123456789-") != len)
		note(m->container, m->key, "host port", s, "is no port");
	add(m->bindings, &m->binding);
	return (0);
}

/* Read a member of a port map: "80/tcp": null or [{HostIp, HostPort}, ...] */
static int
map_port(const char *key, const struct json *value, void *arg)
{
	struct port_map *m;
	size_t len;

	m = arg;
	m->key = key;
	if (json_kind(value) == JSON_NULL)
		return (0);
	if (json_kind(value) != JSON_ARRAY)
		return (error_set(m->e, "%s: is of the wrong type",
		    error_quote(key)));
	len = strcspn(key, "/");
	set_proto(&m->binding, key[len] == '/' ? key + len + 1 : "");
	m->binding.port = 0;
	if (parse_port(key, len, &m->binding.port) == -1)
		note(m->container, key, "port", key, "is no port");
	if (json_elements(value, map_binding, m, m->e) == -1)
		return (error_prefix(m->e, "%s", error_quote(key)));
	return (0);
}

/*
 * Read the member ${inner} of ${r}'s member ${outer}, an object.  Each may be
 * absent: NULL in ${value}.
 */
static int
inner_member(const struct json *r, const char *outer, const char *inner,
    enum json_kind kind, struct json **value, struct error *e)
{
	struct json *object;
	int result;

	if (json_member(r, outer, JSON_OBJECT, &object, e) == -1)
		return (-1);
	result = json_member(object, inner, kind, value, e);
	json_free(object);
	return (result == -1 ? error_prefix(e, "%s", outer) : 0);
}

/* The same for a string, "" if it is absent. */
static int
inner_string(const struct json *r, const char *outer, const char *inner,
    const char **s, struct error *e)
{
	struct json *object;
	int result;

	if (json_member(r, outer, JSON_OBJECT, &object, e) == -1)
		return (-1);
	result = json_member_string(object, inner, s, e);
	json_free(object);
	return (result == -1 ? error_prefix(e, "%s", outer) : 0);
}

/*
 * Read the port map ${inner} in ${r}'s member ${outer} into ${l}.  Without
 * ports it is null or empty; it is missing only if the object is no container.
 */
static int
inspect_map(const struct json *r, const char *outer, const char *inner,
    struct container *c, struct bindings *l, struct error *e)
{
	struct port_map m;
	struct json *map, *object;
	int result;

	memset(&m, 0, sizeof(m));
	m.container = c;
	m.bindings = l;
	m.e = e;
	object = json_get(r, outer);
	if (json_kind(object) == JSON_NULL)
		return (error_set(e, "%s: is missing", outer));
	map = json_get(object, inner);
	json_free(object);
	if (map == NULL)
		result = error_set(e, "is missing");
	else if (json_kind(map) == JSON_OBJECT)
		result = json_each(map, map_port, &m);
	else
		result = json_kind(map) == JSON_NULL ? 0 :
		    error_set(e, "is of the wrong type");
	json_free(map);
	return (result == -1 ? error_prefix(e, "%s: %s", outer, inner) : 0);
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
		c->name = alloc_string(s);
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

static int
is_host_network(const struct container *c)
{

	return (strcmp(c->network, "host") == 0);
}

/* A list shows health in words only: "Up 2 hours (healthy)" */
static const char *
health_of(const char *status)
{
	static const char *const words[][2] = {
		{ "(healthy)", "healthy" },
		{ "(unhealthy)", "unhealthy" },
		{ "(health: starting)", "starting" }
	};
	size_t i;

	for (i = 0; i < 3; i++)
		if (strstr(status, words[i][0]) != NULL)
			return (words[i][1]);
	return ("");
}

static int
list_element(const struct json *r, struct container *c, struct error *e)
{
	struct json *config;
	const char *status;

	c->source = json_copy(r);
	if (json_member_string(r, "Id", &c->id, e) == -1 ||
	    json_member_string(r, "State", &c->state, e) == -1 ||
	    json_member(r, "Labels", JSON_OBJECT, &c->labels, e) == -1 ||
	    inner_member(r, "NetworkSettings", "Networks", JSON_OBJECT,
	    &c->networks, e) == -1 ||
	    json_member_string(r, "Status", &status, e) == -1 ||
	    inner_string(r, "HostConfig", "NetworkMode", &c->network, e) == -1)
		return (-1);
	c->health = health_of(status);
	config = json_get(r, "HostConfig");
	c->hidden = json_kind(config) == JSON_NULL;
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
	result = json_member_string(state, "Status", &c->state, e) == -1 ||
	    json_member(state, "Health", JSON_OBJECT, &health, e) == -1 ||
	    json_member_string(health, "Status", &c->health, e) == -1 ? -1 : 0;
	/* Docker and podman, if the image has no health check */
	if (result == 0 && strcmp(c->health, "none") == 0)
		c->health = "";
	json_free(health);
	json_free(state);
	return (result == -1 ? error_prefix(e, "State") : 0);
}

static int
inspect_element(const struct json *r, struct container *c, struct error *e)
{
	struct bindings unused;
	const char *name;
	int result;

	c->source = json_copy(r);
	if (json_member_string(r, "Id", &c->id, e) == -1 ||
	    json_member_string(r, "Name", &name, e) == -1)
		return (-1);
	c->name = alloc_string(name + (*name == '/'));
	if (inspect_state(r, c, e) == -1 ||
	    inner_member(r, "Config", "Labels", JSON_OBJECT, &c->labels,
	    e) == -1 ||
	    inner_string(r, "HostConfig", "NetworkMode", &c->network,
	    e) == -1 ||
	    inner_member(r, "NetworkSettings", "Networks", JSON_OBJECT,
	    &c->networks, e) == -1)
		return (-1);
	if (is_host_network(c))
		return (0);
	memset(&unused, 0, sizeof(unused));
	result = inspect_map(r, "HostConfig", "PortBindings", c, &c->asked, e);
	if (result == 0)
		result = inspect_map(r, "NetworkSettings", "Ports", c,
		    container_live(c) ? &c->published : &unused, e);
	free(unused.binding);
	return (result);
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

	c->container = alloc_grow(c->container, c->count,
	    sizeof(*c->container));
	return (&c->container[c->count++]);
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
	struct container *c;
	struct json *state;
	enum json_kind kind;

	if (json_kind(r) != JSON_OBJECT)
		return (error_set(e, "is not an object"));
	state = json_get(r, "State");
	kind = json_kind(state);
	json_free(state);
	if (kind != JSON_STRING && kind != JSON_OBJECT)
		return (error_set(e, "is not a container"));
	c = grow(arg);
	if (kind == JSON_OBJECT)
		return (inspect_element(r, c, e));
	if (list_element(r, c, e) == -1)
		return (-1);
	if (!container_live(c))
		return (error_set(e, "%s is %s, and a list does not show what "
		    "it would publish", error_quote(c->name),
		    error_quote(c->state)));
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
	const char *mode;

	mode = strcmp(c->network, "default") == 0 ? "bridge" : c->network;
	return (strcmp(mode, name) == 0 ||
	    (*id != '\0' && strcmp(mode, id) == 0) ||
	    json_has(c->networks, name));
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

/* Bind the ports of the containers on the network ${r} to its default. */
static int
bind_network(const struct json *r, void *arg, struct error *e)
{
	struct containers *c;
	struct addr host;
	const char *id, *name, *text;
	size_t i;

	c = arg;
	if (json_kind(r) != JSON_OBJECT)
		return (error_set(e, "is not an object"));
	if (inner_string(r, "Options", DEFAULT_BINDING, &text, e) == -1)
		return (-1);
	if (addr_parse(text, &host) == -1)
		return (0);
	addr_unmap(&host);
	if (json_member_string(r, "Id", &id, e) == -1 ||
	    json_member_string(r, "Name", &name, e) == -1)
		return (-1);
	for (i = 0; !addr_is_any(&host) && i < c->count; i++)
		if (is_on(&c->container[i], name, id))
			bind_unset(&c->container[i], &host);
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

	return (json_get_string(c->labels, key));
}

void
container_free(struct container *c)
{

	free(c->name);
	free(c->odd);
	json_free(c->source);
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

/* --- owners -------------------------------------------------------------- */

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
	return ((len == 12 || len == 64) &&
	    strspn(s, "0123456789abcdef") == len);
}

/* The rule of Docker (daemon/names) and podman. */
static int
is_name(const char *s)
{

	return (*s != '\0' && strspn(s, ALNUM) > 0 &&
	    s[strspn(s, ALNUM "_.-")] == '\0');
}

int
owners_add(struct owners *o, const char *text, struct error *e)
{

	if (is_label(text) ? strchr("=", text[strlen(LABEL)]) != NULL :
	    !is_name(text))
		return (error_set(e, "not a container name, ID or "
		    "label=KEY[=VALUE]: %s", error_quote(text)));
	o->text = alloc_grow(o->text, o->count, sizeof(*o->text));
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
