/* SPDX-License-Identifier: ISC */
#include "smolvm/database_file.h"

#include <sys/stat.h>

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"

int
database_file_check(const char *path, struct error *e)
{
	const struct passwd *pw;
	struct stat st;
	char *slash, *folder;
	int result;

	if (lstat(path, &st) == -1)
		return (errno == ENOENT ? error_set(e, "no such database") :
		    error_set(e, "%s", strerror(errno)));
	if (S_ISLNK(st.st_mode))
		return (error_set(e, "is a symbolic link: name the file that "
		    "it leads to"));
	if (!S_ISREG(st.st_mode))
		return (error_set(e, "is not a file"));
	if (st.st_nlink > 1)
		return (error_set(e, "has more than one name (hard links): "
		    "SQLite may keep a log for each"));
	/* Files of ours beside it would lock out the engine of its owner. */
	if (geteuid() != 0 && geteuid() != st.st_uid) {
		pw = getpwuid(st.st_uid);
		return (error_set(e, "belongs to user %s (%lu): must be run "
		    "as that one or as root", pw != NULL ? pw->pw_name : "?",
		    (unsigned long)st.st_uid));
	}
	if (access(path, R_OK | W_OK) == -1)
		return (error_sys(e, "cannot be written"));
	folder = alloc_copy(path, strlen(path));
	slash = strrchr(folder, '/');
	slash[slash == folder] = '\0';
	result = access(folder, W_OK | X_OK);
	if (result == -1)
		error_sys(e, "its folder cannot be written");
	free(folder);
	return (result);
}

int
database_file_empty(const char *path)
{
	struct stat st;

	return (stat(path, &st) == 0 && st.st_size == 0);
}
