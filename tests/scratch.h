/* SPDX-License-Identifier: ISC */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "smolvm/database.h"

/*
 * scratch_open(db): open a database of no machines, for the functions that ask
 * SQLite about JSON.  Return 0, or -1.
 */
static inline int
scratch_open(struct database **db)
{
	char dir[] = "/tmp/scratch.XXXXXX", *command, *file;
	struct error e;
	int result;

	if (mkdtemp(dir) == NULL)
		return (-1);
	file = alloc_format("%s/db", dir);
	command = alloc_format("sqlite3 %s 'CREATE TABLE vms (name TEXT PRIMARY "
	    "KEY NOT NULL, data BLOB NOT NULL)'", file);
	result = system(command) == 0 ? database_open(file, 1, db, &e) : -1;
	unlink(file);
	rmdir(dir);
	free(command);
	free(file);
	return (result);
}

#endif
