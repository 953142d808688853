/* SPDX-License-Identifier: ISC */
#include "docker/endpoint.h"

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "docker/context.h"
#include "net/addr.h"

#define DEFAULT_SOCKET	"/var/run/docker.sock"
#define DEFAULT_PORT	2375
#define INSTEAD	"give -f what docker inspect $(docker ps -aq) prints"

enum base { ROOT, HOME, RUNTIME };

/* In this order; the second of a product's is where it used to be. */
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

static void
set_unix(struct endpoint *ep, const char *path)
{

	ep->name = alloc_format("unix://%s", path);
	ep->socket = alloc_copy(path, strlen(path));
	ep->url = alloc_format("http://localhost");
}

/* Are the ${len} bytes at ${host} a name of this host's loopback? */
static int
is_loopback(const char *host, size_t len)
{
	char name[ADDR_STRLEN + 2];
	struct addr a;

	if (len >= sizeof(name))
		return (0);
	memcpy(name, host, len);
	name[len] = '\0';
	if (strcmp(name, "localhost") == 0 || strcmp(name, "[::1]") == 0)
		return (1);
	return (addr_parse(name, &a) == 0 && a.family == AF_INET &&
	    a.byte[0] == 127);
}

/* HOST[:PORT][/]; a user, a path or another host never get into the URL. */
static int
parse_tcp(const char *host, struct endpoint *ep, struct error *e)
{
	char digits[8], quoted[ERROR_QUOTE];
	const char *rest;
	unsigned long port;
	size_t len;

	error_quote(quoted, host, strlen(host));
	rest = host + strcspn(host, *host == '[' ? "]" : ":/");
	rest += *rest == ']';
	len = (size_t)(rest - host);
	port = DEFAULT_PORT;
	if (*rest == ':') {
		memset(digits, 0, sizeof(digits));
		memcpy(digits, rest + 1, strnlen(rest + 1, 6));
		digits[strcspn(digits, "/")] = '\0';
		rest += 1 + strlen(digits);
		if (args_number(digits, 1, 65535, &port) == -1)
			return (error_set(e, "%s: not HOST:PORT, and a socket "
			    "is unix:///PATH", quoted));
	}
	if (*rest != '\0' && strcmp(rest, "/") != 0)
		return (error_set(e, "%s: not HOST:PORT, and a socket is "
		    "unix:///PATH", quoted));
	if (len > 0 && !is_loopback(host, len))
		return (error_set(e, "%s: on another host an engine publishes "
		    "on the loopback of that host; if it is this host, "
		    INSTEAD, quoted));
	ep->socket = NULL;
	ep->name = len > 0 ? alloc_format("tcp://%.*s:%lu", (int)len, host,
	    port) : alloc_format("tcp://localhost:%lu", port);
	ep->url = alloc_format("http%s", ep->name + 3);
	return (0);
}

/* Copy ${s} without the blanks around it. */
static char *
trim(const char *s)
{
	size_t len;

	s += strspn(s, BLANKS);
	len = strlen(s);
	while (len > 0 && strchr(BLANKS, s[len - 1]) != NULL)
		len--;
	return (alloc_copy(s, len));
}

int
endpoint_parse(const char *text, struct endpoint *ep, struct error *e)
{
	char quoted[ERROR_QUOTE], *host;
	int result;

	host = trim(text);
	result = 0;
	error_quote(quoted, host, strlen(host));
	if (strncmp(host, "unix://", 7) == 0)
		set_unix(ep, host[7] != '\0' ? host + 7 : DEFAULT_SOCKET);
	else if (strncmp(host, "tcp://", 6) == 0)
		result = parse_tcp(host + 6, ep, e);
	else if (strncmp(host, "ssh://", 6) == 0)
		result = error_set(e, "%s: on another host an engine publishes "
		    "on the loopback of that host; if it is this host, "
		    INSTEAD, quoted);
	else if (strstr(host, "://") != NULL)
		result = error_set(e, "%s: neither unix:// nor tcp://; "
		    INSTEAD, quoted);
	else
		result = parse_tcp(host, ep, e);
	free(host);
	return (result);
}

/* The first well-known socket that is there. */
static int
search(struct endpoint *ep, struct error *e)
{
	const char *env;
	char *base[3], *path;
	struct stat st;
	size_t i;
	int found;

	env = getenv("XDG_RUNTIME_DIR");
	base[ROOT] = NULL;
	base[HOME] = context_home();
	base[RUNTIME] = env != NULL && *env != '\0' ? alloc_format("%s", env) :
	    alloc_format("/run/user/%lu", (unsigned long)getuid());
	found = 0;
	for (i = 0; !found && i < sizeof(well_known) / sizeof(*well_known);
	    i++) {
		path = well_known[i].base == ROOT ?
		    alloc_format("%s", well_known[i].path) :
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
		    DEFAULT_SOCKET ", nor any other well-known socket"));
	return (0);
}

int
endpoint_find(const char *host, struct endpoint *ep, struct error *e)
{
	const char *where;
	char *context;
	int result;

	context = NULL;
	where = "-H";
	/* An empty variable is none, but who says -H means this engine. */
	if (host != NULL && *host == '\0')
		return (error_set(e, "%s: is empty", where));
	if (host == NULL) {
		where = "DOCKER_HOST";
		host = getenv(where);
	}
	if (host == NULL || *host == '\0') {
		where = "docker context";
		if (context_host(&context, e) == -1)
			return (-1);
		host = context;
	}
	if (host == NULL)
		return (search(ep, e));
	result = endpoint_parse(host, ep, e);
	free(context);
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
