/* A broker's pod through a restart: may it be stopped, taken away, recreated, caught up. The gates look at what the brokers
 * said since the step began: an older answer may be from before the pod that was stopped last. */
#include "api/ops/parts/pods.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"
#include "api/ops/impact/impact.h"
#include "api/ops/parts/why_not_ready.h"

/* Java, and so every Kafka broker, remembers the address of a name for so long. */
enum { ADDRESS_KEPT_MS = 30 * 1000 };
enum { STOP_LIMIT_MS = 30 * 60 * 1000, FACT_MAX = OPS_KEY_MAX + 16 };

static const double disk_nearly_full = 0.95, disk_is_full = 0.99;

/* ---- shared by the operations ---- */

const char *ops_pods_kind(const struct world_cluster *cluster)
{
	return cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbitmq";
}

bool ops_pods_flag(const struct ops_plan *plan, const char *name)
{
	return str_eq(ops_fact(plan, name), "true");
}

void ops_pods_check_arguments(struct ops_plan *plan)
{
	for (size_t i = 0; i < plan->operation->argument_count; i++) {
		const struct ops_argument *argument = &plan->operation->arguments[i];
		const char *value = ops_fact(plan, argument->name);
		bool flag = !strncmp(argument->help, "true:", 5);
		if (flag && value && strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			ops_note(plan, OPS_BLOCKS, "%s must be true or false, not \"%s\"", argument->name, value);
	}
	if (ops_fact(plan, "reason"))
		ops_note(plan, OPS_CHANGES, "reason: %s", ops_fact(plan, "reason"));
}

enum ops_sentence_kind ops_pods_harm(const struct ops_plan *plan)
{
	return ops_pods_flag(plan, "force") ? OPS_DANGER : OPS_BLOCKS;
}

void ops_pods_check_disks(struct ops_plan *plan, const struct world_broker *broker)
{
	const char *lost = broker->offline_dirs;
	int64_t used = broker->disk_used_bytes, total = broker->disk_total_bytes;
	double part = used < 0 || total <= 0 ? -1 : (double)used / (double)total;
	if (!str_empty(lost))
		ops_note(plan, OPS_CAUTION,
			 "%s lost log director%s %s: it comes back without what is there unless the disk was repaired, "
			 "and not at all if it finds no other",
			 broker->name, strchr(lost, ',') ? "ies" : "y", lost);
	if (part >= disk_is_full)
		ops_note(plan, plan->under_way ? OPS_CAUTION : ops_pods_harm(plan),
			 "the disk of %s is full (%d%%): a broker that cannot write does not come back; expand its "
			 "volume or free space first",
			 broker->name, (int)(part * 100));
	else if (part >= disk_nearly_full)
		ops_note(plan, OPS_CAUTION,
			 "the disk of %s is %d%% full: it does not come back if it fills up while it recovers",
			 broker->name, (int)(part * 100));
}

void ops_pods_need(struct ops_needs *needs, const char *verb, const char *subresource, const char *namespace)
{
	ops_need(needs, &(struct kube_question){
				.verb = verb, .resource = "pods", .subresource = subresource, .namespace = namespace});
}

const char *ops_pods_split(const char *key, char *namespace, size_t size)
{
	const char *slash = strchr(key, '/');
	snprintf(namespace, size, "%.*s", slash ? (int)(slash - key) : 0, key);
	return slash ? slash + 1 : key;
}

static const char *pods_fact_name(const char *what, const char *key, char out[static FACT_MAX])
{
	snprintf(out, FACT_MAX, "%s:%s", what, key);
	return out;
}

void ops_pods_remember(struct ops_plan *plan, const struct world_broker *broker)
{
	char key[OPS_KEY_MAX], name[FACT_MAX];
	ops_broker_key(broker, key);
	ops_set_fact(plan, pods_fact_name("pod", key, name), "%s",
		     broker->pod ? str_or(broker->pod->meta.uid, "") : "");
	if (broker->under_replicated > 0)
		ops_set_fact(plan, pods_fact_name("behind", key, name), "%" PRId64, broker->under_replicated);
}

static const char *step_key(const struct ops_plan *plan, const struct ops_context *context)
{
	return str_or(context->step->broker, plan->target);
}

const char *ops_pods_uid(const struct ops_plan *plan, const struct ops_context *context)
{
	char name[FACT_MAX];
	const char *uid = ops_fact(plan, pods_fact_name("pod", step_key(plan, context), name));
	return str_empty(uid) ? NULL : uid;
}

bool ops_pods_is_gone(const struct ops_plan *plan, const struct ops_context *context)
{
	const struct kube_pod *pod = context->broker ? context->broker->pod : NULL;
	return !pod || !str_eq(pod->meta.uid, ops_pods_uid(plan, context));
}

/* Its end is under way or over. */
static bool is_leaving(const struct ops_plan *plan, const struct ops_context *context)
{
	return ops_pods_is_gone(plan, context) || context->broker->pod->meta.deleted_ms >= 0;
}

void ops_pods_add_restart(struct ops_plan *plan, const struct world_broker *broker, const struct ops_step_type *how)
{
	const char *verb = how == &ops_step_evict_pod      ? "evict"
			   : how == &ops_step_annotate_pod ? "have the operator restart"
							   : "stop";
	ops_pods_remember(plan, broker);
	ops_add_step_on(plan, &ops_step_can_stop, broker, NULL, "%s safe to stop", broker->name);
	ops_add_step_on(plan, how, broker, NULL, "%s pod %s/%s", verb, broker->cluster->namespace, broker->name);
	ops_add_step_on(plan, &ops_step_pod_replaced, broker, NULL, "new pod %s ready", broker->name);
	ops_add_step_on(plan, &ops_step_caught_up, broker, NULL, "%s caught up", broker->name);
}

/* ---- may it be stopped ---- */

/* Judged from what the brokers said since the step began: what they said before may be older than the step before
 * it. */
static bool pods_is_fresh(const struct ops_context *context, struct err *why)
{
	const struct world_cluster *cluster = context->cluster;
	if (!context->step || cluster->replicas_ms > context->step->started_ms)
		return true;
	if (err_is_set(&cluster->source.err)) {
		err_set(why, ERR_REFUSED, "%s", cluster->source.err.text);
		err_quotes(why, &cluster->source.err);
		return false;
	}
	return err_set(why, ERR_REFUSED, "waiting for fresh data from the brokers");
}

/* A Kafka pod that was recreated has another address, and brokers that knew the old one go on trying it: they follow
 * the leaders there only then, and until then those refuse acks=all if nobody else is left. Seen on a real cluster:
 * 10 s. */
static bool is_known_anew(const struct ops_context *context, struct ops_gauge *out, struct err *why)
{
	int64_t left = 0;
	const char *last = NULL;
	for (size_t i = 0; i < context->cluster->broker_count; i++) {
		const struct world_broker *other = context->cluster->brokers[i];
		const struct kube_condition *ready =
			other == context->broker || !other->pod || context->cluster->kind != WORLD_BROKER_KAFKA
				? NULL
				: kube_condition(other->pod->conditions, other->pod->condition_count, "Ready");
		if (!ready || !str_eq(ready->status, "True") || ready->changed_ms < 0)
			continue;
		int64_t wait = ADDRESS_KEPT_MS - (context->wall_ms - ready->changed_ms);
		if (wait <= left || wait > ADDRESS_KEPT_MS) /* a clock that is behind theirs cannot tell */
			continue;
		left = wait;
		last = other->name;
	}
	if (left <= 0)
		return true;
	out->estimate_ms = left;
	return err_set(why, ERR_REFUSED,
		       "%s came back %" PRId64 " s ago: other brokers may use its old address for %d s", last,
		       (ADDRESS_KEPT_MS - left) / 1000, ADDRESS_KEPT_MS / 1000);
}

static enum ops_gate_state gate_can_stop(const struct ops_plan *plan, const struct ops_context *context,
					 struct ops_gauge *out)
{
	struct err why = {0};
	if (is_leaving(plan, context)) {
		snprintf(out->figure, sizeof out->figure, "its pod is already gone or terminating");
		return OPS_GATE_OPEN;
	}
	const char *name = context->broker->name;
	bool may = pods_is_fresh(context, &why) && ops_impact_can_stop(context->cluster, context->broker, &why) &&
		   is_known_anew(context, out, &why);
	if (may)
		snprintf(out->figure, sizeof out->figure, "nothing depends on %s to stay available", name);
	else if (ops_pods_flag(plan, "force"))
		snprintf(out->figure, sizeof out->figure, "forced: %.200s", why.text);
	else
		snprintf(out->figure, sizeof out->figure, "%s cannot be stopped safely now", name);
	if (!may)
		snprintf(out->why, sizeof out->why, "%s", why.text);
	return may || ops_pods_flag(plan, "force") ? OPS_GATE_OPEN : OPS_GATE_SHUT;
}

const struct ops_step_type ops_step_can_stop = {
	.name = "can-stop", .gate = gate_can_stop, .gate_limit_ms = STOP_LIMIT_MS};

/* ---- stopping it ---- */

/* Between the gate and the request the world may have changed: asked again without waiting for anything. */
static enum ops_verdict may_go(const struct ops_plan *plan, const struct ops_context *context, struct err *err)
{
	if (is_leaving(plan, context))
		return OPS_ALREADY;
	if (ops_pods_flag(plan, "force") || ops_impact_can_stop(context->cluster, context->broker, err))
		return OPS_TO_DO;
	if (err)
		err->code = ERR_BUSY; /* asked again later */
	return OPS_REFUSE;
}

void ops_pods_take_away(struct ops_step_request *out, const char *namespace, const char *name, const char *uid,
			bool evict)
{
	const char *only = arena_printf(out->arena, "\"preconditions\":{\"uid\":\"%s\"}", uid);
	out->change = (struct kube_change){
		.method = evict ? "POST" : "DELETE",
		.once = evict,
		.url = {.version = "v1",
			.resource = "pods",
			.subresource = evict ? "eviction" : NULL,
			.namespace = arena_strdup(out->arena, namespace),
			.name = arena_strdup(out->arena, name)},
		.body = evict ? arena_printf(out->arena,
					     "{\"apiVersion\":\"policy/"
					     "v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"%s\","
					     "\"namespace\":\"%s\"},\"deleteOptions\":{%s}}",
					     name, namespace, only)
			      : arena_printf(out->arena, "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",%s}",
					     only)};
}

