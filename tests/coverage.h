/* SPDX-License-Identifier: ISC */
/*
 * Put before all sources by tests/coverage: what may end a process, or make it
 * another, saves its counts first, which otherwise only exit(3) does.
 */
#ifndef COVERAGE_H
#define COVERAGE_H

#include <signal.h>
#include <unistd.h>

void __gcov_dump(void);
void __gcov_reset(void);

static inline void
coverage_save(void)
{

	__gcov_dump();
	__gcov_reset();
}

static inline _Noreturn void
coverage_exit(int status)
{

	coverage_save();
	_exit(status);
}

static inline int
coverage_execve(const char *path, char *const *argv, char *const *envp)
{

	coverage_save();
	return (execve(path, argv, envp));
}

static inline int
coverage_execvp(const char *file, char *const *argv)
{

	coverage_save();
	return (execvp(file, argv));
}

/* It may let a signal through that was held back. */
static inline int
coverage_sigprocmask(int how, const sigset_t *set, sigset_t *old)
{

	coverage_save();
	return (sigprocmask(how, set, old));
}

#define _exit		coverage_exit
#define execve		coverage_execve
#define execvp		coverage_execvp
#define sigprocmask	coverage_sigprocmask

#endif
