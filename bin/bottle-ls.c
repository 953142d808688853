/* SPDX-License-Identifier: ISC */
/* bottle-ls: list bottles, by Docker's labels and smolvm's records */
#include <sys/stat.h>

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "base/input.h"
#include "base/io.h"
#include "base/json.h"
#include "docker/containers.h"
#include "docker/engine.h"
#include "net/addr.h"
#include "net/cidr.h"
#include "smolvm/guest.h"
#include "smolvm/machine.h"
#include "smolvm/other_access.h"

#define RELEASE(major, minor, patch) \
	((major) * 1000000UL + (minor) * 1000UL + (patch))
#define SLUG_MAX	39	/* with "-bundle" it is a DNS label */

static const char usage[] =
    "usage: bottle-ls [-j] [-w seconds] [slug]\n"
    "       bottle-ls -e [-w seconds] slug\n"
    "       bottle-ls -j [-w seconds] slug -\n"
    "  -e          print one bottle's parts as statements for eval\n"
    "  -j          print JSON: for one bottle, its launch record\n"
    "  -w seconds  wait while its health check is starting\n"
    "man bottle-ls\n";

static int eflag, jflag;

/* A bottle's parts; each may be missing. */
struct bottle {
	char			 slug[SLUG_MAX + 1];
	struct container	*container;
	struct machine		*machine;
};

struct bottles {
	struct bottle	*bottle;
	size_t		 count;
};

/* The machines of smolvm's database, those that can be read. */
struct machines {
	struct machine_home	 home;
	struct machine		*machine;
	size_t			 count;
};

static int
is_slug(const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		if (i == SLUG_MAX || !((s[i] >= 'a' && s[i] <= 'z') ||
		    isdigit((unsigned char)s[i]) || (s[i] == '-' && i > 0)))
			return (0);
	return (i > 0);
}

static void
machines_free(struct machines *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		machine_free(&all->machine[i]);
	free(all->machine);
	machine_close(&all->home);
}

/*
 * Read all machines.  An unreadable record is an error if it is ${slug}'s, or
 * if all are asked for (NULL); others are left out with a warning.
 */
static int
machines_read(struct machines *all, const char *slug, struct error *e)
{
	struct machine *m;
	long long *id;
	size_t count, i;
	char *name;
	FILE *f;
	int result;

	memset(all, 0, sizeof(*all));
	if (machine_open(&all->home, NULL, 0, e) == -1 ||
	    machine_ids(&all->home, &id, &count, e) == -1)
		return (error_prefix(e, "%s", all->home.path));
	all->machine = alloc_array(count + 1, sizeof(*all->machine));
	result = 0;
	for (i = 0; i < count && result != -1; i++) {
		m = &all->machine[all->count];
		result = machine_load_row(&all->home, id[i], m, e);
		if (result == 0) {
			all->count++;
			continue;
		}
		if (result == -1) {
			f = io_memory(&name);
			machine_write_name(f, &m->row);
			io_memory_end(f, &name);
			error_prefix(e, "machine %s", name);
			if (slug != NULL && strcmp(slug, name) != 0) {
				warnx("%s", e->text);
				result = 0;
			}
			free(name);
		}
		machine_free(m);
	}
	free(id);
	return (result == -1 ? -1 : 0);
}

/* Does the machine's environment have BOTTLE=${name}? */
static int
is_bottle(const struct machine *m, const char *name)
{
	const char *slug;

	slug = machine_env(m, "BOTTLE");
	return (slug != NULL && strcmp(slug, name) == 0);
}

static struct machine *
find_machine(const struct machines *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (strcmp(all->machine[i].row.name, name) == 0)
			return (&all->machine[i]);
	return (NULL);
}

/* Is ${c} called SLUG-bundle, where SLUG is the value of its label? */
static int
is_bundle(const struct container *c)
{
	const char *slug;
	size_t len;

	slug = container_label(c, "bottle");
	len = slug != NULL ? strlen(slug) : 0;
	return (len > 0 && is_slug(slug) && strncmp(c->name, slug, len) == 0 &&
	    strcmp(c->name + len, "-bundle") == 0);
}

