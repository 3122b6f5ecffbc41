/* Runs the rules over the world and makes problems, headlines and the order of clusters of what they found. */
#include "api/model/rules/rules.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/join.h"
#include "api/model/rules/rules_private.h"
#include "api/model/rules/sentences.h"

enum { AGE_STEP_MS = 30 * 1000, AGE_LOOKED_AT_MS = 10 * 1000 };

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

static bool is_about_a_broker(const struct world_problem *problem)
{
	const struct world_cluster *cluster = problem->cluster;
	return str_eq(problem->link_view, "brokers") && str_has_prefix(problem->link_key, cluster->namespace) &&
	       !str_eq(problem->link_key + strlen(cluster->namespace) + 1, cluster->name);
}

/* Where one broker is what is wrong, another that is as bad stands beside it, and how many more there are. */
static const char *with_another(struct world *world, const struct world_problem *worst, const struct world_problem *end)
{
	const struct world_problem *other = NULL;
	size_t more = 0;
	for (const struct world_problem *it = worst + 1; is_about_a_broker(worst) && it < end; it++) {
		if (it->severity != worst->severity || !is_about_a_broker(it) || str_eq(it->link_key, worst->link_key))
			continue;
		more += other != NULL;
		other = other ? other : it;
	}
	if (!other)
		return worst->text;
	const char *both = arena_printf(&world->frame, "%s; %s", worst->text, other->text);
	return more ? arena_printf(&world->frame, "%s; and %zu more", both, more) : both;
}

/* Of a cluster that is asked seldom everything stands as it was when it was asked. In steps: a figure that ticks says nothing
 * more. */
static void rules_say_age(struct world *world, struct world_cluster *cluster)
{
	int64_t age = loop_now_ms(world->loop) - cluster->source.updated_ms;
	if (!cluster->pace_ms || cluster->source.updated_ms < 0)
		return;
	join_renew_after(world, AGE_LOOKED_AT_MS);
	if (age < AGE_STEP_MS)
		return;
	const char *ago = age < 4 * AGE_STEP_MS
				  ? arena_printf(&world->frame, "%d s", (int)(age / AGE_STEP_MS * AGE_STEP_MS / 1000))
				  : rule_sentence_duration(world, age);
	cluster->headline = arena_printf(&world->frame, "%s, as of %s ago", cluster->headline, ago);
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
		it->headline = with_another(world, worst, first + count);
		it->detail = worst->detail;
	} else if (count) {
		it->detail = first[0].text;
	}
	rules_say_age(world, it);
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
