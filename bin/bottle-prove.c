/* SPDX-License-Identifier: ISC */
/* bottle-prove: prove from inside a sandbox that it reaches its alias only */
#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/child.h"
#include "base/error.h"
#include "base/input.h"
#include "base/io.h"
#include "base/json.h"
#include "base/sort.h"
#include "net/addr.h"
#include "net/canary.h"
#include "net/pool.h"
#include "net/sockets.h"
#include "smolvm/guest.h"
#include "smolvm/paths.h"

#define SECONDS_MAX	9999
#define LABEL		12	/* digits: the length that guest.sh needs */
#define HOSTS_MAX	16	/* addresses of this host that are tried */
#define GATEWAY_MAX	64	/* ports of the gateway */
#define UNDO_SECONDS	3

static const char usage[] =
    "usage: bottle-prove [-js] [-t seconds] [-x proxy] -p port[/udp] ...\n"
    "           machine alias\n"
    "       bottle-prove [-js] [-t seconds] [-x proxy] -\n"
    "       bottle-prove [-js] [-t seconds] [-x proxy] -p port[/udp] ...\n"
    "           address -- command [argument ...]\n"
    "  -j          print JSON; with -, the launch record\n"
    "  -p port     a port that the bundle publishes\n"
    "  -s          fail if other ports of the alias are reached\n"
    "  -t seconds  time limit, 60 seconds by default\n"
    "  -x proxy    try the bundle's proxy too: http://{}:PORT\n"
    "  -           machine, alias and ports of the launch record on standard input\n"
    "  --          the command that runs another one in the sandbox\n"
    "man bottle-prove\n";

/* The answer to an attempt, or the status of the proxy's answer. */
enum { MISSING, YES, NO, NONE };

/* One attempt of the guest to connect, send or ask. */
struct attempt {
	const char	*kind;		/* of guest.sh */
	char		*to;
	unsigned	 port;
	int		 answer;
};

/* A listener that must not be reached, and the attempts to do so. */
struct check {
	char	*name;
	size_t	 canary;		/* its number */
	size_t	 first, count;		/* its attempts */
	int	 own;			/* it is on the alias */
	int	 proxy;			/* the attempts go through the proxy */
	int	 lenient;		/* the proxy need not answer */
};

struct port {
	unsigned	number;
	int		udp;
};

static const struct addr v4 = { AF_INET, { 127, 0, 0, 1 } };
static const struct addr v6 = { AF_INET6, { [15] = 1 } };

static int jflag, sflag;

struct proof {
	struct guest	 guest;
	struct input	 in;
	struct addr	 alias, other, proxy;
	char		 alias_text[ADDR_STRLEN], other_text[ADDR_STRLEN];
	unsigned	 proxy_port;	/* 0: no proxy */
	struct port	*port;		/* the bundle's */
	size_t		 ports;
	char		 label[LABEL + 1];
	struct attempt	*attempt;
	size_t		 attempts;
	size_t		 before, after;	/* first of the bundle's ports */
	size_t		 dns, gateway;	/* first of these */
	size_t		 gateways;
	struct check	*check;
	size_t		 checks;
	struct canary	*canary;	/* one a check */
	int		 enforced;	/* -1: not tried */
	int		 leak;
	char		*ways;		/* how the guest connects */
	unsigned long	 datagrams;
	unsigned long	 shares, written;
	int		 have_datagrams, have_shares;
	struct guest_route route;
	int		 have_route;
	struct json	*verified;
};

static void fail(const struct proof *, const char *, ...)
    __attribute__((format(printf, 2, 3), noreturn));

/* The sandbox, for messages. */
static const char *
subject(const struct proof *p)
{

	return (error_quote(p->guest.machine != NULL ? p->guest.machine :
	    p->guest.prefix[0]));
}

/*
 * Exit with status 2; or 1 after a leak, which is certain despite the failure.
 */
static void
fail(const struct proof *p, const char *fmt, ...)
{
	va_list ap;
	char *text;
	FILE *f;

	f = io_memory(&text);
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	io_memory_end(f, &text);
	errx(p->leak ? 1 : 2, "%s: %s", subject(p), text);
}

