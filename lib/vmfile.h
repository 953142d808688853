/* SPDX-License-Identifier: ISC */
#ifndef VMFILE_H
#define VMFILE_H

struct error;

/**
 * vmfile_check(path, e):
 * Check that ${path}, with a "/" in it, is a database file that may be opened
 * and written beside without harm: a file, no link, in a folder that can be
 * written, and ours unless we are root.  Return 0, or -1 with ${e} set.
 */
int vmfile_check(const char *, struct error *);

/* vmfile_empty(path): is ${path} there, with nothing in it? */
int vmfile_empty(const char *);

#endif