static struct bottle *
bottles_add(struct bottles *all, const char *slug)
{
	struct bottle *b;
	size_t i;

	for (i = 0; i < all->count; i++)
		if (strcmp(all->bottle[i].slug, slug) == 0)
			return (&all->bottle[i]);
	all->bottle = alloc_grow(all->bottle, all->count, sizeof(*b));
	b = &all->bottle[all->count++];
	strcpy(b->slug, slug);
	return (b);
}

static int
compare(const void *a, const void *b)
{

	return (strcmp(((const struct bottle *)a)->slug,
	    ((const struct bottle *)b)->slug));
}

/* All bottles, sorted. */
static void
bottles_find(struct bottles *all, struct containers *c,
    const struct machines *m)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (is_bundle(&c->container[i]))
			bottles_add(all, container_label(&c->container[i],
			    "bottle"))->container = &c->container[i];
	for (i = 0; i < m->count; i++)
		if (is_slug(m->machine[i].row.name) &&
		    is_bottle(&m->machine[i], m->machine[i].row.name))
			bottles_add(all, m->machine[i].row.name)->machine =
			    &m->machine[i];
	if (all->count > 0)
		qsort(all->bottle, all->count, sizeof(*all->bottle), compare);
}

/*
 * The bottle's address: the first but 0.0.0.0 that a port of its container is
 * bound to, else that, else the only one in its machine's list.
 * Return ${buf}, or NULL if there is none.
 */
static const char *
alias(const struct bottle *b, char *buf)
{
	const struct bindings *l;
	struct addr a;
	size_t i;

	l = b->container != NULL ? &b->container->asked : NULL;
	for (i = 0; l != NULL && i < l->count; i++)
		if (!addr_is_any(&l->binding[i].host))
			return (addr_format(&l->binding[i].host, buf));
	if (l != NULL && l->count > 0)
		return (addr_format(&l->binding[0].host, buf));
	if (b->machine == NULL)
		return (NULL);
	return (policy_host(&b->machine->policy, &a) ?
	    addr_format(&a, buf) : NULL);
}

/* The ports that answer, or will once the container runs. */
static const struct bindings *
ports(const struct container *c)
{

	return (container_live(c) ? &c->published : &c->asked);
}

/* ADDRESS:PORT on the host, to be freed. */
static char *
format_host(const struct binding *b)
{
	char addr[ADDR_STRLEN];

	addr_format(&b->host, addr);
	return (strchr(addr, ':') != NULL ?
	    alloc_format("[%s]:%u", addr, b->host_port) :
	    alloc_format("%s:%u", addr, b->host_port));
}

/* {"3000/tcp":"127.0.0.16:3000"}; two addresses have a comma between them. */
static struct json *
json_ports(const struct container *c)
{
	const struct bindings *all;
	struct json *r;
	char *host, *key, *text;
	const char *old;
	size_t i;

	r = json_new(JSON_OBJECT);
	all = ports(c);
	for (i = 0; i < all->count; i++) {
		key = alloc_format("%u/%s", all->binding[i].port,
		    all->binding[i].proto);
		host = format_host(&all->binding[i]);
		old = json_get_string(r, key);
		text = alloc_format("%s%s%s", old != NULL ? old : "",
		    old != NULL ? "," : "", host);
		json_set_string(r, key, text);
		free(text);
		free(host);
		free(key);
	}
	return (r);
}

/* The record of the last proof of the machine that runs now; NULL: none. */
static struct json *
proof(const struct bottle *b)
{
	struct json *record;
	struct error e;

	record = NULL;
	if (b->machine != NULL && machine_proof(b->machine, &record, &e) == -1)
		warnx("%s: %s", b->slug, e.text);
	return (record);
}

/* Give ${r} the members of bottle-prove(1) that it lacks, as null. */
static void
add_unproved(struct json *r)
{
	static const char *const member[] = {
		"ports_enforced", "verified", "proved_at", "engine"
	};
	size_t i;

	for (i = 0; i < sizeof(member) / sizeof(*member); i++)
		json_set(r, member[i], json_get(r, member[i]));
}

