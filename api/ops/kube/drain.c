/* Drain: a node takes no new pods, and the brokers on it leave one after the other, each only while its cluster can
 * do without it; then the other pods, as kubectl drain evicts them. */
#include "api/ops/kube/drain_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/model/records/critical.h"
#include "api/ops/impact/impact.h"
#include "api/ops/parts/pods.h"
#include "api/ops/parts/why_not_ready.h"
#include "api/ops/plan/name_list.h"

enum { SETTLE_LIMIT_MS = 60 * 60 * 1000 };

/* ---- shared with cordon and recover ---- */

static int drain_compare_lead(const void *a, const void *b)
{
	const struct world_broker *left = *(const struct world_broker *const *)a,
				  *right = *(const struct world_broker *const *)b;
	if (left->is_controller != right->is_controller)
		return left->is_controller ? 1 : -1;
	if (left->leaders != right->leaders)
		return left->leaders < right->leaders ? -1 : 1;
	return str_compare_natural(left->name, right->name);
}

size_t ops_kube_drain_brokers(const struct world_node *node, const struct world_broker **out, size_t max)
{
	size_t count = 0;
	for (size_t i = 0; i < node->broker_count && count < max; i++)
		if (node->brokers[i]->pod && !node->brokers[i]->cluster->workload)
			out[count++] = node->brokers[i];
	qsort(out, count, sizeof *out, drain_compare_lead);
	return count;
}

static size_t claims_mounted(const struct kube_pod *pod)
{
	size_t count = 0;
	for (size_t i = 0; pod && i < pod->volume_count; i++)
		count += pod->volumes[i].claim_name != NULL;
	return count;
}

int ops_kube_drain_can_move(const struct world_broker *broker, const struct world_node *node)
{
	int can = claims_mounted(broker->pod) > broker->volume_count ? -1 : 1;
	for (size_t i = 0; i < broker->volume_count; i++) {
		const struct kube_volume *volume = broker->volumes[i]->volume;
		bool elsewhere = volume && volume->node_name_count == 0;
		for (size_t j = 0; volume && j < volume->node_name_count; j++)
			elsewhere |= !str_eq(volume->node_names[j], node->name);
		if (volume && !elsewhere)
			return 0;
		can = volume ? can : -1;
	}
	return can;
}

bool ops_kube_drain_sees_nodes(struct ops_plan *plan, const struct ops_context *context)
{
	bool sees = !world_source_is_withheld(&context->view->lists[WORLD_PART_NODES]);
	if (!sees)
		ops_note(plan, OPS_BLOCKS, "nodes cannot be read: unknown whether %s is cordoned", context->node->name);
	return sees;
}

/* Brokers that mqdeck does not know may be there where what makes up a cluster cannot be read: false, and it is said. */
static bool drain_knows_brokers(struct ops_plan *plan, const struct ops_context *context, enum ops_sentence_kind kind)
{
	static const uint32_t made_of = WORLD_ON(STATEFUL_SETS) | WORLD_ON(KAFKAS) | WORLD_ON(PODS);
	enum world_part part = world_withheld_part(context->view->lists, made_of);
	if (part != WORLD_PART_COUNT)
		ops_note(plan, kind, "%s cannot be read: there may be brokers on %s that mqdeck does not know",
			 world_part_word(part), context->node->name);
	return part == WORLD_PART_COUNT;
}

bool ops_kube_drain_counts_all(struct ops_plan *plan, const struct ops_context *context)
{
	bool all = drain_knows_brokers(plan, context, OPS_CAUTION);
	if (context->view->namespace)
		ops_note(plan, OPS_CAUTION,
			 "only namespace %s is watched: brokers of other namespaces on %s are not counted",
			 context->view->namespace, context->node->name);
	return all && !context->view->namespace;
}

