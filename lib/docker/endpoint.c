/* SPDX-License-Identifier: ISC */
#include "docker/endpoint.h"

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "base/io.h"
#include "base/json.h"
#include "base/sha256.h"
#include "net/addr.h"

#define DEFAULT_SOCKET	"/var/run/docker.sock"
#define DEFAULT_PORT	2375		/* of -H and DOCKER_HOST */
#define CONTEXT_PORT	80		/* of a context: the one of HTTP */
#define CONFIG_MAX	(1024 * 1024)	/* bytes; usually a few hundred */
#define FORMS		"not HOST:PORT (a socket is unix:///PATH)"

enum base { ROOT, HOME, RUNTIME };

/* In order of preference; a second path of a product is its older one. */
static const struct {
	enum base	 base;
	const char	*path;
} well_known[] = {
	{ ROOT, DEFAULT_SOCKET },
	{ HOME, ".docker/run/docker.sock" },		/* Docker Desktop */
	{ HOME, ".docker/desktop/docker.sock" },
	{ HOME, ".orbstack/run/docker.sock" },
	{ HOME, ".colima/default/docker.sock" },
	{ HOME, ".colima/docker.sock" },
	{ HOME, ".rd/docker.sock" },			/* Rancher Desktop */
	{ HOME, ".lima/default/sock/docker.sock" },
	{ HOME, ".lima/docker/sock/docker.sock" },
	{ RUNTIME, "docker.sock" },			/* rootless Docker */
	{ RUNTIME, "podman/podman.sock" },
	{ ROOT, "/run/podman/podman.sock" },
	{ HOME, ".local/share/containers/podman/machine/podman.sock" }
};

/* The variable ${name}, or NULL if it is unset or empty. */
static const char *
variable(const char *name)
{
	const char *s;

	s = getenv(name);
	return (s != NULL && *s != '\0' ? s : NULL);
}

/* Does the environment ask for TLS?  That is an error. */
static int
check_tls(struct error *e)
{

	if (variable("DOCKER_TLS_VERIFY") == NULL &&
	    variable("DOCKER_TLS") == NULL)
		return (0);
	return (error_set(e, "TLS is not supported: unset DOCKER_TLS_VERIFY "
	    "and DOCKER_TLS"));
}

/* The user's home folder, to be freed. */
static char *
home_folder(void)
{
	const struct passwd *pw;
	const char *home;

	home = variable("HOME");
	if (home == NULL) {
		pw = getpwuid(getuid());
		home = pw != NULL ? pw->pw_dir : "";
	}
	return (alloc_string(home));
}

static void
set_unix(struct endpoint *ep, const char *path)
{

	ep->name = alloc_format("unix://%s", path);
	ep->socket = alloc_string(path);
	ep->url = alloc_format("http://localhost");
}

/* Does this host have the address ${a}? */
static int
is_own(const struct addr *a)
{
	struct ifaddrs *all, *p;
	struct addr own;
	int found;

	if (a->family == AF_INET && a->byte[0] == 127)
		return (1);
	if (getifaddrs(&all) == -1)
		return (0);
	found = 0;
	for (p = all; !found && p != NULL; p = p->ifa_next)
		found = addr_read(p->ifa_addr, &own) != -1 &&
		    addr_compare(&own, a) == 0;
	freeifaddrs(all);
	return (found);
}

/*
 * The host ${s}, which has no brackets, as written in a URL, to be freed; NULL
 * if it is another host.  A wildcard address is connected to through loopback.
 */
static char *
local_host(const char *s)
{
	char text[ADDR_STRLEN];
	struct addr a;

	if (*s == '\0' || strcasecmp(s, "localhost") == 0)
		return (alloc_format("localhost"));
	if (addr_parse(s, &a) == -1)
		return (NULL);
	addr_unmap(&a);
	if (addr_is_any(&a))
		return (alloc_format(a.family == AF_INET ? "127.0.0.1" :
		    "[::1]"));
	if (!is_own(&a))
		return (NULL);
	return (alloc_format(a.family == AF_INET ? "%s" : "[%s]",
	    addr_format(&a, text)));
}

/* An engine publishes on the loopback of its own host. */
static int
refuse_other_host(const char *host, struct error *e)
{

	return (error_set(e, "%s: not an address of this host (an engine "
	    "publishes on the loopback of its own host)", error_quote(host)));
}

