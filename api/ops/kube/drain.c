/* Drain: a node takes no new pods, and the brokers on it leave one after the other, each only while its cluster can
 * do without it; then the other pods, as kubectl drain evicts them. */
#include "api/ops/kube/drain_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/impact/impact.h"
#include "api/ops/parts/pods.h"
#include "api/ops/parts/why_not_ready.h"
#include "api/ops/plan/name_list.h"

enum { SETTLE_LIMIT_MS = 60 * 60 * 1000 };

/* ---- shared with recover ---- */

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
		if (node->brokers[i]->pod)
			out[count++] = node->brokers[i];
	qsort(out, count, sizeof *out, drain_compare_lead);
	return count;
}

int ops_kube_drain_can_move(const struct world_broker *broker, const struct world_node *node)
{
	int can = 1;
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

static size_t drain_away(const struct ops_plan *plan, const struct ops_context *context,
			 const struct world_broker **out, size_t max, bool *in_turn)
{
	size_t count = ops_kube_drain_brokers(context->node, out, max);
	*in_turn = true;
	for (size_t i = 0; i < count; i++)
		*in_turn &= ops_kube_drain_can_move(out[i], context->node) == 1;
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
		ops_name_list_add(&names, "%s", broker->name);
		ops_pods_remember(plan, broker);
		ops_add_step_on(plan, &ops_step_can_stop, broker, NULL, "%s safe to stop", broker->name);
		ops_add_step_on(plan, deletes ? &ops_step_delete_pod : &ops_step_evict_pod, broker, NULL,
				"%s pod %s/%s", verb, broker->cluster->namespace, broker->name);
		ops_add_step_on(plan, &ops_step_broker_settled, broker, NULL,
				"%s caught up elsewhere or waiting for a node", broker->name);
	}
	if (count > 0)
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

static void check_others(struct ops_plan *plan, const struct world_node *node)
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
	if (usable == 0)
		ops_note(plan, OPS_CAUTION, "no other node is schedulable: every evicted pod stays Pending");
	for (size_t i = 0; i < count; i++)
		check_broker(plan, brokers[i], node);
	check_budgets(plan, context, brokers, count);
	ops_kube_drain_note(plan, context, brokers, count, in_turn,
			    plan->under_way ? OPS_CAUTION : ops_pods_harm(plan));
	check_others(plan, node);
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