/* What the clusters of these brokers lose: a sentence for each effect and cluster. */
static void ops_kube_drain_note(struct ops_plan *plan, const struct ops_context *context,
				const struct world_broker *const *brokers, size_t count, bool in_turn,
				enum ops_sentence_kind harm)
{
	for (size_t c = 0; c < context->view->cluster_count; c++) {
		const struct world_broker *own[OPS_KUBE_DRAIN_BROKERS_MAX];
		size_t own_count = 0;
		for (size_t i = 0; i < count && own_count < ARRAY_LEN(own); i++)
			if (brokers[i]->cluster == context->view->clusters[c])
				own[own_count++] = brokers[i];
		if (own_count == 0)
			continue;
		CLEANUP(ops_impact_finish) struct ops_impact impact;
		ops_impact_of(&impact, context->view->clusters[c], own, own_count, in_turn);
		ops_impact_note(plan, &impact, harm);
	}
}

/* ---- steps ---- */

static bool drain_is_unschedulable(const struct kube_pod *pod)
{
	const struct kube_condition *scheduled = kube_condition(pod->conditions, pod->condition_count, "PodScheduled");
	return scheduled && str_eq(scheduled->status, "False") && str_eq(scheduled->reason, "Unschedulable");
}

/* Elsewhere and caught up, or waiting for a node that takes it: what comes next is judged by the cluster's own
 * health. */
static enum ops_gate_state gate_settled(const struct ops_plan *plan, const struct ops_context *context,
					struct ops_gauge *out)
{
	const struct world_broker *broker = context->broker;
	if (ops_pods_is_gone(plan, context) && broker && broker->pod && drain_is_unschedulable(broker->pod)) {
		ops_why_not_ready(context->view, context->cluster, broker->name, out->why, sizeof out->why);
		snprintf(out->figure, sizeof out->figure, "%s stays Pending until a node accepts it: %.150s",
			 broker->name, out->why);
		return OPS_GATE_OPEN;
	}
	enum ops_gate_state state = ops_step_pod_replaced.gate(plan, context, out);
	return state == OPS_GATE_OPEN ? ops_step_caught_up.gate(plan, context, out) : state;
}

const struct ops_step_type ops_step_broker_settled = {
	.name = "broker-settled", .gate = gate_settled, .gate_limit_ms = SETTLE_LIMIT_MS};

/* ---- the plan ---- */

/* What a Deployment runs comes back under another name: it goes with the other pods. A DaemonSet's stays. */
static bool goes_with_others(const struct world_broker *broker)
{
	return broker->pod && broker->cluster->workload && !str_eq(broker->cluster->workload_kind, "DaemonSet");
}

static size_t drain_away(const struct ops_plan *plan, const struct ops_context *context,
			 const struct world_broker **out, size_t max, bool *in_turn)
{
	size_t count = ops_kube_drain_brokers(context->node, out, max);
	*in_turn = true;
	for (size_t i = 0; i < count; i++)
		*in_turn &= ops_kube_drain_can_move(out[i], context->node) == 1;
	for (size_t i = 0; i < context->node->broker_count && count < max; i++)
		if (goes_with_others(context->node->brokers[i])) {
			out[count++] = context->node->brokers[i];
			*in_turn = false;
		}
	return count;
}

static void drain_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_operation_cordon.access(context, needs);
	ops_pods_need(needs, "list", NULL, NULL);
	if (context->plan && ops_pods_flag(context->plan, OPS_KUBE_DRAIN_DELETES))
		ops_pods_need(needs, "delete", NULL, NULL);
	else
		ops_pods_need(needs, "create", "eviction", NULL);
}