/* Print that the sandbox reaches ${what}, which is freed. */
static void
leaks(struct proof *p, char *what)
{

	p->leak = 1;
	warnx("%s: REACHES %s", subject(p), what);
	free(what);
}

/* Append the line ${text}, which is freed, to what was verified. */
static void
verify(struct proof *p, char *text)
{

	json_append_string(p->verified, text);
	free(text);
}

/* --- what is asked for ---------------------------------------------------- */

static void
add_port(struct proof *p, unsigned number, int udp)
{

	p->port = alloc_grow(p->port, p->ports, sizeof(*p->port));
	p->port[p->ports].number = number;
	p->port[p->ports++].udp = udp;
}

static int
has_port(const struct proof *p, unsigned number, int udp)
{
	size_t i;

	for (i = 0; i < p->ports; i++)
		if (p->port[i].number == number && p->port[i].udp == udp)
			return (1);
	return (0);
}

/* Member "3000/tcp" of the record's ports: "127.0.0.16:3000". */
static int
take_port(const char *key, const struct json *value, void *arg)
{
	const char *text;
	unsigned unused;
	unsigned long port;
	int udp;

	text = json_string(value);
	if (strchr(key, '/') == NULL ||
	    addr_parse_port(key, &unused, &udp) == -1 || text == NULL ||
	    strrchr(text, ':') == NULL ||
	    args_number(strrchr(text, ':') + 1, 1, 65535, &port) == -1)
		return (-1);
	add_port(arg, (unsigned)port, udp);
	return (0);
}

/* Take ${alias}, the text of an address. */
static int
take_alias(struct proof *p, const char *alias)
{

	if (addr_parse(alias, &p->alias) == -1)
		return (-1);
	addr_format(&p->alias, p->alias_text);
	return (0);
}

static void
read_record(struct proof *p)
{
	struct error e;
	struct json *ports;
	const char *alias;

	if (input_read(&p->in, &e) == -1)
		errx(2, "%s", e.text);
	if (p->in.record == NULL)
		errx(2, INPUT_NAME ": not a launch record");
	p->guest.machine = json_get_string(p->in.record, "machine");
	alias = json_get_string(p->in.record, "alias");
	ports = json_get(p->in.record, "ports");
	if (p->guest.machine == NULL || alias == NULL ||
	    take_alias(p, alias) == -1 ||
	    json_each(ports, take_port, p) != 0 || p->ports == 0)
		errx(2, INPUT_NAME ": not a record with machine, alias, "
		    "ports");
	json_free(ports);
}

/* http://HOST:PORT, where HOST is an address or {}, into ${p}. */
static void
read_proxy(struct proof *p, const char *url)
{
	const char *host, *port_text;
	char *text;
	unsigned long port;
	size_t len;

	text = args_expand(url, p->alias_text, NULL);
	host = text + (strncmp(text, "http://", 7) == 0 ? 7 : 0);
	host += *host == '[';
	len = strlen(text);
	if (len > 0 && text[len - 1] == '/')
		text[len - 1] = '\0';
	port_text = strrchr(host, ':');
	if (port_text == NULL)
		port_text = host;
	len = (size_t)(port_text - host);
	if (len > 0 && host[len - 1] == ']')
		len--;
	if (addr_parse_bytes(host, len, &p->proxy) == -1 ||
	    args_number(port_text + 1, 1, 65535, &port) == -1)
		args_error("-x %s: not http://ADDRESS:PORT", error_quote(url));
	p->proxy_port = (unsigned)port;
	free(text);
}

/* --- the attempts --------------------------------------------------------- */

static void
try(struct proof *p, const char *kind, const char *to, unsigned port)
{
	struct attempt *a;

	p->attempt = alloc_grow(p->attempt, p->attempts, sizeof(*a));
	a = &p->attempt[p->attempts++];
	a->kind = kind;
	a->to = alloc_string(to);
	a->port = port;
	a->answer = MISSING;
}

/*
 * Add a check with a canary on ${a}.  Return it; or, if ${missing} is allowed,
 * NULL if this host lacks the address.  Other failures end the program.
 */