/*
 * The bottle as a launch record: ${r} completed; or the record of its proof, or
 * a new one, with states.
 */
static struct json *
to_record(const struct bottle *b, struct json *r)
{
	char addr[ADDR_STRLEN], *name, *process;
	const struct container *c;
	int given;

	c = b->container;
	given = r != NULL;
	if (!given && (r = proof(b)) == NULL)
		r = json_new(JSON_OBJECT);
	json_set_string(r, "machine", b->slug);
	json_set_string(r, "alias", alias(b, addr));
	name = alloc_format("%s-bundle", b->slug);
	json_set_string(r, "owner", name);
	json_set_string(r, "bundle", c != NULL ? name : NULL);
	free(name);
	json_set(r, "ports", c != NULL ? json_ports(c) : json_new(JSON_OBJECT));
	json_set(r, "beside_ip", b->machine != NULL ?
	    other_access_machine(b->machine) : json_new(JSON_ARRAY));
	process = b->machine != NULL ? machine_process(b->machine) : NULL;
	json_set_string(r, "process", process);
	free(process);
	if (given)
		return (r);
	json_set_string(r, "bundle_state", c != NULL ? c->state : NULL);
	json_set_string(r, "health", c != NULL && *c->health != '\0' ?
	    c->health : NULL);
	json_set_string(r, "machine_state", b->machine != NULL ?
	    machine_current(b->machine) : NULL);
	add_unproved(r);
	return (r);
}

/* When the machine that runs was proved, and with which engine; or "-". */
static void
print_proof(const struct bottle *b)
{
	struct json *record;

	if ((record = proof(b)) == NULL) {
		putchar('-');
		return;
	}
	printf("proved %s, smolvm %s", json_get_string(record, "proved_at"),
	    json_get_string(record, "engine"));
	json_free(record);
}

/* A line: slug, alias, container and its health, machine, ports, proof. */
static void
print_line(const struct bottle *b)
{
	char addr[ADDR_STRLEN];
	const struct bindings *all;
	const struct container *c;
	size_t i;

	c = b->container;
	printf("%s\t%s\t%s", b->slug, alias(b, addr) != NULL ? addr : "-",
	    c != NULL ? error_quote(c->state) : "-");
	if (c != NULL && *c->health != '\0')
		printf(" (%s)", error_quote(c->health));
	printf("\t%s\t", b->machine != NULL ? machine_current(b->machine) :
	    "-");
	all = c != NULL ? ports(c) : NULL;
	for (i = 0; all != NULL && i < all->count; i++)
		printf("%s%u/%s", i > 0 ? "," : "", all->binding[i].host_port,
		    all->binding[i].proto);
	putchar('\t');
	print_proof(b);
	putchar('\n');
}

static void
print_variable(const char *name, const char *value)
{
	char *quoted;

	quoted = args_quote(value != NULL ? value : "");
	printf("%s=%s\n", name, quoted);
	free(quoted);
}

/* Print ${value} as a word for eval, after a blank. */
static void
print_quoted(FILE *f, const char *value)
{
	char *quoted;

	quoted = args_quote(value);
	fprintf(f, " %s", quoted);
	free(quoted);
}

/* Close ${f}, a memory stream at ${text}, and print its text as a variable. */
static void
print_words(const char *name, FILE *f, char **text)
{

	io_memory_end(f, text);
	print_variable(name, *text);
	free(*text);
}

/* The published ports as words: 3000/tcp=127.0.0.16:3000. */
static void
print_ports(const struct container *c)
{
	const struct binding *b;
	char *host, *text;
	size_t i;
	FILE *f;

	f = io_memory(&text);
	for (i = 0; c != NULL && i < c->published.count; i++) {
		b = &c->published.binding[i];
		host = format_host(b);
		fprintf(f, " %u/%s=%s", b->port, b->proto, host);
		free(host);
	}
	print_words("ports", f, &text);
}

/*
 * The options of smolvm-allowpatch for what ${c} publishes on ${alias}.  Port
 * rules are enforced from 1.28.1 on, and a resolver is known from 1.2.5 on.
 */
