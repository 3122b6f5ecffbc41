/* Steps that run RabbitMQ's own tools (rabbitmqctl, rabbitmq-queues, rabbitmq-streams, rabbitmq-upgrade of 3.10
 * to 4.x) in a broker's container, without a shell. What a tool prints gives the words of a failure; whether it
 * worked is read from the brokers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/rabbitmq/queue_members.h"

enum {
	COMMAND_MS = 60 * 1000,
	LONG_COMMAND_MS = 5 * 60 * 1000, /* works through every queue */
	GATE_MS = 5 * 60 * 1000,
	SETTLED_MS = 7 * 1000, /* queues tell their members every five seconds, and what is known may be two old */
	TRIES_MAX = 8,         /* of a command that fails, with pauses up to 15 s */
};

#define RUN_IN(out, broker, timeout_ms, err, ...)                                                                      \
	ops_rabbitmq_run_in(out, broker, timeout_ms, (const char *const[]){__VA_ARGS__, NULL}, err)

static const struct world_broker *step_survivor(const struct ops_context *context)
{
	return ops_rabbitmq_survivor(context->cluster, context->broker);
}

/* The pod's name of the broker a step is about, which need not be in the world any more. */
static const char *pod_name(const struct ops_step *step)
{
	const char *slash = step->broker ? strchr(step->broker, '/') : NULL;
	return slash ? slash + 1 : str_or(step->broker, "?");
}

static const char *member_name(const struct ops_plan *plan, const struct ops_context *context)
{
	char fact[400];
	snprintf(fact, sizeof fact, "member:%s", pod_name(context->step));
	if (context->broker && context->broker->member_name)
		return context->broker->member_name;
	return ops_fact(plan, fact);
}

static bool need_member(const struct ops_plan *plan, const struct ops_context *context, const char **out,
			struct err *err)
{
	*out = member_name(plan, context);
	return *out || err_set(err, ERR_BUSY, "the node name of %s is not known yet", pod_name(context->step));
}

/* ---- what came back ---- */

static bool answer_says(const struct ops_answer *answer, const char *words)
{
	return strstr(answer->errors, words) || strstr(answer->out, words);
}

static enum ops_outcome plain_answer(struct ops_plan *plan, const struct ops_context *context,
				     const struct ops_answer *answer, struct err *err)
{
	return ops_rabbitmq_judge(plan, answer, err);
}

/* grow and shrink end with 0 whatever became of single queues, and 3.10 to 4.0 print some of the errors beside the
 * JSON. */
static enum ops_outcome each_queue_answer(struct ops_plan *plan, const struct ops_context *context,
					  const struct ops_answer *answer, struct err *err)
{
	char complaint[OPS_RABBITMQ_COMPLAINT_MAX];
	enum ops_outcome outcome = ops_rabbitmq_judge(plan, answer, err);
	if (outcome != OPS_ANSWER_DONE)
		return outcome;
	const char *error = strstr(answer->out, "\"result\":\"error");
	if (!error && !str_has_prefix(answer->out, "["))
		error = strstr(answer->out, "error:");
	if (!error)
		return OPS_ANSWER_DONE;
	ops_rabbitmq_squeeze(error, complaint);
	err_set(err, ERR_REFUSED, "RabbitMQ could not change the members of some queues: %s", complaint);
	return ops_rabbitmq_again_later(plan, TRIES_MAX, err);
}

/* ---- maintenance ---- */

/* Of the quorum queues; streams keep their leaders in maintenance. */
static int64_t count_led(const struct world_broker *broker)
{
	int64_t led = 0;
	for (int64_t i = 0; i < broker->cluster->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(broker->cluster, i, &queue);
		led += str_eq(queue.type, "quorum") && queue.leader &&
		       (!strcmp(queue.leader, broker->name) || str_eq(queue.leader, broker->member_name));
	}
	return led;
}

