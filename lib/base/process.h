/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_H
#define PROCESS_H

/**
 * process_runs(pid, start):
 * Does the process ${pid} run, and did it start at ${start}?  The units are
 * those of smolvm 1.9.3 src/process.rs: clock ticks since boot on Linux,
 * microseconds since 1970 on macOS; 0: not known.  A zombie does not run.  If
 * the start time cannot be read, any process with this ID counts.
 */
int process_runs(long long, unsigned long long);

#endif
