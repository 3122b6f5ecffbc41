/* RabbitMQ's part of a replacement: a node with an empty volume must be forgotten by the others before it joins again,
 * and gets its members of queues only when it is asked to. */
#include <string.h>

#include "api/base/str.h"
#include "api/ops/impact/impact.h"
#include "api/ops/parts/pods.h"
#include "api/ops/rabbitmq/rabbitmq_kind.h"

enum { COMMAND_TIMEOUT_MS = 120 * 1000 };

/* ---- the steps ---- */

static const struct world_broker *find_survivor(const struct world_cluster *cluster, const char *but)
{
	for (size_t i = 0; cluster && i < cluster->broker_count; i++) {
		const struct world_broker *broker = cluster->brokers[i];
		if (broker->pod && broker->ready && broker->reachable == 1 && !str_eq(broker->name, but))
			return broker;
	}
	return NULL;
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
	out->container = broker->container ? broker->container->name : NULL;
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
		err_set(err, ERR_BUSY, "no other node of the cluster answers");
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
	err_set(err, ERR_REFUSED, "forget_cluster_node failed with exit code %d: %.300s", answer->exit_code,
		*answer->errors ? answer->errors : answer->out);
	return OPS_ANSWER_FAILED;
}

static enum ops_verdict grow_request(const struct ops_plan *plan, const struct ops_context *context,
				     struct ops_step_request *out, struct err *err)
{
	return on_survivor(plan, context, out, err, "rabbitmq-queues", "grow", "all");
}

const struct ops_step_type ops_step_stop_app = {.name = "stop-app",
						.request = stop_app_request,
						.no_stop_after = true,
						.leaves = "RabbitMQ stays stopped on the node",
						.until = {&ops_step_forget_replaced}};
const struct ops_step_type ops_step_forget_replaced = {
	.name = "forget-replaced", .request = forget_request, .answer = forget_answer, .no_stop_after = true};
const struct ops_step_type ops_step_grow_replaced = {.name = "grow-replaced", .request = grow_request};

/* ---- the part ---- */

static void rabbitmq_replace_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_need_tunnel(needs, "exec", context->cluster->namespace);
}

static void rabbitmq_replace_plan_leave(struct ops_plan *plan, const struct world_broker *broker)
{
	ops_add_step_on(plan, &ops_step_stop_app, broker, NULL, "stop the RabbitMQ application on %s", broker->name);
	ops_add_step_on(plan, &ops_step_forget_replaced, broker, NULL,
			"remove %s from the cluster (forget_cluster_node)", str_or(broker->member_name, broker->name));
}

static void rabbitmq_replace_plan_return(struct ops_plan *plan, const struct world_broker *broker)
{
	ops_add_step_on(plan, &ops_step_grow_replaced, broker, NULL, "add queue members on %s again", broker->name);
}

static void rabbitmq_replace_check(struct ops_plan *plan, const struct world_broker *broker)
{
	if (!broker->member_name)
		ops_note(plan, OPS_BLOCKS,
			 "the RabbitMQ node name of %s is unknown: it could not be removed from the cluster",
			 broker->name);
	if (!find_survivor(broker->cluster, broker->name))
		ops_note(plan, OPS_BLOCKS,
			 "no other node of the cluster answers: nothing could remove %s from the cluster or restore "
			 "its data",
			 broker->name);
	if (broker->ordinal == 0)
		ops_note(plan, OPS_CAUTION,
			 "%s is pod 0: with peer discovery it may form a cluster of its own when it starts empty; the "
			 "plan ends only when it has rejoined the others",
			 broker->name);
	ops_note(plan, OPS_MEANS,
		 "the other nodes forget %s and its quorum queue members; it rejoins and gets a member of every quorum "
		 "queue",
		 broker->name);
}

const struct ops_replace_part ops_rabbitmq_replace = {
	.access = rabbitmq_replace_access,
	.plan_leave = rabbitmq_replace_plan_leave,
	.plan_return = rabbitmq_replace_plan_return,
	.check = rabbitmq_replace_check,
};
