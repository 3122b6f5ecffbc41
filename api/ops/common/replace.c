/* Replace a broker by one of the same name with an empty volume: its claim goes with its pod, both are made anew,
 * and what it held comes back from its peers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/cell.h"
#include "api/base/str.h"
#include "api/ops/common/pods.h"
#include "api/ops/impact/impact.h"

enum { CLAIM_LIMIT_MS = 30 * 60 * 1000, COMMAND_TIMEOUT_MS = 120 * 1000, FACT_NAME_MAX = 700 };

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
		 !volume ? "not made yet"
		 : anew  ? str_or(volume->claim->phase, "unknown")
			 : "the old claim is still there");
	if (context->broker)
		ops_kube_why_not_ready(context->view, context->cluster, context->broker->name, out->why,
				       sizeof out->why);
	return OPS_GATE_SHUT;
}

const struct ops_step_type ops_step_claim_replaced = {
	.name = "claim-replaced", .gate = gate_claim_replaced, .gate_limit_ms = CLAIM_LIMIT_MS};

/* ---- RabbitMQ: a node with an empty volume must be forgotten before it joins again ---- */

static const struct world_broker *find_survivor(const struct world_cluster *cluster, const char *but)
{
	for (size_t i = 0; cluster && i < cluster->broker_count; i++) {
		const struct world_broker *broker = cluster->brokers[i];
		if (broker->pod && broker->ready && broker->reachable == 1 && !str_eq(broker->name, but))
			return broker;
	}
	return NULL;
}

static const char *replace_container(const struct kube_pod *pod)
{
	for (size_t i = 0; i < pod->container_count; i++)
		if (strstr(str_or(pod->containers[i].name, ""), "rabbit"))
			return pod->containers[i].name;
	return pod->container_count > 0 ? pod->containers[0].name : NULL;
}

static enum ops_verdict run_in(const struct world_broker *broker, struct ops_step_request *out, const char *program,
			       const char *command, const char *argument, const char *argument2)
{
	const char **argv = arena_alloc(out->arena, 5 * sizeof *argv);
	argv[0] = program;
	argv[1] = command;
	argv[2] = argument;
	argv[3] = argument2;
	argv[4] = NULL;
	out->way = OPS_BY_EXEC;
	out->namespace = broker->pod->meta.namespace;
	out->pod = broker->pod->meta.name;
	out->container = replace_container(broker->pod);
	out->argv = argv;
	out->timeout_ms = COMMAND_TIMEOUT_MS;
	return OPS_TO_DO;
}

static enum ops_verdict stop_app_request(const struct ops_plan *plan, const struct ops_context *context,
					 struct ops_step_request *out, struct err *err)
{
	if (ops_pods_is_gone(plan, context) || context->broker->reachable == 0)
		return OPS_ALREADY;
	if (!ops_pods_flag(plan, "force") && !ops_impact_can_stop(context->cluster, context->broker, err)) {
		err->code = ERR_BUSY;
		return OPS_REFUSE;
	}
	return run_in(context->broker, out, "rabbitmqctl", "stop_app", NULL, NULL);
}

static enum ops_verdict on_survivor(const struct ops_plan *plan, const struct ops_context *context,
				    struct ops_step_request *out, struct err *err, const char *program,
				    const char *command, const char *last)
{
	const struct world_broker *survivor = find_survivor(context->cluster, ops_fact(plan, "broker"));
	if (!survivor) {
		err_set(err, ERR_BUSY, "no other node of the cluster answers now");
		return OPS_REFUSE;
	}
	return run_in(survivor, out, program, command, ops_fact(plan, "member"), last);
}

static enum ops_verdict forget_request(const struct ops_plan *plan, const struct ops_context *context,
				       struct ops_step_request *out, struct err *err)
{
	/* Once the new pod is there the member of that name is a new one. */
	if (ops_pods_is_gone(plan, context) && context->broker && context->broker->ready)
		return OPS_ALREADY;
	return on_survivor(plan, context, out, err, "rabbitmqctl", "forget_cluster_node", NULL);
}

/* Asked a second time the node is unknown: that is what was wanted. */
static enum ops_outcome forget_answer(struct ops_plan *plan, const struct ops_context *context,
				      const struct ops_answer *answer, struct err *err)
{
	bool unknown = strstr(answer->errors, "not_a_cluster_node") || strstr(answer->errors, "not a cluster member") ||
		       strstr(answer->errors, "not part of") || strstr(answer->out, "not_a_cluster_node");
	if (err_is_set(&answer->err)) {
		*err = answer->err;
		return OPS_ANSWER_FAILED;
	}
	if (answer->exit_code == 0 || unknown)
		return OPS_ANSWER_DONE;
	err_set(err, ERR_REFUSED, "forget_cluster_node ended with %d: %.300s", answer->exit_code,
		*answer->errors ? answer->errors : answer->out);
	return OPS_ANSWER_FAILED;
}

static enum ops_verdict grow_request(const struct ops_plan *plan, const struct ops_context *context,
				     struct ops_step_request *out, struct err *err)
{
	return on_survivor(plan, context, out, err, "rabbitmq-queues", "grow", "all");
}

const struct ops_step_type ops_step_stop_app = {.name = "stop-app", .request = stop_app_request, .no_stop_after = true};
const struct ops_step_type ops_step_forget_replaced = {
	.name = "forget-replaced", .request = forget_request, .answer = forget_answer, .no_stop_after = true};
