/* SPDX-License-Identifier: ISC */
#include "docker/ports.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "base/json.h"
#include "docker/containers.h"

static void
add(struct container *c, const struct binding *b)
{
	const struct binding *old;
	size_t i;

	for (i = 0; i < c->count; i++) {
		old = &c->binding[i];
		if (addr_compare(&old->host, &b->host) == 0 &&
		    old->host_port == b->host_port && old->port == b->port &&
		    strcmp(old->proto, b->proto) == 0)
			return;
	}
	c->binding = alloc_resize(c->binding, c->count + 1, sizeof(*b));
	c->binding[c->count++] = *b;
}

static int
set_proto(struct binding *b, const char *s, struct error *e)
{

	if (strlen(s) >= sizeof(b->proto))
		return (error_set(e, "is not a protocol"));
	strcpy(b->proto, *s != '\0' ? s : "tcp");
	return (0);
}

/*
 * The address on the host that a port is published on, 0.0.0.0 if there is
 * none.  ::ffff:A is A.
 */
static int
member_host(const struct json *r, const char *key, struct addr *host,
    struct error *e)
{
	char quoted[ERROR_QUOTE], *s;
	int result;

	if (json_member_string(r, key, &s, e) == -1)
		return (-1);
	result = addr_parse(*s != '\0' ? s : "0.0.0.0", host);
	if (result == -1)
		error_set(e, "%s: is not an address: %s", key,
		    error_quote(quoted, s, strlen(s)));
	else
		addr_unmap(host);
	free(s);
	return (result);
}

int
ports_element(const struct json *r, void *arg, struct error *e)
{
	struct binding b;
	char *type;
	int result;

	memset(&b, 0, sizeof(b));
	if (json_kind(r) != JSON_OBJECT)
		return (error_set(e, "is not an object"));
	if (json_member_port(r, "PrivatePort", &b.port, e) == -1 ||
	    json_member_port(r, "PublicPort", &b.host_port, e) == -1 ||
	    member_host(r, "IP", &b.host, e) == -1 ||
	    json_member_string(r, "Type", &type, e) == -1)
		return (-1);
	result = set_proto(&b, type, e);
	free(type);
	if (result == -1)
		return (error_prefix(e, "Type"));
	if (b.port == 0)
		return (error_set(e, "PrivatePort: is not there"));
	if (b.host_port > 0)		/* else exposed, but not published */
		add(arg, &b);
	return (0);
}

/* The port whose bindings are being read, and for whom. */
struct port {
	struct container	*container;
	struct binding		 binding;
	struct error		*e;
};

static int
map_binding(const struct json *r, void *arg, struct error *e)
{
	struct port *port;
	unsigned long n;
	char *s;
	int bad;

	port = arg;
	if (json_kind(r) != JSON_OBJECT)
		return (error_set(e, "is not an object"));
	if (member_host(r, "HostIp", &port->binding.host, e) == -1 ||
	    json_member_string(r, "HostPort", &s, e) == -1)
		return (-1);
	/* With none, and with a range, the engine chooses at start. */
	n = 0;
	bad = args_number(s, 0, 65535, &n) == -1 &&
	    s[strspn(s, "0123456789-")] != '\0';
	free(s);
	if (bad)
		return (error_set(e, "HostPort: is not a port"));
	port->binding.host_port = (unsigned)n;
	add(port->container, &port->binding);
	return (0);
}

/* One member of a port map: "80/tcp": null or [{HostIp, HostPort}, ...] */
static int
map_port(const char *key, const struct json *value, void *arg)
{
	char quoted[ERROR_QUOTE];
	struct port *port;
	const char *slash;
	unsigned long n;
	char *digits;
	int bad;

	port = arg;
	slash = strchr(key, '/');
	digits = alloc_copy(key, slash != NULL ? (size_t)(slash - key) :
	    strlen(key));
	bad = args_number(digits, 0, 65535, &n);
	free(digits);
	error_quote(quoted, key, strlen(key));
	if (bad || set_proto(&port->binding, slash != NULL ? slash + 1 : "",
	    port->e) == -1)
		return (error_set(port->e, "is not a port: %s", quoted));
	port->binding.port = (unsigned)n;
	if (json_kind(value) == JSON_NULL)
		return (0);
	if (json_kind(value) != JSON_ARRAY)
		return (error_set(port->e, "%s: is of the wrong type", quoted));
	if (json_elements(value, map_binding, port, port->e) == -1)
		return (error_prefix(port->e, "%s", quoted));
	return (0);
}

int
ports_map(const struct json *map, struct container *c, struct error *e)
{
	struct port port;

	memset(&port, 0, sizeof(port));
	port.container = c;
	port.e = e;
	return (json_each(map, map_port, &port));
}

int
ports_live(const struct container *c)
{

	return (strcmp(c->state, "running") == 0 ||
	    strcmp(c->state, "paused") == 0);
}