static enum ops_verdict request_drain(const struct ops_plan *plan, const struct ops_context *context,
				      struct ops_step_request *out, struct err *err)
{
	if (!context->broker || !context->broker->pod || context->broker->reachable == 0 ||
	    context->broker->draining == 1)
		return OPS_ALREADY;
	return RUN_IN(out, context->broker, LONG_COMMAND_MS, err, "rabbitmq-upgrade", "drain");
}

static enum ops_gate_state gate_drained(const struct ops_plan *plan, const struct ops_context *context,
					struct ops_gauge *out)
{
	const struct world_broker *broker = context->broker;
	out->fraction = 1;
	if (!broker || !broker->pod || broker->reachable == 0) {
		snprintf(out->figure, sizeof out->figure, "%s is not running", pod_name(context->step));
		return OPS_GATE_OPEN;
	}
	int64_t led = count_led(broker);
	snprintf(out->figure, sizeof out->figure, "%s leads %" PRId64 " quorum queues%s", broker->name, led,
		 broker->draining == 1 ? ", in maintenance mode" : "");
	if (broker->draining == 0)
		snprintf(out->why, sizeof out->why, "%s does not report maintenance mode yet", broker->name);
	out->fraction = led > 0 ? -1 : 1;
	/* Where it says so, that is enough: a queue without a quorum keeps the leader it had. */
	return broker->draining == 1 || (broker->draining < 0 && led == 0) ? OPS_GATE_OPEN : OPS_GATE_SHUT;
}

static enum ops_verdict request_revive(const struct ops_plan *plan, const struct ops_context *context,
				       struct ops_step_request *out, struct err *err)
{
	if (context->broker && context->broker->draining == 0)
		return OPS_ALREADY;
	return RUN_IN(out, context->broker, LONG_COMMAND_MS, err, "rabbitmq-upgrade", "revive");
}

/* How many of the queues that have a member on the broker have it online. */
static int64_t count_online(const struct world_broker *broker, int64_t *members)
{
	int64_t count = 0;
	*members = 0;
	for (int64_t i = 0; i < broker->cluster->replicated_count; i++) {
		struct world_replicated row;
		bool online = false;
		world_replicated_at(broker->cluster, i, &row);
		if (!ops_rabbitmq_holds(&row, broker, &online))
			continue;
		++*members;
		count += online;
	}
	return count;
}

static enum ops_gate_state gate_online(const struct ops_plan *plan, const struct ops_context *context,
				       struct ops_gauge *out)
{
	const struct world_broker *broker = context->broker;
	int64_t members = 0, online = broker ? count_online(broker, &members) : 0;
	if (!broker)
		return OPS_GATE_SHUT;
	snprintf(out->figure, sizeof out->figure, "%" PRId64 " of %" PRId64 " queue members on %s online", online,
		 members, broker->name);
	out->fraction = members > 0 ? (double)online / (double)members : 1;
	if (broker->draining == 1)
		snprintf(out->why, sizeof out->why, "%s is in maintenance mode: its members are stopped", broker->name);
	return online == members && broker->draining != 1 && broker->reachable == 1 ? OPS_GATE_OPEN : OPS_GATE_SHUT;
}

const struct ops_step_type ops_step_rabbitmq_drain = {.name = "rabbitmq-drain",
						      .request = request_drain,
						      .answer = plain_answer,
						      .gate = gate_drained,
						      .gate_limit_ms = GATE_MS,
						      .leaves = "the node stays in maintenance mode",
						      .until = {&ops_step_rabbitmq_revive, &ops_step_rabbitmq_forget}};
const struct ops_step_type ops_step_rabbitmq_revive = {.name = "rabbitmq-revive",
						       .request = request_revive,
						       .answer = plain_answer,
						       .gate = gate_online,
						       .gate_limit_ms = GATE_MS};

/* ---- members of all queues ---- */

static enum ops_verdict request_grow(const struct ops_plan *plan, const struct ops_context *context,
				     struct ops_step_request *out, struct err *err)
{
	const char *member;
	if (!need_member(plan, context, &member, err))
		return OPS_REFUSE;
	return RUN_IN(out, step_survivor(context), LONG_COMMAND_MS, err, "rabbitmq-queues", "--formatter", "json", "-s",
		      "grow", member, "all", "--vhost-pattern", str_or(ops_fact(plan, "vhost"), ".*"),
		      "--queue-pattern", str_or(ops_fact(plan, "queue"), ".*"));
}

