/* Replace a broker by one of the same name with an empty volume: its claim goes with its pod, both are recreated,
 * and what it held comes back from its peers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/cell.h"
#include "api/base/str.h"
#include "api/ops/common/broker_kinds.h"
#include "api/ops/impact/impact.h"
#include "api/ops/parts/pods.h"
#include "api/ops/parts/why_not_ready.h"

enum { CLAIM_LIMIT_MS = 30 * 60 * 1000, FACT_NAME_MAX = 700 };

#define DELETE_WITH_CLAIM "strimzi.io/delete-pod-and-pvc"

/* ---- the claim ---- */

static const char *claim_fact(const char *claim, char out[static FACT_NAME_MAX])
{
	snprintf(out, FACT_NAME_MAX, "claim:%s", claim);
	return out;
}

static const struct world_volume *replace_find_claim(const struct ops_context *context, const char *name)
{
	for (size_t i = 0; context->cluster && i < context->cluster->volume_count; i++)
		if (str_eq(context->cluster->volumes[i]->claim->meta.name, name))
			return context->cluster->volumes[i];
	return NULL;
}

static enum ops_verdict claim_request(const struct ops_plan *plan, const struct ops_context *context,
				      struct ops_step_request *out, struct err *err)
{
	char name[FACT_NAME_MAX];
	const struct world_volume *volume = replace_find_claim(context, context->step->item);
	const char *uid = ops_fact(plan, claim_fact(context->step->item, name));
	if (!volume || !str_eq(volume->claim->meta.uid, uid) || volume->claim->meta.deleted_ms >= 0)
		return OPS_ALREADY;
	/* The last look before data goes: the pod's own step looks again. */
	if (!ops_pods_is_gone(plan, context) && !ops_pods_flag(plan, "force") &&
	    !ops_impact_can_stop(context->cluster, context->broker, err)) {
		if (err)
			err->code = ERR_BUSY;
		return OPS_REFUSE;
	}
	out->change = (struct kube_change){
		.method = "DELETE",
		.url = {.version = "v1",
			.resource = "persistentvolumeclaims",
			.namespace = context->cluster->namespace,
			.name = context->step->item},
		.body = arena_printf(
			out->arena,
			"{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"%s\"}}", uid)};
	return OPS_TO_DO;
}

static enum ops_outcome claim_answer(struct ops_plan *plan, const struct ops_context *context,
				     const struct ops_answer *answer, struct err *err)
{
	return ops_step_delete_pod.answer(plan, context, answer, err);
}

/* The claim waits for its pod: nothing is deleted yet when a plan would be stopped between the two. */
const struct ops_step_type ops_step_delete_claim = {
	.name = "delete-claim", .request = claim_request, .answer = claim_answer, .no_stop_after = true};

static enum ops_gate_state gate_claim_replaced(const struct ops_plan *plan, const struct ops_context *context,
					       struct ops_gauge *out)
{
	char name[FACT_NAME_MAX];
	const char *item = context->step->item;
	const struct world_volume *volume = replace_find_claim(context, item);
	const char *uid = ops_fact(plan, claim_fact(item, name));
	bool anew = volume && !str_eq(volume->claim->meta.uid, uid);
	if (anew && str_eq(volume->claim->phase, "Bound")) {
		snprintf(out->figure, sizeof out->figure, "%s is bound to %s", item,
			 str_or(volume->claim->volume_name, "a volume"));
		return OPS_GATE_OPEN;
	}
	snprintf(out->figure, sizeof out->figure, "%s: %s", item,
		 !volume ? "not created yet"
		 : anew  ? str_or(volume->claim->phase, "unknown")
			 : "the old claim still exists");
	if (context->broker)
		ops_why_not_ready(context->view, context->cluster, context->broker->name, out->why, sizeof out->why);
	return OPS_GATE_SHUT;
}

const struct ops_step_type ops_step_claim_replaced = {
	.name = "claim-replaced", .gate = gate_claim_replaced, .gate_limit_ms = CLAIM_LIMIT_MS};

/* ---- the plan ---- */

static size_t replace_away(const struct ops_plan *plan, const struct ops_context *context,
			   const struct world_broker **out, size_t max, bool *in_turn)
{
	*in_turn = false;
	if (context->broker && max > 0)
		out[0] = context->broker;
	return context->broker && max > 0;
}

static void replace_access(const struct ops_context *context, struct ops_needs *needs)
{
	const char *namespace = context->cluster->namespace;
	if (context->cluster->manager == WORLD_MANAGED_BY_STRIMZI) {
		ops_pods_need(needs, "patch", NULL, namespace);
		return;
	}
	ops_pods_need(needs, "delete", NULL, namespace);
	ops_need(needs, &(struct kube_question){
				.verb = "delete", .resource = "persistentvolumeclaims", .namespace = namespace});
	const struct ops_replace_part *part = ops_common_kind_of(context->cluster)->replace;
	if (part->access)
		part->access(context, needs);
}

static void add_deletions(struct ops_plan *plan, const struct world_broker *broker)
{
	const char *namespace = broker->cluster->namespace;
	const struct ops_replace_part *part = ops_common_kind_of(broker->cluster)->replace;
	if (part->plan_leave)
		part->plan_leave(plan, broker);
	for (size_t i = 0; i < broker->volume_count; i++) {
		const char *claim = broker->volumes[i]->claim->meta.name;
		ops_add_step_on(plan, &ops_step_delete_claim, broker, claim, "delete claim %s/%s", namespace, claim);
	}
	ops_add_step_on(plan, &ops_step_delete_pod, broker, NULL, "stop pod %s/%s", namespace, broker->name);
}