static void
print_policy(const struct container *c, const char *alias, unsigned long engine)
{
	const struct bindings none = { NULL, 0 }, *all;
	const struct binding *b;
	const char *resolver;
	char *text;
	size_t i;
	FILE *f;

	all = c != NULL ? &c->published : &none;
	resolver = "255.255.255.255";	/* drops all DNS queries */
	for (i = 0; i < all->count; i++) {
		b = &all->binding[i];
		if (b->host_port == 53 && strcmp(b->proto, "udp") == 0)
			resolver = alias;
	}
	f = io_memory(&text);
	if (engine >= RELEASE(1, 2, 5))
		fprintf(f, "-D %s", resolver);
	if (engine < RELEASE(1, 28, 1))
		fputs(" -p none", f);
	for (i = 0; engine >= RELEASE(1, 28, 1) && i < all->count; i++) {
		b = &all->binding[i];
		fprintf(f, " -p %u%s", b->host_port,
		    strcmp(b->proto, "udp") == 0 ? "/udp" : "");
	}
	print_words("policy", f, &text);
}

/*
 * The loopback addresses and networks that machines other than ${slug} may
 * reach.
 */
static void
print_others(const struct machines *m, const char *slug)
{
	char buf[CIDR_STRLEN], *text;
	struct cidr *list;
	size_t i, j, n;
	FILE *f;

	f = io_memory(&text);
	for (i = 0; i < m->count; i++) {
		n = policy_networks(&m->machine[i].policy, &list);
		if (strcmp(m->machine[i].row.name, slug) == 0)
			n = 0;
		for (j = 0; j < n; j++)
			if (strncmp(cidr_format(&list[j], buf), "127.", 4) ==
			    0)
				fprintf(f, " %s", buf);
		free(list);
	}
	print_words("others", f, &text);
}

/* May other users enter the machine's folder? */
static int
is_open(const struct machine *m)
{

	return (m != NULL && m->dir != NULL && paths_is_open(m->dir));
}

/* The version 1.32.2 as a number, for comparison; 0 if it is no version. */
static unsigned long
release(const char *version)
{
	unsigned major, minor, patch;

	if (sscanf(version, "%3u.%3u.%3u", &major, &minor, &patch) != 3)
		return (0);
	return (RELEASE(major, minor, patch));
}

/* Why no machine of this engine can be closed; NULL if one can. */
static char *
engine_fault(const char *version)
{
	unsigned long n;

	n = release(version);
	if (n < RELEASE(0, 8, 0))
		return (alloc_format("smolvm %s adds 1.1.1.1 to every list: "
		    "0.8.0 or later is needed", version));
	if (n >= RELEASE(1, 1, 3) && n < RELEASE(1, 2, 5))
		return (alloc_format("smolvm %s answers DNS queries of any "
		    "machine: 1.2.5 or later is needed", version));
	return (NULL);
}

/* The first port that is neither TCP nor UDP, or not published on ${alias}. */
static char *
ports_fault(const struct container *c, const char *alias)
{
	const struct bindings *all[2];
	const struct binding *b;
	char *host, *text;
	size_t i, j;

	all[0] = &c->asked;
	all[1] = &c->published;
	for (i = 0; i < 2; i++)
		for (j = 0; j < all[i]->count; j++) {
			b = &all[i]->binding[j];
			if (strcmp(b->proto, "tcp") != 0 &&
			    strcmp(b->proto, "udp") != 0)
				return (alloc_format("port %u/%s is neither "
				    "TCP nor UDP", b->port, b->proto));
			host = format_host(b);
			text = strncmp(host, alias, strlen(alias)) == 0 &&
			    host[strlen(alias)] == ':' ? NULL :
			    alloc_format("port %u/%s is published on %s "
			    "instead of %s alone", b->port, b->proto, host,
			    alias);
			free(host);
			if (text != NULL)
				return (text);
		}
	for (i = 0; container_live(c) && i < c->asked.count; i++) {
		b = &c->asked.binding[i];
		for (j = 0; j < c->published.count; j++)
			if (c->published.binding[j].port == b->port &&
			    strcmp(c->published.binding[j].proto, b->proto) ==
			    0)
				break;
		if (j == c->published.count)
			return (alloc_format("Docker does not publish port "
			    "%u/%s", b->port, b->proto));
	}
	return (NULL);
}

