/* SPDX-License-Identifier: ISC */
#ifndef PATHS_H
#define PATHS_H

#include <stddef.h>

struct error;

/* The paths of smolvm's files; all may be NULL. */
struct paths_place {
	char	*database;	/* .../smolvm/server/smolvm.db */
	char	*rootfs;	/* .../smolvm/agent-rootfs */
	char	*machines;	/* .../smolvm/vms, one folder a machine */
};

/* Inputs: the operating system and the environment. */
struct paths_env {
	int		 macos;
	const char	*passwd;	/* home folder in the password file */
	const char	*home;		/* HOME; this and below: or NULL */
	const char	*data_dir;	/* SMOLVM_DATA_DIR */
	const char	*xdg_data;	/* XDG_DATA_HOME */
	const char	*xdg_cache;	/* XDG_CACHE_HOME */
};

/**
 * paths_place(env, place):
 * Fill ${place} as the engine does (smolvm 1.9.3 src/db.rs, src/process.rs,
 * src/agent/manager.rs): on macOS under ~/Library, elsewhere under the XDG
 * variables, if they are absolute.  SMOLVM_DATA_DIR, even if empty, replaces
 * HOME and disables the XDG variables.  An empty HOME is that of the password
 * file.
 */
void paths_place(const struct paths_env *, struct paths_place *);

/* paths_default(place): paths_place() of this system and environment. */
void paths_default(struct paths_place *);

/**
 * paths_machines(place, database):
 * Return ${place}'s folder of machines if ${database} is the same file as
 * ${place}'s; else NULL, since the folder is not known then.
 */
const char *paths_machines(const struct paths_place *, const char *);

/* paths_place_free(place): free what ${place} holds. */
void paths_place_free(struct paths_place *);

/**
 * paths_rootfs(place, program):
 * Find what the engine ${program}, called through PATH, shares as root folder
 * with its machines: a folder or a tar archive of one.  As in smolvm 1.9.3
 * (src/agent/manager.rs, default_rootfs_path), SMOLVM_AGENT_ROOTFS,
 * SMOLVM_AGENT_ROOTFS_TAR, the program's folder, ${place}; then a package's
 * folder.  Return its path, to be free(3)d, or NULL if there is none.
 */
char *paths_rootfs(const struct paths_place *, const char *);

/* paths_exists(path): does ${path} exist, or is that not known? */
int paths_exists(const char *);

/**
 * paths_folder(machines, name):
 * Return the path of the machine ${name}'s folder, to be free(3)d.  It is
 * called by the first 16 hexadecimal digits of the name's SHA-256.
 */
char *paths_folder(const char *, const char *);

/**
 * paths_find(machines, name, dir, e):
 * Find the folder of the machine ${name}; its file "name", if any, has the name.
 * Return 1 with ${dir} set, to be free(3)d; 0 if there is none; or -1 with ${e}
 * set.
 */
int paths_find(const char *, const char *, char **, struct error *);

/**
 * paths_lock(dir, fd, e):
 * Take the lock that the engine holds on ${dir}/vm.lock during a start
 * (flock(2), 0.7.1 and later).  Return 0 with ${fd}, to be closed, which is -1
 * if the file does not exist; 1 if another process holds the lock; or -1 with
 * ${e} set.
 */
int paths_lock(const char *, int *, struct error *);

/**
 * paths_runs(dir, e):
 * Does the process in ${dir}/agent.pid run?  The engine writes this file before
 * it records the machine as running.  Return 1 if so; 0 if not, or without such
 * a file; or -1 with ${e} set.
 */
int paths_runs(const char *, struct error *);

/**
 * paths_config(dir, text, len, e):
 * Read ${dir}/agent.config.json, the machine's configuration at launch.  Return
 * 1 with ${text} set, to be free(3)d; 0 if it does not exist; or -1 with ${e}
 * set.
 */
int paths_config(const char *, char **, size_t *, struct error *);

/**
 * paths_record(name, text, len, e):
 * Read $HOME/.local/state/bottle-tools/${name}.json, the launch record that
 * bottle-launch(1) keeps.  A link, and a file that other users can write, are
 * errors.  Return as paths_config().
 */
int paths_record(const char *, char **, size_t *, struct error *);

/**
 * paths_is_open(dir):
 * Does the mode of the folder ${dir} let other users in?  With the sockets and
 * disks in it they can become root in the machine.  Return 1 if so; 0 if not,
 * or if the folder does not exist.
 */
int paths_is_open(const char *);

/**
 * paths_shared(machine, file, where, e):
 * Search the engine's folders that other machines use for ${file}, which the
 * guest of ${machine} wrote to its shares: all of the cache except the
 * machine's own folder, and $SMOLVM_AGENT_ROOTFS.  Return 1 with its path in
 * ${where}, to be free(3)d; 0 if not found; or -1 with ${e} set.
 */
int paths_shared(const char *, const char *, char **, struct error *);

#endif
