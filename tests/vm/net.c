/* SPDX-License-Identifier: ISC */
/*
 * net: both ends of every connection the microVM tests try.  Linked
 * statically, so that the same file runs in the guest, in a container and in
 * a microVM.
 *
 *	net tcp | udp ADDRESS PORT
 *	net dnsudp | dnstcp ADDRESS PORT
 *		Say something to the server there; print what it answers.
 *		0: it answered, 1: it did not, and why on standard output.
 *	net [-f] serve PROTOCOL,ADDRESS,PORT ...
 *		Answer on all of these, and print a line for everyone who
 *		comes: PROTOCOL BOUND AT PEER WHAT.  PROTOCOL is as above.
 *		Returns when all are bound, and with -f never.
 */
#include <sys/socket.h>
#include <sys/time.h>

#include <netinet/in.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE 3			/* seconds a client waits */

/* A DNS query for "bottle.test", type A; an answer of 192.0.2.53. */
static const unsigned char query[] =
    "\x42\x42\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
    "\x06" "bottle" "\x04" "test" "\x00" "\x00\x01" "\x00\x01";
static const unsigned char answer[] =
    "\xc0\x0c" "\x00\x01" "\x00\x01" "\x00\x00\x00\x00" "\x00\x04"
    "\xc0\x00\x02\x35";
#define QUERY_LEN (sizeof(query) - 1)
#define ANSWER_LEN (sizeof(answer) - 1)

static int foreground;

static void
usage(void)
{
	fputs("usage: net [-f] serve protocol,address,port ...\n"
	    "       net tcp | udp | dnsudp | dnstcp address port\n", stderr);
	exit(2);
}

static int
is_tcp(const char *proto)
{
	return strcmp(proto, "tcp") == 0 || strcmp(proto, "dnstcp") == 0;
}

static int
is_dns(const char *proto)
{
	return strncmp(proto, "dns", 3) == 0;
}

/* Fill in the socket address of host and port; its length. */
static socklen_t
address(struct sockaddr_storage *ss, const char *host, const char *port)
{
	struct sockaddr_in6 *sin6;
	struct sockaddr_in *sin;

	memset(ss, 0, sizeof(*ss));
	sin6 = (struct sockaddr_in6 *)ss;
	sin = (struct sockaddr_in *)ss;
	if (inet_pton(AF_INET6, host, &sin6->sin6_addr) == 1) {
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = htons((uint16_t)atoi(port));
		return sizeof(*sin6);
	}
	if (inet_pton(AF_INET, host, &sin->sin_addr) != 1)
		errx(2, "%s: not an address", host);
	sin->sin_family = AF_INET;
	sin->sin_port = htons((uint16_t)atoi(port));
	return sizeof(*sin);
}

static const char *
text(const struct sockaddr_storage *ss, char *buf, size_t size)
{
	const struct sockaddr_in6 *sin6;
	const struct sockaddr_in *sin;
	char host[INET6_ADDRSTRLEN];

	sin6 = (const struct sockaddr_in6 *)ss;
	sin = (const struct sockaddr_in *)ss;
	if (ss->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &sin6->sin6_addr, host, sizeof(host));
	else
		inet_ntop(AF_INET, &sin->sin_addr, host, sizeof(host));
	snprintf(buf, size, "%s:%d", host, ntohs(sin->sin_port));
	return buf;
}

/* Make an answer to the DNS query of len bytes in place; its length. */
static size_t
resolve(unsigned char *msg, size_t len, size_t size)
{
	if (len < 16 || len + ANSWER_LEN > size)
		return 0;
	msg[2] |= 0x80;
	msg[7] = 1;			/* one answer, nothing more */
	msg[9] = 0;
	msg[11] = 0;
	memcpy(msg + len, answer, ANSWER_LEN);
	return len + ANSWER_LEN;
}