/* The access that opens the machine's network more than its list, or NULL. */
static char *
machine_fault(const struct machine *m, unsigned long engine)
{
	static const char *const open[] = {
		"network ", "block_private", "credential_policy",
		"backend tsi"
	};
	struct json *list;
	const char *what;
	char *text;
	size_t i, j;

	if (m->policy.hosts != NULL)
		return (alloc_format("the machine's record opens more than "
		    "its list: hosts %s", error_quote(m->policy.hosts)));
	list = other_access_list(m->record, NULL);
	text = NULL;
	for (i = 0; text == NULL && i < json_count(list); i++) {
		what = json_at_string(list, i);
		for (j = 0; j < sizeof(open) / sizeof(*open); j++)
			if (what != NULL && text == NULL &&
			    strncmp(what, open[j], strlen(open[j])) == 0 &&
			    (j < 3 || engine >= RELEASE(1, 1, 3)))
				text = alloc_format("the machine's record "
				    "opens more than its list: %s",
				    error_quote(what));
	}
	json_free(list);
	return (text);
}

/* Why the bottle must not run as it is, to be freed; NULL if it may. */
static char *
fault(const struct bottle *b, const char *alias, const char *version)
{
	char *text;

	text = engine_fault(version);
	if (text == NULL && alias != NULL && strcmp(alias, "127.0.0.1") == 0)
		text = alloc_format("127.0.0.1 is shared: not usable as an "
		    "alias");
	if (text == NULL && b->container != NULL &&
	    strcmp(b->container->network, "host") == 0)
		text = alloc_format("the container has the host's network");
	if (text == NULL && b->container != NULL && alias != NULL)
		text = ports_fault(b->container, alias);
	if (text == NULL && b->machine != NULL)
		text = machine_fault(b->machine, release(version));
	return (text);
}

/*
 * Print the smolvm command with its environment, as words for eval, and the
 * variables of smolvm that are left out of it.  ${root}, if not NULL, is the
 * root folder to share with the machine.
 */
static void
print_smolvm(const char *root)
{
	extern char **environ;
	char **kept, *dropped, *name, *text;
	size_t i;
	FILE *f;

	kept = guest_environment();
	f = io_memory(&text);
	fputs("env -i", f);
	for (i = 0; kept[i] != NULL; i++)
		print_quoted(f, kept[i]);
	free(kept);
	if (root != NULL) {
		name = alloc_format("SMOLVM_AGENT_ROOTFS=%s", root);
		print_quoted(f, name);
		free(name);
	}
	print_quoted(f, guest_smolvm());
	print_words("smolvm", f, &text);
	f = io_memory(&dropped);
	for (i = 0; environ[i] != NULL; i++) {
		name = alloc_copy(environ[i], strcspn(environ[i], "="));
		if (strncmp(name, "SMOLVM_", 7) == 0 &&
		    !guest_passes(name))
			fprintf(f, " %s", name);
		free(name);
	}
	print_words("dropped", f, &dropped);
}

/* Before 1.25.1 all machines of a user but root write to one root folder. */
static int
shares_root(const char *version)
{

	return (release(version) < RELEASE(1, 25, 1) && geteuid() != 0);
}

/*
 * Print the commands that copy the engine's root folder, which may be a tar
 * archive, into the machine's ${folder}, or set ${fault} if there is none.  A
 * guest may have closed folders of the old copy.  The engine looks for the
 * machine's name in the file "name".
 */