/* What the answer to a request with a UID as precondition means: the pod that was meant is not there any more. */
static enum ops_outcome pod_answer(struct ops_plan *plan, const struct ops_context *context,
				   const struct ops_answer *answer, struct err *err)
{
	if (!err_is_set(&answer->err) || answer->err.code == ERR_NOT_FOUND)
		return OPS_ANSWER_DONE;
	if (answer->err.code == ERR_CONFLICT && strstr(answer->err.text, "recondition"))
		return OPS_ANSWER_DONE;
	*err = answer->err;
	return OPS_ANSWER_FAILED;
}

static enum ops_verdict take_away(const struct ops_plan *plan, const struct ops_context *context,
				  struct ops_step_request *out, bool evict, struct err *err)
{
	enum ops_verdict verdict = may_go(plan, context, err);
	if (verdict != OPS_TO_DO)
		return verdict;
	const struct kube_meta *meta = &context->broker->pod->meta;
	ops_pods_take_away(out, meta->namespace, meta->name, ops_pods_uid(plan, context), evict);
	return OPS_TO_DO;
}

static enum ops_verdict delete_request(const struct ops_plan *plan, const struct ops_context *context,
				       struct ops_step_request *out, struct err *err)
{
	return take_away(plan, context, out, false, err);
}

const struct ops_step_type ops_step_delete_pod = {
	.name = "delete-pod", .request = delete_request, .answer = pod_answer};