static struct check *
add_check(struct proof *p, const struct addr *a, int udp, int missing,
    char *name)
{
	struct check *c;
	struct error e;

	p->canary = alloc_resize(p->canary, p->checks + 1,
	    sizeof(*p->canary));
	if (canary_open(&p->canary[p->checks], a, udp, &e) == -1) {
		if (!missing || (errno != EADDRNOTAVAIL &&
		    errno != EAFNOSUPPORT && errno != EPROTONOSUPPORT))
			fail(p, "listener: %s", e.text);
		free(name);
		return (NULL);
	}
	p->check = alloc_resize(p->check, p->checks + 1, sizeof(*p->check));
	c = &p->check[p->checks];
	memset(c, 0, sizeof(*c));
	c->name = name;
	c->canary = p->checks++;
	c->first = p->attempts;
	return (c);
}

/* Try to reach a canary on ${a} directly, and through ${gateway} if any. */
static struct check *
add_direct(struct proof *p, const struct addr *a, int udp, const char *gateway,
    const char *more)
{
	char text[ADDR_STRLEN];
	const char *kind;
	struct check *c;
	unsigned port;

	kind = udp ? "udp" : "tcp";
	c = add_check(p, a, udp, 1, alloc_format("%s/%s%s",
	    addr_format(a, text), kind, more));
	if (c == NULL)
		return (NULL);
	port = p->canary[c->canary].port;
	try(p, kind, text, port);
	if (gateway != NULL)
		try(p, kind, gateway, port);
	c->count = p->attempts - c->first;
	return (c);
}

static int
is_loopback(const struct addr *a)
{

	return (a->family == AF_INET ? a->byte[0] == 127 :
	    addr_compare(a, &v6) == 0);
}

static int
is_link_local(const struct addr *a)
{

	return (a->family == AF_INET6 && a->byte[0] == 0xfe &&
	    (a->byte[1] & 0xc0) == 0x80);
}

/*
 * This host's addresses that other hosts see, but not the alias, in the order
 * of the interfaces, up to HOSTS_MAX into ${list}.  Return how many.
 */
static size_t
host_addresses(const struct proof *p, struct addr *list)
{
	struct ifaddrs *all, *i;
	struct addr a;
	size_t k, n;

	if (getifaddrs(&all) == -1)
		fail(p, "addresses of this host: %s", strerror(errno));
	n = 0;
	for (i = all; i != NULL && n < HOSTS_MAX; i = i->ifa_next) {
		if (addr_read(i->ifa_addr, &a) == -1 || is_loopback(&a) ||
		    is_link_local(&a) || addr_compare(&a, &p->alias) == 0)
			continue;
		for (k = 0; k < n && addr_compare(&list[k], &a) != 0; k++)
			continue;
		if (k == n)
			list[n++] = a;
	}
	freeifaddrs(all);
	return (n);
}

/* Choose the last usable address of the pool other than the alias. */
static void
choose_other(struct proof *p)
{
	struct canary c;
	struct error e;
	struct pool pool;
	size_t i;
	int others;

	memset(&pool, 0, sizeof(pool));
	if (pool_default(&pool, &e) == -1)
		fail(p, "%s", e.text);
	others = 0;
	for (i = pool.count; i > 0; i--) {
		p->other = pool.addr[i - 1];
		if (addr_compare(&p->other, &p->alias) == 0 ||
		    addr_is_localhost(&p->other))
			continue;
		others = 1;
		if (canary_open(&c, &p->other, 0, &e) == 0)
			break;
	}
	pool_free(&pool);
	if (!others)
		fail(p, "the pool has no second alias to compare with "
		    "%s", p->alias_text);
	if (i == 0)
		fail(p, "%s: run loalias-ensure", e.text);
	canary_close(&c);
	addr_format(&p->other, p->other_text);
}

/* Add the attempts to reach canaries, one protocol after the other. */
static void
add_checks(struct proof *p)
{
	struct addr host[HOSTS_MAX];
	struct check *c;
	size_t hosts, i;
	int udp;

	hosts = host_addresses(p, host);
	for (udp = 0; udp <= 1; udp++) {
		if (addr_compare(&p->alias, &v4) != 0)
			add_direct(p, &v4, udp, "gw", "");
		add_direct(p, &p->other, udp, NULL, "");
		for (i = 0; i < hosts; i++)
			add_direct(p, &host[i], udp, NULL, "");
		add_direct(p, &v6, udp, "gw6", "");
		c = add_direct(p, &p->alias, udp, NULL, ", other ports");
		if (c != NULL)
			c->own = 1;
		else
			p->enforced = -1;
	}
}

