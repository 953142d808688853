/* SPDX-License-Identifier: ISC */
#include "net/canary.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/error.h"
#include "base/io.h"

#define TICK	10	/* ms between two looks at the command */
#define MOMENT	200	/* ms for what was still under way at its end */

/*
 * From here on a status says, by the convention of env(1), timeout(1),
 * docker(1) and the shell, that there was no command, or a signal ended it.
 */
#define NO_ANSWER	125

static void
read_socket(const struct sockaddr_storage *ss, struct addr *a, unsigned *port)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;

	memset(a, 0, sizeof(*a));
	a->family = ss->ss_family;
	if (ss->ss_family == AF_INET) {
		memcpy(&sin, ss, sizeof(sin));
		memcpy(a->byte, &sin.sin_addr, 4);
		*port = ntohs(sin.sin_port);
	} else {
		memcpy(&sin6, ss, sizeof(sin6));
		memcpy(a->byte, &sin6.sin6_addr, 16);
		*port = ntohs(sin6.sin6_port);
	}
}

int
canary_open(struct canary *c, const struct addr *a, int udp, struct error *e)
{
	struct sockaddr_storage ss;
	struct addr unused;
	char buf[ADDR_STRLEN];
	socklen_t len;

	memset(c, 0, sizeof(*c));
	c->addr = *a;
	c->udp = udp;
	addr_format(a, buf);
	c->fd = io_cloexec(socket(a->family, udp ? SOCK_DGRAM : SOCK_STREAM,
	    0));
	if (c->fd == -1)
		return (error_sys(e, "%s", buf));
	len = addr_socket(a, 0, &ss);
	if (bind(c->fd, (struct sockaddr *)&ss, len) == -1 ||
	    (!udp && listen(c->fd, SOMAXCONN) == -1) ||
	    fcntl(c->fd, F_SETFL, O_NONBLOCK) == -1 ||
	    getsockname(c->fd, (struct sockaddr *)&ss, &len) == -1) {
		error_sys(e, "%s", buf);
		canary_close(c);
		return (-1);
	}
	read_socket(&ss, &unused, &c->port);
	return (0);
}

void
canary_close(struct canary *c)
{

	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
}

/* Wait ${ms} for somebody to come, and take one down. */
static int
take(struct canary *c, int ms, struct error *e)
{
	struct sockaddr_storage ss;
	struct pollfd p;
	socklen_t len;
	ssize_t n;
	char byte;

	p.fd = c->fd;
	p.events = POLLIN;
	if (poll(&p, 1, ms) <= 0)
		return (0);
	memset(&ss, 0, sizeof(ss));
	len = sizeof(ss);
	if (c->udp)
		n = recvfrom(c->fd, &byte, 1, 0, (struct sockaddr *)&ss, &len);
	else
		n = accept(c->fd, (struct sockaddr *)&ss, &len);
	if (n == -1 && (errno == EINTR || errno == EAGAIN ||
	    errno == EWOULDBLOCK))
		return (0);
	/* Who has gone again by now has been here nevertheless. */
	if (n == -1 && errno != ECONNABORTED)
		return (error_sys(e, c->udp ? "recvfrom" : "accept"));
	if (n != -1 && !c->udp)
		close((int)n);
	if (c->count < CANARY_PEERS && ss.ss_family != 0)
		read_socket(&ss, &c->peer[c->count].addr,
		    &c->peer[c->count].port);
	c->count++;
	return (0);
}

static long long
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000LL + ts.tv_nsec / 1000000);
}

/*
 * Hold back the signals that would end this program and leave the command
 * alone, which is in another process group.  ${old} is what to return to.
 */
static void
hold_signals(sigset_t *held, sigset_t *old)
{
	static const int sig[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	struct sigaction sa;
	size_t i;

	sigemptyset(held);
	for (i = 0; i < sizeof(sig) / sizeof(sig[0]); i++)
		if (sigaction(sig[i], NULL, &sa) == 0 &&
		    sa.sa_handler != SIG_IGN)
			sigaddset(held, sig[i]);
	sigprocmask(SIG_BLOCK, held, old);
}

static int
is_pending(const sigset_t *held)
{
	sigset_t pending;
	int sig;

	sigpending(&pending);
	for (sig = 1; sig <= SIGTERM; sig++)
		if (sigismember(held, sig) == 1 &&
		    sigismember(&pending, sig) == 1)
			return (1);
	return (0);
}

/* Watch until the command, and all that it left behind, has ended. */
static int
watch(struct canary *c, pid_t pid, const sigset_t *held, unsigned long seconds,
    int *status, struct error *e)
{
	long long deadline;
	int ended;

	deadline = now() + (long long)seconds * 1000;
	ended = 0;
	for (;;) {
		if (take(c, TICK, e) == -1)
			return (-1);
		if (!ended && waitpid(pid, status, WNOHANG) == pid)
			ended = 1;
		if (ended && kill(-pid, 0) == -1 && errno == ESRCH)
			return (0);
		if (is_pending(held))
			return (error_set(e, "interrupted"));
		if (now() >= deadline)
			return (error_set(e, "%s after %lu s",
			    ended ? "left processes that still ran" :
			    "timed out", seconds));
	}
}

static int
answer(int status, struct error *e)
{

	if (WIFSIGNALED(status))
		return (error_set(e, "killed by signal %d",
		    WTERMSIG(status)));
	if (WEXITSTATUS(status) >= NO_ANSWER)
		return (error_set(e, "exit status %d: it did not run to its "
		    "end", WEXITSTATUS(status)));
	return (0);
}

int
canary_run(struct canary *c, char *const *argv, unsigned long seconds,
    struct error *e)
{
	struct child_how how = { -1, 2, 2, 1, NULL, NULL };
	char quoted[ERROR_QUOTE];
	sigset_t held, old;
	long long end;
	pid_t pid;
	int result, status;

	hold_signals(&held, &old);
	how.mask = &old;
	pid = child_start(argv, &how, e);
	if (pid < 0) {
		sigprocmask(SIG_SETMASK, &old, NULL);
		return (-1);
	}
	status = 0;
	result = watch(c, pid, &held, seconds, &status, e);
	if (result == -1)
		child_kill(pid);
	else
		result = answer(status, e);
	if (result == -1)
		error_prefix(e, "%s", error_quote(quoted, argv[0],
		    strlen(argv[0])));
	for (end = now() + MOMENT; now() < end;)
		if (take(c, TICK, e) == -1)
			result = -1;
	/* A signal that was held back ends this program here. */
	sigprocmask(SIG_SETMASK, &old, NULL);
	return (result);
}
