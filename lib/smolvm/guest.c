/* SPDX-License-Identifier: ISC */
#include "smolvm/guest.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/child.h"
#include "base/error.h"
#include "base/io.h"
#include "net/addr.h"
#include "net/canary.h"
#include "smolvm/guest_sh.h"

#define TICK		10	/* ms between two checks of the command */
#define ANSWER_MAX	65536	/* bytes of an answer */
#define ERRORS_MAX	65536	/* bytes of messages; the last line is kept */
#define TRIES		3
#define RETRY		500	/* ms between two tries */

extern char **environ;

/* One run of a command, and what it has printed so far. */
struct run {
	pid_t		 pid;
	int		 status;	/* of the command; -1 while it runs */
	struct pollfd	 p[2];		/* its output and messages; -1: end */
	size_t		 bytes, lines;
	char		 line[GUEST_WORD];	/* the current one */
	size_t		 len;
	int		 ended;		/* the line "end" has arrived */
	char		 said[512];	/* the last line of its messages */
	size_t		 said_len, said_bytes;
	int		 said_over;	/* its newline has arrived */
	guest_line	*fn;
	void		*arg;
};

static int
not_as_asked(struct run *r, const char *why, struct error *e)
{

	return (error_set(e, "the guest did not answer as asked: line %zu: %s",
	    r->lines + 1, why));
}

/* Pass on the complete line. */
static int
take_line(struct run *r, struct error *e)
{

	r->line[r->len] = '\0';
	if (r->ended)
		return (not_as_asked(r, "it is after the end", e));
	if (strcmp(r->line, "end") == 0)
		r->ended = 1;
	else if (strncmp(r->line, "lacks ", 6) == 0)
		return (error_set(e, "the guest %s",
		    error_quote_bytes(r->line, r->len)));
	else if (r->fn(r->line, r->arg) == -1)
		return (not_as_asked(r, error_quote_bytes(r->line, r->len),
		    e));
	r->lines++;
	r->len = 0;
	return (0);
}

static int
take_output(struct run *r, const char *buf, size_t n, struct error *e)
{
	size_t i;

	r->bytes += n;
	if (r->bytes > ANSWER_MAX)
		return (not_as_asked(r, "the answer is too long", e));
	for (i = 0; i < n; i++)
		if (buf[i] == '\n') {
			if (take_line(r, e) == -1)
				return (-1);
		} else if (buf[i] < ' ' || buf[i] > '~')
			return (not_as_asked(r, "it is not plain text", e));
		else if (r->len + 1 == sizeof(r->line))
			return (not_as_asked(r, "it is too long", e));
		else
			r->line[r->len++] = buf[i];
	return (0);
}

/* Keep the last line that is not empty, cut to the buffer. */
static int
take_messages(struct run *r, const char *buf, size_t n, struct error *e)
{
	size_t i;

	r->said_bytes += n;
	if (r->said_bytes > ERRORS_MAX)
		return (error_set(e,
		    "more than %d bytes of error messages", ERRORS_MAX));
	for (i = 0; i < n; i++) {
		if (buf[i] == '\n') {
			r->said_over = 1;
			continue;
		}
		if (r->said_over)
			r->said_len = 0;
		r->said_over = 0;
		if (r->said_len < sizeof(r->said))
			r->said[r->said_len++] = buf[i];
	}
	return (0);
}

/* Read the available bytes of pipe ${i}, 0 or 1. */
static int
take(struct run *r, int i, struct error *e)
{
	char buf[4096];
	ssize_t n;

	n = read(r->p[i].fd, buf, sizeof(buf));
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return (0);
	if (n <= 0) {
		close(r->p[i].fd);
		r->p[i].fd = -1;
		return (0);
	}
	return ((i == 0 ? take_output : take_messages)(r, buf, (size_t)n, e));
}

/* Read and watch until the command has ended and closed its output. */
static int
attend(struct run *r, const struct guest *g, const struct signals *s,
    long long deadline, struct error *e)
{
	int i, status;

	while (r->status == -1 || r->p[0].fd != -1 || r->p[1].fd != -1) {
		if (canary_watch(g->canary, g->canaries, r->p, 2, TICK, e) ==
		    -1)
			return (-1);
		for (i = 0; i < 2; i++)
			if (r->p[i].revents != 0 && take(r, i, e) == -1)
				return (-1);
		if (r->status == -1 &&
		    waitpid(r->pid, &status, WNOHANG) == r->pid)
			r->status = child_status(status);
		if (!g->undo && signals_pending(s))
			return (error_set(e, "interrupted"));
		if (io_now() >= deadline)
			return (error_set(e, "no end within %lu s",
			    g->seconds));
	}
	return (0);
}

