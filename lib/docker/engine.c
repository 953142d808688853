/* SPDX-License-Identifier: ISC */
#include "docker/engine.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "docker/containers.h"
#include "docker/endpoint.h"

#define ANSWER_MAX	(64UL * 1024 * 1024)	/* 5,000 containers: 7 MB */
#define CONNECT_MS	5000L
#define ANSWER_MS	30000L

struct engine {
	CURL		*curl;
	struct endpoint	 endpoint;
	char		*body;		/* of the last answer */
	size_t		 len, room;
	char		 reason[CURL_ERROR_SIZE];
};

/* Append to the body.  Returning less than the size ends the transfer. */
static size_t
receive(char *data, size_t size, size_t n, void *arg)
{
	struct engine *d;

	d = arg;
	n *= size;
	if (n > ANSWER_MAX - d->len)
		return (0);
	if (d->room < d->len + n + 1) {
		d->room = (d->len + n + 1) * 2;
		d->body = alloc_resize(d->body, d->room, 1);
	}
	memcpy(d->body + d->len, data, n);
	d->len += n;
	d->body[d->len] = '\0';
	return (n);
}

/* The environment, such as a proxy, must not redirect requests. */
static int
configure(struct engine *d)
{
	CURL *c;

	c = d->curl;
	return (curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) != CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_PROXY, "") != CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_NOPROXY, "*") != CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) != CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) !=
	    CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, ANSWER_MS) != CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, d->reason) != CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, receive) != CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_WRITEDATA, d) != CURLE_OK ||
	    (d->endpoint.socket != NULL &&
	    curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, d->endpoint.socket)
	    != CURLE_OK) ? -1 : 0);
}

struct engine *
engine_open(const char *host, struct error *e)
{
	struct engine *d;

	d = alloc_array(1, sizeof(*d));
	if (endpoint_find(host, &d->endpoint, e) == -1) {
		free(d);
		return (NULL);
	}
	d->curl = curl_easy_init();
	if (d->curl != NULL && configure(d) == 0)
		return (d);
	error_set(e, "%s: libcurl cannot be set up", d->endpoint.name);
	engine_close(d);
	return (NULL);
}

/* Set ${e}: why there is no connection, and the cure. */
static void
explain_connect(const struct engine *d, int number, struct error *e)
{
	const char *cure, *path;

	path = d->endpoint.socket;
	cure = "";
	if (path != NULL && number == EACCES)
		cure = " (root and the socket's group, usually docker, may)";
	else if (path != NULL && strstr(path, "podman") != NULL)
		cure = strncmp(path, "/run/podman/", 12) == 0 ?
		    " (systemctl start podman.socket)" :
		    " (systemctl --user start podman.socket)";
	error_set(e, "%s%s", strerror(number), cure);
}

/* Set ${e}: why there is no answer. */
static void
explain(struct engine *d, CURLcode code, struct error *e)
{
	long number;

	number = 0;
	curl_easy_getinfo(d->curl, CURLINFO_OS_ERRNO, &number);
	if (code == CURLE_COULDNT_CONNECT && number != 0)
		explain_connect(d, (int)number, e);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		error_set(e, "no answer within %ld seconds",
		    ANSWER_MS / 1000);
	else if (code == CURLE_WRITE_ERROR)
		error_set(e, "answers with more than %lu bytes", ANSWER_MAX);
	else if (code == CURLE_GOT_NOTHING)
		error_set(e, "closes the connection without an answer");
	else
		error_set(e, "%s", *d->reason != '\0' ? d->reason :
		    curl_easy_strerror(code));
}

/* Describe an answer with a status other than 200, in JSON or as text. */
static void
complain(struct engine *d, long status, struct error *e)
{
	const char *body, *message;
	struct error unused;
	struct json *r;
	size_t len;

	message = body = d->len > 0 ? d->body : "";
	len = strcspn(body, "\r\n");
	r = json_parse(body, d->len, 0, "", &unused);
	if (r != NULL) {
		message = json_get_string(r, "message");
		len = message != NULL ? strlen(message) : 0;
	}
	if (len > 0)
		error_set(e, "HTTP status %ld: %s", status,
		    error_quote_bytes(message, len));
	else
		error_set(e, "HTTP status %ld", status);
	json_free(r);
}