static int
compare_ports(const void *a, const void *b)
{
	const unsigned *x, *y;

	x = a;
	y = b;
	return (*x < *y ? -1 : *x > *y);
}

/*
 * An engine may run services at the gateway, and forward a port of it to the
 * same port of this host.  So try the ports that this host listens on, and the
 * bundle's.  Another sandbox may have its bundle at the gateway.
 */
static void
add_gateway(struct proof *p)
{
	struct listeners l;
	struct error e;
	unsigned *port;
	size_t i, n;

	memset(&l, 0, sizeof(l));
	if (sockets_find(&v4, 1, &l, &e) == -1)
		fail(p, "%s", e.text);
	port = alloc_array(l.count + p->ports + 1, sizeof(*port));
	for (i = n = 0; i < l.count; i++)
		if (!l.listener[i].udp)
			port[n++] = l.listener[i].port;
	for (i = 0; i < p->ports; i++)
		if (!p->port[i].udp)
			port[n++] = p->port[i].number;
	n = sort_unique(port, n, sizeof(*port), compare_ports);
	p->gateway = p->attempts;
	/* Port 53 is tried with DNS queries instead. */
	for (i = 0; i < n && p->attempts - p->gateway < GATEWAY_MAX; i++)
		if (port[i] != 53 && (p->guest.machine != NULL ||
		    !has_port(p, port[i], 0)))
			try(p, "tcp", "gw", port[i]);
	p->gateways = p->attempts - p->gateway;
	free(port);
	sockets_free(&l);
}

/* Ask the proxy for a canary on ${a}, by the name or spelling ${to}. */
static void
add_proxied(struct proof *p, const struct addr *a, const char *to, int lenient)
{
	struct check *c;
	unsigned port;

	c = add_check(p, a, 0, 1, alloc_format("%s, through the proxy", to));
	if (c == NULL)
		return;
	c->proxy = 1;
	c->lenient = lenient;
	port = p->canary[c->canary].port;
	try(p, "connect", to, port);
	try(p, "get", to, port);
	c->count = p->attempts - c->first;
}

/*
 * Other spellings of 127.0.0.1, and names that need no outside resolver.  Their
 * listener is on every address, since the proxy resolves them.
 */
static void
add_proxy(struct proof *p)
{
	static const struct addr any = { AF_INET, { 0 } };
	static const struct addr any6 = { AF_INET6, { 0 } };
	static const char *const name[] = {
		"localhost", "host.docker.internal", "127.1", "2130706433",
		"0.0.0.0", "::ffff:127.0.0.1"
	};
	struct addr host[HOSTS_MAX];
	struct canary c;
	struct error e;
	char text[ADDR_STRLEN];
	size_t hosts, i;
	int dual;

	add_proxied(p, &v4, "127.0.0.1", 0);
	add_proxied(p, &v6, "::1", 0);
	add_proxied(p, &p->other, p->other_text, 0);
	hosts = host_addresses(p, host);
	for (i = 0; i < hosts; i++)
		add_proxied(p, &host[i], addr_format(&host[i], text), 0);
	if ((dual = canary_open(&c, &any6, 0, &e) == 0))
		canary_close(&c);
	for (i = 0; i < sizeof(name) / sizeof(*name); i++)
		add_proxied(p, dual ? &any6 : &any, name[i],
		    strcmp(name[i], "host.docker.internal") == 0);
}

