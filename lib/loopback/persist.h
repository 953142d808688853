/* SPDX-License-Identifier: ISC */
#ifndef PERSIST_H
#define PERSIST_H

struct error;
struct pool;

/**
 * persist_print(kind, pool, e):
 * Print a file, with how to install it, after which no password is needed:
 * ${kind} "launchd" adds ${pool} when macOS starts, "sudoers" lets those who
 * may use sudo(8) add exactly these addresses.  127.0.0.1 is left out.
 * Return 0, or -1 with ${e} set: an unknown kind, or nothing to add.
 */
int persist_print(const char *, const struct pool *, struct error *);

#endif
