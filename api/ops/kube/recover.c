/* Recover from a node that is gone for good or for long: its pods are given up, so that what can run elsewhere does.
 * Only a human can know that the machine is off; the node's name typed is that word. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/ops/kube/drain_private.h"
#include "api/ops/parts/pods.h"
#include "api/ops/plan/name_list.h"

#define TAINT_KEY "node.kubernetes.io/out-of-service"

/* ---- the kubelet's lease: a machine that renews it is on ---- */

static enum ops_verdict lease_request(const struct ops_plan *plan, const struct ops_context *context,
				      struct ops_step_request *out, struct err *err)
{
	out->change = (struct kube_change){.method = "GET",
					   .url = {.group = "coordination.k8s.io",
						   .version = "v1",
						   .resource = "leases",
						   .namespace = "kube-node-lease",
						   .name = context->node->name}};
	return OPS_TO_DO;
}

/* What cannot be read is said in the plan: the node's own condition is made from the same lease. */
static enum ops_outcome lease_answer(struct ops_plan *plan, const struct ops_context *context,
				     const struct ops_answer *answer, struct err *err)
{
	const cJSON *spec = cJSON_GetObjectItemCaseSensitive(answer->object, "spec");
	const char *renewed = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(spec, "renewTime"));
	if (renewed)
		ops_set_fact(plan, "lease.renewed", "%s", renewed);
	return OPS_ANSWER_DONE;
}

const struct ops_step_type ops_step_read_lease = {
	.name = "read-lease", .request = lease_request, .answer = lease_answer};

/* ---- the taint ---- */

static bool recover_node_object(const struct ops_plan *plan, const struct ops_context *context, struct ops_object *out,
				struct err *err)
{
	*out = (struct ops_object){
		.group = "", .versions = "v1", .resource = "nodes", .kind = "Node", .name = context->node->name};
	return true;
}

/* A merge patch replaces the whole list: the resourceVersion guards what others wrote into it. */
static enum ops_verdict change_taint(const struct ops_plan *plan, const cJSON *now, struct buf *patch, struct err *err)
{
	bool add = !ops_pods_flag(plan, "back"), there = false;
	const cJSON *taint, *spec = cJSON_GetObjectItemCaseSensitive(now, "spec");
	cJSON *taints = cJSON_CreateArray();
	cJSON_ArrayForEach(taint, cJSON_GetObjectItemCaseSensitive(spec, "taints"))
	{
		const char *key = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(taint, "key"));
		bool ours = str_eq(key, TAINT_KEY);
		there |= ours;
		if (!ours)
			cJSON_AddItemToArray(taints, cJSON_Duplicate(taint, true));
	}
	if (add) {
		cJSON *ours = cJSON_CreateObject();
		cJSON_AddStringToObject(ours, "key", TAINT_KEY);
		cJSON_AddStringToObject(ours, "value", "nodeshutdown");
		cJSON_AddStringToObject(ours, "effect", "NoExecute");
		cJSON_AddItemToArray(taints, ours);
	}
	CLEANUP(free) char *text = cJSON_PrintUnformatted(taints);
	cJSON_Delete(taints);
	if (there == add)
		return OPS_ALREADY;
	buf_printf(patch, "\"spec\":{\"taints\":%s}", text);
	return OPS_TO_DO;
}

const struct ops_step_type ops_step_taint_out_of_service = {.name = "taint-out-of-service",
							    .object = recover_node_object,
							    .change = change_taint,
							    .leaves = "the node's taint stays as it was set"};

/* ---- or each pod by force ---- */

static enum ops_verdict force_request(const struct ops_plan *plan, const struct ops_context *context,
				      struct ops_step_request *out, struct err *err)
{
	if (ops_pods_is_gone(plan, context))
		return OPS_ALREADY;
	const struct kube_meta *meta = &context->broker->pod->meta;
	out->change = (struct kube_change){
		.method = "DELETE",
		.url = {.version = "v1", .resource = "pods", .namespace = meta->namespace, .name = meta->name},
		.body = arena_printf(out->arena,
				     "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"gracePeriodSeconds\":0,"
				     "\"preconditions\":{\"uid\":\"%s\"}}",
				     ops_pods_uid(plan, context))};
	return OPS_TO_DO;
}

