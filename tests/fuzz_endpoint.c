/* SPDX-License-Identifier: ISC */
/* Endpoints: any input leads to this host only. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "docker/endpoint.h"
#include "fuzz.h"
#include "base/alloc.h"

/* http://HOST[:PORT], where nothing but an address or localhost is a host. */
static int
is_plain(const char *url)
{

	return (strncmp(url, "http://", 7) == 0 && (strncmp(url + 7,
	    "localhost", 9) == 0 ? url[16 + strspn(url + 16, ":0123456789")] :
	    url[7 + strspn(url + 7, "[]:.0123456789abcdef")]) == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct endpoint again, ep;
	struct error e;
	char *text;

	text = alloc_copy((const char *)data, len);
	if (endpoint_parse(text, &ep, &e) == 0) {
		require(is_plain(ep.url));
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
