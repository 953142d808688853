/* SPDX-License-Identifier: ISC */
#include "loopback/plan.h"

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/pool.h"

/* Words of the longest argument list, but for the addresses. */
#define WORDS_MAX	16

/* The words stand behind each other; the last one is NULL. */
struct words {
	char	**argv;
	size_t	 count;
};

static const struct {
	const char	*path, *add, *remove, *add_all, *remove_all;
} programs[] = {
	[PLAN_IFCONFIG] = {
		"/sbin/ifconfig", "alias", "-alias",
		"i=$1; shift; "
		"for a do /sbin/ifconfig \"$i\" alias \"$a\" || exit; done",
		"i=$1; shift; "
		"for a do /sbin/ifconfig \"$i\" -alias \"$a\" || exit; done"
	},
	[PLAN_IP] = {
		"/sbin/ip", "add", "del",
		"i=$1; shift; for a do "
		"/sbin/ip address add \"$a\" dev \"$i\" || exit; done",
		"i=$1; shift; for a do "
		"/sbin/ip address del \"$a\" dev \"$i\" || exit; done"
	}
};

static void
word(struct words *w, const char *s)
{

	w->argv[w->count++] = alloc_copy(s, strlen(s));
}

/* FreeBSD's ifconfig wants a mask to add, and Apple's none to remove. */
static void
word_addr(struct words *w, const struct plan *plan, size_t i)
{
	char text[ADDR_STRLEN];

	addr_format(&plan->addr[i], text);
	w->argv[w->count++] = alloc_format("%s%s", text,
	    plan->verb == PLAN_REMOVE && plan->program == PLAN_IFCONFIG ?
	    "" : "/32");
}

static void
words_one(struct words *w, const struct plan *plan)
{
	const char *verb;

	verb = plan->verb == PLAN_ADD ? programs[plan->program].add :
	    programs[plan->program].remove;
	word(w, programs[plan->program].path);
	if (plan->program == PLAN_IFCONFIG) {
		word(w, plan->interface);
		word(w, verb);
		word_addr(w, plan, 0);
	} else {
		word(w, "address");
		word(w, verb);
		word_addr(w, plan, 0);
		word(w, "dev");
		word(w, plan->interface);
	}
}

/* ifconfig takes one address a call: a shell, so that sudo is called once. */
static void
words_all(struct words *w, const struct plan *plan)
{
	size_t i;

	word(w, "/bin/sh");
	word(w, "-c");
	word(w, plan->verb == PLAN_ADD ? programs[plan->program].add_all :
	    programs[plan->program].remove_all);
	word(w, "sh");
	word(w, plan->interface);
	for (i = 0; i < plan->count; i++)
		word_addr(w, plan, i);
}

static void
word_prompt(struct words *w, const struct plan *plan)
{
	char first[ADDR_STRLEN], last[ADDR_STRLEN];

	addr_format(&plan->addr[0], first);
	addr_format(&plan->addr[plan->count - 1], last);
	w->argv[w->count++] = alloc_format("Password of %%p, to %s %s%s%s %s "
	    "%s: ", plan->verb == PLAN_ADD ? "add" : "remove", first,
	    plan->count > 2 ? " ... " : plan->count > 1 ? " " : "",
	    plan->count > 1 ? last : "",
	    plan->verb == PLAN_ADD ? "to" : "from", plan->interface);
}

static int
sound(const struct plan *plan)
{
	size_t i;

	if (plan->count == 0 || !plan_interface(plan->interface))
		return (0);
	for (i = 0; i < plan->count; i++)
		if (plan->addr[i].family != AF_INET ||
		    plan->addr[i].byte[0] != 127 ||
		    addr_is_localhost(&plan->addr[i]))
			return (0);
	return (1);
}

char **
plan_argv(const struct plan *plan, enum plan_leave leave, const char *path,
    enum plan_mode mode)
{
	struct words w;

	if (!sound(plan) || (mode == PLAN_QUIET && plan->count > 1) ||
	    (mode == PLAN_ASKPASS && leave == PLAN_DOAS))
		return (NULL);
	w.argv = alloc_array(plan->count + WORDS_MAX, sizeof(*w.argv));
	w.count = 0;
	if (leave != PLAN_ROOT)
		word(&w, path);
	if (leave != PLAN_ROOT && mode == PLAN_QUIET)
		word(&w, "-n");
	if (leave == PLAN_SUDO && mode == PLAN_ASKPASS)
		word(&w, "-A");
	if (leave == PLAN_SUDO && (mode == PLAN_ASK || mode == PLAN_ASKPASS)) {
		word(&w, "-p");
		word_prompt(&w, plan);
	}
	if (plan->count == 1)
		words_one(&w, plan);
	else
		words_all(&w, plan);
	return (w.argv);
}

/* Does sh(1) take ${s} as it is? */
static int
plain(const char *s)
{

	return (*s != '\0' && s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./")] == '\0');
}

char *
plan_line(char *const *argv)
{
	char *line, *old;
	size_t i;

	line = alloc_copy("", 0);
	for (i = 0; argv[i] != NULL; i++) {
		old = line;
		/* No word has a quote in it: see programs[] and sound(). */
		line = alloc_format(plain(argv[i]) ? "%s%s%s" : "%s%s'%s'", old,
		    i > 0 ? " " : "", argv[i]);
		free(old);
	}
	return (line);
}

void
plan_free(char **argv)
{
	size_t i;

	if (argv == NULL)
		return;
	for (i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	free(argv);
}

void
plan_select(const struct pool *pool, const char *there, enum plan_verb verb,
    struct pool *todo)
{
	size_t i;

	for (i = 0; i < pool->count; i++) {
		if (addr_is_localhost(&pool->addr[i]) ||
		    (there[i] != 0) != (verb == PLAN_REMOVE))
			continue;
		todo->addr = alloc_resize(todo->addr, todo->count + 1,
		    sizeof(*todo->addr));
		todo->addr[todo->count++] = pool->addr[i];
	}
}

int
plan_interface(const char *name)
{

	/* IFNAMSIZ is 16 everywhere; a "-" in front would be an option. */
	return (strlen(name) < 16 && strspn(name, "-.") == 0 && plain(name) &&
	    strchr(name, '/') == NULL);
}
