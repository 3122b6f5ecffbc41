/* The rows of a scope: which there are, in which order, and what each of them is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "views/sheets/sheet.h"

/* ---- a row by what its sheet says of it ---- */

const char *sheet_name_of(const struct sheet *sheet, struct sheet_row *row)
{
	return sheet->name_of ? sheet->name_of(row) : sheet->columns[0].cell(row).text;
}

const char *sheet_namespace_of(const struct sheet *sheet, const struct sheet_row *row)
{
	if (sheet->namespace_of)
		return sheet->namespace_of(row);
	return row->cluster ? row->cluster->namespace : NULL;
}

void sheet_key_of(const struct sheet *sheet, struct sheet_row *row, char *out, size_t size)
{
	const char *within = sheet->per_cluster ? row->cluster->key : sheet_namespace_of(sheet, row);
	if (sheet->key)
		sheet->key(row, out, size);
	else
		snprintf(out, size, "%s%s%s", str_or(within, ""), within ? "/" : "",
			 str_or(sheet_name_of(sheet, row), ""));
}

struct sheet_links sheet_links_of(const struct sheet *sheet, const struct sheet_row *row)
{
	struct sheet_links links = {0};
	if (sheet->links)
		sheet->links(row, &links);
	return links;
}

static bool cluster_matches(const struct world_cluster *cluster, const struct sheet_scope *scope)
{
	return (!scope->cluster || str_eq(cluster->key, scope->cluster)) &&
	       (!scope->namespace || str_eq(cluster->namespace, scope->namespace));
}

static bool links_match(const struct sheet *sheet, const struct sheet_row *row, const struct sheet_scope *scope)
{
	char broker[512];
	if (!sheet->links || (!scope->node && !scope->broker))
		return true;
	struct sheet_links links = sheet_links_of(sheet, row);
	if (scope->node && !str_eq(links.node, scope->node))
		return false;
	snprintf(broker, sizeof broker, "%s/%s", str_or(sheet_namespace_of(sheet, row), ""), str_or(links.broker, ""));
	return !scope->broker || str_eq(broker, scope->broker);
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
	if (scope->name && !str_eq(sheet_name_of(sheet, row), scope->name))
		return false;
	return sheet->matches ? sheet->matches(row, scope) : links_match(sheet, row, scope);
}

static const char *list_of(const struct sheet *sheet, const struct world_view *world,
			   const struct world_cluster *cluster)
{
	return sheet->list.of_cluster ? (const char *)cluster : (const char *)world;
}

static int64_t row_count_of(const struct sheet *sheet, const struct world_view *world,
			    const struct world_cluster *cluster)
{
	size_t count;
	if (sheet->count)
		return sheet->count(world, cluster);
	memcpy(&count, list_of(sheet, world, cluster) + sheet->list.count, sizeof count);
	return (int64_t)count;
}

static void fill_row(const struct sheet *sheet, struct sheet_row *row, int64_t index)
{
	if (!sheet->count) {
		const char *items;
		memcpy(&items, list_of(sheet, row->world, row->cluster) + sheet->list.items, sizeof items);
		memcpy(&row->item.any, items + (size_t)index * sizeof row->item.any, sizeof row->item.any);
	}
	if (sheet->fill)
		sheet->fill(row, index);
}

static uint8_t sheet_rows_rank(const struct sheet *sheet, struct sheet_row *row)
{
	return sheet->rank ? sheet->rank(row) : sheet_rank_of(sheet_severity(sheet, row));
}

static void sheet_collect_cluster(struct sheet_rows *rows, const struct world_cluster *cluster,
				  const struct sheet_scope *scope, enum sheet_order order)
{
	int64_t count = row_count_of(rows->sheet, rows->world, cluster);
	bool ranked = order == SHEET_WORST_FIRST && !rows->sheet->unranked;
	struct sheet_row row;
	for (int64_t i = 0; i < count; i++) {
		row.world = rows->world;
		row.wall_ms = rows->wall_ms;
		row.cluster = cluster;
		fill_row(rows->sheet, &row, i);
		if (sheet_row_matches(rows->sheet, &row, scope))
			vec_push(&rows->positions,
				 (struct sheet_position){.cluster = cluster,
							 .index = (uint32_t)i,
							 .rank = ranked ? sheet_rows_rank(rows->sheet, &row) : 0});
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
	fill_row(rows->sheet, row, at->index);
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
