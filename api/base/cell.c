/* How a typed value is made, printed for a person, written as JSON and put in order. All units of the console (bytes,
 * rates, ages) come out of here, so that no two screens say the same figure differently. */
#include "api/base/cell.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/json_write.h"
#include "api/base/mem.h"
#include "api/base/text.h"

struct cell cell_unknown(void)
{
	return (struct cell){.type = CELL_UNKNOWN};
}

struct cell cell_none(void)
{
	return (struct cell){.type = CELL_NONE};
}

static struct cell text_cell(enum cell_type type, const char *text)
{
	return text ? (struct cell){.type = type, .text = text} : cell_none();
}

static struct cell number_cell(enum cell_type type, int64_t number)
{
	return number < 0 ? cell_unknown() : (struct cell){.type = type, .number = number};
}

static struct cell real_cell(enum cell_type type, double real)
{
	return !(real >= 0) ? cell_unknown() : (struct cell){.type = type, .real = real};
}

struct cell cell_text(const char *text)
{
	return text_cell(CELL_TEXT, text);
}

struct cell cell_list(const char *joined)
{
	return text_cell(CELL_LIST, joined);
}

struct cell cell_numbers(const char *joined)
{
	return text_cell(CELL_NUMBERS, joined);
}

struct cell cell_count(int64_t n)
{
	return (struct cell){.type = CELL_COUNT, .number = n};
}

struct cell cell_bytes(int64_t bytes)
{
	return number_cell(CELL_BYTES, bytes);
}

struct cell cell_rate(double a_second)
{
	return real_cell(CELL_RATE, a_second);
}

struct cell cell_byte_rate(double a_second)
{
	return real_cell(CELL_BYTE_RATE, a_second);
}

struct cell cell_fraction(double part)
{
	return real_cell(CELL_FRACTION, part);
}

struct cell cell_age(int64_t seconds)
{
	return number_cell(CELL_AGE, seconds);
}

struct cell cell_bool(bool yes)
{
	return (struct cell){.type = CELL_BOOL, .number = yes};
}

struct cell cell_ratio(int64_t part, int64_t total)
{
	return part < 0 || total < 0 ? cell_unknown()
				     : (struct cell){.type = CELL_RATIO, .number = part, .total = total};
}

struct cell cell_graded(struct cell cell, enum severity severity)
{
	cell.severity = severity == SEV_OK && cell.type == CELL_UNKNOWN ? SEV_NONE : severity;
	return cell;
}

/* ---- for a person ---- */

static void cell_scaled(double value, double step, const char *const *units, size_t count, char out[static 16])
{
	size_t unit = 0;
	/* 999.5 and more would print as 1000 of the smaller unit. */
	while (unit + 1 < count && value >= (step == 1024 ? 1000 : 999.5)) {
		value /= step;
		unit++;
	}
	if (unit > 0 && value < 9.95)
		snprintf(out, 16, "%.1f%s", value, units[unit]);
	else
		snprintf(out, 16, "%.0f%s", value, units[unit]);
}

void cell_human_bytes(int64_t bytes, char out[static 16])
{
	static const char *const units[] = {"B", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
	cell_scaled((double)bytes, 1024, units, sizeof units / sizeof units[0], out);
}

void cell_human_count(double count, char out[static 16])
{
	static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};
	char magnitude[16];
	cell_scaled(fabs(count), 1000, units, sizeof units / sizeof units[0], magnitude);
	snprintf(out, 16, "%s%.14s", count < 0 ? "-" : "", magnitude);
}

void cell_human_age(int64_t seconds, char out[static 16])
{
	long long s = seconds, m = s / 60, h = m / 60, d = h / 24;
	if (s < 120)
		snprintf(out, 16, "%llds", s);
	else if (m < 10)
		snprintf(out, 16, "%lldm%llds", m, s % 60);
	else if (h < 3)
		snprintf(out, 16, "%lldm", m);
	else if (h < 10)
		snprintf(out, 16, "%lldh%lldm", h, m % 60);
	else if (d < 2)
		snprintf(out, 16, "%lldh", h);
	else if (d < 10)
		snprintf(out, 16, "%lldd%lldh", d, h % 24);
	else if (d < 730)
		snprintf(out, 16, "%lldd", d);
	else
		snprintf(out, 16, "%lldy%lldd", d / 365 % 100000, d % 365);
}