/* One write, so that lines of several servers do not mix. */
static void
note(const char *proto, const char *bound, const struct sockaddr_storage *at,
    const struct sockaddr_storage *peer, const unsigned char *msg, size_t len)
{
	char line[512], a[64], p[64];
	size_t i;
	int n;

	n = snprintf(line, sizeof(line), "%s %s %s %s ", proto, bound,
	    text(at, a, sizeof(a)), text(peer, p, sizeof(p)));
	for (i = 0; i < len && (size_t)n < sizeof(line) - 2; i++) {
		if (msg[i] == '\r' || msg[i] == '\n')
			break;
		line[n++] = isprint(msg[i]) ? (char)msg[i] : '.';
	}
	line[n++] = '\n';
	if (write(STDOUT_FILENO, line, (size_t)n) != n)
		exit(2);
}

/* What a server says: HTTP to HTTP, and to a proxy's client that it is one. */
static int
reply(char *buf, size_t size, const char *bound, const unsigned char *msg)
{
	const char *said;

	said = (const char *)msg;
	if (strncmp(said, "GET http:", 9) == 0 ||
	    strncmp(said, "POST http:", 10) == 0)
		return snprintf(buf, size, "HTTP/1.0 200 OK\r\n"
		    "Content-Type: text/plain\r\n\r\nproxied by %s\n", bound);
	if (strncmp(said, "GET ", 4) == 0)
		return snprintf(buf, size, "HTTP/1.0 200 OK\r\n"
		    "Content-Type: text/plain\r\n\r\ndirect to %s\n", bound);
	return snprintf(buf, size, "REPLY %s\n", bound);
}

/* Read what a client says: one piece, or all of a DNS message. */
static ssize_t
hear(int c, const char *proto, unsigned char *msg, size_t size)
{
	size_t len = 0, want = 1;
	ssize_t n;

	if (is_dns(proto))
		want = 2;
	while (len < want && (n = read(c, msg + len, size - len)) > 0) {
		len += (size_t)n;
		if (is_dns(proto) && len >= 2)
			want = 2 + ((size_t)msg[0] << 8 | msg[1]);
	}
	return (ssize_t)len;
}

