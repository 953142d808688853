/* SPDX-License-Identifier: ISC */
/*
 * The stand-in for a BSD's kernel.  $FAKE_LO0 holds lo0's addresses; the
 * folder it is in has a file "down" if lo0 is, and "jail" with an address that
 * lo0 has and that cannot be bound.  Requests are written to "log", with what
 * a real kernel would do that nobody wants: a request without an address takes
 * the first one, and adding one that is there takes its route away.
 */
#define FAKE_KERNEL
#include "fake_bsd.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX	300

static char line[MAX][16];
static size_t lines;

/* Open the file ${name} beside lo0's, or lo0's. */
static FILE *
state(const char *name, const char *mode)
{
	char path[4096];
	const char *lo0;

	lo0 = getenv("FAKE_LO0");
	if (lo0 == NULL)
		errx(3, "no FAKE_LO0");
	snprintf(path, sizeof(path), "%.*s%s",
	    (int)(strrchr(lo0, '/') - lo0 + 1), lo0, name);
	return (fopen(path, mode));
}

static int
load(const char *name)
{
	FILE *file;

	lines = 0;
	file = state(name, "r");
	if (file == NULL)
		return (0);
	while (lines < MAX && fscanf(file, "%15s", line[lines]) == 1)
		lines++;
	fclose(file);
	return (1);
}

static size_t
find(const char *text)
{
	size_t i;

	for (i = 0; i < lines && strcmp(line[i], text) != 0; i++)
		continue;
	return (i);
}

static void
save(void)
{
	FILE *file;
	size_t i;

	file = state("lo0", "w");
	for (i = 0; i < lines; i++)
		fprintf(file, "%s\n", line[i]);
	fclose(file);
}

static void
note(const char *fmt, ...)
{
	FILE *file;
	va_list ap;

	file = state("log", "a");
	va_start(ap, fmt);
	vfprintf(file, fmt, ap);
	va_end(ap);
	fputc('\n', file);
	fclose(file);
}

static int
fail(int error)
{

	errno = error;
	return (-1);
}

static const char *
text(const struct sockaddr *sa)
{
	struct sockaddr_in sin;

	memcpy(&sin, sa, sizeof(sin));
	return (inet_ntoa(sin.sin_addr));
}

int
fake_bind(int fd, const struct sockaddr *sa, socklen_t len)
{

	(void)fd;
	(void)len;
	load("jail");
	if (find(text(sa)) < lines)
		return (fail(EADDRNOTAVAIL));
	load("lo0");
	return (find(text(sa)) < lines ? 0 : fail(EADDRNOTAVAIL));
}

static int
flags(struct ifreq *ifr)
{

	if (strcmp(ifr->ifr_name, "en0") == 0)
		ifr->ifr_flags = IFF_UP;
	else if (strcmp(ifr->ifr_name, "lo0") == 0)
		ifr->ifr_flags = (short)(IFF_LOOPBACK |
		    (load("down") ? 0 : IFF_UP));
	else
		return (fail(ENXIO));
	return (0);
}

static int
add(const struct ifaliasreq *ifra)
{
	struct sockaddr_in mask;
	size_t i;

	memcpy(&mask, &ifra->ifra_mask, sizeof(mask));
	note("kernel: %s: add %s mask %08x", ifra->ifra_name,
	    text(&ifra->ifra_addr), ntohl(mask.sin_addr.s_addr));
	if (mask.sin_len == 0)
		note("kernel: a mask without length is none");
	i = find(text(&ifra->ifra_addr));
	if (i < lines)
		note("kernel: route of %s gone for a moment", line[i]);
	else
		strcpy(line[lines++], text(&ifra->ifra_addr));
	save();
	return (0);
}

static int
del(const struct ifreq *ifr)
{
	size_t i;

	note("kernel: %s: delete %s", ifr->ifr_name, text(&ifr->ifr_addr));
	i = ifr->ifr_addr.sa_family == AF_INET ?
	    find(text(&ifr->ifr_addr)) : 0;
	if (i == lines)
		return (fail(EADDRNOTAVAIL));
	memmove(line[i], line[i + 1], (MAX - 1 - i) * sizeof(line[0]));
	lines--;
	save();
	return (0);
}

int
fake_ioctl(int fd, unsigned long number, void *arg)
{

	(void)fd;
	if (number == SIOCGIFFLAGS)
		return (flags(arg));
	if (geteuid() != 0)
		return (fail(EPERM));
	load("lo0");
	return (number == SIOCAIFADDR ? add(arg) : del(arg));
}

int
fake_getifaddrs(struct ifaddrs **list)
{
	static char name[] = "lo0", other[] = "en0";
	struct sockaddr_in *sin;
	struct ifaddrs *p;
	size_t i;

	load("lo0");
	/* The first one is what every list has as well: no address at all. */
	p = calloc(lines + 1, sizeof(*p));
	sin = calloc(lines + 1, sizeof(*sin));
	if (p == NULL || sin == NULL)
		return (fail(ENOMEM));
	p[0].ifa_name = other;
	p[0].ifa_data = sin;
	for (i = 0; i < lines; i++) {
		sin[i].sin_family = AF_INET;
		inet_aton(line[i], &sin[i].sin_addr);
		p[i].ifa_next = &p[i + 1];
		p[i + 1].ifa_name = name;
		p[i + 1].ifa_addr = (struct sockaddr *)&sin[i];
	}
	*list = p;
	return (0);
}

void
fake_freeifaddrs(struct ifaddrs *list)
{

	free(list->ifa_data);
	free(list);
}
