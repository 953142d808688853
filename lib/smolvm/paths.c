/* SPDX-License-Identifier: ISC */
#include "smolvm/paths.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/io.h"
#include "base/process.h"
#include "base/sha256.h"

#define HASH_DIGITS	16
#define FILE_MAX	(8 * 1024 * 1024)

/* ${xdg}, if it is an absolute path, or ${home}/${other}. */
static char *
base(const char *xdg, const char *home, const char *other)
{

	if (xdg != NULL && xdg[0] == '/')
		return (alloc_string(xdg));
	return (alloc_format("%s/%s", home, other));
}

void
paths_place(const struct paths_env *env, struct paths_place *place)
{
	const char *home, *cache_var, *data_var;
	char *cache, *data;

	home = env->home;
	data_var = env->macos ? NULL : env->xdg_data;
	cache_var = env->macos ? NULL : env->xdg_cache;
	if (!env->macos && env->data_dir != NULL) {
		home = env->data_dir;
		data_var = cache_var = NULL;
	}
	if (home == NULL || home[0] == '\0')
		home = env->passwd;
	data = base(data_var, home, env->macos ?
	    "Library/Application Support" : ".local/share");
	cache = base(cache_var, home, env->macos ?
	    "Library/Caches" : ".cache");
	place->database = alloc_format("%s/smolvm/server/smolvm.db", data);
	place->rootfs = alloc_format("%s/smolvm/agent-rootfs", data);
	place->machines = alloc_format("%s/smolvm/vms", cache);
	free(data);
	free(cache);
}

void
paths_default(struct paths_place *place)
{
	struct paths_env env;
	struct utsname system;
	const struct passwd *pw;

	memset(&env, 0, sizeof(env));
	env.macos = uname(&system) != -1 &&
	    strcmp(system.sysname, "Darwin") == 0;
	env.home = getenv("HOME");
	env.data_dir = getenv("SMOLVM_DATA_DIR");
	env.xdg_data = getenv("XDG_DATA_HOME");
	env.xdg_cache = getenv("XDG_CACHE_HOME");
	/* Only if needed: the lookup may take long. */
	env.passwd = "";
	if (env.home == NULL || env.home[0] == '\0' ||
	    (env.data_dir != NULL && env.data_dir[0] == '\0')) {
		pw = getpwuid(getuid());
		if (pw != NULL)
			env.passwd = pw->pw_dir;
	}
	paths_place(&env, place);
}

