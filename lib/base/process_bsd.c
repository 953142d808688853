/* SPDX-License-Identifier: ISC */
#include "base/process.h"

#ifndef __linux__

#include <sys/types.h>
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

#include <errno.h>
#include <signal.h>

#ifdef __APPLE__
/* Is ${pid} gone, a zombie, or a process with another start time? */
static int
other(pid_t pid, unsigned long long start)
{
	struct kinfo_proc info;
	unsigned long long began;
	size_t len;
	int mib[4];

	mib[0] = CTL_KERN;
	mib[1] = KERN_PROC;
	mib[2] = KERN_PROC_PID;
	mib[3] = pid;
	len = sizeof(info);
	if (sysctl(mib, 4, &info, &len, NULL, 0) == -1)
		return (0);
	if (len == 0 || info.kp_proc.p_stat == SZOMB)
		return (1);
	began = (unsigned long long)info.kp_proc.p_starttime.tv_sec *
	    1000000 + (unsigned long long)info.kp_proc.p_starttime.tv_usec;
	return (start != 0 && began != start);
}
#else
/* smolvm does not run on this system: no start time is recorded. */
static int
other(pid_t pid, unsigned long long start)
{

	(void)pid;
	(void)start;
	return (0);
}
#endif

int
process_runs(long long pid, unsigned long long start)
{

	if (pid <= 0 || pid > 0x7fffffff)
		return (0);
	if (kill((pid_t)pid, 0) == -1 && errno == ESRCH)
		return (0);
	return (!other((pid_t)pid, start));
}

#endif