/* Read HOST[:PORT][/].  Nothing else of the text gets into our URL. */
static int
parse_tcp(const char *text, unsigned long port, struct endpoint *ep,
    struct error *e)
{
	char *host, *name, *rest;
	int brackets;

	name = alloc_string(text);
	if (*name != '\0' && name[strlen(name) - 1] == '/')
		name[strlen(name) - 1] = '\0';
	brackets = *name == '[';
	rest = name + strcspn(name, brackets ? "]" : ":");
	if (brackets && *rest == ']')
		*rest++ = '\0';
	if (strcmp(rest, ":") == 0)
		*rest = '\0';
	/* docker adds a default to HOST only, and not in contexts. */
	if ((*rest != '\0' && (*rest != ':' ||
	    args_number(rest + 1, 1, 65535, &port) == -1)) ||
	    (*rest == '\0' && brackets && port == DEFAULT_PORT)) {
		free(name);
		return (error_set(e, "%s: " FORMS, error_quote(text)));
	}
	*rest = '\0';
	host = strpbrk(name, "/?#@") != NULL ? NULL :
	    local_host(name + brackets);
	free(name);
	if (host == NULL)
		return (refuse_other_host(text, e));
	ep->socket = NULL;
	ep->name = alloc_format("tcp://%s:%lu", host, port);
	ep->url = alloc_format("http://%s:%lu", host, port);
	free(host);
	return (0);
}

/* Read ${host}, which has a scheme, with this port by default. */
static int
parse_scheme(const char *host, unsigned long port, struct endpoint *ep,
    struct error *e)
{

	if (strncmp(host, "tcp://", 6) == 0)
		return (parse_tcp(host + 6, port, ep, e));
	if (strncmp(host, "ssh://", 6) == 0)
		return (refuse_other_host(host, e));
	if (strncmp(host, "unix://", 7) != 0)
		return (error_set(e, "%s: neither unix:// nor tcp://",
		    error_quote(host)));
	if (strstr(host + 7, "://") != NULL)
		return (error_set(e, "%s: " FORMS, error_quote(host)));
	set_unix(ep, host[7] != '\0' ? host + 7 : DEFAULT_SOCKET);
	return (0);
}

int
endpoint_parse(const char *text, struct endpoint *ep, struct error *e)
{
	char *host;
	size_t len;
	int result;

	text += strspn(text, BLANKS);
	len = strlen(text);
	while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
		len--;
	host = alloc_copy(text, len);
	result = 0;
	if (*host == '\0')
		set_unix(ep, DEFAULT_SOCKET);
	else if (strstr(host, "://") != NULL)
		result = parse_scheme(host, DEFAULT_PORT, ep, e);
	else
		result = parse_tcp(host, DEFAULT_PORT, ep, e);
	free(host);
	return (result);
}

/*
 * A context's host, unlike -H, gets no defaults: it needs its scheme and a path
 * or a host, and has no blanks.
 */
static int
parse_context(const char *host, struct endpoint *ep, struct error *e)
{
	const char *rest;

	rest = strstr(host, "://");
	if (rest == NULL || rest[3] == '\0' ||
	    host[strcspn(host, BLANKS)] != '\0')
		return (error_set(e, "%s: docker does not take it in a "
		    "context", error_quote(host)));
	return (parse_scheme(host, CONTEXT_PORT, ep, e));
}

/* The first well-known socket that exists. */
static int
search(struct endpoint *ep, struct error *e)
{
	const char *env;
	char *base[3], *path;
	struct stat st;
	size_t i;
	int found;

	env = variable("XDG_RUNTIME_DIR");
	base[ROOT] = NULL;
	base[HOME] = home_folder();
	base[RUNTIME] = env != NULL ? alloc_string(env) :
	    alloc_format("/run/user/%lu", (unsigned long)getuid());
	found = 0;
	for (i = 0; !found && i < sizeof(well_known) / sizeof(*well_known);
	    i++) {
		path = well_known[i].base == ROOT ?
		    alloc_string(well_known[i].path) :
		    alloc_format("%s/%s", base[well_known[i].base],
		    well_known[i].path);
		found = stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
		if (found)
			set_unix(ep, path);
		free(path);
	}
	free(base[HOME]);
	free(base[RUNTIME]);
	if (!found)
		return (error_set(e, "no Docker engine found: no "
		    DEFAULT_SOCKET ", nor any other well-known socket "
		    "(podman: systemctl start podman.socket)"));
	return (0);
}

