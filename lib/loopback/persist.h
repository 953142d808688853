/* SPDX-License-Identifier: ISC */
#ifndef PERSIST_H
#define PERSIST_H

struct error;
struct pool;

/**
 * persist_print(kind, pool, e):
 * Print, with how to install it, a file that spares its reader the password:
 * ${kind} "launchd" adds ${pool} at every start of macOS, and "sudoers" lets
 * those who may use sudo(8) add just these addresses.  127.0.0.1 is left out.
 * Return 0, or -1 with ${e} set: not a kind, or nothing to add.
 */
int persist_print(const char *, const struct pool *, struct error *);

#endif
