/* Cordon and uncordon: whether a node takes new pods. What runs on it stays; no broker is moved or stopped. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"
#include "api/ops/kube/drain_private.h"

enum { SEEN_LIMIT_MS = 60 * 1000 };

static bool wants_cordon(const struct ops_plan *plan)
{
	return plan->operation != &ops_operation_uncordon; /* to drain a node begins with it */
}

static bool cordon_node_object(const struct ops_plan *plan, const struct ops_context *context, struct ops_object *out,
			       struct err *err)
{
	*out = (struct ops_object){
		.group = "", .versions = "v1", .resource = "nodes", .kind = "Node", .name = context->node->name};
	return true;
}

static void node_access(const struct ops_context *context, struct ops_needs *needs)
{
	static const char *const verbs[] = {"get", "patch"};
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		ops_need(needs,
			 &(struct kube_question){.verb = verbs[i], .resource = "nodes", .name = context->node->name});
}

static enum ops_verdict change_unschedulable(const struct ops_plan *plan, const struct cJSON *now, struct buf *patch,
					     struct err *err)
{
	const cJSON *spec = cJSON_GetObjectItemCaseSensitive(now, "spec");
	bool cordoned = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(spec, "unschedulable"));
	if (cordoned == wants_cordon(plan))
		return OPS_ALREADY;
	/* null takes the member away, as kubectl uncordon leaves it. */
	buf_printf(patch, "\"spec\":{\"unschedulable\":%s}", wants_cordon(plan) ? "true" : "null");
	return OPS_TO_DO;
}

static enum ops_gate_state gate_seen(const struct ops_plan *plan, const struct ops_context *context,
				     struct ops_gauge *out)
{
	bool open = context->node->cordoned == wants_cordon(plan);
	snprintf(out->figure, sizeof out->figure, "%s %s", context->node->name,
		 context->node->cordoned ? "accepts no new pods" : "accepts new pods");
	return open ? OPS_GATE_OPEN : OPS_GATE_SHUT;
}

const struct ops_step_type ops_step_set_unschedulable = {.name = "set-unschedulable",
							 .object = cordon_node_object,
							 .change = change_unschedulable,
							 .leaves = "the node stays as it was set"};
const struct ops_step_type ops_step_node_seen = {
	.name = "node-seen", .gate = gate_seen, .gate_limit_ms = SEEN_LIMIT_MS};

static void node_plan(struct ops_plan *plan, const struct ops_context *context)
{
	const char *name = context->node->name, *value = wants_cordon(plan) ? "true" : "false";
	ops_set_title(plan, "%s %s", plan->operation->title, name);
	ops_note(plan, OPS_CHANGES, "Node %s spec.unschedulable → %s", name, value);
	ops_add_step(plan, &ops_step_set_unschedulable, "set unschedulable of Node %s to %s", name, value);
	ops_add_step(plan, &ops_step_node_seen, "%s seen as %s", name, wants_cordon(plan) ? "cordoned" : "schedulable");
}

static size_t usable_nodes(const struct ops_context *context)
{
	size_t usable = 0;
	for (size_t i = 0; i < context->view->node_count; i++) {
		const struct world_node *node = context->view->nodes[i];
		usable += node != context->node && node->ready && !node->cordoned;
	}
	return usable;
}

static void say_who_stays(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_node *node = context->node;
	bool all = ops_kube_drain_counts_all(plan, context);
	struct buf names = BUF_INIT(8 * 1024);
	for (size_t i = 0; i < node->broker_count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", node->brokers[i]->name);
	if (node->broker_count > 0)
		ops_note(plan, OPS_MEANS, "%s stay%s on it and keep%s running: nothing moves", buf_str(&names),
			 node->broker_count == 1 ? "s" : "", node->broker_count == 1 ? "s" : "");
	else if (all)
		ops_note(plan, OPS_MEANS, "no brokers on it");
	buf_finish(&names);
}

static void say_if_it_restarts(struct ops_plan *plan, const struct world_broker *broker, const struct world_node *node)
{
	int can = ops_kube_drain_can_move(broker, node);
	if (can == 0)
		ops_note(plan, OPS_CAUTION, "if %s restarts, it stays Pending: its volume is bound to %s", broker->name,
			 node->name);
	else if (can < 0)
		ops_note(plan, OPS_CAUTION,
			 "if %s restarts, it may stay Pending: unknown whether its volume is bound to %s", broker->name,
			 node->name);
}

static void check_cordon(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_node *node = context->node;
	if (node->cordoned)
		ops_note_already(plan, "%s is already cordoned", node->name);
	say_who_stays(plan, context);
	for (size_t i = 0; i < node->broker_count; i++)
		say_if_it_restarts(plan, node->brokers[i], node);
	if (ops_kube_drain_sees_nodes(plan, context) && usable_nodes(context) == 0)
		ops_note(plan, OPS_CAUTION, "no other node is schedulable: any pod that restarts stays Pending");
	ops_note(plan, OPS_UNDO, "uncordon %s", node->name);
}

static void check_uncordon(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_node *node = context->node;
	if (ops_kube_drain_sees_nodes(plan, context) && !node->cordoned)
		ops_note_already(plan, "%s is not cordoned", node->name);
	ops_note(plan, OPS_MEANS, "new and pending pods may be scheduled on %s; nothing moves back automatically",
		 node->name);
	if (node->ready_known && !node->ready)
		ops_note(plan, OPS_CAUTION, "%s is not ready: nothing starts there until it is", node->name);
	ops_note(plan, OPS_UNDO, "cordon %s", node->name);
}

static bool node_roll_back(const struct ops_plan *plan, struct ops_request *out, struct err *err)
{
	out->operation = wants_cordon(plan) ? &ops_operation_uncordon : &ops_operation_cordon;
	out->target = plan->target;
	return true;
}

const struct ops_operation ops_operation_cordon = {
	.name = "cordon",
	.title = "Cordon",
	.summary = "keep new pods off a node; running pods stay",
	.key = "c",
	.hint = "cordon",
	.target = OPS_ON_NODE,
	.no_lease = true,
	.access = node_access,
	.plan = node_plan,
	.preflight = check_cordon,
	.roll_back = node_roll_back,
};

const struct ops_operation ops_operation_uncordon = {
	.name = "uncordon",
	.title = "Uncordon",
	.summary = "let a node accept new pods again",
	.key = "u",
	.hint = "uncordon",
	.target = OPS_ON_NODE,
	.no_lease = true,
	.access = node_access,
	.plan = node_plan,
	.preflight = check_uncordon,
	.roll_back = node_roll_back,
};