static enum ops_outcome force_answer(struct ops_plan *plan, const struct ops_context *context,
				     const struct ops_answer *answer, struct err *err)
{
	return ops_step_delete_pod.answer(plan, context, answer, err);
}

const struct ops_step_type ops_step_force_delete_pod = {
	.name = "force-delete-pod", .request = force_request, .answer = force_answer};

/* ---- the plan ---- */

static size_t recover_away(const struct ops_plan *plan, const struct ops_context *context,
			   const struct world_broker **out, size_t max, bool *in_turn)
{
	*in_turn = false;
	return ops_pods_flag(plan, "back") ? 0 : ops_kube_drain_brokers(context->node, out, max);
}

static void recover_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_operation_cordon.access(context, needs);
	ops_pods_need(needs, "delete", NULL, NULL);
}

static void plan_back(struct ops_plan *plan, const char *name)
{
	ops_set_title(plan, "Return %s to service", name);
	ops_note(plan, OPS_CHANGES, "Node %s loses the taint " TAINT_KEY, name);
	ops_add_step(plan, &ops_step_taint_out_of_service, "remove the taint " TAINT_KEY " from Node %s", name);
}

static void recover_plan(struct ops_plan *plan, const struct ops_context *context)
{
	const char *name = context->node->name;
	const struct world_broker *brokers[OPS_KUBE_DRAIN_BROKERS_MAX];
	bool in_turn;
	size_t count = recover_away(plan, context, brokers, ARRAY_LEN(brokers), &in_turn);
	if (ops_pods_flag(plan, "back")) {
		plan_back(plan, name);
		return;
	}
	ops_set_title(plan, "Recover from the loss of %s", name);
	for (size_t i = 0; i < count; i++)
		ops_pods_remember(plan, brokers[i]);
	if (ops_pods_flag(plan, "delete-pods")) {
		ops_note(plan, OPS_CHANGES, "the %zu broker pods of %s are force-deleted", count, name);
		for (size_t i = 0; i < count; i++)
			ops_add_step_on(plan, &ops_step_force_delete_pod, brokers[i], NULL, "force-delete pod %s/%s",
					brokers[i]->cluster->namespace, brokers[i]->name);
	} else {
		ops_note(plan, OPS_CHANGES,
			 "Node %s gets the taint " TAINT_KEY
			 "=nodeshutdown:NoExecute: all its pods are deleted and its volumes detached",
			 name);
		ops_add_step(plan, &ops_step_taint_out_of_service, "taint Node %s as out of service", name);
	}
	for (size_t i = 0; i < count; i++)
		ops_add_step_on(plan, &ops_step_pod_gone, brokers[i], NULL, "pod %s on %s gone", brokers[i]->name,
				name);
	for (size_t i = 0; i < count; i++)
		ops_add_step_on(plan, &ops_step_broker_settled, brokers[i], NULL,
				"%s caught up elsewhere or waiting for a node", brokers[i]->name);
}

/* ---- consequences ---- */