static void
add_attempts(struct proof *p)
{
	size_t i;

	p->before = p->attempts;
	for (i = 0; i < p->ports; i++)
		if (!p->port[i].udp && p->port[i].number != 53)
			try(p, "tcp", p->alias_text, p->port[i].number);
	/* The gateway accepts connections to port 53 of any address. */
	if (p->attempts == 0)
		fail(p, "no TCP port of the bundle but 53 to try: nothing can "
		    "be proved");
	p->dns = p->attempts;
	try(p, "dns", "gw", 53);
	try(p, "dns", "ns", 53);
	try(p, "dnstcp", "gw", 53);
	try(p, "dnstcp", "ns", 53);
	add_checks(p);
	add_gateway(p);
	if (p->proxy_port != 0)
		add_proxy(p);
	p->after = p->attempts;
	for (i = 0; i < p->dns; i++)
		try(p, "tcp", p->alias_text, p->attempt[i].port);
}

/* --- the guest ------------------------------------------------------------ */

/* Read ${s}, digits up to a blank or the end.  Return the rest, or NULL. */
static const char *
read_number(const char *s, unsigned long *n)
{
	char digits[12];
	size_t len;

	len = strcspn(s, " ");
	if (len >= sizeof(digits))
		return (NULL);
	memcpy(digits, s, len);
	digits[len] = '\0';
	if (args_number(digits, 0, 999999999, n) == -1)
		return (NULL);
	return (s[len] == ' ' ? s + len + 1 : s + len);
}

/* "tried N ANSWER" */
static int
take_answer(struct proof *p, const char *line)
{
	struct attempt *a;
	unsigned long n, status;
	int proxy;

	line = read_number(line, &n);
	if (line == NULL || n >= p->attempts ||
	    p->attempt[n].answer != MISSING)
		return (-1);
	a = &p->attempt[n];
	proxy = strcmp(a->kind, "connect") == 0 || strcmp(a->kind, "get") == 0;
	if (strcmp(line, "no") == 0)
		a->answer = NO;
	else if (!proxy && strcmp(line, "yes") == 0)
		a->answer = YES;
	else if (!proxy && strcmp(line, "none") == 0)
		a->answer = NONE;
	else if (proxy && args_number(line, 100, 599, &status) == 0)
		a->answer = (int)status;
	else
		return (-1);
	return (0);
}

/* "ways nc bash": commands that guest.sh knows, each once. */
static int
take_ways(struct proof *p, const char *line)
{
	static const char *const way[] = {
		"nc", "busybox", "bash", "python3", "perl"
	};
	const char *at;
	size_t i;

	if (p->ways != NULL)
		return (-1);
	at = line;
	for (i = 0; i < sizeof(way) / sizeof(*way); i++)
		if (*at == ' ' && strncmp(at + 1, way[i], strlen(way[i])) ==
		    0 && (at[1 + strlen(way[i])] == ' ' ||
		    at[1 + strlen(way[i])] == '\0'))
			at += 1 + strlen(way[i]);
	if (*at != '\0')
		return (-1);
	p->ways = alloc_string(line);
	return (0);
}

static int
take_line(const char *line, void *arg)
{
	struct proof *p;

	p = arg;
	if (strncmp(line, "tried ", 6) == 0)
		return (take_answer(p, line + 6));
	if (strncmp(line, "ways", 4) == 0)
		return (take_ways(p, line + 4));
	if (strncmp(line, "datagrams ", 10) == 0 && !p->have_datagrams++) {
		line = read_number(line + 10, &p->datagrams);
		return (line != NULL && *line == '\0' ? 0 : -1);
	}
	if (strncmp(line, "shares ", 7) == 0 && !p->have_shares++) {
		line = read_number(line + 7, &p->shares);
		if (line != NULL)
			line = read_number(line, &p->written);
		return (line != NULL && *line == '\0' ? 0 : -1);
	}
	if (strncmp(line, "route ", 6) == 0 && !p->have_route++)
		return (guest_read_route(line, &p->route));
	return (-1);
}

static int
ignore_line(const char *line, void *arg)
{

	(void)arg;
	return (strncmp(line, "shares ", 7) == 0 ? 0 : -1);
}

