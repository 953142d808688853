/* SPDX-License-Identifier: ISC */
#ifndef CLOCK_H
#define CLOCK_H

/* clock_ms(): milliseconds of the monotonic clock. */
long long clock_ms(void);

#endif