static size_t format_plain(const struct cell *cell, char *out, size_t size, bool ascii)
{
	char human[16] = "";
	const char *suffix = "";
	switch (cell->type) {
	case CELL_UNKNOWN:
		snprintf(human, sizeof human, "?");
		break;
	case CELL_NONE:
		snprintf(human, sizeof human, "%s", ascii ? "-" : "–");
		break;
	case CELL_COUNT:
		return (size_t)snprintf(out, size, "%" PRId64, cell->number);
	case CELL_BYTES:
		cell_human_bytes(cell->number, human);
		break;
	case CELL_RATE:
		cell_human_count(cell->real, human);
		suffix = "/s";
		break;
	case CELL_BYTE_RATE:
		cell_human_bytes((int64_t)cell->real, human);
		suffix = "/s";
		break;
	case CELL_FRACTION:
		snprintf(human, sizeof human, "%.0f%%", cell->real * 100);
		break;
	case CELL_AGE:
		cell_human_age(cell->number, human);
		break;
	case CELL_BOOL:
		snprintf(human, sizeof human, "%s", cell->number ? "yes" : "no");
		break;
	case CELL_RATIO:
		return (size_t)snprintf(out, size, "%" PRId64 "/%" PRId64, cell->number, cell->total);
	default: /* texts: cell_format() */
		break;
	}
	return (size_t)snprintf(out, size, "%s%s", human, suffix);
}

size_t cell_format(const struct cell *cell, char *out, size_t size, bool ascii)
{
	if (size == 0)
		return 0;
	if (cell->type == CELL_TEXT || cell->type == CELL_LIST || cell->type == CELL_NUMBERS)
		return text_clean(cell->text, strlen(cell->text), out, size);
	size_t written = format_plain(cell, out, size, ascii);
	return written < size ? written : size - 1;
}

/* ---- for a program ---- */

static void append_array(struct buf *out, const struct cell *cell, json_write_fn *quoted)
{
	buf_append_char(out, '[');
	for (const char *item = cell->text; *item;) {
		size_t len = strcspn(item, ",");
		if (item != cell->text)
			buf_append_str(out, ",");
		if (cell->type == CELL_LIST) {
			CLEANUP(free) char *one = mem_strndup(item, len);
			quoted(out, one);
		} else {
			buf_append(out, item, len);
		}
		item += len;
		item += *item == ',';
	}
	buf_append_char(out, ']');
}

static void append_value(const struct cell *cell, json_write_fn *quoted, struct buf *out)
{
	switch (cell->type) {
	case CELL_UNKNOWN:
	case CELL_NONE:
		buf_append_str(out, "null");
		break;
	case CELL_TEXT:
		quoted(out, cell->text);
		break;
	case CELL_LIST:
	case CELL_NUMBERS:
		append_array(out, cell, quoted);
		break;
	case CELL_COUNT:
	case CELL_BYTES:
	case CELL_AGE:
		buf_printf(out, "%" PRId64, cell->number);
		break;
	case CELL_RATE:
	case CELL_BYTE_RATE:
	case CELL_FRACTION:
		buf_printf(out, "%.6g", cell->real);
		break;
	case CELL_BOOL:
		buf_append_str(out, cell->number ? "true" : "false");
		break;
	case CELL_RATIO:
		buf_printf(out, "\"%" PRId64 "/%" PRId64 "\"", cell->number, cell->total);
		break;
	}
}

void cell_append_json(const struct cell *cell, struct buf *out)
{
	append_value(cell, json_write_string, out);
}

void cell_append_yaml(const struct cell *cell, struct buf *out)
{
	append_value(cell, json_write_yaml_string, out);
}

/* ---- order ---- */

bool cell_is_numeric(enum cell_type type)
{
	return type >= CELL_COUNT && type <= CELL_RATIO && type != CELL_BOOL;
}

bool cell_is_missing(const struct cell *cell)
{
	return cell->type == CELL_UNKNOWN || cell->type == CELL_NONE;
}

double cell_order(const struct cell *cell)
{
	switch (cell->type) {
	case CELL_RATE:
	case CELL_BYTE_RATE:
	case CELL_FRACTION:
		return cell->real;
	case CELL_RATIO:
		return cell->total > 0 ? (double)cell->number / (double)cell->total : 0;
	default:
		return (double)cell->number;
	}
}