static void check_off(struct ops_plan *plan, const struct world_node *node)
{
	const char *renewed = ops_fact(plan, "lease.renewed");
	int64_t renewed_ms = renewed ? clock_parse_rfc3339(renewed) : -1;
	char since[32] = "an unknown time";
	if (!node->ready_known)
		ops_note(plan, OPS_BLOCKS, "unknown whether %s is ready", node->name);
	else if (node->ready)
		ops_note(plan, OPS_BLOCKS, "%s is ready, so it is powered on (drain is for running nodes)", node->name);
	if (node->ready || !node->ready_known)
		return;
	if (node->not_ready_since_ms >= 0)
		clock_format_rfc3339(node->not_ready_since_ms, since);
	ops_note(plan, OPS_MEANS, "%s has not been ready since %s", node->name, since);
	if (renewed_ms < 0)
		ops_note(plan, OPS_CAUTION, "unknown when its kubelet last reported: its lease cannot be read");
	else if (node->not_ready_since_ms >= 0 && renewed_ms > node->not_ready_since_ms)
		ops_note(plan, OPS_BLOCKS,
			 "the kubelet of %s renewed its lease at %s, after the node became not ready: the machine is "
			 "powered on",
			 node->name, renewed);
	else
		ops_note(plan, OPS_MEANS, "its kubelet last reported at %s", renewed);
	ops_note(plan, OPS_DANGER,
		 "only you can verify that %s is powered off: if it is still running, two brokers may write with the "
		 "same identity; type its name once its power is off",
		 node->name);
}

static void check_brokers(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_broker *brokers[OPS_KUBE_DRAIN_BROKERS_MAX];
	size_t count = ops_kube_drain_brokers(context->node, brokers, ARRAY_LEN(brokers));
	for (size_t i = 0; i < count; i++) {
		int can = ops_kube_drain_can_move(brokers[i], context->node);
		if (can == 1)
			ops_note(plan, OPS_MEANS, "%s starts on another node and catches up", brokers[i]->name);
		else
			ops_note(plan, OPS_CAUTION,
				 "%s %s on %s: it stays Pending until the node is back; `replace %s` recreates it with "
				 "an empty volume",
				 brokers[i]->name, can == 0 ? "has its volume" : "may have its volume",
				 context->node->name, brokers[i]->name);
	}
	if (ops_kube_drain_counts_all(plan, context) && count == 0)
		ops_note(plan, OPS_MEANS, "no brokers on it");
}

static void recover_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_node *node = context->node;
	ops_pods_check_arguments(plan);
	if (context->view->link != WORLD_LIVE)
		ops_note(plan, OPS_BLOCKS, "the Kubernetes API does not answer: the data shown is old");
	if (ops_pods_flag(plan, "back")) {
		if (!node->ready)
			ops_note(plan, OPS_BLOCKS, "%s is not ready: it is not back yet", node->name);
		ops_note(plan, OPS_MEANS,
			 "pods may be scheduled on %s again; pods waiting for their volumes there start", node->name);
		return;
	}
	check_off(plan, node);
	check_brokers(plan, context);
	ops_note(plan, OPS_UNDO, "once %s is back: recover %s back=true removes the taint", node->name, node->name);
}

static bool recover_roll_back(const struct ops_plan *plan, struct ops_request *out, struct err *err)
{
	if (ops_pods_flag(plan, "back") || ops_pods_flag(plan, "delete-pods"))
		return err_set(err, ERR_REFUSED, "nothing on the node can be rolled back");
	*out = (struct ops_request){.operation = &ops_operation_recover,
				    .target = plan->target,
				    .values = {{.name = "back", .value = "true"}},
				    .value_count = 1};
	return true;
}

static const struct ops_argument recover_arguments[] = {
	{.name = "delete-pods",
	 .help = "true: delete its broker pods by force instead of tainting the node",
	 .type = OPS_ARGUMENT_TEXT},
	{.name = "back", .help = "true: the node is back, remove the taint", .type = OPS_ARGUMENT_TEXT},
	OPS_PODS_REASON,
};

const struct ops_operation ops_operation_recover = {
	.name = "recover",
	.title = "Recover",
	.summary = "release the pods of a failed node so they reschedule",
	.target = OPS_ON_NODE,
	.arguments = recover_arguments,
	.argument_count = ARRAY_LEN(recover_arguments),
	.look = &ops_step_read_lease,
	.access = recover_access,
	.plan = recover_plan,
	.preflight = recover_preflight,
	.away = recover_away,
	.roll_back = recover_roll_back,
};