static void drain_plan(struct ops_plan *plan, const struct ops_context *context)
{
	const char *name = context->node->name;
	const struct world_broker *brokers[OPS_KUBE_DRAIN_BROKERS_MAX];
	struct ops_name_list names = {0};
	char more[48];
	bool in_turn;
	size_t count = drain_away(plan, context, brokers, ARRAY_LEN(brokers), &in_turn);
	int64_t others = ops_fact_number(plan, "others.count", 0);
	bool deletes = ops_pods_flag(plan, OPS_KUBE_DRAIN_DELETES);
	const char *verb = deletes ? "delete" : "evict", *done = deletes ? "deleted" : "evicted";
	ops_set_title(plan, "Drain %s", name);
	ops_note(plan, OPS_CHANGES, "Node %s accepts no new pods", name);
	ops_add_step(plan, &ops_step_set_unschedulable, "set unschedulable of Node %s to true", name);
	ops_add_step(plan, &ops_step_node_seen, "%s seen as cordoned", name);
	for (size_t i = 0; i < count; i++) {
		const struct world_broker *broker = brokers[i];
		if (goes_with_others(broker))
			continue;
		ops_name_list_add(&names, "%s", broker->name);
		ops_pods_remember(plan, broker);
		ops_add_step_on(plan, &ops_step_can_stop, broker, NULL, "%s safe to stop", broker->name);
		ops_add_step_on(plan, deletes ? &ops_step_delete_pod : &ops_step_evict_pod, broker, NULL,
				"%s pod %s/%s", verb, broker->cluster->namespace, broker->name);
		ops_add_step_on(plan, &ops_step_broker_settled, broker, NULL,
				"%s caught up elsewhere or waiting for a node", broker->name);
	}
	if (names.count > 0)
		ops_note(plan, OPS_CHANGES, "%s in this order, each once its cluster can do without it: %s%s", done,
			 names.names, ops_name_list_more(&names, more));
	if (others > 0) {
		ops_note(plan, OPS_CHANGES, "%" PRId64 " other pod%s %s", others, others == 1 ? " is" : "s are", done);
		ops_add_step(plan, &ops_step_evict_others, "%s %" PRId64 " other pod%s of %s", verb, others,
			     ops_plural(others), name);
		ops_add_step(plan, &ops_step_others_gone, "no evicted pods left on %s", name);
	}
}

/* ---- consequences ---- */

static void check_others(struct ops_plan *plan, const struct ops_context *context)
{
	const char *unmanaged = ops_fact(plan, "others.unmanaged"), *data = ops_fact(plan, "others.emptyDir");
	int64_t staying = ops_fact_number(plan, "others.staying", 0);
	if (staying > 0)
		ops_note(plan, OPS_MEANS, "%" PRId64 " DaemonSet or static pod%s stay%s", staying, ops_plural(staying),
			 staying == 1 ? "s" : "");
	if (ops_fact(plan, "others.unseen"))
		ops_note(plan, ops_pods_harm(plan),
			 "these pods are in namespaces that mqdeck is not watching; if they are brokers, they would be "
			 "evicted without gates: %s (watch all namespaces: -A, or 0 on the screen)",
			 ops_fact(plan, "others.unseen"));
	if (ops_fact_number(plan, "others.count", 0) > 0) /* they would go without gates */
		drain_knows_brokers(plan, context, plan->under_way ? OPS_CAUTION : ops_pods_harm(plan));
	if (unmanaged)
		ops_note(plan, ops_pods_harm(plan), "no controller would recreate these pods: %s%s", unmanaged,
			 ops_pods_flag(plan, "force") ? "" : " (force=true evicts them)");
	if (data)
		ops_note(plan, ops_pods_flag(plan, "delete-emptydir-data") ? OPS_CAUTION : OPS_BLOCKS,
			 "these pods lose the data in their emptyDir volumes: %s%s", data,
			 ops_pods_flag(plan, "delete-emptydir-data") ? "" : " (delete-emptydir-data=true accepts it)");
}

static void check_budget(struct ops_plan *plan, const struct world_broker *broker)
{
	const struct kube_disruption_budget *budget = broker->cluster->budget;
	if (!budget || budget->disruptions_allowed > 0 || plan->under_way)
		return;
	bool never = budget->expected_pods > 0 && budget->current_healthy >= budget->expected_pods;
	ops_note(plan, never ? OPS_BLOCKS : OPS_CAUTION,
		 "disruption budget %s %s: %d of %d pods are healthy and %d are required; %s", budget->meta.name,
		 never ? "never allows an eviction" : "allows no eviction now", (int)budget->current_healthy,
		 (int)budget->expected_pods, (int)budget->desired_healthy,
		 never ? "change it first" : "the eviction waits for it");
}

