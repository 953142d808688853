/* SPDX-License-Identifier: ISC */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>

struct canary;
struct error;
struct signals;

#define GUEST_WORD	256	/* bytes of a line of an answer, with a NUL */

/*
 * A sandbox that our script, guest.sh, can run in.  What it prints is hostile
 * input: lines of printable ASCII, up to GUEST_WORD - 1 bytes each, 64 KiB in
 * all, the last of them "end".
 */
struct guest {
	const char	*machine;	/* of smolvm; NULL: another sandbox */
	char *const	*prefix;	/* there: a command that runs one */
	unsigned long	 seconds;	/* limit of guest_run() with retries */
	struct canary	*canary;	/* watched while it runs; may be NULL */
	size_t		 canaries;
	const struct signals *signals;	/* held by the caller; may be NULL */
	int		 undo;		/* go on although a signal has come */
};

/* Called for each line but the last.  Return 0, or -1 if it is unexpected. */
typedef int guest_line(const char *, void *);

/**
 * guest_run(g, argv, line, arg, e):
 * Run guest.sh in ${g} with the NULL-terminated words ${argv}, which need no
 * quoting in any shell, and call ${line}(text, ${arg}) as lines arrive.  In a
 * machine of smolvm, a command that fails without any output is run up to three
 * times: a busy engine may refuse the first.  Return 0 if no line was
 * unexpected and the command succeeded; or -1 with ${e} set, which names
 * neither machine nor tool.  A signal that ends this program ends the command
 * first.  If the caller has blocked the signals, -1 is returned instead.
 */
int guest_run(const struct guest *, char *const *, guest_line *, void *,
    struct error *);

/**
 * guest_engine(version, size, e):
 * Ask smolvm for its version, as 1.32.2, into ${size} bytes at ${version}.
 * Return 0, or -1 with ${e} set.
 */
int guest_engine(char *, size_t, struct error *);

/* A route line of guest.sh. */
struct guest_route {
	int	routed;			/* 0: no gateway (TSI), none needed */
	char	gateway[GUEST_WORD];	/* an IPv4 address */
	char	device[GUEST_WORD];
};

/* guest_read_route(line, r): read a route line.  Return 0, or -1 if not one. */
int guest_read_route(const char *, struct guest_route *);

/**
 * guest_route(g, withdraw, alias, r, e):
 * Route the loopback address ${alias} of the host out of the machine ${g}, or
 * withdraw that route.  Return 0 with ${r} filled, or -1 with ${e} set.
 */
int guest_route(const struct guest *, int, const char *, struct guest_route *,
    struct error *);

/* guest_smolvm(): $SMOLVM, or "smolvm". */
const char *guest_smolvm(void);

/*
 * smolvm reads about two hundred variables, many of which change what an allow
 * list means.  So it gets only those that it needs to find its files.
 */

/* guest_passes(name): does smolvm get the variable ${name}? */
int guest_passes(const char *);

/**
 * guest_environment():
 * Return the variables of this process that smolvm gets, NULL-terminated, to be
 * freed with free(3); the strings are the process's own.
 */
char **guest_environment(void);

#endif