/* Is ${s}, of ${len} bytes, a JSON number, true, false or null? */
static int
is_literal(const char *s, size_t len)
{
	const char *end;

	if ((len == 4 && (memcmp(s, "true", 4) == 0 ||
	    memcmp(s, "null", 4) == 0)) ||
	    (len == 5 && memcmp(s, "false", 5) == 0))
		return (1);
	end = s + len;
	s += *s == '-';
	if (s == end || strchr("0123456789", *s) == NULL ||
	    (*s == '0' && s + 1 < end && strchr(".eE", s[1]) == NULL))
		return (0);
	s += strspn(s, "0123456789");
	if (*s == '.' && strspn(++s, "0123456789") == 0)
		return (0);
	s += strspn(s, "0123456789");
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '+' || *s == '-';
		if (strspn(s, "0123456789") == 0)
			return (0);
		s += strspn(s, "0123456789");
	}
	return (s == end);
}

/*
 * libjq accepts literals that JSON does not have. docker does not: a context
 * that docker does not see must not be used.
 */
static int
has_literals_only(const char *s)
{
	size_t len;

	while (*s != '\0') {
		if (*s == '"') {
			for (s++; *s != '"' && *s != '\0'; s++)
				s += *s == '\\' && s[1] != '\0';
			s += *s == '"';
			continue;
		}
		len = strcspn(s, BLANKS "{}[],:\"");
		if (len > 0 && !is_literal(s, len))
			return (0);
		s += len > 0 ? len : 1;
	}
	return (1);
}

/* Read the JSON in ${path}; ${r} is NULL if the file is missing or empty. */
static int
read_json(const char *path, struct json **r, struct error *e)
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
	if (strspn(text, BLANKS) == len) {
		free(text);
		return (0);
	}
	*r = json_parse(text, len, JSON_STRICT, path, e);
	if (*r != NULL && !has_literals_only(text)) {
		json_free(*r);
		*r = NULL;
		error_set(e, "%s: is not one JSON value", path);
	}
	free(text);
	return (*r != NULL ? 0 : -1);
}

/*
 * A member of an object, as Go's encoding/json reads it into a struct: the key
 * is in any case, the last of several wins, and null changes nothing.
 */
struct member {
	const char	*key;
	enum json_kind	 kind;
	struct json	*value;		/* NULL if there is none */
	int		 wrong;		/* did one have another kind? */
};

static int
match(const char *key, const struct json *value, void *arg)
{
	struct member *m;

	for (m = arg; m->key != NULL; m++) {
		if (strcasecmp(m->key, key) != 0 ||
		    json_kind(value) == JSON_NULL)
			continue;
		if (json_kind(value) == m->kind) {
			json_free(m->value);
			m->value = json_copy(value);
		} else
			m->wrong = 1;
	}
	return (0);
}

/* Fill the ${m}s, up to one without a key, from ${r}. */
static void
members(const struct json *r, struct member *m)
{

	json_each(r, match, m);
}

/*
 * Read the current context's name into ${name}, to be freed; "" if none is set.
 * A member of an unexpected type is ignored, as docker does after a warning.
 */
static int
current_context(const char *folder, char **name, struct error *e)
{
	struct member m[2] = { { "currentContext", JSON_STRING, NULL, 0 } };
	struct json *r;
	const char *s;
	char *path;
	int result;

	s = variable("DOCKER_CONTEXT");
	if (s != NULL) {
		*name = alloc_string(s);
		return (0);
	}
	path = alloc_format("%s/config.json", folder);
	result = read_json(path, &r, e);
	members(r, m);
	s = m[0].value != NULL ? json_string(m[0].value) : "";
	if (result == 0 && s == NULL)
		result = error_set(e, "%s: currentContext: has a NUL "
		    "character", path);
	if (result == 0)
		*name = alloc_string(s);
	json_free(m[0].value);
	json_free(r);
	free(path);
	return (result);
}

