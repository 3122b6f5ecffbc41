/* Members of RabbitMQ's quorum queues and streams: on a broker for all queues at once (grow, shrink), or for one queue
 * (add, remove). A new member copies the queue's log; a plan is done when it has. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/engine/name_list.h"
#include "api/ops/rabbitmq/queue_members.h"

enum { PATTERN_MAX = 4000 };

/* ---- what is asked for ---- */

static const char *const verbs[] = {"grow", "shrink", "add", "remove"};
enum { GROW, SHRINK, ADD, REMOVE, NOTHING };

struct wish {
	int verb;
	const char *name; /* as given */
	const char *vhost, *queue;
	const struct world_broker *broker; /* NULL: there is none of that name */
};

static struct wish read_wish(const struct ops_plan *plan, const struct ops_context *context)
{
	struct wish wish = {.verb = NOTHING, .queue = ops_fact(plan, "queue"), .vhost = ops_fact(plan, "vhost")};
	int given = 0;
	for (int i = 0; i < NOTHING; i++) {
		const char *name = ops_fact(plan, verbs[i]);
		if (!name)
			continue;
		given++;
		wish.verb = i;
		wish.name = name;
		wish.broker = rabbitmq_broker(context->cluster, name);
	}
	if (given != 1)
		wish.verb = NOTHING;
	if (wish.verb >= ADD && !wish.vhost)
		wish.vhost = "/";
	return wish;
}

