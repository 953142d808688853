/* SPDX-License-Identifier: ISC */
#ifndef CLOCK_H
#define CLOCK_H

/* clock_ms(): milliseconds of a clock that nobody sets. */
long long clock_ms(void);

#endif
