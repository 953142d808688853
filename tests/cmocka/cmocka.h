/* SPDX-License-Identifier: ISC */
/*
 * A stand-in for cmocka where it is not built: for other processors and
 * libraries.  A test that fails ends its program.
 */
#ifndef CMOCKA_H
#define CMOCKA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
	const char	*name;
	void		(*function)(void **);
};

#define cmocka_unit_test(f)	{ #f, f }

#define assert_true(x)							\
	((x) ? (void)0 : (printf("not ok - %s:%d: %s\n", __FILE__,	\
	    __LINE__, #x), exit(1)))
#define assert_false(x)			assert_true(!(x))
#define assert_null(x)			assert_true((x) == NULL)
#define assert_non_null(x)		assert_true((x) != NULL)
#define assert_int_equal(a, b)						\
	assert_true((long long)(a) == (long long)(b))
#define assert_int_not_equal(a, b)	assert_false((a) == (b))
#define assert_in_range(x, a, b)	assert_true((x) >= (a) && (x) <= (b))
#define assert_string_equal(a, b)	assert_true(strcmp(a, b) == 0)
#define assert_memory_equal(a, b, n)	assert_true(memcmp(a, b, n) == 0)

#define fail_msg(...)							\
	(printf("not ok - "), printf(__VA_ARGS__), exit(1))

#define cmocka_run_group_tests(tests, setup, teardown)			\
	cmocka_run(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

static inline int
cmocka_run(const struct CMUnitTest *test, size_t n, int (*setup)(void **),
    int (*teardown)(void **))
{
	void *state;
	size_t i;

	state = NULL;
	printf("1..%zu\n", n);
	assert_true(setup == NULL || setup(&state) == 0);
	for (i = 0; i < n; i++) {
		test[i].function(&state);
		printf("ok %zu - %s\n", i + 1, test[i].name);
	}
	assert_true(teardown == NULL || teardown(&state) == 0);
	return (0);
}

#endif
