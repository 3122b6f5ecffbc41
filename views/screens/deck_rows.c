/* The lines of the deck's list: what is not well each in its own, worst first; below, a line a namespace for what was not
 * read yet and for what is well. With a filter each cluster that matches has its line. */
#include <stdint.h>
#include <stdio.h>

#include "api/base/str.h"
#include "views/screens/deck_private.h"
#include "views/sheets/sheet.h"

enum deck_class deck_class_of(const struct world_cluster *cluster)
{
	if (cluster->severity == SEV_OK)
		return DECK_WELL;
	bool unread = cluster->severity < SEV_WARN && cluster->replicated_count < 0 && cluster->desired != 0;
	return unread ? DECK_UNREAD : DECK_OWN_LINE;
}

/* ---- keys ---- */

static void fold_key(const struct deck_fold *fold, char out[static DECK_KEY_MAX])
{
	snprintf(out, DECK_KEY_MAX, "%s:%s", fold->class == DECK_WELL ? "well" : "unread", fold->namespace);
}

static void deck_row_key(const struct deck *deck, const struct deck_row *row, char out[static DECK_KEY_MAX])
{
	if (row->kind == DECK_ROW_FOLD)
		fold_key(&deck->folds.items[row->fold], out);
	else if (row->kind == DECK_ROW_CLUSTER)
		snprintf(out, DECK_KEY_MAX, "%s", row->cluster->key);
	else
		snprintf(out, DECK_KEY_MAX, "problem:%s:%s", str_or(row->problem->link_view, ""),
			 str_or(row->problem->link_key, ""));
}

/* ---- what is shown ---- */

static bool deck_matches(const struct deck *deck, const struct world_cluster *cluster)
{
	char line[2048];
	if (!deck->pattern)
		return true;
	int len = snprintf(line, sizeof line, "%s/%s %s %s %s", cluster->namespace, cluster->name,
			   cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbitmq", sheet_cluster_state(cluster),
			   str_or(cluster->headline, ""));
	size_t whole = len < 0 ? 0 : (size_t)len;
	return pattern_match(deck->pattern, line, whole < sizeof line ? whole : sizeof line - 1);
}

static void sum_up(struct deck_sums *sums, const struct world_cluster *cluster)
{
	sums->brokers += cluster->broker_count;
	sums->unwell += cluster->severity >= SEV_WARN;
	sums->unknown += cluster->severity < SEV_WARN && cluster->severity != SEV_OK && cluster->desired != 0;
	sums->worst = cluster->severity > sums->worst ? cluster->severity : sums->worst;
	if (cluster->replicated_count < 0 || cluster->under_replicated < 0)
		sums->more |= cluster->desired != 0;
	else
		sums->under_replicated =
			cluster->under_replicated + (sums->under_replicated < 0 ? 0 : sums->under_replicated);
}

/* Of all, so that nothing moves when a namespace is unfolded. A name takes no more columns than bytes: Kubernetes allows
 * letters and digits. */
static void measure_name(struct deck *deck, const struct world_view *world, const struct world_cluster *cluster)
{
	size_t width = strlen(cluster->name) + (world->namespace ? 0 : 1 + strlen(cluster->namespace));
	deck->name_width = (int)width > deck->name_width ? (int)width : deck->name_width;
}

static void choose_shown(struct deck *deck, const struct world_view *world)
{
	vec_clear(&deck->shown);
	vec_clear(&deck->briefs);
	deck->name_width = 0;
	deck->sums = (struct deck_sums){.under_replicated = -1};
	for (size_t i = 0; i < world->cluster_count; i++) {
		measure_name(deck, world, world->clusters[i]);
		if (!deck_matches(deck, world->clusters[i]))
			continue;
		vec_push(&deck->shown, world->clusters[i]);
		vec_push(&deck->briefs,
			 (struct deck_brief){world->clusters[i]->namespace, world->clusters[i]->broker_count,
					     deck_class_of(world->clusters[i])});
		sum_up(&deck->sums, world->clusters[i]);
	}
}

/* ---- lines ---- */

static void deck_add_cluster(struct deck *deck, struct world_cluster *cluster, bool inside, size_t fold)
{
	vec_push(&deck->rows,
		 (struct deck_row){.kind = DECK_ROW_CLUSTER, .inside = inside, .cluster = cluster, .fold = fold});
}

/* The one under the cursor stays in sight, whatever becomes of it. */
static bool deck_is_held(const struct deck *deck, const struct world_cluster *cluster)
{
	return deck->placed && str_eq(cluster->key, deck->chosen);
}

static void add_fold(struct deck *deck, struct deck_fold *fold)
{
	char key[DECK_KEY_MAX];
	fold_key(fold, key);
	fold->open = map_get(&deck->open, key) != NULL;
	if (fold->clusters > 1) {
		vec_push(&deck->rows, (struct deck_row){.kind = DECK_ROW_FOLD, .fold = deck->folds.len});
		vec_push(&deck->folds, *fold);
	}
	/* Most are folded away, and are not looked at for that. */
	bool look = fold->open || fold->clusters == 1 || deck->placed;
	for (size_t i = fold->first; look && i < fold->end; i++) {
		struct world_cluster *cluster = deck->shown.items[i];
		if (deck->briefs.items[i].class != fold->class)
			continue;
		bool held = fold->clusters > 1 && !fold->open && deck_is_held(deck, cluster);
		if (fold->clusters == 1)
			deck_add_cluster(deck, cluster, false, 0);
		else if (fold->open || held)
			deck_add_cluster(deck, cluster, true, deck->folds.len - 1);
		deck->holds |= held;
	}
}

