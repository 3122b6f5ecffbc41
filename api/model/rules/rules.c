/* Runs the rules over the world and makes problems, headlines and the order of clusters of what they found. */
#include "api/model/rules/rules.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/rules/rules_private.h"

typedef void rule_fn(struct rule_findings *findings);

#define X(name) rule_##name,
static rule_fn *const rules_of_cluster[] = {RULES_OF_CLUSTER(X)};
static rule_fn *const rules_of_world[] = {RULES_OF_WORLD(X)};
#undef X

static int compare_problems(const void *a, const void *b)
{
	const struct world_problem *left = *(const struct world_problem *const *)a,
				   *right = *(const struct world_problem *const *)b;
	if (left->severity != right->severity)
		return left->severity > right->severity ? -1 : 1;
	return left < right ? -1 : left > right; /* the order of the rules */
}

static int compare_clusters(const void *a, const void *b)
{
	const struct world_cluster *left = *(struct world_cluster *const *)a,
				   *right = *(struct world_cluster *const *)b;
	if (left->severity != right->severity)
		return left->severity > right->severity ? -1 : 1;
	return strcmp(left->key, right->key);
}

static void rules_head(struct world *world, struct join_cluster *cluster, const struct world_problem *first,
		       size_t count)
{
	const struct world_problem *worst = NULL;
	struct world_cluster *it = &cluster->pub;
	it->detail = NULL;
	it->severity = rule_calm_headline(world, cluster, &it->headline);
	for (size_t i = 0; i < count; i++)
		if (first[i].severity > SEV_INFO && (!worst || first[i].severity > worst->severity))
			worst = &first[i];
	if (worst) {
		it->severity = worst->severity;
		it->headline = worst->text;
		it->detail = worst->detail;
	} else if (count) {
		it->detail = first[0].text;
	}
}

static void sort_problems(struct world *world, struct rule_findings *findings)
{
	VEC(const struct world_problem *) order = {0};
	for (size_t i = 0; i < findings->items.len; i++)
		vec_push(&order, &findings->items.items[i]);
	if (order.len)
		qsort(order.items, order.len, sizeof *order.items, compare_problems);
	vec_clear(&world->problems);
	for (size_t i = 0; i < order.len; i++)
		vec_push(&world->problems, *order.items[i]);
	vec_finish(&order);
}

void rules_find_problems(struct world *world)
{
	struct rule_findings findings = {.world = world};
	for (size_t i = 0; i < ARRAY_LEN(rules_of_world); i++)
		rules_of_world[i](&findings);
	for (size_t i = 0; i < world->cluster_list.len; i++) {
		findings.cluster = join_cluster_of(world->cluster_list.items[i]);
		size_t before = findings.items.len;
		for (size_t rule = 0; rule < ARRAY_LEN(rules_of_cluster); rule++)
			rules_of_cluster[rule](&findings);
		rules_head(world, findings.cluster, findings.items.items + before, findings.items.len - before);
	}
	sort_problems(world, &findings);
	vec_finish(&findings.items);
	if (world->cluster_list.len)
		qsort(world->cluster_list.items, world->cluster_list.len, sizeof *world->cluster_list.items,
		      compare_clusters);
}