static void replace_plan(struct ops_plan *plan, const struct ops_context *context)
{
	char name[FACT_NAME_MAX];
	const struct world_broker *broker = context->broker;
	bool strimzi = context->cluster->manager == WORLD_MANAGED_BY_STRIMZI;
	ops_set_title(plan, "Replace %s of %s %s with an empty volume", broker->name, ops_pods_kind(context->cluster),
		      context->cluster->name);
	ops_pods_remember(plan, broker);
	ops_set_fact(plan, "broker", "%s", broker->name);
	if (broker->member_name)
		ops_set_fact(plan, "member", "%s", broker->member_name);
	ops_add_step_on(plan, &ops_step_can_stop, broker, NULL, "%s safe to stop", broker->name);
	for (size_t i = 0; i < broker->volume_count; i++) {
		const struct kube_claim *claim = broker->volumes[i]->claim;
		ops_set_fact(plan, claim_fact(claim->meta.name, name), "%s", str_or(claim->meta.uid, ""));
		ops_note(plan, OPS_CHANGES, "claim %s/%s is deleted with its data and recreated", claim->meta.namespace,
			 claim->meta.name);
	}
	if (strimzi)
		ops_add_step_on(plan, &ops_step_annotate_pod, broker, DELETE_WITH_CLAIM,
				"annotate pod %s so that the operator deletes it with its claim", broker->name);
	else
		add_deletions(plan, broker);
	for (size_t i = 0; i < broker->volume_count; i++)
		ops_add_step_on(plan, &ops_step_claim_replaced, broker, broker->volumes[i]->claim->meta.name,
				"new claim %s bound", broker->volumes[i]->claim->meta.name);
	ops_add_step_on(plan, &ops_step_pod_replaced, broker, NULL, "new pod %s ready", broker->name);
	const struct ops_replace_part *part = ops_common_kind_of(context->cluster)->replace;
	if (part->plan_return)
		part->plan_return(plan, broker);
	ops_add_step_on(plan, &ops_step_caught_up, broker, NULL, "%s caught up", broker->name);
}

/* ---- consequences ---- */

static void check_volumes(struct ops_plan *plan, const struct world_broker *broker)
{
	for (size_t i = 0; i < broker->volume_count; i++) {
		const struct world_volume *volume = broker->volumes[i];
		const char *policy = volume->volume ? volume->volume->reclaim_policy : NULL;
		if (str_eq(policy, "Delete"))
			ops_note(plan, OPS_DANGER, "volume %s and its data are deleted for good",
				 volume->claim->volume_name);
		else if (policy)
			ops_note(plan, OPS_MEANS, "volume %s is kept (%s) but no longer bound",
				 volume->claim->volume_name, policy);
		else if (volume->claim->volume_name)
			ops_note(plan, OPS_DANGER, "volume %s cannot be read: its data may be deleted",
				 volume->claim->volume_name);
	}
	if (broker->volume_count == 0 && world_source_is_withheld(&broker->cluster->parts[WORLD_PART_CLAIMS]))
		ops_note(plan, OPS_BLOCKS, "claims cannot be read: unknown which %s has", broker->name);
	else if (broker->volume_count == 0)
		ops_note(plan, OPS_BLOCKS, "%s has no claim: restart it instead", broker->name);
}

static void note_refill(struct ops_plan *plan, const struct world_broker *broker)
{
	char size[16];
	if (broker->disk_used_bytes <= 0)
		return;
	cell_human_bytes(broker->disk_used_bytes, size);
	ops_note(plan, OPS_MEANS, "about %s on its disk must be copied again from the other brokers", size);
}

static void replace_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	struct err why = {0};
	const struct world_broker *broker = context->broker;
	ops_pods_check_arguments(plan);
	if (context->view->link != WORLD_LIVE)
		ops_note(plan, OPS_BLOCKS, "the Kubernetes API does not answer: the data shown is old");
	if (!broker)
		return;
	enum ops_sentence_kind harm = plan->under_way ? OPS_CAUTION : ops_pods_harm(plan);
	CLEANUP(ops_impact_finish) struct ops_impact impact;
	ops_impact_of(&impact, context->cluster, &broker, 1, false);
	ops_impact_note(plan, &impact, harm);
	if (!plan->under_way && !ops_impact_harms(&impact) && !ops_impact_can_stop(context->cluster, broker, &why))
		ops_note(plan, harm, "%s", why.text);
	/* A replica that is nowhere else in sync would be lost with the volume, not only away. */
	if (!plan->under_way &&
	    (impact.lists[OPS_IMPACT_OFFLINE].len > 0 || impact.lists[OPS_IMPACT_UNPROTECTED].len > 0 ||
	     impact.lists[OPS_IMPACT_CLASSIC].len > 0 || impact.lists[OPS_IMPACT_OTHER].len > 0 ||
	     impact.lists[OPS_IMPACT_MINORITY].len > 0))
		ops_note(plan, harm, "data that exists only on %s is lost for good", broker->name);
	check_volumes(plan, broker);
	note_refill(plan, broker);
	ops_common_kind_of(context->cluster)->replace->check(plan, broker);
	ops_note(plan, OPS_UNDO, "cannot be undone: the old data is gone unless its volume is kept");
}

static const struct ops_argument replace_arguments[] = {OPS_PODS_FORCE, OPS_PODS_REASON};

const struct ops_operation ops_operation_replace = {
	.name = "replace",
	.title = "Replace",
	.summary = "recreate a broker with an empty volume and wait until it has caught up",
	.target = OPS_ON_BROKER,
	.arguments = replace_arguments,
	.argument_count = ARRAY_LEN(replace_arguments),
	.access = replace_access,
	.plan = replace_plan,
	.preflight = replace_preflight,
	.away = replace_away,
};