const struct ops_step_type ops_step_grow_replaced = {.name = "grow-replaced", .request = grow_request};

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
	if (context->cluster->kind == WORLD_BROKER_RABBITMQ)
		ops_pods_need(needs, "create", "exec", namespace);
}

static void add_deletions(struct ops_plan *plan, const struct world_broker *broker)
{
	const char *namespace = broker->cluster->namespace;
	bool rabbitmq = broker->cluster->kind == WORLD_BROKER_RABBITMQ;
	if (rabbitmq) {
		ops_add_step_on(plan, &ops_step_stop_app, broker, NULL, "stop the application on %s", broker->name);
		ops_add_step_on(plan, &ops_step_forget_replaced, broker, NULL, "have the others forget %s",
				str_or(broker->member_name, broker->name));
	}
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
	ops_add_step_on(plan, &ops_step_can_stop, broker, NULL, "%s may be stopped", broker->name);
	for (size_t i = 0; i < broker->volume_count; i++) {
		const struct kube_claim *claim = broker->volumes[i]->claim;
		ops_set_fact(plan, claim_fact(claim->meta.name, name), "%s", str_or(claim->meta.uid, ""));
		ops_note(plan, OPS_CHANGES, "claim %s/%s is deleted with its data and made anew", claim->meta.namespace,
			 claim->meta.name);
	}
	if (strimzi)
		ops_add_step_on(plan, &ops_step_annotate_pod, broker, DELETE_WITH_CLAIM,
				"mark pod %s for the operator to delete it with its claim", broker->name);
	else
		add_deletions(plan, broker);
	for (size_t i = 0; i < broker->volume_count; i++)
		ops_add_step_on(plan, &ops_step_claim_replaced, broker, broker->volumes[i]->claim->meta.name,
				"a new claim %s is bound", broker->volumes[i]->claim->meta.name);
	ops_add_step_on(plan, &ops_step_pod_replaced, broker, NULL, "a new pod %s is ready", broker->name);
	if (context->cluster->kind == WORLD_BROKER_RABBITMQ)
		ops_add_step_on(plan, &ops_step_grow_replaced, broker, NULL, "give %s its members of queues again",
				broker->name);
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
			ops_note(plan, OPS_MEANS, "volume %s is kept (%s), bound to nothing",
				 volume->claim->volume_name, policy);
		else if (volume->claim->volume_name)
			ops_note(plan, OPS_DANGER,
				 "what becomes of volume %s is not known: it cannot be read, its data may be deleted",
				 volume->claim->volume_name);
	}
	if (broker->volume_count == 0)
		ops_note(plan, OPS_BLOCKS, "%s has no claim: restart it instead", broker->name);
}

static void check_kind(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_broker *broker = context->broker;
	const struct world_cluster *cluster = context->cluster;
	char size[16];
	if (broker->disk_used_bytes > 0) {
		cell_human_bytes(broker->disk_used_bytes, size);
		ops_note(plan, OPS_MEANS, "about %s are on its disk: replicas are fetched again from the others", size);
	}
	if (cluster->kind == WORLD_BROKER_KAFKA) {
		for (size_t i = 0; i < cluster->voter_count; i++)
			if (cluster->voters[i].voter && str_eq(cluster->voters[i].broker, broker->name))
				ops_note(plan, OPS_CAUTION,
					 "%s is a controller: its part of the metadata log is lost and fetched from "
					 "the "
					 "other controllers",
					 broker->name);
		return;
	}
	if (!broker->member_name)
		ops_note(plan, OPS_BLOCKS, "which node of the cluster %s is is not known: it could not be forgotten",
			 broker->name);
	if (!find_survivor(cluster, broker->name))
		ops_note(plan, OPS_BLOCKS,
			 "no other node of the cluster answers: nobody could forget %s or give its data", broker->name);
	if (broker->ordinal == 0)
		ops_note(plan, OPS_CAUTION,
			 "%s is pod 0: where peers are discovered it may found a cluster of its own when it starts "
			 "empty; "
			 "the plan ends only when the others count it in",
			 broker->name);
	ops_note(plan, OPS_MEANS,
		 "the others forget %s and its members of quorum queues; it joins anew and gets a member of every "
		 "one",
		 broker->name);
}

static void replace_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	struct err why = {0};
	const struct world_broker *broker = context->broker;
	ops_pods_check_arguments(plan);
	if (context->view->link != WORLD_LIVE)
		ops_note(plan, OPS_BLOCKS, "the Kubernetes API does not answer: what is shown is old");
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
	     impact.lists[OPS_IMPACT_CLASSIC].len > 0 || impact.lists[OPS_IMPACT_MINORITY].len > 0))
		ops_note(plan, harm, "what lives on %s and nowhere else is lost for good", broker->name);
	check_volumes(plan, broker);
	check_kind(plan, context);
	ops_note(plan, OPS_UNDO, "nothing brings the old data back, except a volume that is kept");
}

static const struct ops_argument replace_arguments[] = {OPS_PODS_FORCE, OPS_PODS_REASON};

const struct ops_operation ops_operation_replace = {
	.name = "replace",
	.title = "Replace",
	.summary = "make a broker anew with an empty volume and wait until its peers filled it",
	.key = "",
	.target = OPS_ON_BROKER,
	.arguments = replace_arguments,
	.argument_count = ARRAY_LEN(replace_arguments),
	.access = replace_access,
	.plan = replace_plan,
	.preflight = replace_preflight,
	.away = replace_away,
};