static enum ops_verdict request_shrink(const struct ops_plan *plan, const struct ops_context *context,
				       struct ops_step_request *out, struct err *err)
{
	const char *member = member_name(plan, context);
	if (!member && context->broker && !context->broker->pod)
		return OPS_ALREADY; /* it was never one */
	if (!need_member(plan, context, &member, err))
		return OPS_REFUSE;
	return RUN_IN(out, step_survivor(context), LONG_COMMAND_MS, err, "rabbitmq-queues", "--formatter", "json", "-s",
		      "shrink", member);
}

static enum ops_gate_state gate_members_left(const struct ops_context *context, bool streams_too, struct ops_gauge *out)
{
	int64_t left = 0;
	for (int64_t i = 0; context->broker && i < context->cluster->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(context->cluster, i, &queue);
		if (!str_eq(queue.type, "quorum") && !(streams_too && str_eq(queue.type, "stream")))
			continue;
		if (str_has_word(str_or(queue.members, ""), ',', context->broker->name) && left++ == 0)
			snprintf(out->why, sizeof out->why, "%.200s still has a member on %s", queue.name,
				 pod_name(context->step));
	}
	snprintf(out->figure, sizeof out->figure, "%" PRId64 " queue members left on %s", left,
		 pod_name(context->step));
	out->fraction = left > 0 ? -1 : 1;
	return left > 0 ? OPS_GATE_SHUT : OPS_GATE_OPEN;
}

static enum ops_gate_state gate_shrunk(const struct ops_plan *plan, const struct ops_context *context,
				       struct ops_gauge *out)
{
	return gate_members_left(context, false, out);
}

static enum ops_gate_state gate_rabbitmq_empty(const struct ops_plan *plan, const struct ops_context *context,
					       struct ops_gauge *out)
{
	return gate_members_left(context, true, out);
}

/* New members are seen only in what the queues say from then on. */
static enum ops_outcome answer_grow(struct ops_plan *plan, const struct ops_context *context,
				    const struct ops_answer *answer, struct err *err)
{
	ops_set_fact(plan, "grown_ms", "%" PRId64, context->cluster->replicas_ms);
	return each_queue_answer(plan, context, answer, err);
}

static enum ops_gate_state gate_members_grown(const struct ops_plan *plan, const struct ops_context *context,
					      struct ops_gauge *out)
{
	enum ops_gate_state state = gate_online(plan, context, out);
	if (context->cluster->replicas_ms >= ops_fact_number(plan, "grown_ms", 0) + SETTLED_MS)
		return state;
	snprintf(out->why, sizeof out->why, "waiting for fresh data about the queues");
	return OPS_GATE_SHUT;
}

const struct ops_step_type ops_step_rabbitmq_grow = {.name = "rabbitmq-grow",
						     .request = request_grow,
						     .answer = answer_grow,
						     .gate = gate_members_grown,
						     .gate_limit_ms = GATE_MS};
const struct ops_step_type ops_step_rabbitmq_shrink = {.name = "rabbitmq-shrink",
						       .request = request_shrink,
						       .answer = each_queue_answer,
						       .gate = gate_shrunk,
						       .gate_limit_ms = GATE_MS};
const struct ops_step_type ops_step_rabbitmq_empty = {
	.name = "rabbitmq-empty", .gate = gate_rabbitmq_empty, .gate_limit_ms = GATE_MS};

/* ---- a member of one queue ---- */

struct one { /* what the step's item names */
	const char *vhost, *name;
	bool stream;
	bool there, member, online; /* in the world: the queue, the broker in it, that member */
};