static bool is_of_one(const struct wish *wish)
{
	return wish->verb == ADD || wish->verb == REMOVE;
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

static int64_t count_members(const struct world_broker *broker)
{
	int64_t count = 0;
	for (int64_t i = 0; i < broker->cluster->replicated_count; i++) {
		struct world_replicated row;
		world_replicated_at(broker->cluster, i, &row);
		count += rabbitmq_holds(&row, broker, NULL);
	}
	return count;
}

static void add_all_steps(struct ops_plan *plan, const struct wish *wish)
{
	const struct world_broker *broker = wish->broker;
	const char *which = wish->queue ? wish->queue : "all";
	if (wish->verb == GROW) {
		ops_set_title(plan, "Give quorum queues (%s) a member on %s", which, broker->name);
		ops_say(plan, OPS_CHANGES, "rabbitmq-queues grow %s, queues %s of virtual hosts %s",
			str_or(broker->member_name, broker->name), which, str_or(wish->vhost, "all"));
		ops_set_fact(plan, "held", "%" PRId64, count_members(broker));
		ops_add_step_on(plan, &ops_step_rabbitmq_grow, broker, NULL, "add members on %s", broker->name);
		ops_add_step_on(plan, &ops_step_rabbitmq_caught_up, broker, NULL, "quorum queues caught up on %s",
				broker->name);
	} else {
		ops_set_title(plan, "Take the members of quorum queues off %s", broker->name);
		ops_say(plan, OPS_CHANGES, "rabbitmq-queues shrink %s", str_or(broker->member_name, broker->name));
		remember_shrunk(plan, broker);
		ops_add_step_on(plan, &ops_step_rabbitmq_shrink, broker, NULL, "remove members from %s", broker->name);
	}
}

static void add_one_steps(struct ops_plan *plan, const struct wish *wish, const char *type)
{
	bool add = wish->verb == ADD;
	CLEANUP(free) char *item = rabbitmq_item(wish->vhost, wish->queue);
	ops_set_title(plan, "%s %s of %s %s", add ? "Add a member on" : "Remove the member on", wish->broker->name,
		      type, wish->queue);
	ops_say(plan, OPS_CHANGES, "%s %s in virtual host %s: %s member on %s", type, wish->queue, wish->vhost,
		add ? "a" : "no", wish->broker->name);
	ops_add_step_on(plan, add ? &ops_step_rabbitmq_add_member : &ops_step_rabbitmq_remove_member, wish->broker,
			item, "%s %s %s", add ? "add a member of" : "remove the member of", wish->queue,
			add ? "there" : "from there");
}

static void members_plan(struct ops_plan *plan, const struct ops_context *context)
{
	struct wish wish = read_wish(plan, context);
	ops_set_title(plan, "Members of queues of %s", context->cluster->name);
	if (context->cluster->kind != BROKER_RABBITMQ || wish.verb == NOTHING || !wish.broker)
		return;
	rabbitmq_remember(plan, wish.broker);
	if (!is_of_one(&wish)) {
		add_all_steps(plan, &wish);
		return;
	}
	const char *type = wish.queue ? rabbitmq_type(context->cluster, wish.vhost, wish.queue) : NULL;
	if (type && strcmp(type, "classic") != 0 && !is_odd(wish.queue) && !is_odd(wish.vhost))
		add_one_steps(plan, &wish, type);
}

/* ---- what it means ---- */

static void check_target(struct ops_plan *plan, const struct wish *wish)
{
	const struct world_broker *broker = wish->broker;
	bool gains = wish->verb == GROW || wish->verb == ADD;
	if (gains && (!broker->pod || broker->reachable != 1))
		ops_say(plan, OPS_BLOCKS, "%s does not run: a member there would only count against the majority",
			broker->name);
	if (gains && broker->draining == 1)
		ops_say(plan, OPS_BLOCKS, "%s is in maintenance: members there do not start", broker->name);
	if (gains && !str_empty(broker->alarms))
		ops_say(plan, OPS_BLOCKS, "%s has an alarm (%s): it must not be given more", broker->name,
			broker->alarms);
	if (!rabbitmq_survivor(broker->cluster, broker))
		ops_say(plan, OPS_BLOCKS, "no other broker of %s runs that could be asked", broker->cluster->name);
}

static void check_grow(struct ops_plan *plan, const struct wish *wish)
{
	const struct world_cluster *cluster = wish->broker->cluster;
	struct found new = {0}, even = {0}, stuck = {0};
	char more[48];
	for (int64_t i = 0; i < cluster->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(cluster, i, &queue);
		size_t members = 0;
		for (size_t b = 0; b < cluster->broker_count; b++)
			members += str_has_word(str_or(queue.members, ""), ',', cluster->brokers[b]->name);
		if (!str_eq(queue.type, "quorum") || str_has_word(str_or(queue.members, ""), ',', wish->broker->name))
			continue;
		found_add(&new, "%s", queue.name);
		if (members % 2 == 1)
			found_add(&even, "%s", queue.name);
		if (str_eq(queue.state, "minority") || str_eq(queue.state, "down"))
			found_add(&stuck, "%s", queue.name);
	}
	if (new.count == 0)
		ops_say_so_already(plan, "every quorum queue has a member on %s already", wish->broker->name);
	if (new.count > 0)
		ops_say(plan, OPS_MEANS,
			"%" PRId64 " quorum queue%s without a member there%s: %s%s; each copies its log", new.count,
			plural(new.count), wish->queue || wish->vhost ? ", of which those that match get one" : "",
			new.names, found_more(&new, more));
	if (even.count > 0)
		ops_say(plan, OPS_CAUTION,
			"%" PRId64
			" of them come to an even number of members, of which no more may fail than before: %s%s",
			even.count, even.names, found_more(&even, more));
	if (stuck.count > 0)
		ops_say(plan, OPS_CAUTION, "%" PRId64 " of them have no quorum now and cannot change: %s%s",
			stuck.count, stuck.names, found_more(&stuck, more));
	ops_say(plan, OPS_MEANS, "streams are not grown by this: add=%s queue=STREAM does one", wish->broker->name);
	ops_say(plan, OPS_UNDO, "members %s shrink=%s", cluster->name, wish->broker->name);
}

static void check_shrink(struct ops_plan *plan, const struct wish *wish)
{
	const struct world_broker *broker = wish->broker;
	int64_t members = rabbitmq_check_shrink(plan, broker->cluster, &broker, 1);
	if (members == 0)
		ops_say_so_already(plan, "%s has no members of queues", broker->name);
	ops_say(plan, OPS_MEANS,
		"%" PRId64 " queue%s a member there now; quorum queues go on with one less, streams keep theirs",
		members, members == 1 ? " has" : "s have");
	ops_say(plan, OPS_UNDO, "the same queues get a member there again and copy their logs");
}

static bool find_row(const struct wish *wish, struct world_replicated *row)
{
	const struct world_cluster *cluster = wish->broker->cluster;
	for (int64_t i = 0; i < cluster->replicated_count; i++) {
		world_replicated_at(cluster, i, row);
		if (str_eq(row->name, wish->queue) && str_eq(row->vhost, wish->vhost))
			return true;
	}
	return false;
}

static void check_remove(struct ops_plan *plan, const struct wish *wish, const struct world_replicated *row)
{
	bool online = false;
	if (!rabbitmq_holds(row, wish->broker, &online)) {
		ops_say_so_already(plan, "%s has no member on %s", wish->queue, wish->broker->name);
		return;
	}
	size_t left = row->replica_count - 1u, left_online = row->in_sync_count - (online ? 1u : 0u);
	if (left == 0)
		ops_say(plan, OPS_BLOCKS, "%s is its only member", wish->broker->name);
	else if (left_online <= left / 2)
		ops_say(plan, OPS_BLOCKS, "%s would be without a quorum: %zu of %zu members online", wish->queue,
			left_online, left);
	else if (left < 3)
		ops_say(plan, OPS_CAUTION, "%s has %zu member%s left: none may fail", wish->queue, left,
			left == 1 ? "" : "s");
	ops_say(plan, OPS_UNDO, "a member there again, which copies the log");
}

static void check_one(struct ops_plan *plan, const struct wish *wish)
{
	struct world_replicated row;
	const char *type = wish->queue ? rabbitmq_type(wish->broker->cluster, wish->vhost, wish->queue) : NULL;
	if (!wish->queue)
		ops_say(plan, OPS_BLOCKS, "name the queue (queue=NAME)");
	else if (is_odd(wish->queue) || is_odd(wish->vhost))
		ops_say(plan, OPS_BLOCKS, "a name like \"%s\" cannot be handed to RabbitMQ's tools", wish->queue);
	else if (!type)
		ops_say(plan, OPS_BLOCKS, "there is no queue %s in virtual host %s", wish->queue, wish->vhost);
	else if (!strcmp(type, "classic"))
		ops_say(plan, OPS_BLOCKS, "%s is a classic queue: it has no members", wish->queue);
	else if (!find_row(wish, &row) || row.state == REPLICA_UNKNOWN)
		ops_say(plan, OPS_BLOCKS, "the members of %s are not known", wish->queue);
	else if (row.in_sync_count <= row.replica_count / 2)
		ops_say(plan, OPS_BLOCKS, "%s has no quorum now: its members cannot be changed", wish->queue);
	else if (wish->verb == REMOVE)
		check_remove(plan, wish, &row);
	else if (rabbitmq_holds(&row, wish->broker, NULL))
		ops_say_so_already(plan, "%s has a member on %s already", wish->queue, wish->broker->name);
	else {
		if (row.replica_count % 2 == 1)
			ops_say(plan, OPS_CAUTION, "%s comes to %d members: no more may fail than with %d", wish->queue,
				row.replica_count + 1, row.replica_count);
		ops_say(plan, OPS_MEANS, "the new member copies the log of %s", wish->queue);
		ops_say(plan, OPS_UNDO, "the member there is removed again");
	}
}

static void members_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	struct wish wish = read_wish(plan, context);
	static void (*const checks[])(struct ops_plan * plan, const struct wish *wish) = {
		[GROW] = check_grow, [SHRINK] = check_shrink, [ADD] = check_one, [REMOVE] = check_one};
	if (context->cluster->kind != BROKER_RABBITMQ)
		ops_say(plan, OPS_BLOCKS, "%s is no RabbitMQ: reassign moves the replicas of Kafka",
			context->cluster->name);
	else if (wish.verb == NOTHING)
		ops_say(plan, OPS_BLOCKS, "say one of grow=, shrink=, add= and remove= with a broker's name");
	else if (!wish.broker)
		ops_say(plan, OPS_BLOCKS, "%s has no broker %s", context->cluster->name, wish.name);
	else if (rabbitmq_is_readable(plan, context)) {
		check_target(plan, &wish);
		checks[wish.verb](plan, &wish);
	}
}

