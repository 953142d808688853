/* SPDX-License-Identifier: ISC */
/* SHA-256 against the examples of FIPS 180-4, and every length of padding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/sha256.h"

static void
test_known_answers(void **state)
{
	static const struct {
		const char *in, *hex;
	} table[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb924"
		    "27ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039"
		    "a33ce45964ff2167f6ecedd419db06c1" },
		{ "my", "038468518ad8122e13112743f890c7ba"
		    "96ac5665b71de548eceb23e9ef237805" }
	};
	char hex[SHA256_HEXLEN];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		sha256_hex(table[i].in, strlen(table[i].in), hex);
		assert_string_equal(hex, table[i].hex);
	}
}

/* The hashes of 0 to 199 bytes "a", hashed: as sha256sum(1) has it. */
static void
test_every_padding(void **state)
{
	char all[200 * 64 + 1], bytes[200], hex[SHA256_HEXLEN];
	size_t i;

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	for (i = 0; i < sizeof(bytes); i++)
		sha256_hex(bytes, i, all + 64 * i);
	sha256_hex(all, 200 * 64, hex);
	assert_string_equal(hex, "019f2b9f1af27a53a1f046da7e98af2c"
	    "179f431e4b5bebb000e74040917a4123");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_every_padding),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