/* Of the brokers of one cluster that cannot come back elsewhere, a budget lets so many go and then no more: the
 * drain would wait for what cannot happen before it is over. */
static void check_stuck(struct ops_plan *plan, const struct world_cluster *cluster, const struct world_node *node,
			const struct world_broker *const *brokers, size_t count)
{
	const struct kube_disruption_budget *budget = cluster->budget;
	int stuck = 0;
	for (size_t i = 0; i < count; i++)
		stuck += brokers[i]->cluster == cluster && ops_kube_drain_can_move(brokers[i], node) == 0;
	if (!budget || budget->disruptions_allowed <= 0 || stuck <= budget->disruptions_allowed)
		return;
	ops_note(plan, OPS_BLOCKS,
		 "disruption budget %s allows %d broker%s of %s to be unavailable at once, and the %d on %s cannot "
		 "start elsewhere while it is drained: the next eviction would never be allowed. Widen the budget, or "
		 "scale %s down first",
		 budget->meta.name, (int)budget->disruptions_allowed, ops_plural(budget->disruptions_allowed),
		 cluster->name, stuck, node->name, cluster->name);
}

static void check_budgets(struct ops_plan *plan, const struct ops_context *context,
			  const struct world_broker *const *brokers, size_t count)
{
	if (ops_pods_flag(plan, OPS_KUBE_DRAIN_DELETES)) {
		ops_note(plan, OPS_DANGER, "pods are deleted, not evicted: disruption budgets are ignored");
		return;
	}
	for (size_t i = 0; i < count; i++)
		check_budget(plan, brokers[i]);
	for (size_t i = 0; i < context->view->cluster_count && !plan->under_way; i++)
		check_stuck(plan, context->view->clusters[i], context->node, brokers, count);
}

static void check_broker(struct ops_plan *plan, const struct world_broker *broker, const struct world_node *node)
{
	if (goes_with_others(broker)) {
		ops_note(plan, OPS_CAUTION, "%s runs in a %s: it is evicted among the other pods, without a gate",
			 broker->name, broker->cluster->workload_kind);
		return;
	}
	ops_pods_check_disks(plan, broker);
	int can = ops_kube_drain_can_move(broker, node);
	if (can == 0)
		ops_note(plan, OPS_CAUTION, "the volume of %s is bound to %s: %s stays Pending until %s is uncordoned",
			 broker->name, node->name, broker->name, node->name);
	else if (can < 0)
		ops_note(plan, OPS_CAUTION,
			 "unknown whether the volume of %s can move to another node: it may stay Pending until %s is "
			 "uncordoned",
			 broker->name, node->name);
}

static bool is_voter_here(const struct world_cluster *cluster, const struct world_voter *voter,
			  const struct world_node *node)
{
	for (size_t i = 0; i < cluster->member_count; i++)
		if (cluster->members[i]->node == node && str_eq(cluster->members[i]->name, voter->broker))
			return true;
	return false;
}

/* Those that keep up and stay; one of which it is not known which voter it is may be any of them. */
static size_t voters_left(const struct world_cluster *cluster, const struct world_node *node, size_t unknown,
			  size_t *voters)
{
	size_t left = 0;
	*voters = 0;
	for (size_t i = 0; i < cluster->voter_count; i++) {
		const struct world_voter *voter = &cluster->voters[i];
		*voters += voter->voter;
		left += voter->voter && voter->caught_up && !is_voter_here(cluster, voter, node);
	}
	return left > unknown ? left - unknown : 0;
}

