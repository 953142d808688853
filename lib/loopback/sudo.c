/* SPDX-License-Identifier: ISC */
#include "loopback/sudo.h"

#include <sys/types.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/child.h"
#include "base/error.h"
#include "base/io.h"
#include "net/pool.h"

/* Words of the longest argument list, without the addresses. */
#define WORDS_MAX	16

struct words {
	char	**argv;
	size_t	 count;
};

static const struct {
	const char	*path[2], *add, *remove, *all;
} programs[] = {
	[INTERFACE_IFCONFIG] = {
		{ "/sbin/ifconfig", NULL }, "alias", "-alias",
		"i=$1; shift; for a do %s \"$i\" %s \"$a\" || exit; done"
	},
	[INTERFACE_IP] = {
		{ "/sbin/ip", "/usr/sbin/ip" }, "add", "del",
		"i=$1; shift; for a do "
		"%s address %s \"$a\" dev \"$i\" || exit; done"
	}
};

static const char *
program_path(const struct sudo_command *c)
{
	const char *const *path;

	path = programs[c->program].path;
	return (path[1] != NULL && access(path[0], X_OK) == -1 &&
	    access(path[1], X_OK) == 0 ? path[1] : path[0]);
}

static const char *
program_verb(const struct sudo_command *c)
{

	return (c->remove ? programs[c->program].remove :
	    programs[c->program].add);
}

static void
word(struct words *w, const char *s)
{

	w->argv[w->count++] = alloc_string(s);
}

/* FreeBSD's ifconfig needs a mask to add; Apple's accepts none to remove. */
static void
word_addr(struct words *w, const struct sudo_command *c, size_t i)
{
	char text[ADDR_STRLEN];

	addr_format(&c->addr[i], text);
	w->argv[w->count++] = alloc_format("%s%s", text,
	    c->remove && c->program == INTERFACE_IFCONFIG ? "" : "/32");
}

static void
words_one(struct words *w, const struct sudo_command *c)
{

	word(w, program_path(c));
	if (c->program == INTERFACE_IFCONFIG) {
		word(w, c->interface);
		word(w, program_verb(c));
		word_addr(w, c, 0);
	} else {
		word(w, "address");
		word(w, program_verb(c));
		word_addr(w, c, 0);
		word(w, "dev");
		word(w, c->interface);
	}
}

/* Both programs take one address a call; the shell lets sudo run once. */
static void
words_all(struct words *w, const struct sudo_command *c)
{
	size_t i;

	word(w, "/bin/sh");
	word(w, "-c");
	w->argv[w->count++] = alloc_format(programs[c->program].all,
	    program_path(c), program_verb(c));
	word(w, "sh");
	word(w, c->interface);
	for (i = 0; i < c->count; i++)
		word_addr(w, c, i);
}

static void
word_prompt(struct words *w, const struct sudo_command *c)
{
	char first[ADDR_STRLEN], last[ADDR_STRLEN];

	addr_format(&c->addr[0], first);
	addr_format(&c->addr[c->count - 1], last);
	w->argv[w->count++] = alloc_format("Password of %%p, to %s %s%s%s %s "
	    "%s: ", c->remove ? "remove" : "add", first,
	    c->count > 2 ? " ... " : c->count > 1 ? " " : "",
	    c->count > 1 ? last : "", c->remove ? "from" : "to",
	    c->interface);
}

static int
is_sound(const struct sudo_command *c)
{
	size_t i;

	if (c->count == 0 || !interface_is_name(c->interface))
		return (0);
	for (i = 0; i < c->count; i++)
		if (c->addr[i].family != AF_INET ||
		    c->addr[i].byte[0] != 127 ||
		    addr_is_localhost(&c->addr[i]))
			return (0);
	return (1);
}

char **
sudo_argv(const struct sudo_command *c, enum sudo_means means,
    const char *path, enum sudo_mode mode)
{
	struct words w;

	if (!is_sound(c) || (mode == SUDO_QUIET && c->count > 1) ||
	    (mode == SUDO_ASKPASS && means == SUDO_DOAS))
		return (NULL);
	w.argv = alloc_array(c->count + WORDS_MAX, sizeof(*w.argv));
	w.count = 0;
	if (means != SUDO_NONE)
		word(&w, path);
	if (means != SUDO_NONE && mode == SUDO_QUIET)
		word(&w, "-n");
	if (means == SUDO_SUDO && mode == SUDO_ASKPASS)
		word(&w, "-A");
	if (means == SUDO_SUDO && (mode == SUDO_ASK || mode == SUDO_ASKPASS)) {
		word(&w, "-p");
		word_prompt(&w, c);
	}
	if (c->count == 1)
		words_one(&w, c);
	else
		words_all(&w, c);
	return (w.argv);
}