/*
 * Read the host of a meta.json, .Endpoints.docker.Host, "" if it has none.  It
 * lives as long as ${meta}.
 */
static int
host_of(const struct json *meta, const char **host, struct error *e)
{
	struct member top[] = {
		{ "Name", JSON_STRING, NULL, 0 },
		{ "Metadata", JSON_OBJECT, NULL, 0 },
		{ "Endpoints", JSON_OBJECT, NULL, 0 },
		{ NULL, JSON_NULL, NULL, 0 }
	};
	struct member end[] = {
		{ "SkipTLSVerify", JSON_BOOL, NULL, 0 },
		{ "Host", JSON_STRING, NULL, 0 },
		{ NULL, JSON_NULL, NULL, 0 }
	};
	struct member words[] = {
		{ "Description", JSON_STRING, NULL, 0 },
		{ NULL, JSON_NULL, NULL, 0 }
	};
	struct json *docker;
	size_t i;
	int result;

	result = 0;
	members(meta, top);
	members(top[1].value, words);
	docker = json_get(top[2].value, "docker");
	members(docker, end);
	*host = end[1].value != NULL ? json_string(end[1].value) : "";
	if (docker == NULL)
		result = error_set(e, "has no endpoint for docker");
	else if (top[0].wrong || top[1].wrong || top[2].wrong ||
	    words[0].wrong || end[0].wrong || end[1].wrong || *host == NULL ||
	    json_kind(docker) != JSON_OBJECT)
		result = error_set(e, "has a member of the wrong type");
	json_free(docker);
	json_free(words[0].value);
	for (i = 0; i < 3; i++)
		json_free(top[i].value);
	for (i = 0; i < 2; i++)
		json_free(end[i].value);
	return (result);
}

/* Find the endpoint of the context ${name}. */
static int
find_named(const char *folder, const char *name, struct endpoint *ep,
    struct error *e)
{
	char hex[SHA256_HEXLEN], *path;
	const char *host;
	struct json *meta;
	int result;

	sha256_hex(name, strlen(name), hex);
	path = alloc_format("%s/contexts/meta/%s/meta.json", folder, hex);
	result = read_json(path, &meta, e);
	if (result == 0 && meta == NULL)
		result = error_set(e, "not found: no %s", path);
	if (result == 0)
		result = host_of(meta, &host, e);
	if (result == 0 && *host == '\0')
		set_unix(ep, DEFAULT_SOCKET);
	else if (result == 0)
		result = parse_context(host, ep, e);
	if (result == -1)
		error_prefix(e, "docker context %s", error_quote(name));
	json_free(meta);
	free(path);
	return (result);
}

/* Find the endpoint of the current context. */
static int
find_context(struct endpoint *ep, struct error *e)
{
	const char *config;
	char *folder, *home, *name;
	int result;

	config = variable("DOCKER_CONFIG");
	home = home_folder();
	folder = config != NULL ? alloc_string(config) :
	    alloc_format("%s/.docker", home);
	free(home);
	result = current_context(folder, &name, e);
	if (result == 0) {
		if (*name != '\0' && strcmp(name, "default") != 0)
			result = find_named(folder, name, ep, e);
		else if ((result = check_tls(e)) == 0)
			result = search(ep, e);
		free(name);
	}
	free(folder);
	return (result);
}

int
endpoint_find(const char *host, struct endpoint *ep, struct error *e)
{
	const char *where;
	int result;

	where = "-H";
	/* An empty variable counts as unset; an empty -H is a mistake. */
	if (host != NULL && *host == '\0')
		return (error_set(e, "%s: is empty", where));
	if (host == NULL) {
		where = "DOCKER_HOST";
		host = variable(where);
	}
	if (host == NULL)
		return (find_context(ep, e));
	result = endpoint_parse(host, ep, e);
	if (result == 0 && (ep->socket == NULL ||
	    host[strspn(host, BLANKS)] == '\0')) {
		result = check_tls(e);
		if (result == -1)
			endpoint_free(ep);
	}
	return (result == -1 ? error_prefix(e, "%s", where) : 0);
}

void
endpoint_free(struct endpoint *ep)
{

	free(ep->name);
	free(ep->socket);
	free(ep->url);
	memset(ep, 0, sizeof(*ep));
}
