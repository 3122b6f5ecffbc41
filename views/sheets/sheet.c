#include "views/sheets/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"

static const struct sheet *const sheet_table[] = {
#define X(variable, names, help) &variable,
#include "views/sheets/sheets.def"
#undef X
	NULL};

static const char *const other_names[] = {
#define X(variable, names, help) names,
#include "views/sheets/sheets.def"
#undef X
};

static const char *const helps[] = {
#define X(variable, names, help) help,
#include "views/sheets/sheets.def"
#undef X
};

const struct sheet *const *sheet_all(void)
{
	return sheet_table;
}

const char *sheet_help(size_t at)
{
	return helps[at];
}

const struct sheet *sheet_find(const char *name)
{
	for (size_t i = 0; sheet_table[i]; i++) {
		if (str_eq(sheet_table[i]->name, name) || str_has_word(other_names[i], ' ', name))
			return sheet_table[i];
	}
	return NULL;
}

/* ---- rows ---- */

static bool cluster_matches(const struct world_cluster *cluster, const struct sheet_scope *scope)
{
	return (!scope->cluster || str_eq(cluster->key, scope->cluster)) &&
	       (!scope->namespace || str_eq(cluster->namespace, scope->namespace));
}

static bool sheet_row_matches(const struct sheet *sheet, struct sheet_row *row, const struct sheet_scope *scope)
{
	if (scope->namespace && sheet->namespace_of) {
		const char *namespace = sheet->namespace_of(row);
		if (namespace && !str_eq(namespace, scope->namespace))
			return false;
	}
	if (scope->cluster && row->cluster && !str_eq(row->cluster->key, scope->cluster))
		return false;
	if (scope->name && !str_eq(sheet->name_of(row), scope->name))
		return false;
	return !sheet->matches || sheet->matches(row, scope);
}

static void sheet_collect_cluster(struct sheet_rows *rows, const struct world_cluster *cluster,
				  const struct sheet_scope *scope, enum sheet_order order)
{
	int64_t count = rows->sheet->count(rows->world, cluster);
	bool ranked = order == SHEET_WORST_FIRST && rows->sheet->rank;
	struct sheet_row row;
	for (int64_t i = 0; i < count; i++) {
		row.world = rows->world;
		row.wall_ms = rows->wall_ms;
		row.cluster = cluster;
		rows->sheet->fill(&row, i);
		if (sheet_row_matches(rows->sheet, &row, scope))
			vec_push(&rows->positions,
				 (struct sheet_position){.cluster = cluster,
							 .index = (uint32_t)i,
							 .rank = ranked ? rows->sheet->rank(&row) : 0});
	}
}

static bool is_in_order(const struct sheet_rows *rows)
{
	for (size_t i = 1; i < rows->positions.len; i++)
		if (rows->positions.items[i - 1].rank < rows->positions.items[i].rank)
			return false;
	return true;
}

/* By counting, because there may be hundreds of thousands: one pass more, and rows of one rank keep their order. */
static void put_worst_first(struct sheet_rows *rows)
{
	size_t place[SHEET_RANKS] = {0}, next = 0;
	if (is_in_order(rows))
		return;
	vec_each (&rows->positions, at)
		place[at->rank]++;
	for (size_t rank = SHEET_RANKS; rank-- > 0;) {
		size_t count = place[rank];
		place[rank] = next;
		next += count;
	}
	struct sheet_position *sorted = mem_resize(NULL, rows->positions.len, sizeof *sorted);
	vec_each (&rows->positions, at)
		sorted[place[at->rank]++] = *at;
	free(rows->positions.items);
	rows->positions.items = sorted;
	rows->positions.size = rows->positions.len;
}

static int compare_parts(const void *left, const void *right)
{
	const struct sheet_part *a = left, *b = right;
	return strcmp(a->cluster->key, b->cluster->key);
}

/* By key: the world has the worst cluster first, and with it all rows of another would move. */
static struct sheet_parts parts_of(const struct world_view *world, const struct sheet_scope *scope)
{
	struct sheet_parts parts = {0};
	for (size_t i = 0; i < world->cluster_count; i++) {
		const struct world_cluster *cluster = world->clusters[i];
		if (cluster_matches(cluster, scope))
			vec_push(&parts, (struct sheet_part){.cluster = cluster, .answers = cluster->answers});
	}
	if (parts.len)
		qsort(parts.items, parts.len, sizeof *parts.items, compare_parts);
	return parts;
}

