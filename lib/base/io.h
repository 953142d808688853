/* SPDX-License-Identifier: ISC */
#ifndef IO_H
#define IO_H

#include <stddef.h>
#include <stdio.h>

struct error;

/**
 * io_init():
 * Open /dev/null as each of descriptors 0 to 2 that is closed, so that no file
 * opened later gets its number.  It is opened the wrong way round: reading such
 * a 0 and writing such a 1 is still an error.  Standard output gets a static
 * buffer.  Call it first in main().
 */
void io_init(void);

/**
 * io_read(fd, name, max, data, len, e):
 * Read ${fd}, called ${name} in messages, to its end: ${len} bytes and a NUL at
 * ${data}, which the caller frees.  More than ${max} bytes are an error.
 * Return 0, or -1 with ${e} set and nothing to free.
 */
int io_read(int, const char *, size_t, char **, size_t *, struct error *);

/**
 * io_cloexec(fd):
 * Set close-on-exec on ${fd}, which may be -1.  Return ${fd}.
 */
int io_cloexec(int);

/* io_pipe(fd): pipe(2), with close-on-exec.  Return 0, or -1 with errno set. */
int io_pipe(int *);

/**
 * io_null_stdin():
 * Make standard input /dev/null, for a command that runs after the tool has
 * read standard input.  Return 0, or -1 with ${e} set.
 */
int io_null_stdin(struct error *);

/**
 * io_memory(text):
 * Return a stream that writes to memory.  io_memory_end(f, text) closes it and
 * sets ${text}, which the caller frees.
 */
FILE *io_memory(char **);
void io_memory_end(FILE *, char *const *);

/**
 * io_finish(status):
 * Flush standard output.  Return ${status}, or 2 after a message if a write
 * failed.
 */
int io_finish(int);

/* io_now(): milliseconds of the monotonic clock. */
long long io_now(void);

/**
 * io_wait(end, ms):
 * Sleep for ${ms} milliseconds, but not beyond ${end}, a time of io_now().
 * Return 0, without sleeping, if it is past; else 1.
 */
int io_wait(long long, int);

#endif
