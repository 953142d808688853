/* SPDX-License-Identifier: ISC */
/* Endpoints: whatever is written there, only this host is ever asked. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "docker/endpoint.h"
#include "fuzz.h"
#include "base/alloc.h"

/* http://HOST[:PORT], with a host of this host's. */
static int
is_local(const char *url)
{
	static const char *hosts[] = { "localhost", "127.", "[::1]" };
	const char *host;
	size_t i, len;

	if (strncmp(url, "http://", 7) != 0)
		return (0);
	host = url + 7;
	for (i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		len = strlen(hosts[i]);
		if (strncmp(host, hosts[i], len) == 0)
			return (host[len + strspn(host + len,
			    i == 1 ? "0123456789.:" : "0123456789:")] ==
			    '\0' && (i == 1 || host[len] == ':' ||
			    host[len] == '\0'));
	}
	return (0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct endpoint again, ep;
	struct error e;
	char *text;

	text = alloc_copy((const char *)data, len);
	if (endpoint_parse(text, &ep, &e) == 0) {
		require(is_local(ep.url));
		require((ep.socket != NULL) ==
		    (strncmp(ep.name, "unix://", 7) == 0));
		require(endpoint_parse(ep.name, &again, &e) == 0);
		require(strcmp(again.url, ep.url) == 0);
		endpoint_free(&again);
		endpoint_free(&ep);
	} else
		require_reason(&e);
	free(text);
	return (0);
}
