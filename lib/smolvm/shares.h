/* SPDX-License-Identifier: ISC */
#ifndef SHARES_H
#define SHARES_H

struct error;

/**
 * shares_find(machine, file, where, e):
 * Look for ${file}, which the guest of ${machine} left in its shares, in the
 * folders of the engine that other machines use: all of its cache but the
 * machine's own folder, and $SMOLVM_AGENT_ROOTFS.  Return 1 with its path in
 * ${where}, to be free(3)d; 0 if it is not there; or -1 with ${e} set.
 */
int shares_find(const char *, const char *, char **, struct error *);

#endif
