/* SPDX-License-Identifier: ISC */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>

#define SHA256_HEXLEN	65	/* 64 digits and a NUL */

/**
 * sha256_hex(data, len, hex):
 * Write the SHA-256 (FIPS 180-4) of the ${len} bytes at ${data} into ${hex},
 * SHA256_HEXLEN bytes, as lower-case hexadecimal digits.
 */
void sha256_hex(const void *, size_t, char *);

#endif
