/* SPDX-License-Identifier: ISC */
#ifndef SHARES_H
#define SHARES_H

struct error;

/**
 * shares_find(machine, file, where, e):
 * Search the engine's folders that other machines use for ${file}, which the
 * guest of ${machine} wrote to its shares: all of the cache except the
 * machine's own folder, and $SMOLVM_AGENT_ROOTFS.  Return 1 with its path in
 * ${where}, to be free(3)d; 0 if not found; or -1 with ${e} set.
 */
int shares_find(const char *, const char *, char **, struct error *);

#endif
