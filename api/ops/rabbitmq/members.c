/* Members of RabbitMQ's quorum queues and streams: on a broker for all queues at once (grow, shrink), or for one
 * queue (add, remove). A new member copies the queue's log; a plan is done when it has. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/plan/name_list.h"
#include "api/ops/rabbitmq/queue_members.h"

enum { PATTERN_MAX = 4000 };

/* ---- what is asked for ---- */

static const char *const members_verbs[] = {"grow", "shrink", "add", "remove"};
enum { GROW, SHRINK, ADD, REMOVE, NOTHING };

struct members_request {
	int verb;
	const char *name; /* as given */
	const char *vhost, *queue;
	const struct world_broker *broker; /* NULL: there is none of that name */
};

static struct members_request members_read_request(const struct ops_plan *plan, const struct ops_context *context)
{
	struct members_request request = {
		.verb = NOTHING, .queue = ops_fact(plan, "queue"), .vhost = ops_fact(plan, "vhost")};
	int given = 0;
	for (int i = 0; i < NOTHING; i++) {
		const char *name = ops_fact(plan, members_verbs[i]);
		if (!name)
			continue;
		given++;
		request.verb = i;
		request.name = name;
		request.broker = ops_rabbitmq_broker(context->cluster, name);
	}
	if (given != 1)
		request.verb = NOTHING;
	if (request.verb >= ADD && !request.vhost)
		request.vhost = "/";
	return request;
}

static bool members_is_of_one(const struct members_request *request)
{
	return request->verb == ADD || request->verb == REMOVE;
}

/* Names that a tool would take for an option, or that an item cannot hold. */
static bool is_odd(const char *name)
{
	return name && (name[0] == '-' || strpbrk(name, "\t\n"));
}

/* ---- the plan ---- */

/* Words of a regular expression for exactly these names, for the way back. */
static void add_to_pattern(struct buf *out, const char *name)
{
	buf_append_str(out, out->len ? "|" : "^(");
	for (; *name; name++)
		buf_printf(out, "%s%c", strchr("\\^$.|?*+()[]{}", *name) ? "\\" : "", *name);
}

/* Which queues lose their member: a rollback gives it back to these and no others. */
static void remember_shrunk(struct ops_plan *plan, const struct world_broker *broker)
{
	struct buf names = BUF_INIT(PATTERN_MAX), vhosts = BUF_INIT(PATTERN_MAX);
	const char *last = NULL;
	for (int64_t i = 0; i < broker->cluster->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(broker->cluster, i, &queue);
		if (!str_eq(queue.type, "quorum") || !str_has_word(str_or(queue.members, ""), ',', broker->name))
			continue;
		add_to_pattern(&names, queue.name);
		if (!str_eq(queue.vhost, last))
			add_to_pattern(&vhosts, queue.vhost);
		last = queue.vhost;
	}
	buf_append_str(&names, ")$");
	buf_append_str(&vhosts, ")$");
	if (names.len > 2 && !names.overflow && !vhosts.overflow) {
		ops_set_fact(plan, "undo.queue", "%s", buf_str(&names));
		ops_set_fact(plan, "undo.vhost", "%s", buf_str(&vhosts));
	}
	buf_finish(&names);
	buf_finish(&vhosts);
}

static int64_t members_count(const struct world_broker *broker)
{
	int64_t count = 0;
	for (int64_t i = 0; i < broker->cluster->replicated_count; i++) {
		struct world_replicated row;
		world_replicated_at(broker->cluster, i, &row);
		count += ops_rabbitmq_holds(&row, broker, NULL);
	}
	return count;
}

static void add_all_steps(struct ops_plan *plan, const struct members_request *request)
{
	const struct world_broker *broker = request->broker;
	const char *which = request->queue ? request->queue : "all";
	if (request->verb == GROW) {
		ops_set_title(plan, "Add members of quorum queues (%s) on %s", which, broker->name);
		ops_note(plan, OPS_CHANGES, "rabbitmq-queues grow %s, queues %s in virtual hosts %s",
			 str_or(broker->member_name, broker->name), which, str_or(request->vhost, "all"));
		ops_set_fact(plan, "held", "%" PRId64, members_count(broker));
		ops_add_step_on(plan, &ops_step_rabbitmq_grow, broker, NULL, "add members on %s", broker->name);
		ops_add_step_on(plan, &ops_step_rabbitmq_caught_up, broker, NULL, "quorum queues caught up on %s",
				broker->name);
	} else {
		ops_set_title(plan, "Remove quorum queue members from %s", broker->name);
		ops_note(plan, OPS_CHANGES, "rabbitmq-queues shrink %s", str_or(broker->member_name, broker->name));
		remember_shrunk(plan, broker);
		ops_add_step_on(plan, &ops_step_rabbitmq_shrink, broker, NULL, "remove members from %s", broker->name);
	}
}

