/* Where records begin and end, and which of them are whole. Neither quotation mark of the marks below can stand inside of a
 * JSON string, so they are found without parsing, in lines that were torn or grown together, too. */
#include "api/ops/journal/journal_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGINS "{\"record\":"
#define NUMBER ",\"number\":"
#define SUM ",\"crc32\":\""

enum { SUM_DIGITS = 8, SEAL_LEN = sizeof SUM - 1 + SUM_DIGITS + 2 /* "} */, NUMBER_DIGITS_MAX = 15 };

/* CRC-32 as in IEEE 802.3, four bits a time: it finds every burst of up to 32 bits. */
static uint32_t checksum_of(const char *bytes, size_t len)
{
	static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
					   0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
					   0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	uint32_t sum = UINT32_MAX;
	for (size_t i = 0; i < len; i++) {
		sum ^= (unsigned char)bytes[i];
		sum = table[sum & 15] ^ (sum >> 4);
		sum = table[sum & 15] ^ (sum >> 4);
	}
	return ~sum;
}

bool ops_journal_lines_seal(struct buf *record, uint64_t number)
{
	buf_printf(record, NUMBER "%" PRIu64, number);
	uint32_t sum = checksum_of(buf_str(record), record->len);
	buf_printf(record, SUM "%08" PRIx32 "\"}\n", sum);
	return !record->overflow;
}

/* ---- one record ---- */

static const char *find_mark(const char *from, const char *end, const char *mark)
{
	return from < end ? memmem(from, (size_t)(end - from), mark, strlen(mark)) : NULL;
}

/* The number that stands right before the seal; 0 = none. */
static uint64_t number_before(const char *begin, const char *seal)
{
	const char *digits = seal;
	uint64_t number = 0;
	while (digits > begin && digits[-1] >= '0' && digits[-1] <= '9' && seal - digits < NUMBER_DIGITS_MAX)
		digits--;
	size_t mark = strlen(NUMBER);
	if (digits - begin < (ptrdiff_t)mark || memcmp(digits - mark, NUMBER, mark) != 0)
		return 0;
	for (; digits < seal; digits++)
		number = number * 10 + (uint64_t)(*digits - '0');
	return number;
}

/* The end of the record that begins there, NULL when its checksum does not hold. Its seal stands before the next begins. */
static const char *sealed_end(const char *begin, const char *end, uint64_t *number)
{
	char sum[SUM_DIGITS + 3];
	const char *next = find_mark(begin + 1, end, BEGINS);
	end = next ? next : end;
	const char *seal = find_mark(begin, end, SUM);
	if (!seal || end - seal < SEAL_LEN)
		return NULL;
	snprintf(sum, sizeof sum, "%08" PRIx32 "\"}", checksum_of(begin, (size_t)(seal - begin)));
	*number = number_before(begin, seal);
	bool holds = *number > 0 && memcmp(seal + strlen(SUM), sum, sizeof sum - 1) == 0;
	return holds ? seal + SEAL_LEN : NULL;
}

/* ---- a line ---- */

static bool line_is_blank(const char *from, const char *end)
{
	while (from < end && strchr(" \t\r", *from) && *from)
		from++;
	return from == end;
}

static void note_damage(struct ops_journal_lines *lines, size_t line)
{
	if (!lines->damaged_line)
		lines->damaged_line = line;
}

static void lines_add(struct ops_journal_lines *lines, struct ops_journal_line line)
{
	vec_push(&lines->items, line);
	lines->next = line.number >= lines->next ? line.number + 1 : lines->next;
}

/* Every whole record in it. False when there is none. */
static bool add_sealed(struct ops_journal_lines *lines, const char *from, const char *end, size_t line)
{
	const char *rest = from, *begin = from;
	bool any = false;
	while ((begin = find_mark(begin, end, BEGINS))) {
		uint64_t number;
		const char *stop = sealed_end(begin, end, &number);
		if (stop) {
			if (!line_is_blank(rest, begin))
				note_damage(lines, line);
			lines_add(lines, (struct ops_journal_line){.text = begin,
								   .len = (size_t)(stop - begin),
								   .number = number,
								   .line = line,
								   .sealed = true});
			any = true;
			rest = stop;
		}
		begin = stop ? stop : begin + 1;
	}
	if (any && !line_is_blank(rest, end))
		note_damage(lines, line);
	return any;
}

static int by_number(const void *a, const void *b)
{
	const struct ops_journal_line *one = a, *other = b;
	if (one->number != other->number)
		return one->number < other->number ? -1 : 1;
	if (one->sealed != other->sealed)
		return one->sealed ? -1 : 1;
	return one->text < other->text ? -1 : 1;
}

static void keep_first_of_each(struct ops_journal_lines *lines)
{
	size_t kept = 0;
	if (lines->items.len)
		qsort(lines->items.items, lines->items.len, sizeof *lines->items.items, by_number);
	vec_each (&lines->items, it)
		if (kept == 0 || lines->items.items[kept - 1].number != it->number)
			lines->items.items[kept++] = *it;
	lines->items.len = kept;
}

void ops_journal_lines_split(const char *text, size_t len, struct ops_journal_lines *out)
{
	const char *at = text, *end = text + len;
	*out = (struct ops_journal_lines){.next = 1};
	for (size_t line = 1; at < end; line++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		bool sealed = add_sealed(out, at, stop ? stop : end, line);
		if (!sealed && !stop)
			break; /* torn: the process ended while it wrote */
		stop = stop ? stop : end;
		if (!sealed && !line_is_blank(at, stop))
			lines_add(out,
				  (struct ops_journal_line){
					  .text = at, .len = (size_t)(stop - at), .number = out->next, .line = line});
		at = stop < end ? stop + 1 : end;
		out->whole = (size_t)(at - text);
	}
	keep_first_of_each(out);
}

void ops_journal_lines_finish(struct ops_journal_lines *lines)
{
	vec_finish(&lines->items);
}
