/* SPDX-License-Identifier: ISC */
/* Containers' ports, as engines write them. */
#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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
	const struct binding *b;
	struct containers c;

	(void)state;
	list("[{\"Id\":\"0123456789abcdef\",\"Image\":\"img\","
	    "\"Status\":\"Up 2 hours (healthy)\",\"Labels\":{\"bottle\":\"dev\","
	    "\"n\":1},\"Names\":[\"/other/web\","
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
	assert_string_equal(c.container[0].health, "healthy");
	assert_string_equal(container_label(&c.container[0], "bottle"), "dev");
	assert_null(container_label(&c.container[0], "x"));
	assert_null(container_label(&c.container[0], "n"));
	assert_null(container_label(&c.container[1], "bottle"));
	assert_int_equal(c.container[0].asked.count, 0);
	b = c.container[0].published.binding;
	assert_int_equal(c.container[0].published.count, 3);
	assert_binding(&b[0], "0.0.0.0", 2, 1, "tcp");
	assert_binding(&b[1], "127.0.0.16", 8080, 80, "tcp");
	assert_binding(&b[2], "::", 53, 53, "udp");
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
inspect(const char *text, struct container *c)
{
	struct json *r;
	struct error e;

	r = json_parse(text, strlen(text), 0, "inspect", &e);
	assert_non_null(r);
	assert_int_equal(containers_inspect(r, c, &e), 0);
	json_free(r);
}

/* Ports asked for and published ports differ. */
static void
test_inspect(void **state)
{
	static const char text[] = "{\"Id\":\"1\",\"Name\":\"/web\",\"State\":"
	    "{\"Status\":\"running\",\"Health\":{\"Status\":\"starting\"}},"
	    "\"Config\":{\"Image\":\"img\",\"Labels\":{\"bottle\":\"dev\"}},"
	    "\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"always\"},"
	    "\"PortBindings\":"
	    "{\"80/tcp\":[{\"HostIp\":\"::ffff:127.0.0.16\",\"HostPort\":\"\"}"
	    "],\"81\":[{\"HostIp\":\"\",\"HostPort\":\"8000-8010\"}]}},"
	    "\"NetworkSettings\":{\"Ports\":{\"80/tcp\":["
	    "{\"HostIp\":\"127.0.0.16\",\"HostPort\":\"32768\"}],"
	    "\"7000/tcp\":null}}}";
	struct container c;

	(void)state;
	inspect(text, &c);
	assert_string_equal(c.name, "web");
	assert_string_equal(c.health, "starting");
	assert_string_equal(container_label(&c, "bottle"), "dev");
	assert_null(c.odd);
	assert_false(c.hidden);
	assert_int_equal(c.asked.count, 2);
	assert_binding(&c.asked.binding[0], "127.0.0.16", 0, 80, "tcp");
	assert_false(c.asked.binding[0].unset);
	assert_binding(&c.asked.binding[1], "0.0.0.0", 0, 81, "tcp");
	assert_true(c.asked.binding[1].unset);
	assert_int_equal(c.published.count, 1);
	assert_binding(&c.published.binding[0], "127.0.0.16", 32768, 80, "tcp");
	container_free(&c);
}

/* Every one of these was made in Docker 20.10; docker.t makes them again. */
static void
test_odd_bindings(void **state)
{
	static const struct {
		const char *key, *host, *host_port;
		const char *means;
		unsigned host_means, port;
		const char *proto, *odd;
	} table[] = {
		{ "80/tcp", "localhost", "1", "0.0.0.0", 1, 80, "tcp",
		    "port 80/tcp: host address localhost: is no address, and "
		    "means all addresses" },
		{ "80/tcp", "127.0.0.016", "1", "0.0.0.0", 1, 80, "tcp", "" },
		{ "80/tcp", " 127.0.0.16", "1", "0.0.0.0", 1, 80, "tcp", "" },
		{ "80/tcp", "[::1]", "1", "0.0.0.0", 1, 80, "tcp", "" },
		{ "80/tcp", "::FFFF:7f00:10", "1", "127.0.0.16", 1, 80, "tcp",
		    NULL },
		{ "80/TCP", "127.0.0.16", "01", "127.0.0.16", 1, 80, "tcp",
		    NULL },
		{ "080", "127.0.0.16", "1/udp", "127.0.0.16", 1, 80, "tcp",
		    NULL },
		{ "80/", "127.0.0.16", "1-1", "127.0.0.16", 1, 80, "tcp",
		    NULL },
		{ "80/udp/x", "127.0.0.16", "1-2", "127.0.0.16", 0, 80, "udp",
		    NULL },
		{ "0/tcp", "127.0.0.16", "0-0", "127.0.0.16", 0, 0, "tcp",
		    NULL },
		{ "x/tcp", "127.0.0.16", "1", "127.0.0.16", 1, 0, "tcp", "" },
		{ "80/tcp", "127.0.0.16", "x", "127.0.0.16", 0, 80, "tcp", "" },
		{ "80/a long name", "127.0.0.16", "", "127.0.0.16", 0, 80,
		    "a long ", NULL },
		{ "80/\\u001b[m\xc3\xa4", "127.0.0.16", "1", "127.0.0.16", 1,
		    80, "?[m??", NULL }
	};
	struct container c;
	char text[400];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		snprintf(text, sizeof(text), "{\"State\":{},\"HostConfig\":"
		    "{\"PortBindings\":{\"%s\":[{\"HostIp\":\"%s\",\"HostPort\":"
		    "\"%s\"}]}},\"NetworkSettings\":{\"Ports\":{}}}",
		    table[i].key, table[i].host, table[i].host_port);
		inspect(text, &c);
		assert_int_equal(c.asked.count, 1);
		assert_binding(&c.asked.binding[0], table[i].means,
		    table[i].host_means, table[i].port, table[i].proto);
		assert_int_equal(c.odd == NULL, table[i].odd == NULL);
		if (table[i].odd != NULL && *table[i].odd != '\0')
			assert_string_equal(c.odd, table[i].odd);
		container_free(&c);
	}
}

