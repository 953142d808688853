/* SPDX-License-Identifier: ISC */
#ifndef PATHS_H
#define PATHS_H

#include <stddef.h>

struct error;

/* Where smolvm keeps its things; both are NULL-safe to free(3). */
struct paths_place {
	char	*database;	/* .../smolvm/server/smolvm.db */
	char	*machines;	/* .../smolvm/vms, one folder a machine */
};

/* What decides about it: an operating system, and environment variables. */
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
 * src/agent/manager.rs): on macOS under ~/Library, elsewhere where the XDG
 * variables say if they are absolute, and SMOLVM_DATA_DIR, if set at all,
 * stands for HOME and unsets them; an empty HOME is the password file's.
 */
void paths_place(const struct paths_env *, struct paths_place *);

/* paths_default(place): paths_place() of this system and environment. */
void paths_default(struct paths_place *);

/**
 * paths_machines(place, database):
 * ${place}'s folder of machines if ${database} is the file that ${place}
 * names, by whatever path, else NULL: then there is no way to know it.
 */
const char *paths_machines(const struct paths_place *, const char *);

/* paths_place_free(place): free what ${place} holds. */
void paths_place_free(struct paths_place *);

/* paths_exists(path): is there anything of that name, or may there be? */
int paths_exists(const char *);

/**
 * paths_find(machines, name, dir, e):
 * Find the folder of the machine ${name}: the first 16 hexadecimal digits of
 * the name's SHA-256, and confirmed by the name in its file "name".  Return 1
 * with ${dir} set, to be free(3)d; 0 if there is none; or -1 with ${e} set.
 */
int paths_find(const char *, const char *, char **, struct error *);

/**
 * paths_lock(dir, fd, e):
 * Take the lock that the engine holds on ${dir}/vm.lock during a start
 * (flock(2), 0.7.1 and later); a file that is missing is not made.  Return 0
 * with ${fd}, to be closed, or -1 if there is none; 1 if somebody holds it; or
 * -1 with ${e} set.
 */
int paths_lock(const char *, int *, struct error *);

/**
 * paths_runs(dir, e):
 * Does the process run that ${dir}/agent.pid names?  It is there before the
 * machine's record says that the machine runs.  Return 1 if so; 0 if not, or
 * if there is no such file; or -1 with ${e} set.
 */
int paths_runs(const char *, struct error *);

/**
 * paths_config(dir, text, len, e):
 * Read ${dir}/agent.config.json, what the machine was launched with.  Return
 * 1 with ${text} set, to be free(3)d; 0 if it is not there; or -1 with ${e}
 * set.
 */
int paths_config(const char *, char **, size_t *, struct error *);

/**
 * paths_is_open(dir):
 * Does the mode of the folder ${dir} let other users in?  A machine's sockets
 * and disks make each of them root in it.  Return 1 if so; 0 if not, or if
 * there is no such folder.
 */
int paths_is_open(const char *);

#endif