/* Make a pipe that has ${text} in it.  Return its end for reading, or -1. */
static int
pipe_text(const char *text, struct error *e)
{
	size_t len;
	int fd[2];

	if (io_pipe(fd) == -1)
		return (error_sys(e, "pipe"));
	len = strlen(text);
	/* It has no reader yet; pipes of all systems take 16 KiB. */
	fcntl(fd[1], F_SETFL, O_NONBLOCK);
	if (write(fd[1], text, len) != (ssize_t)len) {
		error_set(e, "pipe: no room for the script");
		close(fd[0]);
		fd[0] = -1;
	}
	close(fd[1]);
	return (fd[0]);
}

/* Start ${argv} with pipes as its output and ${in} (-1: none) as its input. */
static int
start(struct run *r, char *const *argv, int in, char *const *env,
    const sigset_t *mask, struct error *e)
{
	struct child_how how = { in, -1, -1, 1, env, mask };
	int fd[2][2];

	r->status = -1;
	r->p[0].fd = r->p[1].fd = -1;
	r->p[0].events = r->p[1].events = POLLIN;
	if (io_pipe(fd[0]) == -1)
		return (error_sys(e, "pipe"));
	if (io_pipe(fd[1]) == -1) {
		error_sys(e, "pipe");
		close(fd[0][0]);
		close(fd[0][1]);
		return (-1);
	}
	how.out = fd[0][1];
	how.err = fd[1][1];
	r->pid = child_start(argv, &how, e);
	close(fd[0][1]);
	close(fd[1][1]);
	r->p[0].fd = fd[0][0];
	r->p[1].fd = fd[1][0];
	return (r->pid < 0 ? -1 : 0);
}

/* The reason why no command ran: its last message, or its status. */
static int
no_command(const struct run *r, const struct guest *g, struct error *e)
{
	char *text;
	FILE *f;

	if (r->said_len == 0 && r->status == 0)
		return (error_set(e, "its command printed nothing%s",
		    g->machine != NULL ? "" : ": does it pass on standard "
		    "input, as docker exec -i does?"));
	if (r->said_len == 0)
		return (error_set(e, "no command runs in it: exit status %d",
		    r->status));
	f = io_memory(&text);
	error_write(f, r->said, r->said_len);
	io_memory_end(f, &text);
	error_set(e, "no command runs in it: %s", text);
	free(text);
	return (-1);
}

/*
 * Run ${argv} once.  Return 0; 1 with ${e} set if it failed and printed
 * nothing; or -1 with ${e} set.
 */
static int
run_once(struct run *r, const struct guest *g, char *const *argv,
    const char *input, long long deadline, struct error *e)
{
	struct signals own;
	const struct signals *s;
	char **env;
	int in, result;

	in = -1;
	if (input != NULL && (in = pipe_text(input, e)) == -1)
		return (-1);
	env = g->machine != NULL ? guest_environment() : NULL;
	if ((s = g->signals) == NULL) {
		signals_hold(&own);
		s = &own;
	}
	result = start(r, argv, in, env, &s->old, e);
	if (in != -1)
		close(in);
	if (result == 0) {
		result = attend(r, g, s, deadline, e);
		if (result == -1)
			child_kill(r->pid);
	}
	if (r->p[0].fd != -1)
		close(r->p[0].fd);
	if (r->p[1].fd != -1)
		close(r->p[1].fd);
	if (s == &own)
		signals_release(s);
	free(env);
	if (result == -1)
		return (-1);
	if (r->bytes == 0) {
		no_command(r, g, e);
		return (1);
	}
	if (!r->ended)
		return (not_as_asked(r, "the end is missing", e));
	if (r->status != 0)
		return (error_set(e, "its command ended with status %d",
		    r->status));
	return (0);
}

/* The command line: smolvm takes the script as an argument. */
static char **
command_line(const struct guest *g, char *const *argv)
{
	char **line;
	size_t i, n, words;

	for (words = 0; argv[words] != NULL; words++)
		continue;
	for (n = 0; g->machine == NULL && g->prefix[n] != NULL; n++)
		continue;
	line = alloc_array(n + words + 11, sizeof(*line));
	for (i = 0; i < n; i++)
		line[i] = g->prefix[i];
	if (g->machine != NULL) {
		line[i++] = (char *)guest_smolvm();
		line[i++] = (char *)"machine";
		line[i++] = (char *)"exec";
		line[i++] = (char *)"--name";
		line[i++] = (char *)g->machine;
		line[i++] = (char *)"--";
	}
	line[i++] = (char *)"sh";
	line[i++] = (char *)(g->machine != NULL ? "-c" : "-s");
	if (g->machine != NULL)
		line[i++] = (char *)guest_sh;
	line[i++] = (char *)(g->machine != NULL ? "guest" : "--");
	memcpy(line + i, argv, words * sizeof(*line));
	return (line);
}

int
guest_run(const struct guest *g, char *const *argv, guest_line *fn, void *arg,
    struct error *e)
{
	struct run r;
	char **line;
	long long deadline;
	int result, tries;

