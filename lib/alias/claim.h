/* SPDX-License-Identifier: ISC */
#ifndef CLAIM_H
#define CLAIM_H

struct addr;
struct error;

/*
 * A claim on an address: a TCP socket bound to it at the claim port, without
 * SO_REUSEADDR, that never listens.  The kernel gives it to one process of the
 * host, of any user, and releases it when the last copy of the descriptor is
 * closed.  It never has a connection, so no TIME_WAIT delays the next claim.
 */

#define CLAIM_PORT	9016

/**
 * claim_port(port, e):
 * Store the claim port, $LOALIAS_CLAIM_PORT or CLAIM_PORT, in ${port}.
 * Return 0, or -1 with ${e} set.
 */
int claim_port(unsigned *, struct error *);

/**
 * claim_take(a, port, fd, e):
 * Claim ${a}.  Print mode claims an address for a moment, too, so a claim that
 * fails is tried once more 20 ms later.  Return 1 with the claim in ${fd},
 * which is inherited by programs; 0 if it is taken; -1 with ${e} set.
 */
int claim_take(const struct addr *, unsigned, int *, struct error *);

/**
 * claim_usable(port, e):
 * Check that claims can be made at ${port}: a server on all addresses looks
 * like a claim on each of them, but there is never a claim on 127.0.0.1.
 * Return 0, or -1 with ${e} set.
 */
int claim_usable(unsigned, struct error *);

#endif