/* GET ${path}.  Return the HTTP status, with the value in ${r} if it is 200. */
static long
get(struct engine *d, const char *path, struct json **r, struct error *e)
{
	CURLcode code;
	long status;
	char *url;

	*r = NULL;
	d->len = 0;
	*d->reason = '\0';
	status = 0;
	url = alloc_format("%s%s", d->endpoint.url, path);
	code = curl_easy_setopt(d->curl, CURLOPT_URL, url);
	free(url);
	if (code == CURLE_OK)
		code = curl_easy_perform(d->curl);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(d->curl, CURLINFO_RESPONSE_CODE,
		    &status);
	if (code != CURLE_OK) {
		explain(d, code, e);
		return (-1);
	}
	if (status != 200) {
		complain(d, status, e);
		return (status);
	}
	*r = json_parse(d->len > 0 ? d->body : "", d->len, 0, "answer", e);
	return (*r != NULL ? status : -1);
}

/* Is ${s} an ID or a name?  Nothing else may get into a path. */
static int
is_name(const char *s)
{

	return (isalnum((unsigned char)*s) && strlen(s) <= 255 && s[strspn(s,
	    "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.-")] == '\0');
}

/* As engine_inspect(), for the ID or name ${id} of the container ${name}. */
static int
inspect(struct engine *d, const char *id, const char *name,
    struct container *c, struct error *e)
{
	struct json *r;
	char *path;
	long status;
	int result;

	if (!is_name(id))
		return (error_set(e, "answer: Id: is no ID"));
	path = alloc_format("/containers/%s/json", id);
	status = get(d, path, &r, e);
	free(path);
	if (status == 404)
		return (0);
	result = status == 200 ? containers_inspect(r, c, e) : -1;
	json_free(r);
	if (result == -1)
		return (error_prefix(e, "container %s", error_quote(name)));
	return (1);
}

/* Inspect the hidden containers, and drop those that are gone. */
static int
reveal_hidden(struct engine *d, struct containers *c, struct error *e)
{
	struct container *p, seen;
	size_t i, n;
	int found;

	for (i = n = 0; i < c->count; i++) {
		p = &c->container[i];
		seen = *p;
		found = 1;
		if (p->hidden) {
			found = inspect(d, p->id, p->name, &seen, e);
			if (found == -1)
				return (-1);
			container_free(p);
		}
		memset(p, 0, sizeof(*p));
		if (found == 1)
			c->container[n++] = seen;
	}
	c->count = n;
	return (0);
}

/* Ask for the networks if the bindings of a container depend on them. */
static int
add_networks(struct engine *d, struct containers *c, struct error *e)
{
	struct json *r;
	int result;

	if (!containers_unset(c))
		return (0);
	result = get(d, "/networks", &r, e) == 200 ?
	    containers_networks(r, c, e) : -1;
	json_free(r);
	return (result == -1 ? error_prefix(e, "networks") : 0);
}

/* List the containers at ${path}, and inspect the hidden ones, or ${all}. */
static int
list(struct engine *d, const char *path, int all, struct containers *c,
    struct error *e)
{
	struct json *r;
	size_t i;
	int result;

	memset(c, 0, sizeof(*c));
	result = get(d, path, &r, e) == 200 ? containers_list(r, c, e) : -1;
	json_free(r);
	for (i = 0; all && result == 0 && i < c->count; i++)
		c->container[i].hidden = 1;
	if (result == 0)
		result = reveal_hidden(d, c, e);
	if (result == 0)
		result = add_networks(d, c, e);
	if (result == 0)
		return (0);
	containers_free(c);
	return (error_prefix(e, "%s", d->endpoint.name));
}

int
engine_list(struct engine *d, struct containers *c, struct error *e)
{

	return (list(d, "/containers/json?all=1", 0, c, e));
}

int
engine_labelled(struct engine *d, const char *key, struct containers *c,
    struct error *e)
{
	char *path;
	int result;

	/* {"label":["KEY"]} */
	path = alloc_format("/containers/json?all=1&filters="
	    "%%7B%%22label%%22%%3A%%5B%%22%s%%22%%5D%%7D", key);
	result = list(d, path, 1, c, e);
	free(path);
	return (result);
}

int
engine_inspect(struct engine *d, const char *name, struct container *c,
    struct error *e)
{
	int result;

	result = inspect(d, name, name, c, e);
	return (result != -1 ? result :
	    error_prefix(e, "%s", d->endpoint.name));
}

void
engine_close(struct engine *d)
{

	if (d == NULL)
		return;
	curl_easy_cleanup(d->curl);
	endpoint_free(&d->endpoint);
	free(d->body);
	free(d);
}

int
engine_containers(const char *host, struct containers *c, struct error *e)
{
	struct engine *d;
	int result;

	d = engine_open(host, e);
	if (d == NULL)
		return (-1);
	result = engine_list(d, c, e);
	engine_close(d);
	return (result);
}
