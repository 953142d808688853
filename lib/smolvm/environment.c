/* SPDX-License-Identifier: ISC */
#include "smolvm/environment.h"

#include <stddef.h>
#include <string.h>

#include "base/alloc.h"

extern char **environ;

/* Is ${name}, ${len} bytes long, on the list? */
static int
is_listed(const char *name, size_t len)
{
	static const char *const list[] = {
		"HOME", "PATH", "TMPDIR", "USER", "LOGNAME", "TZ", "LANG",
		"LANGUAGE", "SMOLVM_DATA_DIR", "SMOLVM_LIB_DIR",
		"SMOLVM_AGENT_ROOTFS", "SMOLVM_AGENT_ROOTFS_TAR"
	};
	size_t i;

	if (strncmp(name, "XDG_", 4) == 0 || strncmp(name, "LC_", 3) == 0)
		return (1);
	for (i = 0; i < sizeof(list) / sizeof(*list); i++)
		if (strlen(list[i]) == len &&
		    strncmp(list[i], name, len) == 0)
			return (1);
	return (0);
}

int
environment_allows(const char *name)
{

	return (is_listed(name, strlen(name)));
}

char **
environment_smolvm(void)
{
	char **env;
	size_t i, n;

	for (n = 0; environ[n] != NULL; n++)
		continue;
	env = alloc_array(n + 1, sizeof(*env));
	for (i = n = 0; environ[i] != NULL; i++)
		if (is_listed(environ[i], strcspn(environ[i], "=")))
			env[n++] = environ[i];
	return (env);
}
