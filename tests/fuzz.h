/* SPDX-License-Identifier: ISC */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* What each fuzz target defines, for libFuzzer or replay.c to call. */
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* require(truth): crash, which is what fuzzers look for, if it is not so. */
static inline void
require(int truth)
{

	if (!truth)
		abort();
}

/* require_reason(e): a refusal has a reason, on one line. */
static inline void
require_reason(const struct error *e)
{

	require(*e->text != '\0' && strpbrk(e->text, "\n\r") == NULL);
}

#endif