static void members_access(const struct ops_context *context, struct ops_needs *needs)
{
	rabbitmq_need(needs, context->cluster->namespace);
}

/* ---- the way back ---- */

static bool members_undo(const struct ops_plan *plan, struct ops_wish *out, struct err *err)
{
	static const char *const opposite[] = {"shrink", "grow", "remove", "add"};
	int verb = 0;
	while (verb < NOTHING && !ops_fact(plan, verbs[verb]))
		verb++;
	if (verb == NOTHING)
		return err_set(err, ERR_REFUSED, "nothing was asked for that could be taken back");
	if (verb == GROW && ops_fact_number(plan, "held", 1) > 0)
		return err_set(err, ERR_REFUSED,
			       "some queues had a member on %s before: take single ones off again with remove=",
			       ops_fact(plan, "grow"));
	if (verb == SHRINK && !ops_fact(plan, "undo.queue"))
		return err_set(err, ERR_REFUSED,
			       "there were too many queues to name them all: grow with a pattern of your own");
	const char *queue = ops_fact(plan, verb == SHRINK ? "undo.queue" : "queue");
	const char *vhost = ops_fact(plan, verb == SHRINK ? "undo.vhost" : "vhost");
	*out = (struct ops_wish){.operation = &ops_members, .target = plan->target};
	out->values[out->value_count++] =
		(struct ops_value){.name = opposite[verb], .value = ops_fact(plan, verbs[verb])};
	if (verb != GROW && queue)
		out->values[out->value_count++] = (struct ops_value){.name = "queue", .value = queue};
	if (verb != GROW && vhost)
		out->values[out->value_count++] = (struct ops_value){.name = "vhost", .value = vhost};
	return true;
}

static const struct ops_argument members_arguments[] = {
	{.name = "grow", .help = "broker on which quorum queues get a member", .type = OPS_ARGUMENT_TEXT},
	{.name = "shrink", .help = "broker on which no quorum queue keeps one", .type = OPS_ARGUMENT_TEXT},
	{.name = "add", .help = "broker on which one queue or stream gets a member", .type = OPS_ARGUMENT_TEXT},
	{.name = "remove", .help = "broker on which one queue or stream loses it", .type = OPS_ARGUMENT_TEXT},
	{.name = "queue", .help = "its name; with grow a regular expression", .type = OPS_ARGUMENT_TEXT},
	{.name = "vhost", .help = "its virtual host (/); with grow a regular expression", .type = OPS_ARGUMENT_TEXT},
};

const struct ops_operation ops_members = {
	.name = "members",
	.title = "Change queue members",
	.summary = "grow, shrink, add or remove members of RabbitMQ's quorum queues and streams",
	.key = "",
	.target = OPS_ON_CLUSTER,
	.only = "RabbitMQ",
	.arguments = members_arguments,
	.argument_count = ARRAY_LEN(members_arguments),
	.access = members_access,
	.plan = members_plan,
	.preflight = members_preflight,
	.undo = members_undo,
};
