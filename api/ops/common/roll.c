/* Restart of one broker, and of all of a cluster one after the other: each only while the others can do without it,
 * and the next only when it caught up. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/common/broker_kinds.h"
#include "api/ops/impact/impact.h"
#include "api/ops/parts/pods.h"
#include "api/ops/plan/name_list.h"

enum { BROKERS_MAX = 256 };

static bool roll_is_whole(const struct ops_plan *plan)
{
	return plan->operation == &ops_operation_roll;
}

/* ---- which, and in which order ---- */

/* Whoever leads last: each stop moves leaders, and a leader that is moved to a broker that comes later moves twice. */
static int roll_compare_lead(const void *a, const void *b)
{
	const struct world_broker *left = *(const struct world_broker *const *)a,
				  *right = *(const struct world_broker *const *)b;
	if (left->is_controller != right->is_controller)
		return left->is_controller ? 1 : -1;
	if (left->cluster->kind == WORLD_BROKER_RABBITMQ && left->leaders != right->leaders)
		return left->leaders < right->leaders ? -1 : 1;
	return left->ordinal < right->ordinal ? -1 : left->ordinal > right->ordinal;
}

static size_t roll_away(const struct ops_plan *plan, const struct ops_context *context, const struct world_broker **out,
			size_t max, bool *in_turn)
{
	size_t count = 0;
	*in_turn = true;
	if (!roll_is_whole(plan)) {
		if (context->broker && max > 0)
			out[count++] = context->broker;
		return count;
	}
	for (size_t i = 0; i < context->cluster->broker_count && count < max; i++)
		if (context->cluster->brokers[i]->expected)
			out[count++] = context->cluster->brokers[i];
	qsort(out, count, sizeof *out, roll_compare_lead);
	return count;
}

static void roll_access(const struct ops_context *context, struct ops_needs *needs)
{
	bool strimzi = context->cluster->manager == WORLD_MANAGED_BY_STRIMZI;
	ops_pods_need(needs, strimzi ? "patch" : "delete", NULL, context->cluster->namespace);
}

/* ---- the plan ---- */

/* The operator restarts the pods that are marked itself, one at a time and by Kafka's rule. */
static void add_marked(struct ops_plan *plan, const struct world_broker *const *brokers, size_t count)
{
	static const struct {
		const struct ops_step_type *type;
		const char *title;
	} rounds[] = {
		{&ops_step_annotate_pod, "annotate pod %s so that the operator restarts it"},
		{&ops_step_pod_replaced, "new pod %s ready"},
		{&ops_step_caught_up, "%s caught up"},
	};
	for (size_t i = 0; i < count; i++)
		ops_pods_remember(plan, brokers[i]);
	for (size_t round = 0; round < ARRAY_LEN(rounds); round++) {
		for (size_t i = 0; i < count; i++) {
			char title[400];
			int len = (int)strcspn(rounds[round].title, "%");
			snprintf(title, sizeof title, "%.*s%s%s", len, rounds[round].title, brokers[i]->name,
				 rounds[round].title + len + 2);
			ops_add_step_on(plan, rounds[round].type, brokers[i], NULL, "%s", title);
		}
	}
}

static void roll_plan(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	const struct world_broker *brokers[BROKERS_MAX];
	struct ops_name_list order = {0};
	char more[48];
	bool in_turn;
	size_t count = roll_away(plan, context, brokers, ARRAY_LEN(brokers), &in_turn);
	if (roll_is_whole(plan))
		ops_set_title(plan, "Restart %s %s, %zu brokers one by one", ops_pods_kind(cluster), cluster->name,
			      count);
	else
		ops_set_title(plan, "Restart %s of %s %s", context->broker->name, ops_pods_kind(cluster),
			      cluster->name);
	for (size_t i = 0; i < count; i++)
		ops_name_list_add(&order, "%s", brokers[i]->name);
	ops_note(plan, OPS_CHANGES, "%s %s%s: %s%s", count == 1 ? "pod" : "pods, in this order:", order.names,
		 ops_name_list_more(&order, more),
		 cluster->manager == WORLD_MANAGED_BY_STRIMZI ? "restarted by the operator"
							      : "stopped gracefully and recreated by their controller",
		 count == 1 ? "" : ", each after the previous one caught up");
	if (cluster->manager == WORLD_MANAGED_BY_STRIMZI)
		add_marked(plan, brokers, count);
	else
		for (size_t i = 0; i < count; i++)
			ops_pods_add_restart(plan, brokers[i], &ops_step_delete_pod);
}

/* ---- consequences ---- */

static void check_set(struct ops_plan *plan, const struct world_cluster *cluster)
{
	const struct kube_stateful_set *set = cluster->stateful_set;
	if (!set)
		return;
	bool updating = set->current_revision && set->update_revision &&
			strcmp(set->current_revision, set->update_revision) != 0;
	int64_t start = set->ordinals_start > 0 ? set->ordinals_start : 0; /* a partition counts from it */
	if (set->meta.deleted_ms >= 0)
		ops_note(plan, OPS_BLOCKS, "StatefulSet %s is being deleted: nothing would recreate the pods",
			 set->meta.name);
	if (set->replicas == 0)
		ops_note(plan, OPS_BLOCKS, "StatefulSet %s is scaled to zero", set->meta.name);
	if (updating && str_eq(set->update_strategy, "OnDelete"))
		ops_note(plan, OPS_CAUTION,
			 "StatefulSet %s has a new revision with update strategy OnDelete: restarted pods come back on "
			 "the new revision",
			 set->meta.name);
	else if (updating && set->partition > 0)
		ops_note(plan, OPS_CAUTION,
			 "StatefulSet %s has a new revision from pod %d up (partition): those pods come back on it, "
			 "the others on the old one",
			 set->meta.name, (int)(start + set->partition));
	else if (updating)
		ops_note(plan, plan->under_way ? OPS_CAUTION : OPS_BLOCKS,
			 "StatefulSet %s has a rollout in progress (%d of %d pods): it restarts the pods itself",
			 set->meta.name, (int)set->updated_replicas, (int)set->replicas);
}

