/* SPDX-License-Identifier: ISC */
#include "net/sockets.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/child.h"
#include "base/error.h"
#include "base/io.h"

/*
 * netstat(1) of macOS (Apple network_cmds-741.100.2, netstat.tproj/inet.c) and
 * FreeBSD (14, usr.bin/netstat/inet.c) prints a row a socket:
 *
 *	Proto Recv-Q Send-Q Local-Address Foreign-Address (state)
 *
 * Proto is tcp or udp (on FreeBSD toe for offloaded TCP) and 4, 6, or 46 for
 * an IPv6 socket that takes IPv4, too.  An address is ADDRESS.PORT, with * for
 * no address and no port.
 */
#define FIELDS	6

struct row {
	char	*field[FIELDS];		/* NULL: the row has fewer */
	char	*text;
};

static void
split(const char *line, size_t len, struct row *row)
{
	char *rest;
	size_t i;

	row->text = alloc_copy(line, len);
	rest = row->text;
	for (i = 0; i < FIELDS; i++)
		row->field[i] = strtok_r(i == 0 ? row->text : NULL, BLANKS,
		    &rest);
}

/* Is ${row} a listener, or a UDP socket without a peer? */
static int
answers(const struct row *row)
{
	const char *proto;

	proto = row->field[0];
	if (row->field[4] == NULL || strlen(proto) < 3 ||
	    proto[3 + strspn(proto + 3, "46")] != '\0')
		return (0);
	if (strncmp(proto, "udp", 3) == 0)
		return (strcmp(row->field[4], "*.*") == 0);
	return ((strncmp(proto, "tcp", 3) == 0 ||
	    strncmp(proto, "toe", 3) == 0) && row->field[5] != NULL &&
	    strcmp(row->field[5], "LISTEN") == 0);
}

/* Read ${row}'s local address; 1 if it has no port yet, -1 if it is not one. */
static int
read_local(struct row *row, struct listener *one)
{
	unsigned long port;
	char *address, *dot;

	address = row->field[3];
	dot = strrchr(address, '.');
	if (dot == NULL)
		return (-1);
	*dot = '\0';
	if (strcmp(dot + 1, "*") == 0)
		return (1);
	if (args_number(dot + 1, 1, 65535, &port) == -1)
		return (-1);
	memset(one, 0, sizeof(*one));
	one->udp = *row->field[0] == 'u';
	one->port = (unsigned)port;
	if (strcmp(address, "*") == 0) {
		one->bound.family = strchr(row->field[0], '6') != NULL ?
		    AF_INET6 : AF_INET;
		one->v6only = strchr(row->field[0], '4') == NULL;
		return (0);
	}
	address[strcspn(address, "%")] = '\0';	/* the zone */
	if (addr_parse(address, &one->bound) == -1)
		return (-1);
	addr_unmap(&one->bound);
	return (0);
}

static int
take_line(const char *line, size_t len, const struct addr *alias, size_t n,
    struct listeners *l, struct error *e)
{
	struct listener one;
	struct row row;
	size_t i;
	int result;

	split(line, len, &row);
	result = answers(&row) ? read_local(&row, &one) : 1;
	free(row.text);
	if (result == -1)
		return (error_set(e, "netstat: line not understood: %s",
		    error_quote_bytes(line, len)));
	for (i = 0; i < n && result == 0; i++)
		if (sockets_answers(&one, &alias[i])) {
			sockets_append(l, &one);
			result = 1;
		}
	return (0);
}

int
sockets_parse_netstat(const char *text, const struct addr *alias, size_t n,
    struct listeners *l, struct error *e)
{
	size_t len;

	for (;;) {
		len = strcspn(text, "\n");
		if (take_line(text, len, alias, n, l, e) == -1)
			return (-1);
		if (text[len] == '\0')
			return (0);
		text += len + 1;
	}
}

#ifndef __linux__
#define OUTPUT_MAX	(16 * 1024 * 1024)	/* 100,000 rows */

/*
 * The environment is empty, since LIBXO_OPTIONS changes FreeBSD's output.
 * "inet" lists every socket that takes IPv4, without Unix sockets, whose paths
 * may be any text.  -l prints addresses in full on macOS, and means -W on
 * FreeBSD.
 */
static pid_t
start(FILE *out, FILE *err, struct error *e)
{
	static char *const env[] = { (char *)"LC_ALL=C", NULL };
	static const char *const path[] = {
		"/usr/sbin/netstat", "/usr/bin/netstat"
	};
	const struct child_how how = {
		-1, fileno(out), fileno(err), 0, env, NULL
	};
	const char *argv[] = { NULL, "-anl", "-f", "inet", NULL };
	pid_t pid;
	size_t i;

	pid = -127;
	for (i = 0; i < 2 && pid == -127; i++) {
		argv[0] = path[i];
		pid = child_start((char *const *)argv, &how, e);
	}
	return (pid);
}

/* Run netstat.  Return its output, to be freed, or NULL with ${e} set. */
static char *
run(struct error *e)
{
	char *complaint, *text;
	FILE *err, *out;
	size_t len;
	pid_t pid;
	int status;

	complaint = text = NULL;
	out = tmpfile();
	err = tmpfile();
	if (out == NULL || err == NULL) {
		error_sys(e, "netstat: temporary file");
		goto out;
	}
	pid = start(out, err, e);
	if (pid < 0)
		goto out;
	status = child_wait(pid);
	rewind(out);
	rewind(err);
	/* netstat omits a table that it cannot read, and exits 0. */
	if (io_read(fileno(err), "netstat", OUTPUT_MAX, &complaint, &len,
	    e) == -1)
		goto out;
	if (len > 0)
		error_set(e, "%s", error_quote_bytes(complaint,
		    strcspn(complaint, "\n")));
	else if (status != 0)
		error_set(e, "netstat: exit status %d", status);
	else if (io_read(fileno(out), "netstat", OUTPUT_MAX, &text, &len,
	    e) == 0 && strlen(text) != len) {
		error_set(e, "netstat: has a NUL byte");
		free(text);
		text = NULL;
	}
out:
	free(complaint);
	if (out != NULL)
		fclose(out);
	if (err != NULL)
		fclose(err);
	return (text);
}

int
sockets_find(const struct addr *alias, size_t n, struct listeners *l,
    struct error *e)
{
	char *text;
	int result;

	memset(l, 0, sizeof(*l));
	text = run(e);
	result = text != NULL ?
	    sockets_parse_netstat(text, alias, n, l, e) : -1;
	free(text);
	if (result == -1)
		sockets_free(l);
	sockets_sort(l);
	return (result);
}
#endif
