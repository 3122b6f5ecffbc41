/* Time, real or virtual. Everything that shows an age, waits or draws a rate asks the clock it was given, so that a
 * tape and the embedded cluster can be run with a time of their own. */
#ifndef MQDECK_BASE_CLOCK_H
#define MQDECK_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
	bool is_virtual;
	int64_t virtual_ms;    /* since the clock was made */
	int64_t virtual_epoch; /* Unix time, ms, at virtual_ms 0 */
	int64_t virtual_slept_ms;
};

struct clock clock_real(void);
struct clock clock_virtual(int64_t epoch_ms);

int64_t clock_now_ms(const struct clock *clock);  /* monotonic, for differences */
int64_t clock_wall_ms(const struct clock *clock); /* Unix time in ms, for ages and stamps */
int64_t
clock_slept_ms(const struct clock *clock); /* how long the machine was suspended, which clock_now_ms leaves out */
void clock_advance(struct clock *clock, int64_t ms); /* virtual clocks only */
int64_t clock_real_us(void);                         /* monotonic, whatever the clock: for what work costs */

/* RFC 3339 with or without fraction and zone ("2026-01-02T03:04:05Z") to Unix ms; -1 when it is none,
 * or before 1970 as a time that was never set, or past the year 9999. */
int64_t clock_parse_rfc3339(const char *text);
/* Writes "2026-01-02T03:04:05Z" (21 bytes with NUL). */
void clock_format_rfc3339(int64_t wall_ms, char out[static 32]);

#endif
