/* Sorting and filtering. Both first make plain bytes of the cells, so that what runs n log n or at each keystroke
 * touches no callback. */
#include "tui/widgets/table_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 256 * 1024 * 1024, TEXTS_MAX = 256 * 1024 * 1024, CELL_TEXT_MAX = 256, RUN_MAX = 255 };

/* ---- sorting ---- */

enum table_item_class { ITEM_NUMBER, ITEM_TEXT, ITEM_MISSING };

struct table_item {
	uint64_t head; /* the number, or the first eight bytes of the key after what all have in common */
	uint32_t row;
	uint32_t at, len; /* of the whole key */
	uint8_t class;
};

struct table_sorting {
	struct buf keys;
	size_t common;
	bool descending;
};

/* Doubles as integers of the same order. */
static uint64_t ordered_bits(double number)
{
	uint64_t bits;
	memcpy(&bits, &number, sizeof bits);
	return bits >> 63 ? ~bits : bits | 1ULL << 63;
}

/* Bytes whose order is str_compare_natural's: a run of digits becomes '0', its length without leading zeros, and the
 * digits. */
static void append_natural(struct buf *out, const char *text)
{
	while (*text) {
		size_t plain = strcspn(text, "0123456789");
		buf_append(out, text, plain);
		text += plain;
		if (!*text)
			break;
		text += strspn(text, "0");
		size_t digits = strspn(text, "0123456789");
		size_t shown = digits < RUN_MAX ? digits : RUN_MAX;
		buf_append_char(out, '0');
		buf_append_char(out, (char)(unsigned char)shown);
		buf_append(out, text, shown);
		text += digits;
	}
}

static struct table_item make_item(struct table *table, struct table_sorting *sorting, size_t row)
{
	struct cell cell = table->source->cell(table->data, row, (size_t)table->sort_column);
	struct table_item item = {.row = (uint32_t)row, .at = (uint32_t)sorting->keys.len};
	if (cell_is_missing(&cell)) {
		item.class = ITEM_MISSING;
	} else if (cell.text) {
		item.class = ITEM_TEXT;
		append_natural(&sorting->keys, cell.text);
		item.len = (uint32_t)sorting->keys.len - item.at;
	} else {
		item.class = ITEM_NUMBER;
		item.head = ordered_bits(cell_order(&cell));
	}
	return item;
}

static size_t common_prefix(const char *a, const char *b, size_t len)
{
	size_t at = 0;
	while (at < len && a[at] == b[at])
		at++;
	return at;
}

/* Names in one table mostly begin alike; the head is worth more when it begins where they differ. */
static void set_heads(struct table_item *items, size_t count, struct table_sorting *sorting)
{
	const char *keys = sorting->keys.data;
	const struct table_item *first = NULL;
	for (size_t i = 0; i < count; i++) {
		if (items[i].class != ITEM_TEXT)
			continue;
		if (!first) {
			first = &items[i];
			sorting->common = first->len;
		}
		size_t len = items[i].len < sorting->common ? items[i].len : sorting->common;
		sorting->common = keys ? common_prefix(keys + first->at, keys + items[i].at, len) : 0;
	}
	for (size_t i = 0; i < count; i++) {
		if (items[i].class != ITEM_TEXT)
			continue;
		for (size_t b = 0; b < 8; b++) {
			size_t at = sorting->common + b;
			uint64_t byte = keys && at < items[i].len ? (unsigned char)keys[items[i].at + at] : 0;
			items[i].head = items[i].head << 8 | byte;
		}
	}
}