static void
serve_tcp(const char *proto, const char *bound, int s)
{
	struct sockaddr_storage at, peer;
	struct timeval tv = { 1, 0 };
	unsigned char msg[2048];
	char out[256];
	socklen_t len;
	ssize_t n;
	size_t size;
	int c;

	for (;;) {
		memset(&peer, 0, sizeof(peer));
		len = sizeof(peer);
		if ((c = accept(s, (struct sockaddr *)&peer, &len)) == -1)
			continue;
		memset(&at, 0, sizeof(at));
		len = sizeof(at);
		getsockname(c, (struct sockaddr *)&at, &len);
		setsockopt(c, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
		n = hear(c, proto, msg, sizeof(msg) - 1);
		msg[n] = '\0';
		note(proto, bound, &at, &peer, msg, (size_t)n);
		if (is_dns(proto) && n > 2) {
			size = resolve(msg + 2, (size_t)n - 2,
			    sizeof(msg) - 2);
			msg[0] = (unsigned char)(size >> 8);
			msg[1] = (unsigned char)size;
			n = write(c, msg, size + 2);
		} else if (!is_dns(proto)) {
			n = reply(out, sizeof(out), bound, msg);
			n = write(c, out, (size_t)n);
		}
		shutdown(c, SHUT_WR);
		while (read(c, msg, sizeof(msg)) > 0)
			continue;
		close(c);
	}
}

/* The answer leaves from the address that was asked, also on a wildcard. */
static void
serve_udp(const char *proto, const char *bound, int s)
{
	struct sockaddr_storage at, peer;
	unsigned char data[2048], control[256];
	struct iovec iov;
	struct msghdr m;
	size_t size;
	ssize_t n;
	socklen_t len;

	memset(&at, 0, sizeof(at));
	len = sizeof(at);
	getsockname(s, (struct sockaddr *)&at, &len);
	for (;;) {
		memset(&m, 0, sizeof(m));
		memset(&peer, 0, sizeof(peer));
		iov.iov_base = data;
		iov.iov_len = sizeof(data) - 1;
		m.msg_name = &peer;
		m.msg_namelen = sizeof(peer);
		m.msg_iov = &iov;
		m.msg_iovlen = 1;
		m.msg_control = control;
		m.msg_controllen = sizeof(control);
		if ((n = recvmsg(s, &m, 0)) < 0)
			continue;
		data[n] = '\0';
		note(proto, bound, &at, &peer, data, (size_t)n);
		if (is_dns(proto))
			size = resolve(data, (size_t)n, sizeof(data));
		else
			size = (size_t)reply((char *)data, sizeof(data),
			    bound, data);
		iov.iov_len = size;
		if (size > 0 && sendmsg(s, &m, 0) == -1)
			warn("%s", bound);
	}
}

static int
bind_to(const char *proto, const char *host, const char *port)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int on = 1, s;

	len = address(&ss, host, port);
	s = socket(ss.ss_family, is_tcp(proto) ? SOCK_STREAM : SOCK_DGRAM, 0);
	if (s == -1)
		err(2, "socket");
	if (is_tcp(proto))
		setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	else if (ss.ss_family == AF_INET)
		setsockopt(s, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	if (bind(s, (struct sockaddr *)&ss, len) == -1 ||
	    (is_tcp(proto) && listen(s, 16) == -1))
		err(2, "%s %s:%s", proto, host, port);
	return s;
}

static void
serve(char *spec)
{
	char bound[128], *host, *port, *proto;
	int s;

	if ((proto = strtok(spec, ",")) == NULL ||
	    (host = strtok(NULL, ",")) == NULL ||
	    (port = strtok(NULL, ",")) == NULL)
		usage();
	s = bind_to(proto, host, port);
	snprintf(bound, sizeof(bound), "%s:%s", host, port);
	switch (fork()) {
	case -1:
		err(2, "fork");
	case 0:
		if (is_tcp(proto))
			serve_tcp(proto, bound, s);
		serve_udp(proto, bound, s);
	}
	close(s);
}

/* What to say to a server of the protocol; its length. */
static size_t
question(const char *proto, unsigned char *buf)
{
	size_t len = 0;

	if (!is_dns(proto)) {
		memcpy(buf, "probe\n", 6);
		return 6;
	}
	if (is_tcp(proto)) {
		buf[len++] = 0;
		buf[len++] = QUERY_LEN;
	}
	memcpy(buf + len, query, QUERY_LEN);
	return len + QUERY_LEN;
}

static int
no(const char *what)
{
	printf("%s: %s\n", what, errno == EINPROGRESS || errno == EAGAIN ?
	    "timed out" : errno == 0 ? "end of file" : strerror(errno));
	return 1;
}

/* TSI sockets do not keep to SO_SNDTIMEO. */
static void
hung(int sig)
{
	(void)sig;
	if (write(STDOUT_FILENO, "hung: timed out\n", 16) == 16)
		_exit(1);
	_exit(2);
}

/* Ask the server, and print what it answers: 0, or 1 if it does not. */
static int
ask(const char *proto, const char *host, const char *port)
{
	struct sockaddr_storage ss;
	struct timeval tv = { PATIENCE, 0 };
	unsigned char buf[2048];
	socklen_t sslen;
	size_t len;
	ssize_t n;
	int s;

	sslen = address(&ss, host, port);
	s = socket(ss.ss_family, is_tcp(proto) ? SOCK_STREAM : SOCK_DGRAM, 0);
	if (s == -1)
		return no("socket");
	signal(SIGALRM, hung);
	alarm(2 * PATIENCE);
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	if (connect(s, (struct sockaddr *)&ss, sslen) == -1)
		return no("connect");
	len = question(proto, buf);
	if (send(s, buf, len, MSG_NOSIGNAL) == -1)
		return no("send");
	errno = 0;
	if ((n = recv(s, buf, sizeof(buf) - 1, 0)) <= 0)
		return no("no answer");
	buf[n] = '\0';
	if (is_dns(proto))
		puts("a DNS answer");
	else
		fputs((char *)buf, stdout);
	return 0;
}

int
main(int argc, char *argv[])
{
	int i;

	if (argc > 1 && strcmp(argv[1], "-f") == 0) {
		foreground = 1;
		argc--;
		argv++;
	}
	if (argc == 4 && strcmp(argv[1], "serve") != 0)
		return ask(argv[1], argv[2], argv[3]);
	if (argc < 3 || strcmp(argv[1], "serve") != 0)
		usage();
	signal(SIGPIPE, SIG_IGN);
	for (i = 2; i < argc; i++)
		serve(argv[i]);
	while (foreground)
		pause();
	return 0;
}