static void add_one_steps(struct ops_plan *plan, const struct members_request *request, const char *type)
{
	bool add = request->verb == ADD;
	CLEANUP(free) char *item = ops_rabbitmq_item(request->vhost, request->queue);
	ops_set_title(plan, "%s %s of %s %s", add ? "Add a member on" : "Remove the member on", request->broker->name,
		      type, request->queue);
	ops_note(plan, OPS_CHANGES, "%s %s in virtual host %s: %s member on %s", type, request->queue, request->vhost,
		 add ? "a" : "no", request->broker->name);
	ops_add_step_on(plan, add ? &ops_step_rabbitmq_add_member : &ops_step_rabbitmq_remove_member, request->broker,
			item, "%s %s %s", add ? "add a member of" : "remove the member of", request->queue,
			add ? "there" : "from there");
}

static void members_plan(struct ops_plan *plan, const struct ops_context *context)
{
	struct members_request request = members_read_request(plan, context);
	ops_set_title(plan, "Queue members of %s", context->cluster->name);
	if (context->cluster->kind != WORLD_BROKER_RABBITMQ || request.verb == NOTHING || !request.broker)
		return;
	ops_rabbitmq_remember(plan, request.broker);
	if (!members_is_of_one(&request)) {
		add_all_steps(plan, &request);
		return;
	}
	const char *type = request.queue ? ops_rabbitmq_type(context->cluster, request.vhost, request.queue) : NULL;
	if (type && strcmp(type, "classic") != 0 && !is_odd(request.queue) && !is_odd(request.vhost))
		add_one_steps(plan, &request, type);
}

/* ---- what it means ---- */

static void check_target(struct ops_plan *plan, const struct members_request *request)
{
	const struct world_broker *broker = request->broker;
	bool gains = request->verb == GROW || request->verb == ADD;
	if (gains && (!broker->pod || broker->reachable != 1))
		ops_note(plan, OPS_BLOCKS, "%s is not running: a member there would only raise the required majority",
			 broker->name);
	if (gains && broker->draining == 1)
		ops_note(plan, OPS_BLOCKS, "%s is in maintenance mode: members there do not start", broker->name);
	if (gains && !str_empty(broker->alarms))
		ops_note(plan, OPS_BLOCKS, "%s has an alarm (%s): do not add load to it", broker->name, broker->alarms);
	if (!ops_rabbitmq_survivor(broker->cluster, broker))
		ops_note(plan, OPS_BLOCKS, "no other running broker of %s to query", broker->cluster->name);
}

static void check_grow(struct ops_plan *plan, const struct members_request *request)
{
	const struct world_cluster *cluster = request->broker->cluster;
	struct ops_name_list new = {0}, even = {0}, stuck = {0};
	char more[48];
	for (int64_t i = 0; i < cluster->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(cluster, i, &queue);
		size_t members = 0;
		for (size_t b = 0; b < cluster->broker_count; b++)
			members += str_has_word(str_or(queue.members, ""), ',', cluster->brokers[b]->name);
		if (!str_eq(queue.type, "quorum") ||
		    str_has_word(str_or(queue.members, ""), ',', request->broker->name))
			continue;
		ops_name_list_add(&new, "%s", queue.name);
		if (members % 2 == 1)
			ops_name_list_add(&even, "%s", queue.name);
		if (str_eq(queue.state, "minority") || str_eq(queue.state, "down"))
			ops_name_list_add(&stuck, "%s", queue.name);
	}
	if (new.count == 0)
		ops_note_already(plan, "every quorum queue already has a member on %s", request->broker->name);
	if (new.count > 0)
		ops_note(plan, OPS_MEANS,
			 "%" PRId64 " quorum queue%s without a member there%s: %s%s; each copies its log", new.count,
			 ops_plural(new.count),
			 request->queue || request->vhost ? ", of which the matching ones get one" : "", new.names,
			 ops_name_list_more(&new, more));
	if (even.count > 0)
		ops_note(plan, OPS_CAUTION,
			 "%" PRId64 " of them will have an even number of members, which tolerates no more failures "
			 "than before: %s%s",
			 even.count, even.names, ops_name_list_more(&even, more));
	if (stuck.count > 0)
		ops_note(plan, OPS_CAUTION, "%" PRId64 " of them have no quorum now and cannot change: %s%s",
			 stuck.count, stuck.names, ops_name_list_more(&stuck, more));
	ops_note(plan, OPS_MEANS, "streams are not included: use add=%s queue=STREAM for one", request->broker->name);
	ops_note(plan, OPS_UNDO, "members %s shrink=%s", cluster->name, request->broker->name);
}

