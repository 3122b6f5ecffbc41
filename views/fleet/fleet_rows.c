/* Rows of many worlds in one table: the columns of the sheet of clusters behind those that tell where a row comes from. */
#include "views/fleet/fleet_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"

enum { FLEET_RANK_COUNT = 8, UNKNOWN_RANK = 6, AGE_STEP_S = 10, SUMMARY_LEAST = 36 };

/* ---- what a context says of itself ---- */

/* Steps: a figure that ticks says nothing and costs bytes on a thin line. */
static int64_t stepped_s(int64_t ms)
{
	return ms < 0 ? -1 : ms / 1000 / AGE_STEP_S * AGE_STEP_S;
}

/* Why there may be more than its rows, of a live one; "" when all of them are told. */
static void say_withheld(const struct fleet_member *member, char *out, size_t size)
{
	snprintf(out, size, "%s", err_is_set(&member->err) ? member->err.text : "");
	for (size_t i = 0; i < WORLD_LIST_COUNT && !*out; i++) {
		const struct world_source *list = &member->world->lists[i];
		if (WORLD_ON_CLUSTERS >> i & 1 && err_is_set(&list->err))
			snprintf(out, size, "%s: %s", world_part_word((enum world_part)i), list->err.text);
	}
}

static void say_live(const struct fleet_member *member, char *out, size_t size)
{
	say_withheld(member, out, size);
	if (!*out && member->world->cluster_count == 0)
		snprintf(out, size, "%s",
			 member->world->discovering ? "looking for brokers" : "no RabbitMQ or Kafka found here");
}

static void say_down(const struct fleet_member *member, int64_t now_ms, char *out, size_t size)
{
	char age[16] = "";
	int64_t seconds = member->since_ms < 0 ? 0 : stepped_s(now_ms - member->since_ms);
	cell_human_age(seconds, age);
	if (seconds > 0)
		snprintf(out, size, "no answer for %s: %s", age, member->err.text);
	else
		snprintf(out, size, "%s: %s", member->link == FLEET_STALE ? "lost just now" : "no answer yet",
			 member->err.text);
}

/* What is wrong with it, and since when, in one sentence; "" when nothing is. Not cleaned. */
static void member_says(const struct fleet_member *member, int64_t now_ms, char *out, size_t size)
{
	out[0] = '\0';
	if (member->link == FLEET_LIVE && member->world)
		say_live(member, out, size);
	else if (member->link == FLEET_STALE || member->link == FLEET_UNREACHABLE)
		say_down(member, now_ms, out, size);
	else
		snprintf(out, size, "%s", err_is_set(&member->err) ? member->err.text : "connecting");
}

/* ---- columns of its own ---- */

static const struct fleet_row *fleet_row_of(const struct sheet_row *row)
{
	return (const struct fleet_row *)row;
}

static struct cell fleet_context(struct sheet_row *row)
{
	return cell_text(fleet_row_of(row)->member->context);
}

static enum severity link_severity(enum fleet_link link)
{
	static const enum severity severities[] = {
		[FLEET_LIVE] = SEV_NONE,  [FLEET_CONNECTING] = SEV_NONE,  [FLEET_SIGN_IN] = SEV_INFO,
		[FLEET_STALE] = SEV_WARN, [FLEET_UNREACHABLE] = SEV_WARN, [FLEET_REFUSED] = SEV_WARN};
	return severities[link];
}

static struct cell fleet_connection(struct sheet_row *row)
{
	enum fleet_link link = fleet_row_of(row)->member->link;
	return cell_graded(cell_text(fleet_link_word(link)), link_severity(link));
}

/* Of both sides the older: a broker's answer lasts while its API server is heard of. */
static int64_t age_ms(const struct fleet_row *it)
{
	int64_t now = it->rows->now_ms;
	int64_t heard = it->member->link == FLEET_LIVE ? now : it->member->heard_ms;
	if (it->row.cluster && it->row.cluster->source.updated_ms < heard)
		heard = it->row.cluster->source.updated_ms;
	return heard < 0 ? -1 : now - heard;
}

static struct cell fleet_age(struct sheet_row *row)
{
	int64_t age = age_ms(fleet_row_of(row));
	if (age < 0)
		return cell_unknown();
	return cell_age(fleet_row_of(row)->rows->order == FLEET_BOARD ? stepped_s(age) : age / 1000);
}

static const struct sheet_column own_columns[] = {
	SHEET_TEXT("CONTEXT", "context", "context of the kubeconfig", fleet_context, .min = 7, .max = 32),
	SHEET_TEXT("LINK", "connection", "live, connecting, sign-in, stale, no answer or refused", fleet_connection,
		   .priority = 2),
	SHEET_NUMBER(AGE, "AS OF", "ageSeconds", "age of what the row says", fleet_age, .priority = 1),
};

/* On the board the sentence is worth more than the figures: 0 = always shown, the highest goes first. */
static const struct {
	const char *field;
	uint8_t priority;
} board_priorities[] = {{"cluster", 0}, {"kind", 4}, {"namespace", 3}, {"ready", 1}, {"headline", 0}, {"version", 7}};
enum { OTHER_PRIORITY = 9 };

static void set_priority(struct sheet_column *column)
{
	column->priority = OTHER_PRIORITY;
	for (size_t i = 0; i < ARRAY_LEN(board_priorities); i++)
		if (str_eq(column->field, board_priorities[i].field))
			column->priority = board_priorities[i].priority;
	if (str_eq(column->field, "headline"))
		column->min = SUMMARY_LEAST;
}