/* Is ${s} safe without quotes? sudoers(5) has none. */
static int
is_plain(const char *s)
{

	return (*s != '\0' && s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./")] == '\0');
}

char *
sudo_line(char *const *argv)
{
	char *line, *quoted;
	size_t i;
	FILE *f;

	f = io_memory(&line);
	for (i = 0; argv[i] != NULL; i++) {
		quoted = args_quote(argv[i]);
		fprintf(f, "%s%s", i > 0 ? " " : "",
		    is_plain(argv[i]) ? argv[i] : quoted);
		free(quoted);
	}
	io_memory_end(f, &line);
	return (line);
}

void
sudo_free(char **argv)
{
	size_t i;

	if (argv == NULL)
		return;
	for (i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	free(argv);
}

/* macOS, Linux and OpenBSD; FreeBSD's ports; NetBSD's pkgsrc. */
static const struct helper {
	const char	*path;
	enum sudo_means	 means;
} helpers[] = {
	{ "/usr/bin/sudo", SUDO_SUDO },
	{ "/usr/local/bin/sudo", SUDO_SUDO },
	{ "/usr/pkg/bin/sudo", SUDO_SUDO },
	{ "/usr/bin/doas", SUDO_DOAS },
	{ "/usr/local/bin/doas", SUDO_DOAS },
	{ "/usr/pkg/bin/doas", SUDO_DOAS },
	{ NULL, SUDO_NONE }
};

/*
 * Return the first helper that is set-user-ID and root's, or the last element.
 * Another file, in a folder that others can write to, could steal the password.
 */
static const struct helper *
find_helper(void)
{
	const struct helper *h;
	struct stat st;

	for (h = helpers; h->path != NULL; h++)
		if (stat(h->path, &st) == 0 && S_ISREG(st.st_mode) &&
		    st.st_uid == 0 && (st.st_mode & S_ISUID) != 0)
			break;
	return (h);
}

/* A fresh environment: only what a password prompt needs. */
static char **
environment(void)
{
	static const char *const keep[] = {
		"TERM", "HOME", "SUDO_ASKPASS", "DISPLAY", "WAYLAND_DISPLAY",
		"XAUTHORITY", "XDG_RUNTIME_DIR"
	};
	const char *value;
	char **env;
	size_t i, n;

	env = alloc_array(sizeof(keep) / sizeof(keep[0]) + 3, sizeof(*env));
	n = 0;
	env[n++] = alloc_format("PATH=/usr/bin:/bin:/usr/sbin:/sbin");
	env[n++] = alloc_format("LC_ALL=C");
	for (i = 0; i < sizeof(keep) / sizeof(keep[0]); i++) {
		value = getenv(keep[i]);
		if (value != NULL)
			env[n++] = alloc_format("%s=%s", keep[i], value);
	}
	return (env);
}

/*
 * Run ${argv}, which is freed, with its output on ${fd}: standard output is the
 * caller's data. sudo asks on the terminal; interrupts from there are for sudo
 * only.  Return its exit status, or -1 with ${e} set.
 */
static int
run(char **argv, int fd, struct error *e)
{
	struct child_how how = CHILD_INHERIT;
	void (*onint)(int), (*onquit)(int);
	char **env;
	pid_t pid;
	int status;

	env = environment();
	how.out = how.err = fd;
	how.env = env;
	pid = child_start(argv, &how, e);
	status = -1;
	if (pid > 0) {
		onint = signal(SIGINT, SIG_IGN);
		onquit = signal(SIGQUIT, SIG_IGN);
		status = child_wait(pid);
		signal(SIGINT, onint);
		signal(SIGQUIT, onquit);
		if (status != 0)
			error_set(e, "%s: exit status %d", argv[0], status);
	}
	sudo_free(env);
	sudo_free(argv);
	return (status);
}

/*
 * As run(), without showing the output: if the command fails, ${e} is its first
 * line.  The output goes to a file, since it may be more than a pipe holds.
 */
static int
run_quietly(char **argv, struct error *e)
{
	char said[128];
	FILE *file;
	size_t len;
	int status;

	file = tmpfile();
	if (file == NULL)
		return (run(argv, STDERR_FILENO, e));
	status = run(argv, io_cloexec(fileno(file)), e);
	rewind(file);
	len = fread(said, 1, sizeof(said) - 1, file);
	said[len] = '\0';
	len = strcspn(said, "\n");
	if (status > 0 && len > 0)
		error_set(e, "%s", error_quote_bytes(said, len));
	fclose(file);
	return (status);
}

/* Run all commands as root; ${e} has the first failure. */
static int
change_as_root(const struct sudo_command *all, struct error *e)
{
	struct sudo_command one;
	struct error later;
	size_t i;
	int result;

	one = *all;
	one.count = 1;
	result = 0;
	for (i = 0; i < all->count; i++) {
		one.addr = &all->addr[i];
		if (run_quietly(sudo_argv(&one, SUDO_NONE, NULL, SUDO_QUIET),
		    result == 0 ? e : &later) != 0)
			result = -1;
	}
	return (result);
}

/*
 * Run without a password, one address after the other, until one fails.  ${c}
 * keeps the rest.
 */
static int
change_quietly(struct sudo_command *c, const struct helper *h, struct error *e)
{
	struct sudo_command one;
	int status;

	one = *c;
	one.count = 1;
	for (status = 0; c->count > 0; c->addr++, c->count--) {
		one.addr = c->addr;
		status = run_quietly(sudo_argv(&one, h->means, h->path,
		    SUDO_QUIET), e);
		if (status != 0)
			break;
	}
	return (status);
}

static int
has_terminal(void)
{
	int fd;

	fd = open("/dev/tty", O_RDWR | O_NOCTTY);
	if (fd == -1)
		return (0);
	close(fd);
	return (1);
}

/* Run with one password for all; keep ${e} if there is no way to ask. */
static int
change_asking(const struct sudo_command *c, const struct helper *h,
    struct error *e)
{
	char **argv;

	argv = NULL;
	if (has_terminal())
		argv = sudo_argv(c, h->means, h->path, SUDO_ASK);
	else if (getenv("SUDO_ASKPASS") != NULL)
		argv = sudo_argv(c, h->means, h->path, SUDO_ASKPASS);
	return (argv != NULL ? run(argv, STDERR_FILENO, e) : 1);
}

static void
fill(struct sudo_command *c, const struct interface_change *want,
    const struct pool *pool)
{

	c->program = interface_system.program;
	c->remove = want->remove;
	c->interface = want->interface;
	c->addr = pool->addr;
	c->count = pool->count;
}

/* Return 0 if no command failed, 1 if privileges are missing, or -1. */
static int
change(const struct interface_change *want, const struct pool *pool,
    struct error *e)
{
	const struct helper *h;
	struct sudo_command c;
	int result;

	fill(&c, want, pool);
	h = find_helper();
	if (geteuid() == 0) {
		result = change_as_root(&c, e);
	} else if (h->path == NULL) {
		error_set(e, "needs root, and there is no sudo or doas");
		result = 1;
	} else {
		result = change_quietly(&c, h, e) != 0;
		if (result == 1 && want->ask)
			result = change_asking(&c, h, e) != 0;
	}
	if (result != 0)
		error_prefix(e, "%s", want->interface);
	return (result);
}

int
sudo_apply(const struct interface_change *want, const struct pool *pool,
    struct pool *done, struct pool *left, struct error *e)
{
	char text[ADDR_STRLEN];
	struct error seen;
	struct pool todo;
	size_t i;
	int result;

	memset(&todo, 0, sizeof(todo));
	/* Another process may have made the change since the first check. */
	result = interface_select(want, pool, &todo, e);
	if (result == 0 && todo.count > 0)
		result = change(want, &todo, e);
	if (interface_select(want, &todo, left, &seen) == -1) {
		*e = seen;
		result = -1;
		goto out;
	}
	for (i = 0; i < todo.count; i++)
		if (!pool_has(left, &todo.addr[i]))
			pool_append(done, &todo.addr[i]);
	if (left->count == 0 && todo.count > 0)
		result = 0;
	else if (left->count > 0 && result == 0)
		result = error_set(e, "%s: %s did not change although the "
		    "command succeeded", want->interface,
		    addr_format(&left->addr[0], text));
out:
	pool_free(&todo);
	return (result);
}

char *
sudo_by_hand(const struct interface_change *want, const struct pool *pool)
{
	const struct helper *h;
	struct sudo_command c;
	char **argv, *line;

	fill(&c, want, pool);
	h = find_helper();
	argv = sudo_argv(&c, h->means, h->path, SUDO_SHOW);
	line = sudo_line(argv);
	sudo_free(argv);
	return (line);
}

int
sudo_lock(int wait)
{
	const char *home;
	int fd, result;

	home = getenv("HOME");
	fd = home != NULL ? open(home, O_RDONLY | O_CLOEXEC) : -1;
	if (fd == -1)
		return (0);
	do
		result = flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
	while (result == -1 && errno == EINTR);
	/* The descriptor stays open, and with it the lock. */
	if (result == 0)
		return (0);
	result = errno == EWOULDBLOCK ? -1 : 0;
	close(fd);
	return (result);
}