static void check_shrink(struct ops_plan *plan, const struct members_request *request)
{
	const struct world_broker *broker = request->broker;
	int64_t members = ops_rabbitmq_check_shrink(plan, broker->cluster, &broker, 1);
	if (members == 0)
		ops_note_already(plan, "%s has no queue members", broker->name);
	ops_note(plan, OPS_MEANS, "%" PRId64 " queue%s a member there now: quorum queues lose it, streams keep it",
		 members, members == 1 ? " has" : "s have");
	ops_note(plan, OPS_UNDO, "roll back: adds a member there again for the same queues, which copy their logs");
}

static bool members_find_row(const struct members_request *request, struct world_replicated *row)
{
	const struct world_cluster *cluster = request->broker->cluster;
	for (int64_t i = 0; i < cluster->replicated_count; i++) {
		world_replicated_at(cluster, i, row);
		if (str_eq(row->name, request->queue) && str_eq(row->vhost, request->vhost))
			return true;
	}
	return false;
}

static void check_remove(struct ops_plan *plan, const struct members_request *request,
			 const struct world_replicated *row)
{
	bool online = false;
	if (!ops_rabbitmq_holds(row, request->broker, &online)) {
		ops_note_already(plan, "%s has no member on %s", request->queue, request->broker->name);
		return;
	}
	size_t left = row->replica_count - 1u, left_online = row->in_sync_count - (online ? 1u : 0u);
	if (left == 0)
		ops_note(plan, OPS_BLOCKS, "%s is its only member", request->broker->name);
	else if (left_online <= left / 2)
		ops_note(plan, OPS_BLOCKS, "%s would be without a quorum: %zu of %zu members online", request->queue,
			 left_online, left);
	else if (left < 3)
		ops_note(plan, OPS_CAUTION, "%s has %zu member%s left: it tolerates no failure", request->queue, left,
			 left == 1 ? "" : "s");
	ops_note(plan, OPS_UNDO, "roll back: adds a member there again, which copies the log");
}

static void check_one(struct ops_plan *plan, const struct members_request *request)
{
	struct world_replicated row;
	const char *type =
		request->queue ? ops_rabbitmq_type(request->broker->cluster, request->vhost, request->queue) : NULL;
	if (!request->queue)
		ops_note(plan, OPS_BLOCKS, "give the queue (queue=NAME)");
	else if (is_odd(request->queue) || is_odd(request->vhost))
		ops_note(plan, OPS_BLOCKS, "the name \"%s\" cannot be passed to RabbitMQ's tools", request->queue);
	else if (!type)
		ops_note(plan, OPS_BLOCKS, "queue %s not found in virtual host %s", request->queue, request->vhost);
	else if (!strcmp(type, "classic"))
		ops_note(plan, OPS_BLOCKS, "%s is a classic queue: it has no members", request->queue);
	else if (!members_find_row(request, &row) || row.state == WORLD_REPLICA_UNKNOWN)
		ops_note(plan, OPS_BLOCKS, "the members of %s are unknown", request->queue);
	else if (row.in_sync_count <= row.replica_count / 2)
		ops_note(plan, OPS_BLOCKS, "%s has no quorum now: its members cannot be changed", request->queue);
	else if (request->verb == REMOVE)
		check_remove(plan, request, &row);
	else if (ops_rabbitmq_holds(&row, request->broker, NULL))
		ops_note_already(plan, "%s already has a member on %s", request->queue, request->broker->name);
	else {
		if (row.replica_count % 2 == 1)
			ops_note(plan, OPS_CAUTION, "%s will have %d members: this tolerates no more failures than %d",
				 request->queue, row.replica_count + 1, row.replica_count);
		ops_note(plan, OPS_MEANS, "the new member copies the log of %s", request->queue);
		ops_note(plan, OPS_UNDO, "roll back: removes the member there again");
	}
}

