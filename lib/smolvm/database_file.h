/* SPDX-License-Identifier: ISC */
#ifndef DATABASE_FILE_H
#define DATABASE_FILE_H

struct error;

/**
 * database_file_check(path, e):
 * Check that ${path}, with a "/" in it, is a database file that may be opened
 * and written beside without harm: a file, no link, in a folder that can be
 * written, and ours unless we are root.  Return 0, or -1 with ${e} set.
 */
int database_file_check(const char *, struct error *);

/* database_file_empty(path): is ${path} there, with nothing in it? */
int database_file_empty(const char *);

#endif