/* The words of guest.sh, to be freed with free_words(). */
static char **
make_words(const struct proof *p)
{
	char text[ADDR_STRLEN], **word;
	const struct attempt *a;
	size_t i, n;

	word = alloc_array(9 + 3 * p->attempts, sizeof(*word));
	n = 0;
	word[n++] = alloc_format("prove");
	word[n++] = alloc_string(p->label);
	word[n++] = alloc_string(p->guest.machine != NULL ?
	    p->other_text : "-");
	word[n++] = alloc_format("%d", p->guest.machine != NULL);
	word[n++] = alloc_string(p->proxy_port != 0 ?
	    addr_format(&p->proxy, text) : "-");
	word[n++] = alloc_format("%u", p->proxy_port);
	for (i = 0; i < p->attempts; i++) {
		if (i == p->dns || i == p->after)
			word[n++] = alloc_format("-");
		a = &p->attempt[i];
		word[n++] = alloc_string(a->kind);
		word[n++] = alloc_string(a->to);
		word[n++] = alloc_format("%u", a->port);
	}
	return (word);
}

static void
free_words(char **word)
{
	size_t i;

	for (i = 0; word[i] != NULL; i++)
		free(word[i]);
	free(word);
}

static void
make_label(struct proof *p)
{
	unsigned char byte[LABEL / 2];
	size_t i;
	int fd;

	fd = open("/dev/urandom", O_RDONLY);
	if (fd == -1 || read(fd, byte, sizeof(byte)) != sizeof(byte))
		fail(p, "/dev/urandom: %s", strerror(errno));
	close(fd);
	for (i = 0; i < sizeof(byte); i++)
		snprintf(p->label + 2 * i, 3, "%02x", byte[i]);
}

/* The canaries decide, not the guest's answers. */
static void
report_leaks(struct proof *p)
{
	const struct check *c;
	size_t i;

	for (i = 0; i < p->checks; i++) {
		c = &p->check[i];
		if (p->canary[c->canary].count > 0 && !c->own)
			leaks(p, alloc_string(c->name));
	}
}

/* Let the guest make all attempts, and watch the canaries. */
static void
run(struct proof *p)
{
	struct guest_route route;
	struct signals s;
	struct error e, ignored;
	char **word;
	int result;

	make_label(p);
	word = make_words(p);
	signals_hold(&s);
	p->guest.signals = &s;
	p->guest.canary = p->canary;
	p->guest.canaries = p->checks;
	result = guest_run(&p->guest, word, take_line, p, &e);
	free_words(word);
	if (result == 0)
		result = canary_linger(p->canary, p->checks, &e);
	else if (p->guest.machine != NULL) {
		/* A script that was ended may have left its route. */
		p->guest.undo = 1;
		p->guest.seconds = UNDO_SECONDS;
		guest_route(&p->guest, 1, p->other_text, &route, &ignored);
	}
	signals_release(&s);
	p->guest.signals = NULL;
	report_leaks(p);
	if (result == -1 && p->have_route == 0 && p->guest.machine != NULL &&
	    strncmp(e.text, "the guest lacks ", 16) == 0)
		fail(p, "%s cannot be routed for the test: %s", p->other_text,
		    e.text);
	if (result == -1)
		fail(p, "%s", e.text);
}

/* --- the verdict ---------------------------------------------------------- */

static void
check_answers(const struct proof *p)
{
	const struct attempt *a;
	unsigned long sent;
	size_t i;
	int gateway;

	if (p->ways == NULL || *p->ways == '\0')
		fail(p, "the guest has no way to connect: none of nc, "
		    "busybox, bash, python3, perl");
	sent = 0;
	gateway = 0;
	for (i = 0; i < p->attempts; i++) {
		a = &p->attempt[i];
		if (a->answer == MISSING)
			fail(p, "the guest did not make all the tries");
		if (strcmp(a->kind, "udp") != 0)
			continue;
		if (strcmp(a->to, "gw") == 0 && a->answer != NONE)
			gateway = 1;
		/* The counter is for IPv4 only. */
		if (strchr(a->to, ':') == NULL && strcmp(a->to, "gw6") != 0 &&
		    a->answer != NONE)
			sent++;
	}
	/*
	 * Without a gateway, a machine's sockets are made on the host (TSI),
	 * and another sandbox may be unable to reach some of the addresses.
	 */
	if (!gateway)
		sent = p->guest.machine == NULL;
	if (p->datagrams < sent || !p->have_datagrams)
		fail(p, "the guest sends no datagrams (tried with%s)", p->ways);
}