static void members_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	struct members_request request = members_read_request(plan, context);
	static void (*const checks[])(struct ops_plan *plan, const struct members_request *request) = {
		[GROW] = check_grow, [SHRINK] = check_shrink, [ADD] = check_one, [REMOVE] = check_one};
	if (context->cluster->kind != WORLD_BROKER_RABBITMQ)
		ops_note(plan, OPS_BLOCKS, "%s is not a RabbitMQ cluster: use reassign to move Kafka replicas",
			 context->cluster->name);
	else if (request.verb == NOTHING)
		ops_note(plan, OPS_BLOCKS, "give exactly one of grow=, shrink=, add=, remove= with a broker's name");
	else if (!request.broker)
		ops_note(plan, OPS_BLOCKS, "%s has no broker %s", context->cluster->name, request.name);
	else if (ops_rabbitmq_is_readable(plan, context)) {
		check_target(plan, &request);
		checks[request.verb](plan, &request);
	}
}

static void members_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_rabbitmq_need(needs, context->cluster->namespace);
}

/* ---- the way back ---- */

static bool members_roll_back(const struct ops_plan *plan, struct ops_request *out, struct err *err)
{
	static const char *const opposite[] = {"shrink", "grow", "remove", "add"};
	int verb = 0;
	while (verb < NOTHING && !ops_fact(plan, members_verbs[verb]))
		verb++;
	if (verb == NOTHING)
		return err_set(err, ERR_REFUSED, "nothing to roll back");
	if (verb == GROW && ops_fact_number(plan, "held", 1) > 0)
		return err_set(err, ERR_REFUSED,
			       "some queues had a member on %s before: remove single members with remove=",
			       ops_fact(plan, "grow"));
	if (verb == SHRINK && !ops_fact(plan, "undo.queue"))
		return err_set(err, ERR_REFUSED, "too many queues to list them all: use grow= with a pattern");
	const char *queue = ops_fact(plan, verb == SHRINK ? "undo.queue" : "queue");
	const char *vhost = ops_fact(plan, verb == SHRINK ? "undo.vhost" : "vhost");
	*out = (struct ops_request){.operation = &ops_operation_members, .target = plan->target};
	out->values[out->value_count++] =
		(struct ops_value){.name = opposite[verb], .value = ops_fact(plan, members_verbs[verb])};
	if (verb != GROW && queue)
		out->values[out->value_count++] = (struct ops_value){.name = "queue", .value = queue};
	if (verb != GROW && vhost)
		out->values[out->value_count++] = (struct ops_value){.name = "vhost", .value = vhost};
	return true;
}

static const struct ops_argument members_arguments[] = {
	{.name = "grow", .help = "broker on which to add members of quorum queues", .type = OPS_ARGUMENT_TEXT},
	{.name = "shrink", .help = "broker from which to remove members of quorum queues", .type = OPS_ARGUMENT_TEXT},
	{.name = "add", .help = "broker on which to add a member of one queue or stream", .type = OPS_ARGUMENT_TEXT},
	{.name = "remove",
	 .help = "broker from which to remove a member of one queue or stream",
	 .type = OPS_ARGUMENT_TEXT},
	{.name = "queue", .help = "queue name; with grow, a regular expression", .type = OPS_ARGUMENT_TEXT},
	{.name = "vhost",
	 .help = "virtual host (default /); with grow, a regular expression",
	 .type = OPS_ARGUMENT_TEXT},
};

const struct ops_operation ops_operation_members = {
	.name = "members",
	.title = "Change queue members",
	.summary = "add or remove members of RabbitMQ quorum queues and streams",
	.target = OPS_ON_CLUSTER,
	.only = "RabbitMQ",
	.arguments = members_arguments,
	.argument_count = ARRAY_LEN(members_arguments),
	.access = members_access,
	.plan = members_plan,
	.preflight = members_preflight,
	.roll_back = members_roll_back,
};