static enum ops_verdict pods_evict_request(const struct ops_plan *plan, const struct ops_context *context,
					   struct ops_step_request *out, struct err *err)
{
	return take_away(plan, context, out, true, err);
}

enum ops_outcome ops_pods_evict_answer(const struct ops_answer *answer, const char *pod, struct err *err)
{
	if (answer->err.code != ERR_BUSY)
		return pod_answer(NULL, NULL, answer, err);
	const struct kube_cause *budget = answer->status ? kube_status_cause(answer->status, "DisruptionBudget") : NULL;
	err_set(err, ERR_BUSY, "%s cannot be evicted now: %s", pod,
		budget && budget->message ? budget->message : answer->err.text);
	return OPS_ANSWER_LATER;
}

static enum ops_outcome pods_judge_eviction(struct ops_plan *plan, const struct ops_context *context,
					    const struct ops_answer *answer, struct err *err)
{
	char namespace[OPS_KEY_MAX];
	return ops_pods_evict_answer(answer, ops_pods_split(step_key(plan, context), namespace, sizeof namespace), err);
}

const struct ops_step_type ops_step_evict_pod = {
	.name = "evict-pod", .request = pods_evict_request, .answer = pods_judge_eviction};

/* ---- Strimzi restarts pods that it finds marked ---- */

static enum ops_verdict annotate_request(const struct ops_plan *plan, const struct ops_context *context,
					 struct ops_step_request *out, struct err *err)
{
	if (is_leaving(plan, context))
		return OPS_ALREADY;
	const struct kube_meta *meta = &context->broker->pod->meta;
	out->change = (struct kube_change){
		.method = "PATCH",
		.url = {.version = "v1", .resource = "pods", .namespace = meta->namespace, .name = meta->name},
		.patch_type = "application/merge-patch+json",
		.body = arena_printf(out->arena, "{\"metadata\":{\"uid\":\"%s\",\"annotations\":{\"%s\":\"true\"}}}",
				     ops_pods_uid(plan, context),
				     str_or(context->step->item, "strimzi.io/manual-rolling-update"))};
	return OPS_TO_DO;
}