/* The bundle's ports: both before and after the others. */
static void
check_bundle(struct proof *p)
{
	const struct attempt *a, *b;
	size_t i;

	for (i = 0; i < p->dns; i++) {
		a = &p->attempt[i];
		b = &p->attempt[p->after + i];
		if (a->answer != YES || b->answer != YES)
			fail(p, "the guest cannot reach its own bundle at "
			    "%s:%u%s (tried with%s)", a->to, a->port,
			    a->answer == YES ? " after the tries" : "",
			    p->ways);
		verify(p, alloc_format("reached %s:%u/tcp", a->to, a->port));
	}
}

static void
check_proxied(struct proof *p, const struct check *c)
{
	size_t i;

	for (i = c->first; i < c->first + c->count; i++)
		if (p->attempt[i].answer == NO && c->lenient) {
			warnx("%s: %s: was not tried: the proxy does not "
			    "answer", subject(p), c->name);
			return;
		} else if (p->attempt[i].answer == NO)
			fail(p, "%s: was not tried: the proxy does not answer",
			    c->name);
	verify(p, alloc_format("closed %s", c->name));
}

/* No peer reached the canary: print a line if all was tried. */
static void
check_one(struct proof *p, const struct check *c)
{
	const struct attempt *a;
	int gateway;
	size_t i;

	gateway = 0;
	for (i = c->first; i < c->first + c->count; i++) {
		a = &p->attempt[i];
		if (strncmp(a->to, "gw", 2) == 0 && a->answer != NONE)
			gateway = 1;
	}
	if (p->canary[c->canary].count > 0)
		p->enforced = c->own ? 0 : p->enforced;
	else if (c->proxy)
		check_proxied(p, c);
	else
		verify(p, alloc_format("closed %s%s", c->name, gateway ?
		    ", also through the gateway" : ""));
}

static void
check_dns(struct proof *p)
{
	const struct attempt *a;
	size_t i;
	int own, tried, answered[2];

	a = p->attempt + p->dns;
	tried = answered[0] = answered[1] = 0;
	for (i = 0; i < 4; i++) {
		tried |= a[i].answer != NONE;
		answered[i / 2] |= a[i].answer == YES;
	}
	own = has_port(p, 53, 1);
	if (own && !has_port(p, 53, 0) && answered[1] && p->enforced == 1)
		p->enforced = 0;
	if (own)	/* the bundle's own resolver may answer */
		return;
	if (answered[0] || answered[1])
		leaks(p, alloc_string("a resolver: DNS queries are "
		    "answered"));
	else if (tried)
		verify(p, alloc_format("closed dns"));
}

static void
check_gateway(struct proof *p)
{
	const struct attempt *a;
	size_t i, tried;
	int open;

	tried = 0;
	open = 0;
	for (i = p->gateway; i < p->gateway + p->gateways; i++) {
		a = &p->attempt[i];
		tried += a->answer != NONE;
		if (a->answer != YES)
			continue;
		open = 1;
		leaks(p, alloc_format("port %u of the gateway", a->port));
	}
	if (tried > 0 && !open)
		verify(p, alloc_format("closed gateway, %zu ports", tried));
}

/* The name was written into every share: is it in a folder of others? */
static void
check_shares(struct proof *p)
{
	char *const word[] = { (char *)"clean", p->label, NULL };
	struct error e, ignored;
	char *file, *text, *where;
	FILE *f;
	int found;

	if (p->guest.machine == NULL || p->shares == 0)
		return;
	file = alloc_format("bottle-%s", p->label);
	where = NULL;
	found = p->written > 0 ?
	    paths_shared(p->guest.machine, file, &where, &e) : 0;
	free(file);
	if (p->written > 0)
		guest_run(&p->guest, word, ignore_line, NULL, &ignored);
	if (found == -1)
		fail(p, "shares: %s", e.text);
	if (found == 0) {
		verify(p, alloc_format("closed root folder"));
		return;
	}
	unlink(where);
	f = io_memory(&text);
	fputs("a folder of other machines: ", f);
	error_write(f, where, strlen(where));
	io_memory_end(f, &text);
	leaks(p, text);
	free(where);
}

