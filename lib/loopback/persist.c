/* SPDX-License-Identifier: ISC */
#include "loopback/persist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "loopback/interface.h"
#include "loopback/sudo.h"
#include "net/pool.h"

#define LABEL	"bottle-tools.loalias"

/*
 * The file has the command itself.  A script that root runs would be only as
 * safe as every folder in its path.
 */
static void
launchd(const struct sudo_command *all)
{
	char **argv;
	size_t i;

	puts("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\"\n"
	    "    \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
	    "<!-- Adds loopback addresses when macOS starts.  To install it:\n"
	    "loalias-ensure -P launchd |\n"
	    "    sudo tee /Library/LaunchDaemons/" LABEL ".plist\n"
	    "sudo launchctl bootstrap system \\\n"
	    "    /Library/LaunchDaemons/" LABEL ".plist -->\n"
	    "<plist version=\"1.0\">\n"
	    "<dict>\n"
	    "\t<key>Label</key>\n"
	    "\t<string>" LABEL "</string>\n"
	    "\t<key>ProgramArguments</key>\n"
	    "\t<array>");
	argv = sudo_argv(all, SUDO_NONE, NULL, SUDO_SHOW);
	/* Neither sudo.c's scripts nor addresses have a <, > or &. */
	for (i = 0; argv[i] != NULL; i++)
		printf("\t\t<string>%s</string>\n", argv[i]);
	sudo_free(argv);
	puts("\t</array>\n"
	    "\t<key>RunAtLoad</key>\n"
	    "\t<true/>\n"
	    "</dict>\n"
	    "</plist>");
}

/*
 * Every command word for word: "127.0.0.*" would also allow
 * "127.0.0.16 en0 down" (sudoers(5), "Wildcards in command arguments"), and
 * regular expressions need sudo 1.9.10.
 */
static void
sudoers(const struct sudo_command *all)
{
	struct sudo_command one;
	char **argv, *line;
	size_t i;

	puts("# Lets those who may use sudo add these loopback addresses\n"
	    "# without a password, and nothing else.  To install it:\n"
	    "# loalias-ensure -P sudoers >loalias && visudo -cf loalias &&\n"
	    "#     sudo install -m 440 loalias /etc/sudoers.d/loalias\n"
	    "Cmnd_Alias LOALIAS = \\");
	one = *all;
	one.count = 1;
	for (i = 0; i < all->count; i++) {
		one.addr = &all->addr[i];
		argv = sudo_argv(&one, SUDO_NONE, NULL, SUDO_QUIET);
		line = sudo_line(argv);
		printf("    %s%s\n", line, i + 1 < all->count ? ", \\" : "");
		free(line);
		sudo_free(argv);
	}
	printf("%%%s ALL = (root) NOPASSWD: LOALIAS\n", interface_system.group);
}

int
persist_print(const char *kind, const struct pool *pool, struct error *e)
{
	char quoted[ERROR_QUOTE];
	struct sudo_command all;
	struct pool added;
	size_t i;
	int result;

	memset(&added, 0, sizeof(added));
	for (i = 0; i < pool->count; i++)
		if (!addr_is_localhost(&pool->addr[i]))
			pool_append(&added, &pool->addr[i]);
	all.remove = 0;
	all.addr = added.addr;
	all.count = added.count;
	result = 0;
	if (all.count == 0) {
		result = error_set(e, "nothing to add: every system has "
		    "127.0.0.1");
	} else if (strcmp(kind, "launchd") == 0) {
		all.program = INTERFACE_IFCONFIG;
		all.interface = "lo0";
		launchd(&all);
	} else if (strcmp(kind, "sudoers") == 0) {
		all.program = interface_system.program;
		all.interface = interface_system.name;
		sudoers(&all);
	} else
		result = error_set(e, "neither launchd nor sudoers: %s",
		    error_quote(quoted, kind, strlen(kind)));
	pool_free(&added);
	return (result);
}
