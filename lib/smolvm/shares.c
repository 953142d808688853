/* SPDX-License-Identifier: ISC */
#include "smolvm/shares.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "smolvm/paths.h"

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
shares_find(const char *machine, const char *file, char **where,
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