	deadline = io_now() + (long long)g->seconds * 1000;
	line = command_line(g, argv);
	tries = g->machine != NULL ? TRIES : 1;
	for (;;) {
		memset(&r, 0, sizeof(r));
		r.fn = fn;
		r.arg = arg;
		result = run_once(&r, g, line,
		    g->machine != NULL ? NULL : guest_sh, deadline, e);
		if (result != 1 || --tries == 0 ||
		    io_now() + RETRY >= deadline)
			break;
		poll(NULL, 0, RETRY);
	}
	free(line);
	return (result == 0 ? 0 : -1);
}

/* The version, in the only line of the answer: "smolvm 1.32.2". */
static int
take_version(const char *line, void *arg)
{
	char *version;
	size_t n;

	version = arg;
	if (*version != '\0' || strncmp(line, "smolvm ", 7) != 0)
		return (-1);
	line += 7;
	n = strspn(line, "0123456789.");
	if (n == 0 || n > 31 || line[n] != '\0')
		return (-1);
	strcpy(version, line);
	return (0);
}

int
guest_engine(char *version, size_t size, struct error *e)
{
	const struct guest g = { .machine = "", .seconds = 10 };
	char *const argv[] = { (char *)guest_smolvm(), (char *)"--version",
	    NULL };
	char found[32];
	struct run r;
	int result;

	memset(&r, 0, sizeof(r));
	r.fn = take_version;
	r.arg = found;
	found[0] = '\0';
	/* Its output has no line "end". */
	result = run_once(&r, &g, argv, NULL, io_now() + 10000, e);
	if (result == 1 || (result == -1 && r.bytes == 0))
		return (error_prefix(e, "--version"));
	if (found[0] == '\0')
		return (error_set(e, "--version: prints no version"));
	snprintf(version, size, "%s", found);
	return (0);
}

int
guest_read_route(const char *line, struct guest_route *r)
{
	const char *device;
	struct addr a;
	size_t n;

	memset(r, 0, sizeof(*r));
	if (strcmp(line, "route none") == 0)
		return (0);
	if (strncmp(line, "route ", 6) != 0)
		return (-1);
	line += 6;
	n = strcspn(line, " ");
	device = line + n + (line[n] == ' ');
	memcpy(r->gateway, line, n);
	strcpy(r->device, device);
	r->routed = 1;
	if (addr_parse(r->gateway, &a) == -1 || a.family != AF_INET ||
	    *device == '\0' || strlen(device) > 15 ||
	    device[strspn(device, "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ._@-")] != '\0')
		return (-1);
	return (0);
}

struct routing {
	struct guest_route	*route;
	int			 lines;
};

static int
take_route(const char *line, void *arg)
{
	struct routing *r;

	r = arg;
	return (r->lines++ > 0 ? -1 : guest_read_route(line, r->route));
}

int
guest_route(const struct guest *g, int withdraw, const char *alias,
    struct guest_route *route, struct error *e)
{
	char *const argv[] = { (char *)(withdraw ? "unroute" : "route"),
	    (char *)alias, NULL };
	struct routing r;

	r.route = route;
	r.lines = 0;
	if (guest_run(g, argv, take_route, &r, e) == -1)
		return (-1);
	if (r.lines == 0)
		return (error_set(e, "the guest did not answer as asked: "
		    "no route"));
	return (0);
}

const char *
guest_smolvm(void)
{
	const char *name;

	name = getenv("SMOLVM");
	return (name != NULL && *name != '\0' ? name : "smolvm");
}

/* Is ${name}, ${len} bytes long, on the list? */
static int
is_listed(const char *name, size_t len)
{
	static const char *const list[] = {
		"HOME", "PATH", "TMPDIR", "USER", "LOGNAME", "TZ", "LANG",
		"LANGUAGE", "SMOLVM_DATA_DIR", "SMOLVM_LIB_DIR",
		"SMOLVM_AGENT_ROOTFS", "SMOLVM_AGENT_ROOTFS_TAR"
	};
	size_t i;

	if (strncmp(name, "XDG_", 4) == 0 || strncmp(name, "LC_", 3) == 0)
		return (1);
	for (i = 0; i < sizeof(list) / sizeof(*list); i++)
		if (strlen(list[i]) == len &&
		    strncmp(list[i], name, len) == 0)
			return (1);
	return (0);
}

int
guest_passes(const char *name)
{

	return (is_listed(name, strlen(name)));
}

char **
guest_environment(void)
{
	char **env;
	size_t i, n;

	for (n = 0; environ[n] != NULL; n++)
		continue;
	env = alloc_array(n + 1, sizeof(*env));
	for (i = n = 0; environ[i] != NULL; i++)
		if (is_listed(environ[i], strcspn(environ[i], "=")))
			env[n++] = environ[i];
	return (env);
}
