/* SPDX-License-Identifier: ISC */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdlib.h>
#include <unistd.h>

#include "error.h"
#include "mem.h"
#include "vmdb.h"

/*
 * scratch_open(db): open a database of no machines, for the functions that ask
 * SQLite about JSON.  Return 0, or -1.
 */
static inline int
scratch_open(struct vmdb **db)
{
	char dir[] = "/tmp/scratch.XXXXXX", *command, *file;
	struct error e;
	int result;

	if (mkdtemp(dir) == NULL)
		return (-1);
	file = mem_format("%s/db", dir);
	command = mem_format("sqlite3 %s 'CREATE TABLE vms (name TEXT PRIMARY "
	    "KEY NOT NULL, data BLOB NOT NULL)'", file);
	result = system(command) == 0 ? vmdb_open(file, db, &e) : -1;
	unlink(file);
	rmdir(dir);
	free(command);
	free(file);
	return (result);
}

#endif