/* Ports of what is not live are no news; those of live containers are true. */
static void
test_published(void **state)
{
	static const char form[] = "{\"State\":{\"Status\":\"%s\"},\"HostConfig\":"
	    "{\"NetworkMode\":\"%s\",\"PortBindings\":{\"80/tcp\":[{}]}},"
	    "\"NetworkSettings\":{\"Ports\":{\"80/tcp\":[{}]}}}";
	static const struct {
		const char *status, *network;
		size_t asked, published;
	} table[] = {
		{ "running", "x", 1, 1 }, { "paused", "x", 1, 1 },
		{ "exited", "x", 1, 0 }, { "created", "x", 1, 0 },
		{ "restarting", "x", 1, 0 }, { "running", "host", 0, 0 }
	};
	struct container c;
	char text[400];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		snprintf(text, sizeof(text), form, table[i].status,
		    table[i].network);
		inspect(text, &c);
		assert_int_equal(c.asked.count, table[i].asked);
		assert_int_equal(c.published.count, table[i].published);
		container_free(&c);
	}
}

/* What is asked for without a host address is on that of its networks. */
static void
test_networks(void **state)
{
	static const char form[] = "[{\"Id\":\"1\",\"Name\":\"/web\",\"State\":{},"
	    "\"HostConfig\":{\"NetworkMode\":\"%s\",\"PortBindings\":"
	    "{\"80/tcp\":[{\"HostIp\":\"%s\",\"HostPort\":\"1\"}]}},"
	    "\"NetworkSettings\":{\"Ports\":{},\"Networks\":{\"%s\":{}}}}]";
	static const char networks[] = "[{\"Name\":\"bridge\",\"Id\":\"b\","
	    "\"Options\":{\"com.docker.network.bridge.host_binding_ipv4\":"
	    "\"0.0.0.0\"}},{\"Name\":\"app\",\"Id\":\"a1\",\"Options\":"
	    "{\"com.docker.network.bridge.host_binding_ipv4\":"
	    "\"127.0.0.20\"}},{\"Name\":\"x\",\"Options\":null}]";
	static const struct {
		const char *mode, *host, *network;
		size_t unset, asked;
	} table[] = {
		{ "app", "", "app", 1, 2 }, { "a1", "", "app", 1, 2 },
		{ "default", "", "app", 1, 2 }, { "app", "", "x", 1, 2 },
		{ "default", "", "bridge", 1, 1 }, { "x", "", "x", 1, 1 },
		{ "app", "0.0.0.0", "app", 0, 1 },
		{ "app", "127.0.0.16", "app", 0, 1 }
	};
	struct containers c;
	struct json *r;
	struct error e;
	char text[400];
	size_t i;

	(void)state;
	r = json_parse(networks, strlen(networks), 0, "networks", &e);
	assert_non_null(r);
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		snprintf(text, sizeof(text), form, table[i].mode,
		    table[i].host, table[i].network);
		assert_int_equal(containers_read(text, strlen(text), "file",
		    &c, &e), 0);
		assert_int_equal(containers_unset(&c), table[i].unset);
		assert_int_equal(containers_networks(r, &c, &e), 0);
		assert_int_equal(c.container[0].asked.count, table[i].asked);
		if (table[i].asked == 2)
			assert_binding(&c.container[0].asked.binding[1],
			    "127.0.0.20", 1, 80, "tcp");
		containers_free(&c);
	}
	json_free(r);
}

static void
test_what_is_no_container(void **state)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "[]", "is not an object" },
		{ "{}", "State: is missing" },
		{ "{\"State\":{}}", "HostConfig: is missing" },
		{ "{\"State\":{},\"HostConfig\":{}}",
		    "HostConfig: PortBindings: is missing" },
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
		cmocka_unit_test(test_odd_bindings),
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_what_is_no_container),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