static void
judge(struct proof *p)
{
	size_t i;

	check_answers(p);
	check_bundle(p);
	for (i = 0; i < p->checks; i++)
		check_one(p, &p->check[i]);
	check_gateway(p);
	check_dns(p);
	check_shares(p);
	if (p->enforced == 0 && sflag)
		leaks(p, alloc_format("ports of %s that are not the bundle's",
		    p->alias_text));
	if (p->guest.machine == NULL)
		warnx("%s: not tried: a route of another alias, shares",
		    subject(p));
}

/* --- the output ----------------------------------------------------------- */

static void
print_json(const struct proof *p)
{
	char engine[32], when[32];
	struct error e;
	struct json *out;
	time_t now;

	out = input_record(&p->in);
	if (p->guest.machine != NULL)
		json_set_string(out, "machine", p->guest.machine);
	json_set_string(out, "alias", p->alias_text);
	json_set(out, "ports_enforced", p->enforced == -1 ? NULL :
	    json_new_bool(p->enforced));
	json_set(out, "verified", json_copy(p->verified));
	now = time(NULL);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	json_set_string(out, "proved_at", p->leak ? NULL : when);
	if (p->guest.machine != NULL) {
		if (guest_engine(engine, sizeof(engine), &e) == -1)
			fail(p, "%s: %s", guest_smolvm(), e.text);
		json_set_string(out, "engine", engine);
	}
	json_print(out);
}

/* A line each, with a tab after its first word. */
static void
print_text(const struct proof *p)
{
	const char *line;
	size_t i, len;

	for (i = 0; i < json_count(p->verified); i++) {
		line = json_at_string(p->verified, i);
		len = strcspn(line, " ");
		printf("%.*s\t%s\n", (int)len, line, line + len + 1);
	}
}

/* --- the command line ----------------------------------------------------- */

static const char *
options(struct proof *p, int argc, char **argv)
{
	const char *proxy;
	unsigned port;
	int opt, udp;

	proxy = NULL;
	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "jp:st:x:")) != -1)
		switch (opt) {
		case 'j':
			jflag = 1;
			break;
		case 'p':
			if (addr_parse_port(optarg, &port, &udp) == -1)
				args_error("-p %s: not a port",
				    error_quote(optarg));
			add_port(p, port, udp);
			break;
		case 's':
			sflag = 1;
			break;
		case 't':
			if (args_number(optarg, 1, SECONDS_MAX,
			    &p->guest.seconds) == -1)
				args_error("-t %s: not a number from 1 to %d",
				    error_quote(optarg), SECONDS_MAX);
			break;
		case 'x':
			proxy = optarg;
			break;
		default:
			args_common(opt, argv, usage);
		}
	return (proxy);
}

/* Fill in the sandbox, the alias and the ports. */
static void
operands(struct proof *p, int argc, char **argv, char **command)
{

	if (argc == 1 && strcmp(argv[0], "-") == 0 && command == NULL) {
		if (p->ports > 0)
			args_error("either -p or -");
		read_record(p);
		return;
	}
	if (command != NULL && command[0] == NULL)
		args_error("no command after --");
	if (argc != (command != NULL ? 1 : 2))
		args_error(command != NULL ? "one address before --" :
		    "a machine and an alias, or -");
	if (p->ports == 0)
		args_error("at least one -p");
	if (command == NULL)
		p->guest.machine = argv[0];
	p->guest.prefix = command;
	if (take_alias(p, argv[argc - 1]) == -1)
		args_error("%s: not an address", error_quote(argv[argc - 1]));
}

int
main(int argc, char *argv[])
{
	static struct proof p;
	const char *proxy;
	char **command;

	args_init();
	command = args_command(&argc, argv);
	p.guest.seconds = 60;
	p.enforced = 1;
	p.verified = json_new(JSON_ARRAY);
	proxy = options(&p, argc, argv);
	operands(&p, argc - optind, argv + optind, command);
	if (proxy != NULL)
		read_proxy(&p, proxy);
	choose_other(&p);
	add_attempts(&p);
	run(&p);
	judge(&p);
	if (jflag)
		print_json(&p);
	else
		print_text(&p);
	return (io_finish(p.leak));
}
