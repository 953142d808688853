/* SPDX-License-Identifier: ISC */
#ifndef IO_H
#define IO_H

#include <stddef.h>
#include <stdio.h>

struct error;

/**
 * io_init():
 * Fill descriptors 0 to 2 where the caller closed them, so that no file that
 * is opened later gets one of them.  A filled 0 cannot be read and a filled 1
 * cannot be written: using them stays an error.  Standard output gets a
 * buffer that needs no memory.  Call it first in main().
 */
void io_init(void);

/**
 * io_read(fd, name, max, data, len, e):
 * Read ${fd}, called ${name} in messages, to its end, into fresh memory at
 * ${data}, ${len} bytes with a NUL behind them.  More than ${max} bytes are
 * an error.  Return 0, or -1 with ${e} set and nothing to free.
 */
int io_read(int, const char *, size_t, char **, size_t *, struct error *);

/**
 * io_cloexec(fd):
 * Close ${fd} in programs that this one runs.  Return ${fd}.
 */
int io_cloexec(int);

/**
 * io_null_stdin():
 * Make standard input /dev/null, for a command that is run after standard
 * input was read.  Return 0, or -1 with ${e} set.
 */
int io_null_stdin(struct error *);

/**
 * io_memory(text):
 * A stream whose output gathers at ${text}, to be closed by
 * io_memory_end(f, text); only then ${text} is good, and it is to be freed.
 */
FILE *io_memory(char **);
void io_memory_end(FILE *, char *const *);

/**
 * io_finish(status):
 * Flush standard output.  Return ${status}, or 2 after a message if output
 * was lost.
 */
int io_finish(int);

#endif
