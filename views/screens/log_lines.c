/* Several logs in one order. A line waits a moment for earlier ones of other brokers, because each log comes on a
 * connection of its own. */
#include "views/screens/log_lines.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/clock.h"
#include "api/base/vec.h"

/* A burst is over after a moment of silence; who never falls silent is not kept waiting for long. */
enum { QUIET_MS = 120, HELD_MAX_MS = 800, HELD_MAX_BYTES = 4 * 1024 * 1024, SOURCES_MAX = 64 };

struct log_lines_held {
	size_t source;
	uint64_t number; /* keeps the order of lines of one moment */
	int64_t at_ms;
	char *text;
	size_t len;
};

struct log_lines {
	struct loop *loop;
	struct loop_timer *timer;
	log_lines_fn *fn;
	void *data;
	VEC(struct log_lines_held) held;
	size_t bytes;
	uint64_t numbers;
	int64_t since_ms;               /* loop time of the oldest */
	int64_t newest_ms[SOURCES_MAX]; /* of each source */
};

size_t log_lines_stamp(const char *line, size_t len, int64_t *at_ms)
{
	char text[LOG_LINES_STAMP_MAX];
	const char *space = memchr(line, ' ', len < sizeof text ? len : sizeof text);
	size_t stamp = space ? (size_t)(space - line) : len;
	*at_ms = -1;
	if (stamp >= sizeof text)
		return 0;
	memcpy(text, line, stamp);
	text[stamp] = '\0';
	*at_ms = clock_parse_rfc3339(text);
	return *at_ms < 0 ? 0 : stamp + (space != NULL);
}

static int by_time(const void *a, const void *b)
{
	const struct log_lines_held *left = a, *right = b;
	if (left->at_ms != right->at_ms)
		return left->at_ms < right->at_ms ? -1 : 1;
	return left->number < right->number ? -1 : left->number > right->number;
}

void log_lines_flush(struct log_lines *lines)
{
	loop_timer_disarm(lines->timer);
	if (lines->held.len > 1)
		qsort(lines->held.items, lines->held.len, sizeof *lines->held.items, by_time);
	vec_each (&lines->held, held) {
		lines->fn(lines->data, held->source, held->text, held->len);
		free(held->text);
	}
	vec_clear(&lines->held);
	lines->bytes = 0;
}

static void on_quiet(void *data)
{
	log_lines_flush(data);
}

struct log_lines *log_lines_create(struct loop *loop, log_lines_fn *fn, void *data)
{
	struct log_lines *lines = mem_alloc(sizeof *lines);
	*lines = (struct log_lines){.loop = loop, .fn = fn, .data = data};
	lines->timer = loop_timer_create(loop, on_quiet, lines);
	return lines;
}

void log_lines_clear(struct log_lines *lines)
{
	loop_timer_disarm(lines->timer);
	vec_each (&lines->held, held)
		free(held->text);
	vec_clear(&lines->held);
	lines->bytes = 0;
	memset(lines->newest_ms, 0, sizeof lines->newest_ms);
}

void log_lines_destroy(struct log_lines *lines)
{
	if (!lines)
		return;
	log_lines_clear(lines);
	vec_finish(&lines->held);
	loop_timer_destroy(lines->timer);
	free(lines);
}

void log_lines_add(struct log_lines *lines, size_t source, int64_t at_ms, const char *line, size_t len)
{
	int64_t now = loop_now_ms(lines->loop), *newest = &lines->newest_ms[source % SOURCES_MAX];
	/* One log is in order, whatever its stamps say. */
	*newest = at_ms > *newest ? at_ms : *newest;
	vec_push(&lines->held, (struct log_lines_held){.source = source,
						       .number = lines->numbers++,
						       .at_ms = *newest,
						       .text = mem_strndup(line, len),
						       .len = len});
	lines->bytes += len;
	if (lines->held.len == 1)
		lines->since_ms = now;
	int64_t left = lines->since_ms + HELD_MAX_MS - now;
	if (lines->bytes > HELD_MAX_BYTES)
		log_lines_flush(lines);
	else
		loop_timer_arm(lines->timer, left < 0 ? 0 : left < QUIET_MS ? left : QUIET_MS);
}
