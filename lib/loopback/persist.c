/* SPDX-License-Identifier: ISC */
#include "loopback/persist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "loopback/interface.h"
#include "loopback/plan.h"
#include "net/pool.h"

#define LABEL	"bottle-tools.loalias"

/*
 * The commands stand in the file itself: one that runs a script as root is as
 * safe as every folder on the way to the script.
 */
static void
launchd(const struct plan *plan)
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
	argv = plan_argv(plan, PLAN_ROOT, NULL, PLAN_SHOW);
	/* Neither plan.c's scripts nor addresses have a <, > or &. */
	for (i = 0; argv[i] != NULL; i++)
		printf("\t\t<string>%s</string>\n", argv[i]);
	plan_free(argv);
	puts("\t</array>\n"
	    "\t<key>RunAtLoad</key>\n"
	    "\t<true/>\n"
	    "</dict>\n"
	    "</plist>");
}

/*
 * Each command word for word: "127.0.0.*" would also allow
 * "127.0.0.16 en0 down" (sudoers(5), "Wildcards in command arguments"), and
 * regular expressions need sudo 1.9.10.
 */
static void
sudoers(const struct plan *plan)
{
	struct plan one;
	char **argv, *line;
	size_t i;

	puts("# Lets those who may use sudo add these loopback addresses\n"
	    "# without a password, and nothing else.  To install it:\n"
	    "# loalias-ensure -P sudoers >loalias && visudo -cf loalias &&\n"
	    "#     sudo install -m 440 loalias /etc/sudoers.d/loalias\n"
	    "Cmnd_Alias LOALIAS = \\");
	one = *plan;
	one.count = 1;
	for (i = 0; i < plan->count; i++) {
		one.addr = &plan->addr[i];
		argv = plan_argv(&one, PLAN_ROOT, NULL, PLAN_QUIET);
		line = plan_line(argv);
		printf("    %s%s\n", line, i + 1 < plan->count ? ", \\" : "");
		free(line);
		plan_free(argv);
	}
	printf("%%%s ALL = (root) NOPASSWD: LOALIAS\n", interface_system.group);
}

int
persist_print(const char *kind, const struct pool *pool, struct error *e)
{
	char quoted[ERROR_QUOTE], *none;
	struct plan plan;
	struct pool all;
	int result;

	memset(&all, 0, sizeof(all));
	none = alloc_array(pool->count, 1);
	plan_select(pool, none, PLAN_ADD, &all);
	free(none);
	plan.verb = PLAN_ADD;
	plan.addr = all.addr;
	plan.count = all.count;
	result = 0;
	if (all.count == 0) {
		result = error_set(e, "nothing to add: 127.0.0.1 is always "
		    "there");
	} else if (strcmp(kind, "launchd") == 0) {
		plan.program = PLAN_IFCONFIG;
		plan.interface = "lo0";
		launchd(&plan);
	} else if (strcmp(kind, "sudoers") == 0) {
		plan.program = interface_system.program;
		plan.interface = interface_system.interface;
		sudoers(&plan);
	} else
		result = error_set(e, "neither launchd nor sudoers: %s",
		    error_quote(quoted, kind, strlen(kind)));
	pool_free(&all);
	return (result);
}
