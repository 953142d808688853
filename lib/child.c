/* SPDX-License-Identifier: ISC */
#include "child.h"

#include <sys/wait.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

int
child_exec(char *const *argv, struct error *e)
{
	char quoted[ERROR_QUOTE];
	int missing;

	execvp(argv[0], argv);
	missing = errno == ENOENT;
	error_sys(e, "%s", error_quote(quoted, argv[0], strlen(argv[0])));
	return (missing ? 127 : 126);
}

int
child_status(int status)
{

	if (WIFSIGNALED(status))
		return (128 + WTERMSIG(status));
	return (WEXITSTATUS(status));
}