static bool find_one(const struct ops_context *context, struct arena *arena, struct one *out)
{
	const char *item = str_or(context->step->item, ""), *tab = strchr(item, '\t');
	*out = (struct one){.vhost = arena_strndup(arena, item, tab ? (size_t)(tab - item) : 0),
			    .name = tab ? arena_strdup(arena, tab + 1) : ""};
	out->stream = str_eq(ops_rabbitmq_type(context->cluster, out->vhost, out->name), "stream");
	for (int64_t i = 0; i < context->cluster->replicated_count; i++) {
		struct world_replicated row;
		world_replicated_at(context->cluster, i, &row);
		if (!str_eq(row.name, out->name) || !str_eq(row.vhost, out->vhost))
			continue;
		out->there = true;
		out->member = context->broker && ops_rabbitmq_holds(&row, context->broker, &out->online);
	}
	return out->there;
}

static enum ops_verdict change_one_member(const struct ops_plan *plan, const struct ops_context *context,
					  struct ops_step_request *out, bool add, struct err *err)
{
	struct one one;
	const char *member;
	if (!find_one(context, out->arena, &one) && !add)
		return OPS_ALREADY; /* the queue is gone, and its members with it */
	if (one.there && one.member == add)
		return OPS_ALREADY;
	if (!need_member(plan, context, &member, err))
		return OPS_REFUSE;
	const char *tool = one.stream ? "rabbitmq-streams" : "rabbitmq-queues";
	const char *verb = one.stream ? (add ? "add_replica" : "delete_replica") : add ? "add_member" : "delete_member";
	return RUN_IN(out, step_survivor(context), COMMAND_MS, err, tool, "-s", verb, "--vhost", one.vhost, one.name,
		      member);
}

static enum ops_verdict request_add_member(const struct ops_plan *plan, const struct ops_context *context,
					   struct ops_step_request *out, struct err *err)
{
	return change_one_member(plan, context, out, true, err);
}

static enum ops_verdict request_remove_member(const struct ops_plan *plan, const struct ops_context *context,
					      struct ops_step_request *out, struct err *err)
{
	return change_one_member(plan, context, out, false, err);
}

static enum ops_gate_state gate_one(const struct ops_context *context, bool add, struct ops_gauge *out)
{
	struct arena arena = ARENA_INIT;
	struct one one;
	bool there = find_one(context, &arena, &one);
	snprintf(out->figure, sizeof out->figure, "%.120s: %s on %s", one.name,
		 one.member ? one.online ? "member online" : "member not online" : "no member",
		 pod_name(context->step));
	bool open = add ? one.member && one.online : !there || !one.member;
	out->fraction = open ? 1 : -1;
	arena_finish(&arena);
	return open ? OPS_GATE_OPEN : OPS_GATE_SHUT;
}

static enum ops_gate_state gate_added(const struct ops_plan *plan, const struct ops_context *context,
				      struct ops_gauge *out)
{
	return gate_one(context, true, out);
}

static enum ops_gate_state gate_removed(const struct ops_plan *plan, const struct ops_context *context,
					struct ops_gauge *out)
{
	return gate_one(context, false, out);
}

const struct ops_step_type ops_step_rabbitmq_add_member = {.name = "rabbitmq-add-member",
							   .request = request_add_member,
							   .answer = plain_answer,
							   .gate = gate_added,
							   .gate_limit_ms = GATE_MS};
const struct ops_step_type ops_step_rabbitmq_remove_member = {.name = "rabbitmq-remove-member",
							      .request = request_remove_member,
							      .answer = plain_answer,
							      .gate = gate_removed,
							      .gate_limit_ms = GATE_MS};

/* ---- out of the cluster ---- */

static enum ops_verdict request_stop(const struct ops_plan *plan, const struct ops_context *context,
				     struct ops_step_request *out, struct err *err)
{
	const struct world_broker *broker = context->broker;
	if (!broker || !broker->pod || broker->reachable == 0)
		return OPS_ALREADY;
	for (int64_t i = 0; i < broker->cluster->queue_count && !ops_fact(plan, "drop"); i++) {
		struct world_queue queue;
		world_queue_at(broker->cluster, i, &queue);
		bool lost = str_eq(queue.type, "classic") || world_queue_is_strange(&queue);
		if (lost && str_eq(queue.leader, broker->name)) {
			err_set(err, ERR_REFUSED, "%s queue %s was declared on %s in the meantime and would be lost",
				str_or(queue.type, "other"), queue.name, broker->name);
			return OPS_REFUSE;
		}
	}
	return RUN_IN(out, broker, LONG_COMMAND_MS, err, "rabbitmqctl", "-s", "stop_app");
}