const struct ops_step_type ops_step_annotate_pod = {
	.name = "annotate-pod", .request = annotate_request, .answer = pod_answer};

/* ---- it is gone, another one is there ---- */

static void pods_explain(const struct ops_context *context, struct ops_gauge *out)
{
	const struct world_broker *broker = context->broker;
	if (!broker)
		return;
	ops_why_not_ready(context->view, context->cluster, broker->name, out->why, sizeof out->why);
	snprintf(out->figure, sizeof out->figure, "%s: %s", broker->name, str_or(broker->state, "unknown"));
}

static enum ops_gate_state gate_pod_gone(const struct ops_plan *plan, const struct ops_context *context,
					 struct ops_gauge *out)
{
	if (ops_pods_is_gone(plan, context)) {
		snprintf(out->figure, sizeof out->figure, "the pod is gone");
		return OPS_GATE_OPEN;
	}
	pods_explain(context, out);
	return OPS_GATE_SHUT;
}

static enum ops_gate_state gate_pod_replaced(const struct ops_plan *plan, const struct ops_context *context,
					     struct ops_gauge *out)
{
	const struct world_broker *broker = context->broker;
	bool there = broker && broker->pod && ops_pods_is_gone(plan, context) && broker->pod->meta.deleted_ms < 0;
	if (there && broker->ready) {
		snprintf(out->figure, sizeof out->figure, "%s is ready%s%s", broker->name, broker->node ? " on " : "",
			 broker->node ? broker->node->name : "");
		return OPS_GATE_OPEN;
	}
	pods_explain(context, out);
	return OPS_GATE_SHUT;
}

const struct ops_step_type ops_step_pod_gone = {
	.name = "pod-gone", .gate = gate_pod_gone, .gate_limit_ms = OPS_PODS_LEAVE_MS};
const struct ops_step_type ops_step_pod_replaced = {
	.name = "pod-replaced", .gate = gate_pod_replaced, .gate_limit_ms = OPS_PODS_RETURN_MS};

/* ---- its replicas are in sync again ---- */

static const struct world_voter *voter_of(const struct world_broker *broker)
{
	for (size_t i = 0; i < broker->cluster->voter_count; i++)
		if (broker->cluster->voters[i].voter && str_eq(broker->cluster->voters[i].broker, broker->name))
			return &broker->cluster->voters[i];
	return NULL;
}

/* What is still missing; false when nothing is. */
static bool pods_is_behind(const struct ops_plan *plan, const struct ops_context *context, struct ops_gauge *out)
{
	struct err why = {0};
	char name[FACT_MAX];
	const struct world_broker *broker = context->broker;
	const struct world_voter *voter = voter_of(broker);
	int64_t before = ops_fact_number(plan, pods_fact_name("behind", step_key(plan, context), name), 0);
	if (!broker->ready || broker->reachable != 1) {
		pods_explain(context, out);
		if (broker->ready)
			snprintf(out->why, sizeof out->why, "%s has not rejoined the other brokers yet", broker->name);
		return true;
	}
	if (!pods_is_fresh(context, &why) || broker->replicas < 0 || broker->in_sync < 0) {
		snprintf(out->why, sizeof out->why, "%s", *why.text ? why.text : "its replicas are unknown yet");
		return true;
	}
	int64_t missing = broker->replicas - broker->in_sync;
	out->fraction = broker->replicas > 0 ? (double)broker->in_sync / (double)broker->replicas : 1;
	snprintf(out->figure, sizeof out->figure, "%" PRId64 " of %" PRId64 " replicas of %s in sync", broker->in_sync,
		 broker->replicas, broker->name);
	if (missing > before) {
		snprintf(out->why, sizeof out->why, "%" PRId64 " %s of %s still catching up", missing,
			 context->cluster->kind == WORLD_BROKER_KAFKA ? "partitions" : "queue members", broker->name);
		return true;
	}
	if (voter && !voter->caught_up)
		snprintf(out->why, sizeof out->why, "its controller is %" PRId64 " records behind", voter->lag);
	return voter && !voter->caught_up;
}

static enum ops_gate_state gate_caught_up(const struct ops_plan *plan, const struct ops_context *context,
					  struct ops_gauge *out)
{
	if (!context->broker) {
		snprintf(out->figure, sizeof out->figure, "it is not in the cluster");
		return OPS_GATE_SHUT;
	}
	return pods_is_behind(plan, context, out) ? OPS_GATE_SHUT : OPS_GATE_OPEN;
}

const struct ops_step_type ops_step_caught_up = {
	.name = "caught-up", .gate = gate_caught_up, .gate_limit_ms = OPS_PODS_CATCH_UP_MS};
