/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_H
#define PROCESS_H

/**
 * process_runs(pid, start):
 * Does the process ${pid} run, and is it the one that began at ${start}, in
 * the units of smolvm 1.9.3 src/process.rs: clock ticks since boot on Linux,
 * microseconds since 1970 on macOS, 0 if not known?  A zombie does not run.
 * Where the start cannot be seen, any process of that number is taken for it.
 */
int process_runs(long long, unsigned long long);

#endif