static void
print_root(const char *folder, const char *slug,
    const struct paths_place *place, const char *version, char **fault)
{
	struct stat st;
	char *from, *into, *text, *to;

	from = paths_rootfs(place, guest_smolvm());
	if (from == NULL) {
		print_variable("root", NULL);
		if (*fault == NULL)
			*fault = alloc_format("set SMOLVM_AGENT_ROOTFS to "
			    "smolvm's agent-rootfs: smolvm %s needs a copy "
			    "for each bottle", version);
		return;
	}
	text = args_quote(from);
	to = args_quote(folder);
	into = alloc_format(stat(from, &st) == 0 && S_ISDIR(st.st_mode) ?
	    "cp -RPp %s/. %s/rootfs" : "tar -xpf %s -C %s/rootfs", text, to);
	free(text);
	text = alloc_format("chmod -R u+rwX %s/rootfs 2>/dev/null; "
	    "rm -rf %s/rootfs && mkdir -p %s/rootfs && printf %s >%s/name && "
	    "%s", to, to, to, slug, to, into);
	print_variable("root", text);
	free(text);
	free(into);
	free(to);
	free(from);
}

static void
print_statements(const struct bottle *b, const struct machines *all)
{
	const struct container *c;
	const struct machine *m;
	struct error e;
	const char *at;
	char addr[ADDR_STRLEN], *folder, *root, *text;
	char version[GUEST_WORD];

	c = b->container;
	m = b->machine;
	at = alias(b, addr);
	print_variable("alias", at);
	print_variable("container", c != NULL ? c->id : NULL);
	print_variable("container_run", c != NULL ?
	    container_label(c, "bottle.run") : NULL);
	print_variable("state", c != NULL ? error_quote(c->state) : NULL);
	print_variable("health", c != NULL ? error_quote(c->health) : NULL);
	print_ports(c);
	print_variable("machine", m != NULL ? machine_current(m) : NULL);
	print_variable("machine_run", m != NULL ?
	    machine_env(m, "BOTTLE_RUN") : NULL);
	folder = paths_folder(all->home.place.machines, b->slug);
	print_variable("folder", folder);
	print_variable("folder_open", is_open(m) ? "1" : NULL);
	print_others(all, b->slug);
	if (guest_engine(version, sizeof(version), &e) == 0) {
		text = fault(b, at, version);
	} else {
		*version = '\0';
		text = alloc_format("%s %s", guest_smolvm(), e.text);
	}
	print_variable("engine", version);
	root = alloc_format("%s/rootfs", folder);
	if (shares_root(version))
		print_root(folder, b->slug, &all->home.place, version, &text);
	else
		print_variable("root", NULL);
	print_smolvm(m != NULL && shares_root(version) ? root : NULL);
	print_variable("fault", text);
	free(text);
	free(root);
	free(folder);
	/* Up to 1.0.1 create and delete take the name without --name. */
	print_variable("named", release(version) >= RELEASE(1, 0, 2) ?
	    "--name" : NULL);
	print_policy(c, at, release(version));
}

/* Find the bottle ${b->slug}.  Return whether something else has its name. */
static int
bottle_find(struct bottle *b, struct container *c, int found,
    const struct machines *all)
{
	int foreign;

	foreign = 0;
	if (found && is_bundle(c))
		b->container = c;
	else if (found) {
		warnx("%s: the container %s-bundle is not a bottle's", b->slug,
		    b->slug);
		foreign = 1;
	}
	b->machine = find_machine(all, b->slug);
	if (b->machine != NULL && !is_bottle(b->machine, b->slug)) {
		warnx("%s: the machine %s is not a bottle's", b->slug,
		    b->slug);
		b->machine = NULL;
		foreign = 1;
	}
	return (foreign);
}

/* Inspect SLUG-bundle; while its health is starting, for up to ${seconds}. */
static int
inspect(struct engine *d, const char *slug, unsigned long seconds,
    struct container *c, struct error *e)
{
	long long end;
	char *name;
	int found;

	name = alloc_format("%s-bundle", slug);
	end = io_now() + (long long)seconds * 1000;
	for (;;) {
		found = engine_inspect(d, name, c, e);
		if (found != 1 || !container_live(c) ||
		    strcmp(c->health, "starting") != 0 || !io_wait(end, 200))
			break;
		container_free(c);
	}
	free(name);
	return (found);
}

static void
warn_open(const struct bottle *b)
{

	if (is_open(b->machine))
		warnx("%s: other users may enter the machine's folder: "
		    "chmod 700 %s", b->slug, b->machine->dir);
}

