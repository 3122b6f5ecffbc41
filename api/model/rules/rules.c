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

struct world_problem_order {
	VEC(const struct world_problem *) items;
};

#define X(name) rule_##name,
static rule_fn *const rules_of_cluster[] = {RULES_OF_CLUSTER(X)};
static rule_fn *const rules_of_world[] = {RULES_OF_WORLD(X)};
#undef X

/* What is no cluster's comes first, then the clusters as they were found. */
static size_t problem_place(const struct world_problem *problem)
{
	return problem->cluster ? join_cluster_of(problem->cluster)->found_at + 1 : 0;
}

static int compare_problems(const void *a, const void *b)
{
	const struct world_problem *left = *(const struct world_problem *const *)a,
				   *right = *(const struct world_problem *const *)b;
	if (left->severity != right->severity)
		return left->severity > right->severity ? -1 : 1;
	size_t its = problem_place(left), other = problem_place(right);
	if (its != other)
		return its < other ? -1 : 1;
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

static void push_problems(const struct join_problems *problems, struct world_problem_order *order)
{
	vec_each (&problems->list, it)
		vec_push(&order->items, it);
}

static void sort_problems(struct world *world)
{
	struct world_problem_order order = {0};
	push_problems(&world->own_problems, &order);
	vec_each (&world->cluster_list, cluster)
		push_problems(&join_cluster_of(*cluster)->problems, &order);
	if (order.items.len)
		qsort(order.items.items, order.items.len, sizeof *order.items.items, compare_problems);
	vec_clear(&world->problems);
	vec_each (&order.items, it)
		vec_push(&world->problems, **it);
	vec_finish(&order.items);
}

static void sort_clusters(struct world *world)
{
	if (world->cluster_list.len)
		qsort(world->cluster_list.items, world->cluster_list.len, sizeof *world->cluster_list.items,
		      compare_clusters);
}

void rules_judge_cluster(struct join_cluster *cluster)
{
	struct rule_findings findings = {.world = cluster->world, .cluster = cluster, .found = &cluster->problems};
	rule_broker_states(cluster);
	vec_clear(&cluster->problems.list);
	for (size_t rule = 0; rule < ARRAY_LEN(rules_of_cluster); rule++)
		rules_of_cluster[rule](&findings);
	rules_head(cluster->world, cluster, cluster->problems.list.items, cluster->problems.list.len);
}

void rules_judge_world(struct world *world)
{
	struct rule_findings findings = {.world = world, .found = &world->own_problems};
	vec_clear(&world->own_problems.list);
	for (size_t i = 0; i < ARRAY_LEN(rules_of_world); i++)
		rules_of_world[i](&findings);
	vec_each (&world->cluster_list, cluster)
		rules_judge_cluster(join_cluster_of(*cluster));
}

void rules_order(struct world *world)
{
	sort_problems(world);
	sort_clusters(world);
}