/* ---- life ---- */

void fleet_rows_init(struct fleet_rows *rows, enum fleet_order order)
{
	const size_t own = ARRAY_LEN(own_columns), count = own + sheet_clusters.column_count;
	*rows = (struct fleet_rows){.order = order, .sheet = sheet_clusters};
	rows->columns = mem_alloc(count * sizeof *rows->columns);
	memcpy(rows->columns, own_columns, sizeof own_columns);
	memcpy(rows->columns + own, sheet_clusters.columns, sheet_clusters.column_count * sizeof *rows->columns);
	for (size_t i = own; i < count && order == FLEET_BOARD; i++)
		set_priority(&rows->columns[i]);
	rows->sheet.columns = rows->columns;
	rows->sheet.column_count = count;
}

void fleet_rows_finish(struct fleet_rows *rows)
{
	free(rows->columns);
	vec_finish(&rows->positions);
}

/* ---- which rows there are, and in which order ---- */

/* By what is most urgent: brokers that lose something, contexts of which nothing can be said, then the rest. */
static uint8_t rank_of_cluster(const struct world_cluster *cluster)
{
	static const uint8_t ranks[] = {[SEV_NONE] = 2, [SEV_OK] = 1, [SEV_INFO] = 3, [SEV_WARN] = 5, [SEV_BAD] = 7};
	return ranks[cluster->severity];
}

static uint8_t rank_of_member(const struct fleet_member *member)
{
	static const uint8_t ranks[] = {[FLEET_LIVE] = 0,  [FLEET_CONNECTING] = 2,  [FLEET_SIGN_IN] = 4,
					[FLEET_STALE] = 6, [FLEET_UNREACHABLE] = 6, [FLEET_REFUSED] = 6};
	char withheld[ERR_TEXT_MAX] = "";
	if (member->link == FLEET_LIVE)
		say_withheld(member, withheld, sizeof withheld);
	return *withheld ? UNKNOWN_RANK : ranks[member->link];
}

static int compare_keys(const void *left, const void *right)
{
	const struct fleet_position *a = left, *b = right;
	return strcmp(a->cluster->key, b->cluster->key);
}

static void collect_member(struct fleet_rows *rows, uint32_t index)
{
	const struct fleet_member *member = fleet_member_at(rows->fleet, index);
	size_t first = rows->positions.len, count = member->world ? member->world->cluster_count : 0;
	char says[SHEET_ROW_TEXT_MAX];
	for (size_t i = 0; i < count; i++) {
		const struct world_cluster *cluster = member->world->clusters[i];
		vec_push(&rows->positions, (struct fleet_position){index, cluster, rank_of_cluster(cluster)});
	}
	if (count)
		qsort(rows->positions.items + first, count, sizeof *rows->positions.items, compare_keys);
	member_says(member, rows->now_ms, says, sizeof says);
	if (rows->order == FLEET_BOARD && *says)
		vec_push(&rows->positions, (struct fleet_position){index, NULL, rank_of_member(member)});
}

/* Rows of one rank keep their order. */
static void fleet_put_worst_first(struct fleet_rows *rows)
{
	size_t place[FLEET_RANK_COUNT] = {0}, next = 0;
	if (rows->positions.len == 0)
		return;
	struct fleet_position *sorted = mem_resize(NULL, rows->positions.size, sizeof *sorted);
	vec_each (&rows->positions, at)
		place[at->rank]++;
	for (size_t rank = FLEET_RANK_COUNT; rank-- > 0;) {
		size_t count = place[rank];
		place[rank] = next;
		next += count;
	}
	vec_each (&rows->positions, at)
		sorted[place[at->rank]++] = *at;
	free(rows->positions.items);
	rows->positions.items = sorted;
}

void fleet_rows_collect(struct fleet_rows *rows, const struct fleet *fleet, int64_t wall_ms, int64_t now_ms)
{
	rows->fleet = fleet;
	rows->wall_ms = wall_ms;
	rows->now_ms = now_ms;
	vec_clear(&rows->positions);
	for (size_t i = 0; i < fleet_count(fleet); i++)
		collect_member(rows, (uint32_t)i);
	if (rows->order == FLEET_BOARD)
		fleet_put_worst_first(rows);
}

/* ---- one of them ---- */

void fleet_rows_fill(const struct fleet_rows *rows, size_t position, struct fleet_row *row)
{
	const struct fleet_position *at = &rows->positions.items[position];
	row->member = fleet_member_at(rows->fleet, at->member);
	row->rows = rows;
	row->row.world = row->member->world;
	row->row.wall_ms = rows->wall_ms;
	row->row.cluster = at->cluster;
}

struct cell fleet_rows_cell(struct fleet_row *row, size_t column)
{
	const struct sheet_column *it = &row->rows->columns[column];
	if (column < ARRAY_LEN(own_columns) || row->row.cluster)
		return it->cell(&row->row);
	if (!str_eq(it->field, "headline"))
		return cell_text("");
	member_says(row->member, row->rows->now_ms, row->row.text, sizeof row->row.text);
	return cell_text(row->row.text);
}

enum severity fleet_rows_severity(const struct fleet_row *row)
{
	if (row->row.cluster)
		return row->row.cluster->severity;
	return rank_of_member(row->member) == UNKNOWN_RANK ? SEV_WARN : link_severity(row->member->link);
}

void fleet_rows_key(const struct fleet_row *row, char *out, size_t size)
{
	snprintf(out, size, "%s\n%s", row->member->context, row->row.cluster ? row->row.cluster->key : "");
}