/* One bottle; ${given} is the record to be completed, or NULL. */
static int
list_one(struct engine *d, const char *slug, unsigned long seconds,
    struct json *given, struct error *e)
{
	struct container c;
	struct machines all;
	struct bottle b;
	int found, status;

	memset(&b, 0, sizeof(b));
	strcpy(b.slug, slug);
	memset(&all, 0, sizeof(all));
	found = inspect(d, slug, seconds, &c, e);
	if (found == -1)
		return (2);
	if (machines_read(&all, slug, e) == -1) {
		status = 2;
		goto out;
	}
	status = bottle_find(&b, &c, found, &all);
	if (eflag) {
		print_statements(&b, &all);
		goto out;
	}
	warn_open(&b);
	if (b.container == NULL && b.machine == NULL) {
		if (!status)
			warnx("%s: no such bottle", slug);
		status = 1;
	} else if (jflag)
		json_print(to_record(&b, given));
	else
		print_line(&b);
out:
	machines_free(&all);
	if (found == 1)
		container_free(&c);
	return (status);
}

static int
list_all(struct engine *d, struct error *e)
{
	struct containers c;
	struct machines m;
	struct bottles all;
	struct json *list, *r;
	size_t i;

	if (engine_labelled(d, "bottle", &c, e) == -1)
		return (2);
	memset(&all, 0, sizeof(all));
	if (machines_read(&m, NULL, e) == -1) {
		machines_free(&m);
		containers_free(&c);
		return (2);
	}
	bottles_find(&all, &c, &m);
	list = json_new(JSON_ARRAY);
	for (i = 0; i < all.count; i++) {
		warn_open(&all.bottle[i]);
		if (jflag)
			json_append(list, to_record(&all.bottle[i], NULL));
		else
			print_line(&all.bottle[i]);
	}
	r = json_new(JSON_OBJECT);
	json_set(r, "bottles", list);
	if (jflag)
		json_print(r);
	else
		json_free(r);
	free(all.bottle);
	machines_free(&m);
	containers_free(&c);
	return (0);
}

/* The bottle ${slug}, if not NULL, or all; ${given}: read a record first. */
static int
list(const char *slug, unsigned long seconds, int given, struct error *e)
{
	struct engine *d;
	struct input in;
	int status;

	memset(&in, 0, sizeof(in));
	d = NULL;
	status = 2;
	if (given && input_read(&in, e) == -1)
		goto out;
	if (given && in.record == NULL) {
		error_set(e, INPUT_NAME ": is not a launch record");
		goto out;
	}
	d = engine_open(NULL, e);
	if (d == NULL)
		goto out;
	status = slug == NULL ? list_all(d, e) : list_one(d, slug, seconds,
	    given ? json_copy(in.record) : NULL, e);
out:
	engine_close(d);
	input_free(&in);
	return (status);
}

int
main(int argc, char *argv[])
{
	unsigned long seconds;
	struct error e;
	int given, opt, status;

	args_init();
	seconds = 0;
	while ((opt = getopt(argc, argv, "+" ARGS_COMMON "ejw:")) != -1)
		switch (opt) {
		case 'e':
			eflag = 1;
			break;
		case 'j':
			jflag = 1;
			break;
		case 'w':
			if (args_number(optarg, 0, 9999, &seconds) == -1)
				args_error("-w: not 0 to 9999 seconds");
			break;
		default:
			args_common(opt, argv, usage);
		}
	argc -= optind;
	argv += optind;
	given = argc == 2 && strcmp(argv[1], "-") == 0;
	if (argc > 1 + given)
		args_error("one slug at most");
	if (argc > 0 && !is_slug(argv[0]))
		args_error("%s: not a slug (1 to %d of a-z, 0-9 and -, not "
		    "beginning with -)", error_quote(argv[0]), SLUG_MAX);
	if (eflag && (jflag || argc == 0))
		args_error("-e: needs a slug, and goes without -j");
	if (given && !jflag)
		args_error("-: needs -j");
	status = list(argv[0], seconds, given, &e);
	if (status == 2)
		errx(2, "%s", e.text);
	return (io_finish(status));
}