/* Kafka's controllers that run apart are evicted among the other pods: at once, and nobody waits for their quorum. */
static void check_controllers_here(struct ops_plan *plan, const struct world_cluster *cluster,
				   const struct world_node *node)
{
	const struct world_source *quorum = &cluster->parts[WORLD_PART_QUORUM];
	enum ops_sentence_kind harm = plan->under_way ? OPS_CAUTION : ops_pods_harm(plan);
	struct ops_name_list here = {0};
	bool known = !world_source_is_withheld(quorum) && !err_is_set(&quorum->err) && cluster->voter_count > 0;
	size_t unknown = 0, voters;
	char more[48];
	for (size_t i = 0; i < cluster->controller_count; i++) {
		const struct world_broker *controller = cluster->controllers[i];
		if (!controller->pod || controller->node != node)
			continue;
		ops_name_list_add(&here, "%s", controller->name);
		unknown += controller->id < 0;
	}
	if (here.count == 0)
		return;
	size_t left = voters_left(cluster, node, unknown, &voters);
	ops_name_list_more(&here, more);
	ops_note(plan, OPS_CAUTION, "controllers of %s are evicted among the other pods, without a gate: %s%s",
		 cluster->name, here.names, more);
	if (!known)
		ops_note(plan, harm, "unknown whether the controllers of %s keep their quorum without them",
			 cluster->name);
	else if (left == 0 || world_are_critical_voters(voters, left))
		ops_note(plan, harm, "the controllers of %s may lose their quorum: %zu of %zu would be caught up",
			 cluster->name, left, voters);
}

static void drain_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_node *node = context->node;
	const struct world_broker *brokers[OPS_KUBE_DRAIN_BROKERS_MAX];
	size_t usable = 0;
	bool in_turn;
	size_t count = drain_away(plan, context, brokers, ARRAY_LEN(brokers), &in_turn);
	ops_pods_check_arguments(plan);
	if (context->view->link != WORLD_LIVE)
		ops_note(plan, OPS_BLOCKS, "the Kubernetes API does not answer: the data shown is old");
	if (node->ready_known && !node->ready)
		ops_note(plan, OPS_BLOCKS,
			 "%s is not ready: its kubelet would not stop a pod (recover is for nodes that are gone)",
			 node->name);
	for (size_t i = 0; i < context->view->node_count; i++) {
		const struct world_node *other = context->view->nodes[i];
		usable += other != node && other->ready && !other->cordoned;
	}
	if (ops_kube_drain_sees_nodes(plan, context) && usable == 0)
		ops_note(plan, OPS_CAUTION, "no other node is schedulable: every evicted pod stays Pending");
	for (size_t i = 0; i < count; i++)
		check_broker(plan, brokers[i], node);
	check_budgets(plan, context, brokers, count);
	ops_kube_drain_note(plan, context, brokers, count, in_turn,
			    plan->under_way ? OPS_CAUTION : ops_pods_harm(plan));
	for (size_t i = 0; i < context->view->cluster_count; i++)
		check_controllers_here(plan, context->view->clusters[i], node);
	check_others(plan, context);
	ops_note(plan, OPS_UNDO, "uncordon %s: pods waiting for it come back, the others stay where they went",
		 node->name);
}

static bool drain_roll_back(const struct ops_plan *plan, struct ops_request *out, struct err *err)
{
	*out = (struct ops_request){.operation = &ops_operation_uncordon, .target = plan->target};
	return true;
}

static const struct ops_argument drain_arguments[] = {
	OPS_PODS_FORCE,
	{.name = "delete-emptydir-data",
	 .help = "true: accept that pods lose the data in their emptyDir volumes",
	 .type = OPS_ARGUMENT_TEXT},
	{.name = OPS_KUBE_DRAIN_DELETES,
	 .help = "true: delete pods instead of evicting them, ignoring disruption budgets",
	 .type = OPS_ARGUMENT_TEXT},
	OPS_PODS_REASON,
};

const struct ops_operation ops_operation_drain = {
	.name = "drain",
	.title = "Drain",
	.summary = "cordon a node and evict its pods, brokers in the order their quorums allow",
	.key = "r",
	.hint = "drain",
	.target = OPS_ON_NODE,
	.arguments = drain_arguments,
	.argument_count = ARRAY_LEN(drain_arguments),
	.look = &ops_step_list_others,
	.access = drain_access,
	.plan = drain_plan,
	.preflight = drain_preflight,
	.away = drain_away,
	.roll_back = drain_roll_back,
};