/* Clusters of one namespace stand together among those that are equally bad. */
static void add_folds(struct deck *deck, enum deck_class class, const struct map *totals)
{
	const struct deck_brief *briefs = deck->briefs.items;
	for (size_t i = 0; i < deck->briefs.len;) {
		struct deck_fold fold = {.namespace = briefs[i].namespace, .class = class, .first = i};
		for (; i < deck->briefs.len && str_eq(briefs[i].namespace, fold.namespace); i++) {
			fold.clusters += briefs[i].class == class;
			fold.brokers += briefs[i].class == class ? briefs[i].brokers : 0;
		}
		fold.end = i;
		fold.of = (size_t)(uintptr_t)map_get(totals, fold.namespace);
		if (fold.clusters)
			add_fold(deck, &fold);
	}
}

static void add_all_folds(struct deck *deck)
{
	struct map totals = MAP_INIT;
	const struct deck_brief *briefs = deck->briefs.items;
	for (size_t i = 0, first; i < deck->briefs.len;) {
		for (first = i; i < deck->briefs.len && str_eq(briefs[i].namespace, briefs[first].namespace);)
			i++;
		uintptr_t before = (uintptr_t)map_get(&totals, briefs[first].namespace);
		map_set(&totals, briefs[first].namespace, (void *)(before + i - first));
	}
	add_folds(deck, DECK_UNREAD, &totals);
	add_folds(deck, DECK_WELL, &totals);
	map_finish(&totals);
}

static void deck_add_problems(struct deck *deck, const struct world_view *world)
{
	for (size_t i = 0; i < world->problem_count; i++)
		if (!world->problems[i].cluster)
			vec_push(&deck->rows,
				 (struct deck_row){.kind = DECK_ROW_PROBLEM, .problem = &world->problems[i]});
}

/* ---- the cursor ---- */

static size_t deck_find_row(const struct deck *deck)
{
	char key[DECK_KEY_MAX];
	for (size_t i = 0; i < deck->rows.len; i++) {
		deck_row_key(deck, &deck->rows.items[i], key);
		if (str_eq(key, deck->chosen))
			return i;
	}
	return deck->at; /* it is gone: the cursor stays at the place */
}

static void deck_put_cursor(struct deck *deck, size_t at)
{
	deck->at = at < deck->rows.len ? at : deck->rows.len ? deck->rows.len - 1 : 0;
	if (deck->rows.len)
		deck_row_key(deck, &deck->rows.items[deck->at], deck->chosen);
}

static void list_rows(struct deck *deck, const struct world_view *world)
{
	vec_clear(&deck->rows);
	vec_clear(&deck->folds);
	deck->holds = false;
	deck_add_problems(deck, world);
	for (size_t i = 0; i < deck->shown.len; i++)
		if (deck->pattern || deck->briefs.items[i].class == DECK_OWN_LINE)
			deck_add_cluster(deck, deck->shown.items[i], false, 0);
	if (!deck->pattern)
		add_all_folds(deck);
}

void deck_rows_build(struct deck *deck, const struct world_view *world)
{
	const struct world_view none = {0};
	choose_shown(deck, world ? world : &none);
	list_rows(deck, world ? world : &none);
	/* Outside the list a broker may be chosen, which has no row. */
	if (deck->listed)
		deck_put_cursor(deck, deck->placed ? deck_find_row(deck) : 0);
}

void deck_rows_choose(struct deck *deck, const struct world_view *world, size_t at)
{
	deck_put_cursor(deck, at);
	deck->placed = true;
	if (!deck->holds)
		return;
	list_rows(deck, world); /* the cursor was on one that is folded away */
	deck_put_cursor(deck, deck_find_row(deck));
}

/* What was unfolded below the screen comes up as far as there is room. */
static void show_unfolded(struct deck *deck)
{
	const struct deck_row *row = deck->rows.len ? &deck->rows.items[deck->at] : NULL;
	size_t height = deck->list.height > 0 ? (size_t)deck->list.height : 1;
	if (!row || row->kind != DECK_ROW_FOLD || !deck->folds.items[row->fold].open)
		return;
	size_t end = deck->at + 1 + deck->folds.items[row->fold].clusters;
	if (end <= deck->top + height)
		return;
	deck->top = end - height < deck->at ? end - height : deck->at;
}

bool deck_rows_fold(struct deck *deck, const struct world_view *world, int open)
{
	const struct deck_row *row = deck->at < deck->rows.len ? &deck->rows.items[deck->at] : NULL;
	char key[DECK_KEY_MAX];
	if (!row || (row->kind != DECK_ROW_FOLD && (!row->inside || open)))
		return false;
	const struct deck_fold *fold = &deck->folds.items[row->fold];
	fold_key(fold, key);
	if (open < 0 ? fold->open : !open)
		map_remove(&deck->open, key);
	else
		map_set(&deck->open, key, deck);
	memcpy(deck->chosen, key, sizeof deck->chosen);
	deck->placed = true;
	list_rows(deck, world);
	deck_put_cursor(deck, deck_find_row(deck));
	show_unfolded(deck);
	return true;
}

void deck_rows_finish(struct deck *deck)
{
	vec_finish(&deck->spots);
	vec_finish(&deck->shown);
	vec_finish(&deck->briefs);
	vec_finish(&deck->rows);
	vec_finish(&deck->folds);
	vec_finish(&deck->nodes);
	vec_finish(&deck->services);
	vec_finish(&deck->events);
	map_finish(&deck->open);
	pattern_destroy(deck->pattern);
}