static void check_the_one(struct ops_plan *plan, const struct world_broker *broker)
{
	if (!plan->under_way && broker->pod && (!broker->ready || broker->reachable == 0))
		ops_note(plan, OPS_CAUTION,
			 "%s is not healthy now (%s): find out why first, a restart on the same volume may not help",
			 broker->name, str_or(broker->state, "unknown"));
}

/* A plan that is under way has made some of this so itself: its gates wait for it. */
static void roll_check_health(struct ops_plan *plan, const struct ops_context *context,
			      const struct world_broker *const *brokers, size_t count)
{
	struct ops_name_list down = {0};
	char more[48], names[480];
	enum ops_sentence_kind harm = plan->under_way ? OPS_CAUTION : ops_pods_harm(plan);
	const struct world_cluster *cluster = context->cluster;
	for (size_t i = 0; i < cluster->broker_count; i++) {
		const struct world_broker *broker = cluster->brokers[i];
		bool its_turn = count == 1 && broker == brokers[0];
		if (broker->expected && (!broker->ready || broker->reachable == 0) && !its_turn)
			ops_name_list_add(&down, "%s (%s)", broker->name, str_or(broker->state, "unknown"));
	}
	if (down.count > 0)
		ops_note(plan, harm, "not healthy now: %s%s; the next restart may need %s", down.names,
			 ops_name_list_more(&down, more), down.count == 1 ? "it" : "them");
	int64_t unwell = ops_impact_unwell(cluster, names, sizeof names);
	if (unwell > 0 && roll_is_whole(plan))
		ops_note(plan, harm, "%" PRId64 " %s%s already under-replicated: %s%s%s", unwell,
			 ops_common_kind_of(cluster)->replicated, ops_plural(unwell), names,
			 cluster->headline ? "; " : "", str_or(cluster->headline, ""));
}

static void roll_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_broker *brokers[BROKERS_MAX];
	bool in_turn;
	size_t count = roll_away(plan, context, brokers, ARRAY_LEN(brokers), &in_turn);
	struct err why = {0};
	ops_pods_check_arguments(plan);
	if (count == 0)
		ops_note(plan, OPS_BLOCKS, "no brokers of %s are visible", context->cluster->name);
	if (context->view->link != WORLD_LIVE)
		ops_note(plan, OPS_BLOCKS, "the Kubernetes API does not answer: the data shown is old");
	check_set(plan, context->cluster);
	roll_check_health(plan, context, brokers, count);
	if (count == 1)
		check_the_one(plan, brokers[0]);
	for (size_t i = 0; i < count; i++)
		ops_pods_check_disks(plan, brokers[i]);
	CLEANUP(ops_impact_finish) struct ops_impact impact;
	ops_impact_of(&impact, context->cluster, brokers, count, in_turn);
	ops_impact_note(plan, &impact, plan->under_way ? OPS_CAUTION : ops_pods_harm(plan));
	if (count == 1 && !plan->under_way && !ops_impact_harms(&impact) &&
	    !ops_impact_can_stop(context->cluster, brokers[0], &why))
		ops_note(plan, ops_pods_harm(plan), "%s", why.text);
	if (context->cluster->manager == WORLD_MANAGED_BY_RABBITMQ_OPERATOR)
		ops_note(plan, OPS_MEANS,
			 "the operator is not involved: it has no restart of its own that waits for queues, and "
			 "recreates each pod");
	for (size_t i = 0; i < count; i++)
		if (brokers[i]->pod && brokers[i]->pod->meta.owner_count == 0)
			ops_note(plan, OPS_BLOCKS, "pod %s has no owner: it would not come back", brokers[i]->name);
	ops_note(plan, OPS_UNDO, "nothing to undo: the pods come back as declared");
}

static const struct ops_argument roll_arguments[] = {OPS_PODS_FORCE, OPS_PODS_REASON};

const struct ops_operation ops_operation_restart = {
	.name = "restart",
	.title = "Restart",
	.summary = "restart one broker once the others can do without it, and wait until it has caught up",
	.key = "ctrl+k",
	.target = OPS_ON_BROKER,
	.arguments = roll_arguments,
	.argument_count = ARRAY_LEN(roll_arguments),
	.access = roll_access,
	.plan = roll_plan,
	.preflight = roll_preflight,
	.away = roll_away,
};

const struct ops_operation ops_operation_roll = {
	.name = "roll",
	.title = "Rolling restart",
	.summary = "restart all brokers of a cluster one by one, gated by quorum and in-sync replicas",
	.target = OPS_ON_CLUSTER,
	.arguments = roll_arguments,
	.argument_count = ARRAY_LEN(roll_arguments),
	.access = roll_access,
	.plan = roll_plan,
	.preflight = roll_preflight,
	.away = roll_away,
};
