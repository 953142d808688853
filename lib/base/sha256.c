/* SPDX-License-Identifier: ISC */
#include "base/sha256.h"

#include <stdint.h>
#include <string.h>

/*
 * Only two short names are hashed (a Docker context and a machine), which does
 * not justify linking a cryptographic library.
 */
static const uint32_t constant[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static uint32_t
rotate(uint32_t x, unsigned n)
{

	return (x >> n | x << (32 - n));
}

/* Spread the 64 bytes at ${p} over the 64 words at ${w}. */
static void
schedule(const unsigned char *p, uint32_t *w)
{
	uint32_t s0, s1;
	size_t i;

	for (i = 0; i < 16; i++, p += 4)
		w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		    (uint32_t)p[2] << 8 | (uint32_t)p[3];
	for (; i < 64; i++) {
		s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^
		    w[i - 15] >> 3;
		s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^
		    w[i - 2] >> 10;
		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

static void
compress(uint32_t *hash, const unsigned char *block)
{
	uint32_t s[8], w[64], t1, t2;
	size_t i;

	schedule(block, w);
	memcpy(s, hash, sizeof(s));
	for (i = 0; i < 64; i++) {
		t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^
		    rotate(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) +
		    constant[i] + w[i];
		t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
		    ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (i = 0; i < 8; i++)
		hash[i] += s[i];
}

void
sha256_hex(const void *data, size_t len, char *hex)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t hash[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
	};
	unsigned char block[64];
	const unsigned char *p;
	uint64_t bits;
	size_t i;

	p = data;
	bits = (uint64_t)len * 8;
	for (; len >= 64; p += 64, len -= 64)
		compress(hash, p);
	memset(block, 0, sizeof(block));
	if (len > 0)
		memcpy(block, p, len);
	block[len] = 0x80;
	if (len >= 56) {
		compress(hash, block);
		memset(block, 0, sizeof(block));
	}
	for (i = 0; i < 8; i++)
		block[56 + i] = (unsigned char)(bits >> (56 - 8 * i));
	compress(hash, block);
	for (i = 0; i < 64; i++)
		hex[i] = digits[hash[i / 8] >> (28 - i % 8 * 4) & 15];
	hex[64] = '\0';
}