static bool must_stop_first(const struct ops_plan *plan)
{
	return ops_fact_number(plan, "stop_again", 0) != 0;
}

static enum ops_verdict request_forget(const struct ops_plan *plan, const struct ops_context *context,
				       struct ops_step_request *out, struct err *err)
{
	const char *member;
	if (must_stop_first(plan) && context->broker && context->broker->pod)
		return RUN_IN(out, context->broker, LONG_COMMAND_MS, err, "rabbitmqctl", "-s", "stop_app");
	if (!need_member(plan, context, &member, err))
		return OPS_REFUSE;
	return RUN_IN(out, step_survivor(context), LONG_COMMAND_MS, err, "rabbitmqctl", "-s", "forget_cluster_node",
		      member);
}

/* A probe may have started the node again between the two commands: then it is stopped once more. */
static enum ops_outcome answer_forget(struct ops_plan *plan, const struct ops_context *context,
				      const struct ops_answer *answer, struct err *err)
{
	if (must_stop_first(plan)) {
		enum ops_outcome outcome = ops_rabbitmq_judge(plan, answer, err);
		if (outcome != OPS_ANSWER_DONE)
			return outcome;
		ops_set_fact(plan, "stop_again", "0");
		return OPS_ANSWER_MORE;
	}
	if (answer->exit_code > 0 &&
	    (answer_says(answer, "not_a_cluster_node") || answer_says(answer, "not a cluster node") ||
	     answer_says(answer, "not a member of the cluster")))
		return OPS_ANSWER_DONE; /* an answer was lost */
	if (answer->exit_code > 0 && (answer_says(answer, "must be stopped") || answer_says(answer, "still_running"))) {
		ops_set_fact(plan, "stop_again", "1");
		err_set(err, ERR_BUSY, "%s is running again; stopping it again", pod_name(context->step));
		return ops_rabbitmq_again_later(plan, TRIES_MAX, err);
	}
	return ops_rabbitmq_judge(plan, answer, err);
}

static enum ops_gate_state gate_forgotten(const struct ops_plan *plan, const struct ops_context *context,
					  struct ops_gauge *out)
{
	bool known = context->broker && context->broker->member_name;
	snprintf(out->figure, sizeof out->figure, "%s %s", pod_name(context->step),
		 known ? "is still listed as a node of the cluster" : "is no longer a node of the cluster");
	out->fraction = known ? -1 : 1;
	return known ? OPS_GATE_SHUT : OPS_GATE_OPEN;
}

const struct ops_step_type ops_step_rabbitmq_stop_app = {.name = "rabbitmq-stop-app",
							 .request = request_stop,
							 .answer = plain_answer,
							 .no_stop_after = true,
							 .leaves = "RabbitMQ stays stopped on the node",
							 .until = {&ops_step_rabbitmq_forget}};
const struct ops_step_type ops_step_rabbitmq_forget = {.name = "rabbitmq-forget",
						       .request = request_forget,
						       .answer = answer_forget,
						       .gate = gate_forgotten,
						       .gate_limit_ms = GATE_MS};

/* ---- leaders ---- */

static enum ops_verdict request_rebalance(const struct ops_plan *plan, const struct ops_context *context,
					  struct ops_step_request *out, struct err *err)
{
	return RUN_IN(out, ops_rabbitmq_survivor(context->cluster, NULL), LONG_COMMAND_MS, err, "rabbitmq-queues",
		      "--formatter", "json", "-s", "rebalance", str_or(ops_fact(plan, "type"), "quorum"));
}

const struct ops_step_type ops_step_rabbitmq_rebalance = {
	.name = "rabbitmq-rebalance", .request = request_rebalance, .answer = plain_answer};