const char *
paths_machines(const struct paths_place *place, const char *database)
{
	struct stat a, b;

	if (strcmp(place->database, database) == 0 ||
	    (stat(place->database, &a) == 0 && stat(database, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino))
		return (place->machines);
	return (NULL);
}

int
paths_exists(const char *path)
{
	struct stat st;

	return (lstat(path, &st) == 0 || errno != ENOENT);
}

void
paths_place_free(struct paths_place *place)
{

	free(place->database);
	free(place->rootfs);
	free(place->machines);
	memset(place, 0, sizeof(*place));
}

/* May users other than this one have written the file? */
static int
is_foreign(const struct stat *st)
{

	return (st->st_uid != geteuid() ||
	    (st->st_mode & (S_IWGRP | S_IWOTH)) != 0);
}

/* The folder of ${program}, found through PATH, without links; or NULL. */
static char *
program_folder(const char *program)
{
	const char *p;
	char *path, *real;
	size_t len;

	real = NULL;
	if (strchr(program, '/') != NULL)
		real = realpath(program, NULL);
	else if ((p = getenv("PATH")) != NULL)
		for (; real == NULL; p += len + 1) {
			len = strcspn(p, ":");
			path = alloc_format("%.*s/%s", (int)len, p, program);
			if (access(path, X_OK) == 0)
				real = realpath(path, NULL);
			free(path);
			if (p[len] == '\0')
				break;
		}
	if (real != NULL)
		*strrchr(real, '/') = '\0';
	return (real);
}

/* Copy ${path} to ${found}, if that is NULL and the file exists. */
static void
candidate(char **found, const char *path)
{

	if (*found == NULL && path != NULL && access(path, R_OK) == 0)
		*found = alloc_string(path);
}

char *
paths_rootfs(const struct paths_place *place, const char *program)
{
	static const char *const beside[] = {
		"agent-rootfs", "agent-rootfs.tar.gz", "agent-rootfs.tar"
	};
	char *dir, *found, *path;
	size_t i;

	found = NULL;
	candidate(&found, getenv("SMOLVM_AGENT_ROOTFS"));
	candidate(&found, getenv("SMOLVM_AGENT_ROOTFS_TAR"));
	dir = program_folder(program);
	for (i = 0; dir != NULL && i < sizeof(beside) / sizeof(*beside); i++) {
		path = alloc_format("%s/%s", dir, beside[i]);
		candidate(&found, path);
		free(path);
	}
	free(dir);
	candidate(&found, place->rootfs);
	candidate(&found, "/usr/lib/smolvm/agent-rootfs");
	return (found);
}

/*
 * Read ${dir}/${name}, a file, which is ${own}: only this user's.  Return 1
 * with ${text} set, 0 if there is none, or -1 with ${e} set.
 */
static int
slurp(const char *dir, const char *name, int own, char **text, size_t *len,
    struct error *e)
{
	struct stat st;
	char *path;
	int fd, result;

	result = -1;
	path = alloc_format("%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		result = 0;
	else if (fd == -1 || fstat(fd, &st) == -1)
		error_sys(e, "%s", path);
	else if (!S_ISREG(st.st_mode))
		error_set(e, "%s: is not a file", path);
	else if (own && is_foreign(&st))
		error_set(e, "%s: other users can write it", path);
	else if (io_read(fd, path, FILE_MAX, text, len, e) == 0)
		result = 1;
	if (fd != -1)
		close(fd);
	free(path);
	return (result);
}

char *
paths_folder(const char *machines, const char *name)
{
	char hash[SHA256_HEXLEN];

	sha256_hex(name, strlen(name), hash);
	return (alloc_format("%s/%.*s", machines, HASH_DIGITS, hash));
}

int
paths_find(const char *machines, const char *name, char **dir,
    struct error *e)
{
	char *path, *text;
	struct stat st;
	size_t len;
	int result;

	text = NULL;
	path = paths_folder(machines, name);
	result = stat(path, &st) == 0 ? 1 : errno == ENOENT ? 0 : -1;
	if (result == -1)
		error_sys(e, "%s", path);
	/*
	 * An engine that deletes the folder may have deleted the file first; an
	 * engine that finds none writes it.
	 */
	else if (result == 1 && slurp(path, "name", 0, &text, &len, e) == -1)
		result = -1;
	else if (text != NULL && strcmp(text, name) != 0)
		result = error_set(e, "%s: is another machine's folder, "
		    "according to its file \"name\"", path);
	free(text);
	if (result == 1)
		*dir = path;
	else
		free(path);
	return (result);
}

int
paths_lock(const char *dir, int *fd, struct error *e)
{
	char *path;
	int result;

	path = alloc_format("%s/vm.lock", dir);
	*fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (*fd == -1)
		result = errno == ENOENT ? 0 : error_sys(e, "%s", path);
	else if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		result = 0;
	else if (errno == EWOULDBLOCK)
		result = 1;
	else
		result = error_sys(e, "%s", path);
	if (result != 0 && *fd != -1) {
		close(*fd);
		*fd = -1;
	}
	free(path);
	return (result);
}

int
paths_runs(const char *dir, struct error *e)
{
	unsigned long long start;
	char *end, *text;
	long long pid;
	size_t len;
	int result;

	text = NULL;
	result = slurp(dir, "agent.pid", 0, &text, &len, e);
	if (result != 1)
		return (result);
	pid = strtoll(text, &end, 10);
	start = *end == '\n' ? strtoull(end, NULL, 10) : 0;
	result = process_runs(pid, start);
	free(text);
	return (result);
}

int
paths_config(const char *dir, char **text, size_t *len, struct error *e)
{

	return (slurp(dir, "agent.config.json", 0, text, len, e));
}

int
paths_record(const char *name, char **text, size_t *len, struct error *e)
{
	const char *home;
	char *dir, *file;
	int result;

	home = getenv("HOME");
	dir = alloc_format("%s/.local/state/bottle-tools",
	    home != NULL ? home : "");
	file = alloc_format("%s.json", name);
	result = slurp(dir, file, 1, text, len, e);
	free(dir);
	free(file);
	return (result);
}

int
paths_is_open(const char *dir)
{
	struct stat st;

	return (stat(dir, &st) == 0 &&
	    (st.st_mode & (S_IRWXG | S_IRWXO)) != 0);
}

/* --- folders that machines share ---------------------------------------- */

#define DEPTH	4	/* smolvm/rootfs/KEY/FILE; packs have one level more */
#define FOLDERS	100000	/* to search, at most */

struct look {
	const char	*file;
	const char	*own;	/* the machine's own folder, or NULL */
	size_t		 folders;
	char		*where;
};

static int look_into(struct look *, const char *, int, struct error *);

/* Search the folders in ${dir} that are not symbolic links. */
static int
descend(struct look *l, DIR *d, const char *dir, int depth, struct error *e)
{
	struct dirent *entry;
	struct stat st;
	char *path;
	int result;

	result = 0;
	while (result == 0 && (entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		path = alloc_format("%s/%s", dir, entry->d_name);
		if ((l->own == NULL || strcmp(path, l->own) != 0) &&
		    lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			result = look_into(l, path, depth - 1, e);
		free(path);
	}
	return (result);
}

/* Search ${dir}.  Return 1 if found, 0 if not, or -1. */
static int
look_into(struct look *l, const char *dir, int depth, struct error *e)
{
	struct stat st;
	char *path;
	DIR *d;
	int result;

	if (++l->folders > FOLDERS)
		return (error_set(e, "%s: too many folders", dir));
	path = alloc_format("%s/%s", dir, l->file);
	if (lstat(path, &st) == 0) {
		l->where = path;
		return (1);
	}
	free(path);
	if (depth == 0)
		return (0);
	/*
	 * A folder that this user cannot read is in no machine of this user's.
	 */
	if ((d = opendir(dir)) == NULL)
		return (errno == ENOENT || errno == EACCES ? 0 :
		    error_sys(e, "%s", dir));
	result = descend(l, d, dir, depth, e);
	closedir(d);
	return (result);
}

int
paths_shared(const char *machine, const char *file, char **where,
    struct error *e)
{
	struct paths_place place;
	struct look l;
	const char *root;
	char *cache, *own;
	int result;

	paths_default(&place);
	memset(&l, 0, sizeof(l));
	l.file = file;
	own = NULL;
	/* .../smolvm/vms: its parent is the cache. */
	cache = alloc_copy(place.machines, (size_t)(strrchr(place.machines,
	    '/') - place.machines));
	result = paths_find(place.machines, machine, &own, e);
	l.own = own;
	if (result != -1)
		result = look_into(&l, cache, DEPTH, e);
	root = getenv("SMOLVM_AGENT_ROOTFS");
	if (result == 0 && root != NULL && *root != '\0' &&
	    (own == NULL || strncmp(root, own, strlen(own)) != 0))
		result = look_into(&l, root, 0, e);
	*where = l.where;
	free(own);
	free(cache);
	paths_place_free(&place);
	return (result);
}
