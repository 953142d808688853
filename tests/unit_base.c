/* SPDX-License-Identifier: ISC */
/* Quoting for a terminal and for sh, and running programs. */
#include <sys/types.h>

#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/args.h"
#include "base/child.h"
#include "base/error.h"
#include "base/io.h"

static void
check_quote(const char *locale, const char *in, const char *out)
{
	char *text;
	FILE *f;

	assert_non_null(setlocale(LC_CTYPE, locale));
	assert_string_equal(error_quote(in), out);
	f = io_memory(&text);
	error_write(f, in, strlen(in));
	io_memory_end(f, &text);
	assert_string_equal(text, out);
	free(text);
}

static void
test_quote_keeps_what_a_terminal_shows(void **state)
{

	(void)state;
	check_quote("C", "a b~", "a b~");
	check_quote("C", "\xc3\xa4", "\\xc3\\xa4");
	check_quote("C.UTF-8", "\xc3\xa4\xe4\xbd\xa0\xf0\x9f\x99\x82",
	    "\xc3\xa4\xe4\xbd\xa0\xf0\x9f\x99\x82");
	/* Controls, also of C1; not UTF-8; direction; invisible. */
	check_quote("C.UTF-8", "\x1b[31m\x7f", "\\x1b[31m\\x7f");
	check_quote("C.UTF-8", "\xc2\x9b", "\\xc2\\x9b");
	check_quote("C.UTF-8", "\xc3", "\\xc3");
	check_quote("C.UTF-8", "\xc3(", "\\xc3(");
	check_quote("C.UTF-8", "\xe2\x80\xae", "\\xe2\\x80\\xae");
	check_quote("C.UTF-8", "\xef\xbb\xbf", "\\xef\\xbb\\xbf");
}

static void
test_quote_cuts_between_characters(void **state)
{
	const char *text;
	char in[67];

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	memset(in, 'a', 63);
	memcpy(in + 63, "\xc3\xa4", 3);
	text = error_quote_bytes(in, 65);
	assert_string_equal(text + 63, "\\xc3...");
	memset(in, '\xff', sizeof(in));
	assert_int_equal(strlen(error_quote_bytes(in, sizeof(in))),
	    ERROR_QUOTE - 1);
}

static void
test_args_quote(void **state)
{
	char *s;

	(void)state;
	s = args_quote("it's $HOME\n");
	assert_string_equal(s, "'it'\\''s $HOME\n'");
	free(s);
}

/* Run sh -c ${script} as ${how} says, with a pipe as its descriptor ${fd}. */
static void
check_output(struct child_how how, int fd, const char *script,
    const char *expected)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
	char text[64];
	struct error e;
	int end[2];
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(end), 0);
	io_cloexec(end[0]);
	io_cloexec(end[1]);
	if (fd == 1)
		how.out = end[1];
	else
		how.err = end[1];
	pid = child_start(argv, &how, &e);
	close(end[1]);
	assert_true(pid > 0);
	n = read(end[0], text, sizeof(text) - 1);
	close(end[0]);
	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, expected);
	assert_int_equal(child_wait(pid), 0);
}

static void
test_child_has_what_it_was_given(void **state)
{
	static char *const env[] = { (char *)"PATH=/bin", (char *)"X=1", NULL };
	struct child_how how = CHILD_INHERIT;

	(void)state;
	check_output(how, 1, "echo out; echo err >/dev/null", "out\n");
	check_output(how, 2, "echo err >&2", "err\n");
	how.in = -1;
	check_output(how, 1, "cat; ls -l /proc/self/fd/0 | grep -c null",
	    "1\n");
	how.env = env;
	check_output(how, 1, "echo $X$HOME", "1\n");
	how.group = 1;
	check_output(how, 1, "ps -o pgid= -p $$ | grep -cw $$", "1\n");
}

static void
test_child_out_and_err_may_change_places(void **state)
{
	char *argv[] = { (char *)"sh", (char *)"-c",
	    (char *)"echo to2; echo to1 >&2", NULL };
	struct child_how how = { -1, 2, 1, 0, NULL, NULL };
	char one[8] = "", two[8] = "";
	int end1[2], end2[2], old1, old2, pid;
	struct error e;

	(void)state;
	assert_int_equal(pipe(end1), 0);
	assert_int_equal(pipe(end2), 0);
	old1 = io_cloexec(dup(1));
	old2 = io_cloexec(dup(2));
	dup2(end1[1], 1);
	dup2(end2[1], 2);
	pid = child_start(argv, &how, &e);
	dup2(old1, 1);
	dup2(old2, 2);
	assert_true(pid > 0);
	assert_int_equal(child_wait(pid), 0);
	assert_int_equal(read(end1[0], one, sizeof(one)), 4);
	assert_int_equal(read(end2[0], two, sizeof(two)), 4);
	assert_memory_equal(one, "to1\n", 4);
	assert_memory_equal(two, "to2\n", 4);
	close(end1[0]);
	close(end1[1]);
	close(end2[0]);
	close(end2[1]);
	close(old1);
	close(old2);
}

static void
test_child_that_cannot_be_run(void **state)
{
	struct child_how how = CHILD_INHERIT;
	char *argv[] = { (char *)"/nonexistent", NULL };
	struct error e;

	(void)state;
	assert_int_equal(child_start(argv, &how, &e), -127);
	assert_string_equal(e.text,
	    "/nonexistent: No such file or directory");
	/* Quoting keeps errno. */
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	argv[0] = (char *)"/\xff";
	assert_int_equal(child_start(argv, &how, &e), -127);
	assert_string_equal(e.text, "/\\xff: No such file or directory");
	argv[0] = (char *)"/";
	assert_int_equal(child_start(argv, &how, &e), -126);
	assert_string_equal(e.text, "/: Permission denied");
}

static void
test_child_statuses(void **state)
{
	struct child_how how = CHILD_INHERIT;
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)"exit 3", NULL };
	struct error e;

	(void)state;
	assert_int_equal(child_wait(child_start(argv, &how, &e)), 3);
	argv[2] = (char *)"kill -9 $$";
	assert_int_equal(child_wait(child_start(argv, &how, &e)), 128 + 9);
}

int
main(void)
{
	/* The first such call sets the user's locale. */
	error_quote("\xff");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quote_keeps_what_a_terminal_shows),
		cmocka_unit_test(test_quote_cuts_between_characters),
		cmocka_unit_test(test_args_quote),
		cmocka_unit_test(test_child_has_what_it_was_given),
		cmocka_unit_test(test_child_out_and_err_may_change_places),
		cmocka_unit_test(test_child_that_cannot_be_run),
		cmocka_unit_test(test_child_statuses)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