static int compare_tails(const struct table_item *a, const struct table_item *b, const struct table_sorting *sorting)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = len > 0 ? memcmp(sorting->keys.data + a->at, sorting->keys.data + b->at, len) : 0;
	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static int table_compare_items(const void *left, const void *right, void *data)
{
	const struct table_sorting *sorting = data;
	const struct table_item *a = left, *b = right;
	int order = 0;
	if (a->class == ITEM_MISSING || b->class == ITEM_MISSING) {
		order = (a->class == ITEM_MISSING) - (b->class == ITEM_MISSING);
		return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
	}
	if (a->class != b->class)
		order = a->class - b->class;
	else if (a->head != b->head)
		order = a->head > b->head ? 1 : -1;
	else if (a->class == ITEM_TEXT)
		order = compare_tails(a, b, sorting);
	if (order == 0)
		return (a->row > b->row) - (a->row < b->row);
	return sorting->descending ? -order : order;
}

void table_order_rows(struct table *table)
{
	table->total = table->source->count(table->data);
	vec_clear(&table->order);
	vec_reserve(&table->order, table->total);
	table->order.len = table->total;
	for (size_t row = 0; row < table->total; row++)
		table->order.items[row] = (uint32_t)row;
	if (table->sort_column < 0 || table->total == 0)
		return;
	struct table_sorting sorting = {.keys = BUF_INIT(KEYS_MAX), .descending = table->descending};
	struct table_item *items = mem_resize(NULL, table->total, sizeof *items);
	for (size_t row = 0; row < table->total; row++)
		items[row] = make_item(table, &sorting, row);
	set_heads(items, table->total, &sorting);
	qsort_r(items, table->total, sizeof *items, table_compare_items, &sorting);
	for (size_t i = 0; i < table->total; i++)
		table->order.items[i] = items[i].row;
	free(items);
	buf_finish(&sorting.keys);
}

/* ---- filtering ---- */

static bool table_text_is_plain(const char *text, size_t len)
{
	unsigned char any = 0;
	for (size_t i = 0; i < len; i++)
		any |= (unsigned char)((unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7e);
	return !any;
}

static void append_cell_text(struct buf *out, const struct cell *cell)
{
	char text[CELL_TEXT_MAX];
	size_t len = cell->text ? strlen(cell->text) : 0;
	if (cell->text && table_text_is_plain(cell->text, len)) {
		buf_append(out, cell->text, len);
		return;
	}
	len = cell_format(cell, text, sizeof text, false);
	buf_append(out, text, len);
}

static void make_texts(struct table *table)
{
	struct table_texts *texts = &table->texts;
	if (texts->valid)
		return;
	texts->text.max = TEXTS_MAX;
	buf_clear(&texts->text);
	vec_clear(&texts->ends);
	vec_reserve(&texts->ends, table->total);
	for (size_t row = 0; row < table->total; row++) {
		for (size_t column = 0; column < table->column_count; column++) {
			struct cell cell = table->source->cell(table->data, row, column);
			if (cell.type == CELL_NONE)
				continue;
			append_cell_text(&texts->text, &cell);
			buf_append(&texts->text, "  ", 2);
		}
		size_t start = row > 0 ? texts->ends.items[row - 1] : 0;
		if (texts->text.len >= start + 2)
			texts->text.len -= 2;
		vec_push(&texts->ends, (uint32_t)texts->text.len);
	}
	texts->valid = true;
}

void table_forget_texts(struct table *table)
{
	table->texts.valid = false;
	if (table->filter)
		return;
	buf_finish(&table->texts.text);
	vec_finish(&table->texts.ends);
}

static bool table_row_matches(const struct table *table, uint32_t row)
{
	size_t start = row > 0 ? table->texts.ends.items[row - 1] : 0;
	size_t len = table->texts.ends.items[row] - start;
	return pattern_match(table->filter, buf_str(&table->texts.text) + start, len);
}

void table_filter_rows(struct table *table)
{
	if (table->filter)
		make_texts(table);
	vec_clear(&table->lines);
	vec_reserve(&table->lines, table->order.len);
	for (size_t i = 0; i < table->order.len; i++) {
		uint32_t row = table->order.items[i];
		if (table->keep && !table->keep(table->keep_data, row))
			continue;
		if (!table->filter || table_row_matches(table, row))
			table->lines.items[table->lines.len++] = row;
	}
}
