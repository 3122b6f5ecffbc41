/* Figures for the table: sorting and filtering many rows. Build with -Dbuildtype=release. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "tests/bench/figures.h"
#include "tui/widgets/table.h"

enum { COLUMNS = 8, ROUNDS = 9 };

struct row {
	char *key, *name, *node;
	int64_t restarts, age, memory;
	double disk;
};

struct rows {
	struct row *items;
	size_t len;
};

static size_t count(void *data)
{
	return ((struct rows *)data)->len;
}

static const char *key(void *data, size_t row)
{
	return ((struct rows *)data)->items[row].key;
}

static struct cell cell(void *data, size_t at, size_t column)
{
	const struct row *row = &((struct rows *)data)->items[at];
	switch (column) {
	case 0:
		return cell_text("messaging");
	case 1:
		return cell_text(row->name);
	case 2:
		return cell_text(row->restarts % 7 ? "Running" : "CrashLoopBackOff");
	case 3:
		return cell_ratio(row->restarts % 3, 3);
	case 4:
		return cell_count(row->restarts);
	case 5:
		return cell_fraction(row->disk);
	case 6:
		return cell_text(row->node);
	default:
		return cell_age(row->age);
	}
}

static const struct table_source source = {.count = count, .key = key, .cell = cell};
static const struct table_column columns[COLUMNS] = {
	{.title = "NAMESPACE", .type = CELL_TEXT}, {.title = "NAME", .type = CELL_TEXT},
	{.title = "STATUS", .type = CELL_TEXT},    {.title = "READY", .type = CELL_RATIO},
	{.title = "RESTARTS", .type = CELL_COUNT}, {.title = "DISK", .type = CELL_FRACTION},
	{.title = "NODE", .type = CELL_TEXT},      {.title = "AGE", .type = CELL_AGE},
};

static struct rows make_rows(size_t len)
{
	struct rows rows = {.items = mem_alloc(len * sizeof(struct row)), .len = len};
	uint32_t seed = 1;
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525 + 1013904223;
		struct row *row = &rows.items[i];
		row->name = str_printf("rabbitmq-cluster-%u-server-%u", seed >> 20, (seed >> 8) % 100);
		row->key = str_printf("messaging/%zu/%s", i, row->name);
		row->node = str_printf("node-%u.example.internal", (seed >> 12) % 300);
		row->restarts = (seed >> 10) % 1000;
		row->age = seed >> 4;
		row->disk = (seed >> 8) % 1000 / 1000.0;
	}
	return rows;
}

static void free_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->len; i++) {
		free(rows->items[i].key);
		free(rows->items[i].name);
		free(rows->items[i].node);
	}
	free(rows->items);
}

static void bench_sort(struct table *table, const char *what, int column, size_t rows)
{
	double times[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		double start = times_ms(CLOCK_MONOTONIC);
		table_sort(table, column, i % 2);
		times[i] = times_ms(CLOCK_MONOTONIC) - start;
	}
	figure_print_times(times, ROUNDS, "%s/%zu", what, rows);
}

static void bench_filter(struct table *table, size_t rows)
{
	static const char *const typed[] = {"s",         "se",           "ser", "serv", "server-4", "server-4.*node",
					    "!server-4", "node-1[0-9]+", "x"};
	double times[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		double start = times_ms(CLOCK_MONOTONIC);
		if (!table_set_filter(table, typed[i], NULL))
			abort();
		times[i] = times_ms(CLOCK_MONOTONIC) - start;
		if (i == 0)
			figure_print(times[0], "ms", "filter-first-keystroke/%zu", rows);
	}
	figure_print_times(times, ROUNDS, "filter-keystroke/%zu", rows);
	if (!table_set_filter(table, NULL, NULL))
		abort();
}

static void bench_refresh(struct table *table, const char *what, size_t rows)
{
	double times[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		double start = times_ms(CLOCK_MONOTONIC);
		table_refresh(table);
		times[i] = times_ms(CLOCK_MONOTONIC) - start;
	}
	figure_print_times(times, ROUNDS, "%s/%zu", what, rows);
}

static void bench_draw(struct table *table, size_t rows)
{
	double times[ROUNDS];
	struct canvas *canvas = canvas_create(50, 200, false);
	for (int i = 0; i < ROUNDS; i++) {
		double start = times_ms(CLOCK_MONOTONIC);
		table_move(table, TABLE_DOWN);
		table_draw(table, canvas, canvas_rect(canvas), true);
		times[i] = times_ms(CLOCK_MONOTONIC) - start;
	}
	figure_print_times(times, ROUNDS, "draw/%zu", rows);
	canvas_destroy(canvas);
}

int main(void)
{
	static const size_t sizes[] = {1000, 10000, 50000};
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct rows rows = make_rows(sizes[i]);
		struct table *table = table_create(columns, COLUMNS, &source, &rows);
		bench_sort(table, "sort-by-name", 1, sizes[i]);
		bench_sort(table, "sort-by-one-value", 0, sizes[i]);
		bench_sort(table, "sort-by-number", 4, sizes[i]);
		bench_refresh(table, "refresh-sorted-by-number", sizes[i]);
		bench_filter(table, sizes[i]);
		bench_draw(table, sizes[i]);
		table_destroy(table);
		free_rows(&rows);
	}
	return 0;
}
