/* SPDX-License-Identifier: ISC */
/* What containers have, as engines write it down. */
#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/json.h"
#include "docker/containers.h"

static void
assert_binding(const struct binding *b, const char *host, unsigned host_port,
    unsigned port, const char *proto)
{
	char text[ADDR_STRLEN];

	assert_string_equal(addr_format(&b->host, text), host);
	assert_int_equal(b->host_port, host_port);
	assert_int_equal(b->port, port);
	assert_string_equal(b->proto, proto);
}

static void
list(const char *text, struct containers *c)
{
	struct json *r;
	struct error e;

	r = json_parse(text, strlen(text), 0, "list", &e);
	assert_non_null(r);
	assert_int_equal(containers_list(r, c, &e), 0);
	json_free(r);
}

static void
test_list(void **state)
{
	struct containers c;

	(void)state;
	list("[{\"Id\":\"0123456789abcdef\",\"Names\":[\"/other/web\","
	    "\"/web\",\"/more\"],\"State\":\"running\",\"HostConfig\":"
	    "{\"NetworkMode\":\"default\"},\"Ports\":["
	    "{\"IP\":\"127.0.0.16\",\"PrivatePort\":80,\"PublicPort\":8080,"
	    "\"Type\":\"tcp\"},"
	    "{\"IP\":\"127.0.0.16\",\"PrivatePort\":80,\"PublicPort\":8080,"
	    "\"Type\":\"tcp\"},"
	    "{\"IP\":\"\",\"PrivatePort\":7000,\"Type\":\"tcp\"},"
	    "{\"IP\":\"::\",\"PrivatePort\":53,\"PublicPort\":53,"
	    "\"Type\":\"udp\"},"
	    "{\"PrivatePort\":1,\"PublicPort\":2}]},"
	    "{\"Id\":\"0123456789abcdef\",\"Names\":null,\"Ports\":null}]",
	    &c);
	assert_int_equal(c.count, 2);
	assert_string_equal(c.container[0].name, "web");
	assert_string_equal(c.container[0].state, "running");
	assert_false(c.container[0].hidden);
	assert_int_equal(c.container[0].count, 3);
	assert_binding(&c.container[0].binding[0], "127.0.0.16", 8080, 80,
	    "tcp");
	assert_binding(&c.container[0].binding[1], "::", 53, 53, "udp");
	assert_binding(&c.container[0].binding[2], "0.0.0.0", 2, 1, "tcp");
	assert_string_equal(c.container[1].name, "0123456789ab");
	assert_true(c.container[1].hidden);
	containers_free(&c);
	assert_int_equal(c.count, 0);
}

static void
test_what_a_list_hides(void **state)
{
	static const struct {
		const char *text;
		int hidden;
	} table[] = {
		{ "\"State\":\"running\",\"HostConfig\":{},\"Ports\":["
		    "{\"PrivatePort\":1,\"PublicPort\":2}]", 0 },
		{ "\"State\":\"paused\",\"HostConfig\":{},\"Ports\":["
		    "{\"PrivatePort\":1,\"PublicPort\":2}]", 0 },
		{ "\"State\":\"exited\",\"HostConfig\":{},\"Ports\":["
		    "{\"PrivatePort\":1,\"PublicPort\":2}]", 1 },
		{ "\"State\":\"running\",\"HostConfig\":{},\"Ports\":[]", 1 },
		{ "\"State\":\"running\",\"HostConfig\":{},\"Ports\":["
		    "{\"PrivatePort\":1}]", 1 },
		{ "\"State\":\"running\",\"HostConfig\":{\"NetworkMode\":"
		    "\"host\"}", 0 },
		{ "\"State\":\"exited\",\"HostConfig\":{\"NetworkMode\":"
		    "\"host\"}", 0 },
		/* podman */
		{ "\"State\":\"running\",\"Ports\":["
		    "{\"PrivatePort\":1,\"PublicPort\":2}]", 1 }
	};
	struct containers c;
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		strcpy(text, "[{\"Id\":\"1\",");
		strcat(strcat(text, table[i].text), "}]");
		list(text, &c);
		assert_int_equal(c.container[0].hidden, table[i].hidden);
		containers_free(&c);
	}
}

static void
test_inspect(void **state)
{
	static const char text[] = "{\"Id\":\"1\",\"Name\":\"/web\",\"State\":"
	    "{\"Status\":\"running\"},\"HostConfig\":{\"PortBindings\":"
	    "{\"80/tcp\":[{\"HostIp\":\"::ffff:127.0.0.16\",\"HostPort\":\"\"}"
	    "],\"81\":[{\"HostIp\":\"\",\"HostPort\":\"8000-8010\"}]}},"
	    "\"NetworkSettings\":{\"Ports\":{\"80/tcp\":["
	    "{\"HostIp\":\"127.0.0.16\",\"HostPort\":\"32768\"}],"
	    "\"7000/tcp\":null}}}";
	struct container c;
	struct json *r;
	struct error e;

	(void)state;
	r = json_parse(text, strlen(text), 0, "inspect", &e);
	assert_non_null(r);
	assert_int_equal(containers_inspect(r, &c, &e), 0);
	json_free(r);
	assert_string_equal(c.name, "web");
	assert_false(c.hidden);
	assert_int_equal(c.count, 3);
	assert_binding(&c.binding[0], "127.0.0.16", 0, 80, "tcp");
	assert_binding(&c.binding[1], "0.0.0.0", 0, 81, "tcp");
	assert_binding(&c.binding[2], "127.0.0.16", 32768, 80, "tcp");
	containers_clear(&c);
}

static void
test_what_is_no_container(void **state)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "[]", "is not an object" },
		{ "{}", "State: is not there" },
		{ "{\"State\":{}}", "HostConfig: is not there" },
		{ "{\"State\":{},\"HostConfig\":{}}",
		    "HostConfig: PortBindings: is not there" },
		{ "{\"State\":{},\"HostConfig\":{\"PortBindings\":{}},"
		    "\"NetworkSettings\":[]}",
		    "NetworkSettings: is of the wrong type" }
	};
	struct container c;
	struct json *r;
	struct error e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		r = json_parse(table[i].text, strlen(table[i].text), 0,
		    "inspect", &e);
		assert_non_null(r);
		assert_int_equal(containers_inspect(r, &c, &e), -1);
		assert_string_equal(e.text, table[i].why);
		json_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_what_a_list_hides),
		cmocka_unit_test(test_inspect),
		cmocka_unit_test(test_what_is_no_container),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
