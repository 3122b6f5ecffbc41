/* What scaling waits for: pods as Kubernetes counts them, then the brokers' own view; and an operator that refuses. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/common/broker_kinds.h"
#include "api/ops/parts/operator.h"
#include "api/ops/parts/why_not_ready.h"

enum { PODS_LIMIT_MS = 15 * 60 * 1000, BROKERS_LIMIT_MS = 5 * 60 * 1000 };

/* An operator that refuses says so, and the pods then stay as they are for ever. */
static enum ops_gate_state while_shut(const struct ops_plan *plan, const struct ops_context *context,
				      struct ops_gauge *out)
{
	return ops_operator_refuses(plan, context->cluster, out->why, sizeof out->why) ? OPS_GATE_HOPELESS
										       : OPS_GATE_SHUT;
}

static bool gate_is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = list; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (strcspn(at, ",") == len && !strncmp(at, name, len))
			return true;
	return false;
}

static bool pod_is_ready(const struct world_broker *broker)
{
	return broker->ready;
}

static bool gate_broker_is_named(const struct world_broker *broker)
{
	return ops_common_kind_of(broker->cluster)->is_known_to_peers(broker);
}

static bool peers_see_it(const struct world_broker *broker)
{
	return broker->reachable == 1 && gate_broker_is_named(broker);
}

/* Counts the brokers that were not there before and pass; the first that does not is what is waited for. */
static int32_t gate_count_new(const struct ops_scale *scale, const char *before,
			      bool (*passes)(const struct world_broker *broker), const struct world_broker **laggard)
{
	int32_t count = 0;
	*laggard = NULL;
	for (size_t i = 0; i < scale->cluster->broker_count; i++) {
		const struct world_broker *broker = scale->cluster->brokers[i];
		if (!ops_scale_counts(scale, broker) || gate_is_listed(before, broker->name))
			continue;
		if (passes(broker))
			count++;
		else if (!*laggard)
			*laggard = broker;
	}
	return count;
}

static void explain_new(const struct ops_scale *scale, const struct world_broker *laggard, int32_t count,
			struct ops_gauge *out)
{
	char name[320] = "the new broker";
	if (laggard)
		snprintf(name, sizeof name, "%s", laggard->name);
	else
		ops_scale_new_name(scale, count, name, sizeof name);
	if (!laggard || !laggard->ready)
		ops_why_not_ready(scale->view, scale->cluster, name, out->why, sizeof out->why);
	else if (err_is_set(&laggard->source.err))
		snprintf(out->why, sizeof out->why, "%s", laggard->source.err.text);
	snprintf(out->figure, sizeof out->figure, "%d of %d; %s: %s", count, scale->to - scale->from, name,
		 laggard ? str_or(laggard->state, "unknown") : "no pod yet");
}

static enum ops_gate_state gate_new(const struct ops_plan *plan, const struct ops_context *context,
				    struct ops_gauge *out, bool (*passes)(const struct world_broker *broker),
				    const char *done)
{
	struct ops_scale scale = ops_scale_read(plan, context);
	const struct world_broker *laggard;
	int32_t count = gate_count_new(&scale, str_or(ops_fact(plan, "before"), ""), passes, &laggard),
		want = scale.to - scale.from;
	out->fraction = want > 0 ? (double)count / want : 1;
	if (count < want) {
		explain_new(&scale, laggard, count, out);
		return while_shut(plan, context, out);
	}
	snprintf(out->figure, sizeof out->figure, "%d of %d %s", count, want, done);
	return OPS_GATE_OPEN;
}

static enum ops_gate_state gate_pods_ready(const struct ops_plan *plan, const struct ops_context *context,
					   struct ops_gauge *out)
{
	return gate_new(plan, context, out, pod_is_ready, "ready");
}

static enum ops_gate_state gate_brokers_joined(const struct ops_plan *plan, const struct ops_context *context,
					       struct ops_gauge *out)
{
	return gate_new(plan, context, out, peers_see_it, "seen by the other brokers");
}

static enum ops_gate_state gate_broker_left(const struct ops_plan *plan, const struct ops_context *context,
					    struct ops_gauge *out, bool (*is_gone)(const struct world_broker *broker),
					    const char *done)
{
	const char *leaving = str_or(ops_fact(plan, "leaving"), "");
	for (size_t i = 0; i < context->cluster->broker_count; i++) {
		const struct world_broker *broker = context->cluster->brokers[i];
		if (!gate_is_listed(leaving, broker->name) || is_gone(broker))
			continue;
		snprintf(out->figure, sizeof out->figure, "%s: %s", broker->name, str_or(broker->state, "unknown"));
		return OPS_GATE_SHUT;
	}
	snprintf(out->figure, sizeof out->figure, "%s %s", leaving, done);
	out->fraction = 1;
	return OPS_GATE_OPEN;
}

static bool has_no_pod(const struct world_broker *broker)
{
	return !broker->pod;
}

static bool is_unseen(const struct world_broker *broker)
{
	return broker->reachable == 0 || (!broker->pod && !gate_broker_is_named(broker));
}

static enum ops_gate_state gate_pods_gone(const struct ops_plan *plan, const struct ops_context *context,
					  struct ops_gauge *out)
{
	enum ops_gate_state state = gate_broker_left(plan, context, out, has_no_pod, "stopped");
	return state == OPS_GATE_OPEN ? state : while_shut(plan, context, out);
}

static enum ops_gate_state gate_brokers_left(const struct ops_plan *plan, const struct ops_context *context,
					     struct ops_gauge *out)
{
	return gate_broker_left(plan, context, out, is_unseen, "no longer seen by the other brokers");
}

const struct ops_step_type ops_step_pods_ready = {
	.name = "pods-ready", .gate = gate_pods_ready, .gate_limit_ms = PODS_LIMIT_MS};
const struct ops_step_type ops_step_brokers_joined = {
	.name = "brokers-joined", .gate = gate_brokers_joined, .gate_limit_ms = BROKERS_LIMIT_MS};
const struct ops_step_type ops_step_pods_gone = {
	.name = "pods-gone", .gate = gate_pods_gone, .gate_limit_ms = PODS_LIMIT_MS};
const struct ops_step_type ops_step_brokers_left = {
	.name = "brokers-left", .gate = gate_brokers_left, .gate_limit_ms = BROKERS_LIMIT_MS};