static bool are_same_parts(const struct sheet_parts *a, const struct sheet_parts *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (a->items[i].cluster != b->items[i].cluster || a->items[i].answers != b->items[i].answers)
			return false;
	return true;
}

bool sheet_rows_collect(struct sheet_rows *rows, const struct sheet *sheet, const struct world_view *world,
			const struct sheet_scope *scope, enum sheet_order order, int64_t wall_ms)
{
	struct sheet_parts parts = sheet->per_cluster ? parts_of(world, scope) : (struct sheet_parts){0};
	bool same = sheet->answers_only && rows->world == world && are_same_parts(&rows->parts, &parts);
	vec_finish(&rows->parts);
	rows->parts = parts;
	rows->sheet = sheet;
	rows->world = world;
	rows->wall_ms = wall_ms;
	if (same)
		return false;
	vec_clear(&rows->positions);
	if (!sheet->per_cluster)
		sheet_collect_cluster(rows, NULL, scope, order);
	for (size_t i = 0; i < parts.len; i++)
		sheet_collect_cluster(rows, parts.items[i].cluster, scope, order);
	put_worst_first(rows);
	return true;
}

void sheet_rows_clear(struct sheet_rows *rows)
{
	vec_clear(&rows->positions);
	rows->world = NULL;
}

void sheet_rows_finish(struct sheet_rows *rows)
{
	vec_finish(&rows->positions);
	vec_finish(&rows->parts);
}

void sheet_rows_fill(const struct sheet_rows *rows, size_t position, struct sheet_row *row)
{
	const struct sheet_position *at = &rows->positions.items[position];
	row->world = rows->world;
	row->wall_ms = rows->wall_ms;
	row->cluster = at->cluster;
	rows->sheet->fill(row, at->index);
}

enum severity sheet_severity(const struct sheet *sheet, struct sheet_row *row)
{
	enum severity worst = SEV_NONE;
	for (size_t i = 0; i < sheet->column_count; i++) {
		enum severity severity = sheet->columns[i].cell(row).severity;
		worst = severity > worst ? severity : worst;
	}
	return worst;
}

uint8_t sheet_rank_of(enum severity severity)
{
	return severity > SEV_OK ? (uint8_t)severity : 0;
}

/* ---- shared cells ---- */

const char *sheet_kind_word(const struct world_cluster *cluster)
{
	return cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbitmq";
}

struct cell sheet_cell_cluster(struct sheet_row *row)
{
	return row->cluster ? cell_text(row->cluster->name) : cell_none();
}

struct cell sheet_cell_kind(struct sheet_row *row)
{
	return row->cluster ? cell_text(sheet_kind_word(row->cluster)) : cell_none();
}

struct cell sheet_cell_namespace(struct sheet_row *row)
{
	return row->cluster ? cell_text(row->cluster->namespace) : cell_none();
}

struct cell sheet_age_since(const struct sheet_row *row, int64_t unix_ms)
{
	if (unix_ms < 0)
		return cell_unknown();
	int64_t seconds = (row->wall_ms - unix_ms) / 1000;
	return cell_age(seconds > 0 ? seconds : 0);
}

struct cell sheet_joined(struct sheet_row *row, const char *const *items, size_t count)
{
	size_t used = 0;
	row->text[0] = '\0';
	for (size_t i = 0; i < count && used < sizeof row->text; i++) {
		int more = snprintf(row->text + used, sizeof row->text - used, "%s%s", i ? "," : "", items[i]);
		used += more > 0 ? (size_t)more : 0;
	}
	return cell_list(row->text);
}

struct cell sheet_figure(int64_t figure)
{
	return figure < 0 ? cell_unknown() : cell_count(figure);
}

struct cell sheet_text(const char *text)
{
	return text ? cell_text(text) : cell_unknown();
}

struct cell sheet_state(const char *word, enum severity severity)
{
	return word ? cell_graded(cell_text(word), severity) : cell_unknown();
}
