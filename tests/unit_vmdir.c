/* SPDX-License-Identifier: ISC */
/* The paths of the engine's files on each system, and processes. */
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/process.h"
#include "smolvm/paths.h"

static void
test_places(void **state)
{
	static const struct {
		struct paths_env env;
		const char *database, *machines;
	} table[] = {
		{ { 0, "/p", "/h", NULL, NULL, NULL },
		    "/h/.local/share/smolvm/server/smolvm.db",
		    "/h/.cache/smolvm/vms" },
		{ { 0, "/p", "/h", NULL, "/d", "/c" },
		    "/d/smolvm/server/smolvm.db", "/c/smolvm/vms" },
		{ { 0, "/p", "/h", NULL, "d", "c" },
		    "/h/.local/share/smolvm/server/smolvm.db",
		    "/h/.cache/smolvm/vms" },
		{ { 0, "/p", "/h", NULL, "", "" },
		    "/h/.local/share/smolvm/server/smolvm.db",
		    "/h/.cache/smolvm/vms" },
		{ { 0, "/p", NULL, NULL, NULL, NULL },
		    "/p/.local/share/smolvm/server/smolvm.db",
		    "/p/.cache/smolvm/vms" },
		{ { 0, "/p", "", NULL, NULL, NULL },
		    "/p/.local/share/smolvm/server/smolvm.db",
		    "/p/.cache/smolvm/vms" },
		{ { 0, "/p", "/h", "/s", "/d", "/c" },
		    "/s/.local/share/smolvm/server/smolvm.db",
		    "/s/.cache/smolvm/vms" },
		{ { 0, "/p", "/h", "s", "/d", "/c" },
		    "s/.local/share/smolvm/server/smolvm.db",
		    "s/.cache/smolvm/vms" },
		{ { 0, "/p", "/h", "", "/d", "/c" },
		    "/p/.local/share/smolvm/server/smolvm.db",
		    "/p/.cache/smolvm/vms" },
		{ { 1, "/p", "/h", NULL, NULL, NULL },
		    "/h/Library/Application Support/smolvm/server/smolvm.db",
		    "/h/Library/Caches/smolvm/vms" },
		{ { 1, "/p", "/h", "/s", "/d", "/c" },
		    "/h/Library/Application Support/smolvm/server/smolvm.db",
		    "/h/Library/Caches/smolvm/vms" },
		{ { 1, "/p", NULL, NULL, NULL, NULL },
		    "/p/Library/Application Support/smolvm/server/smolvm.db",
		    "/p/Library/Caches/smolvm/vms" }
	};
	struct paths_place place;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		paths_place(&table[i].env, &place);
		assert_string_equal(place.database, table[i].database);
		assert_string_equal(place.machines, table[i].machines);
		paths_place_free(&place);
	}
}

static void
assert_rootfs(const struct paths_place *place, const char *program,
    const char *expected)
{
	char *found;

	found = paths_rootfs(place, program);
	if (expected == NULL)
		assert_null(found);
	else
		assert_string_equal(found, expected);
	free(found);
}

/* The engine's order: later lines are found only without the earlier files. */
static void
test_rootfs(void **state)
{
	struct paths_place place = { NULL, (char *)"data", NULL };
	char scratch[] = "/tmp/unit_vmdir.XXXXXX", dir[64], tar[80];
	char *path;

	(void)state;
	assert_non_null(mkdtemp(scratch));
	assert_int_equal(chdir(scratch), 0);
	snprintf(dir, sizeof(dir), "%s/lib/agent-rootfs", scratch);
	snprintf(tar, sizeof(tar), "%s.tar", dir);
	assert_int_equal(system("mkdir -p lib/agent-rootfs bin env data && "
	    "touch lib/agent-rootfs.tar tar bin/smolvm lib/smolvm && "
	    "chmod +x lib/smolvm && ln -s ../lib/smolvm bin/link && "
	    "ln -s link bin/vm"), 0);
	path = strdup(getenv("PATH"));
	setenv("PATH", "none:bin:lib", 1);
	setenv("SMOLVM_AGENT_ROOTFS", "env", 1);
	setenv("SMOLVM_AGENT_ROOTFS_TAR", "tar", 1);
	assert_rootfs(&place, "vm", "env");
	setenv("SMOLVM_AGENT_ROOTFS", "", 1);
	assert_rootfs(&place, "vm", "tar");
	unsetenv("SMOLVM_AGENT_ROOTFS_TAR");
	assert_rootfs(&place, "vm", dir);
	assert_rootfs(&place, "bin/vm", dir);
	/* bin/smolvm is no program */
	assert_rootfs(&place, "smolvm", dir);
	assert_int_equal(rmdir("lib/agent-rootfs"), 0);
	assert_rootfs(&place, "vm", tar);
	assert_int_equal(unlink("lib/agent-rootfs.tar"), 0);
	assert_rootfs(&place, "vm", "data");
	assert_rootfs(&place, "absent", "data");
	assert_int_equal(rmdir("data"), 0);
	assert_rootfs(&place, "vm", NULL);
	setenv("PATH", path, 1);
	free(path);
	assert_int_equal(system("rm -r bin lib env tar"), 0);
	assert_int_equal(rmdir(scratch), 0);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f;

	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) != EOF);
	assert_int_equal(fclose(f), 0);
}

/* FIPS 180-2's vectors "abc" and the one of 448 bits, as machines' names. */
static void
test_folders(void **state)
{
	static const char long_name[] =
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	char dir[] = "/tmp/unit_vmdir.XXXXXX", *found;
	struct error e;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(system("mkdir ba7816bf8f01cfea 248d6a61d20638b8"),
	    0);
	write_file("ba7816bf8f01cfea/name", "abc");
	write_file("248d6a61d20638b8/name", long_name);
	assert_int_equal(paths_find(".", "abc", &found, &e), 1);
	assert_string_equal(found, "./ba7816bf8f01cfea");
	free(found);
	assert_int_equal(paths_find(".", long_name, &found, &e), 1);
	assert_string_equal(found, "./248d6a61d20638b8");
	free(found);
	assert_int_equal(paths_find(".", "abd", &found, &e), 0);
	assert_int_equal(paths_find("./none", "abc", &found, &e), 0);
	write_file("ba7816bf8f01cfea/name", "abc\n");
	assert_int_equal(paths_find(".", "abc", &found, &e), -1);
	/* The engine writes the file if there is none. */
	assert_int_equal(unlink("ba7816bf8f01cfea/name"), 0);
	assert_int_equal(paths_find(".", "abc", &found, &e), 1);
	free(found);
	assert_int_equal(system("rm -r ba7816bf8f01cfea 248d6a61d20638b8"),
	    0);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
test_processes(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	assert_true(process_runs(getpid(), 0));
	assert_false(process_runs(0, 0));
	assert_false(process_runs(-1, 0));
	assert_false(process_runs(1LL << 40, 0));
	assert_false(process_runs(getpid(), 1));
	pid = fork();
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_false(process_runs(pid, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_rootfs),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_processes),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
