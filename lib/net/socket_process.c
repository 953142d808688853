/* SPDX-License-Identifier: ISC */
#include "net/socket_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "base/error.h"

#define PID_MAX	0x7fffffffUL

static int
compare(const void *va, const void *vb)
{
	const struct socket_process *a, *b;

	a = va;
	b = vb;
	return (a->inode < b->inode ? -1 : a->inode > b->inode);
}

/* The command name of ${pid}, as in proc(5)'s comm. */
static void
read_name(pid_t pid, char *buf)
{
	char path[64], text[16];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd != -1 ? read(fd, text, sizeof(text)) : -1;
	if (fd != -1)
		close(fd);
	if (n > 0 && text[n - 1] == '\n')
		n--;
	if (n <= 0)
		strcpy(buf, "?");
	else
		snprintf(buf, SOCKET_PROCESS_NAME, "%s",
		    error_quote_bytes(text, (size_t)n));
}

/* If ${fd} in ${dir}, which is /proc/PID/fd, is one of ${o}, record ${pid}. */
static void
look(struct socket_process *o, size_t n, pid_t pid, DIR *dir, const char *fd)
{
	struct socket_process *one;
	unsigned long inode;
	ssize_t len;
	char link[64];

	len = readlinkat(dirfd(dir), fd, link, sizeof(link) - 1);
	if (len <= 0 || link[len - 1] != ']' ||
	    strncmp(link, "socket:[", 8) != 0)
		return;
	link[len - 1] = '\0';
	if (args_number(link + 8, 1, (unsigned long)-1, &inode) == -1)
		return;
	one = socket_process_get(o, n, inode);
	if (one == NULL || (one->pid != 0 && one->pid <= pid))
		return;
	one->pid = pid;
	read_name(pid, one->name);
}

static void
look_at(struct socket_process *o, size_t n, pid_t pid)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	dir = opendir(path);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		look(o, n, pid, dir, entry->d_name);
	closedir(dir);
}

void
socket_process_find(struct socket_process *o, size_t n)
{
	struct dirent *entry;
	unsigned long pid;
	DIR *proc;

	if (n == 0)
		return;
	qsort(o, n, sizeof(*o), compare);
	proc = opendir("/proc");
	if (proc == NULL)
		return;
	while ((entry = readdir(proc)) != NULL)
		if (args_number(entry->d_name, 1, PID_MAX, &pid) == 0)
			look_at(o, n, (pid_t)pid);
	closedir(proc);
}

struct socket_process *
socket_process_get(struct socket_process *o, size_t n, unsigned long inode)
{
	struct socket_process key;

	key.inode = inode;
	return (bsearch(&key, o, n, sizeof(*o), compare));
}
