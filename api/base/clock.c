/* The two clocks, and RFC 3339 in both directions: the form in which Kubernetes gives and takes times. */
#include "api/base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_real_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct clock clock_real(void)
{
	return (struct clock){0};
}

struct clock clock_virtual(int64_t epoch_ms)
{
	return (struct clock){.is_virtual = true, .virtual_epoch = epoch_ms};
}

int64_t clock_now_ms(const struct clock *clock)
{
	return clock->is_virtual ? clock->virtual_ms : read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(const struct clock *clock)
{
	return clock->is_virtual ? clock->virtual_epoch + clock->virtual_ms : read_clock(CLOCK_REALTIME);
}

int64_t clock_slept_ms(const struct clock *clock)
{
	return clock->is_virtual ? clock->virtual_slept_ms : read_clock(CLOCK_BOOTTIME) - read_clock(CLOCK_MONOTONIC);
}

void clock_advance(struct clock *clock, int64_t ms)
{
	if (clock->is_virtual && ms > 0)
		clock->virtual_ms += ms;
}

/* "Z" or "+02:00": what is to be taken off, in ms. */
static bool clock_parse_zone(const char *text, int64_t *offset_ms)
{
	int hours = 0, minutes = 0, used = 0;
	if (*text == 'Z')
		return !text[1];
	if ((*text != '+' && *text != '-') || !isdigit((unsigned char)text[1]) ||
	    sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 || text[1 + used] || hours > 23 ||
	    minutes < 0 || minutes > 59)
		return false;
	*offset_ms = (int64_t)(hours * 60 + minutes) * (*text == '+' ? 60000 : -60000);
	return true;
}

/* 9999-12-31T23:59:59.999Z: a zone or a leap second beyond it makes a year that RFC 3339 cannot write. */
#define LAST_MS 253402300799999

int64_t clock_parse_rfc3339(const char *text)
{
	struct tm tm = {0};
	int64_t offset = 0;
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!rest)
		return -1;
	int64_t ms = (int64_t)timegm(&tm) * 1000;
	if (*rest == '.') {
		int64_t unit = 100;
		for (rest++; isdigit((unsigned char)*rest); rest++, unit /= 10)
			ms += (*rest - '0') * unit;
	}
	return clock_parse_zone(rest, &offset) && ms >= offset && ms - offset <= LAST_MS ? ms - offset : -1;
}

void clock_format_rfc3339(int64_t wall_ms, char out[static 32])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;
	if (!gmtime_r(&seconds, &tm) || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(out, 32, "unknown");
}
