/* Taking RabbitMQ nodes away, which no other tool does: from the last one on, members of quorum queues and streams
 * go elsewhere, leaders and clients follow, the node is stopped and forgotten, and only then does its pod go. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"
#include "api/ops/parts/operator.h"
#include "api/ops/plan/name_list.h"
#include "api/ops/rabbitmq/queue_members.h"
#include "api/ops/rabbitmq/rabbitmq_kind.h"

enum { LEAVING_MAX = 99 };

static void rabbitmq_scale_access(const struct ops_context *context, struct ops_needs *needs)
{
	static const char *const verbs[] = {"get", "patch"};
	const struct world_cluster *cluster = context->cluster;
	const struct kube_stateful_set *set = cluster->stateful_set;
	ops_rabbitmq_need(needs, cluster->namespace);
	for (size_t i = 0; i < ARRAY_LEN(verbs) && cluster->rabbitmq_resource && set; i++)
		ops_need(needs, &(struct kube_question){.verb = verbs[i],
							.group = "apps",
							.resource = "statefulsets",
							.subresource = "scale",
							.namespace = set->meta.namespace,
							.name = set->meta.name});
}

/* ---- steps ---- */

static void add_streams(struct ops_plan *plan, const struct world_broker *broker)
{
	const struct world_cluster *cluster = broker->cluster;
	for (int64_t i = 0; i < cluster->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(cluster, i, &queue);
		if (!str_eq(queue.type, "stream") || !str_has_word(str_or(queue.members, ""), ',', broker->name))
			continue;
		CLEANUP(free) char *item = ops_rabbitmq_item(queue.vhost, queue.name);
		ops_add_step_on(plan, &ops_step_rabbitmq_remove_member, broker, item,
				"remove the replica of stream %s from %s", queue.name, broker->name);
	}
}

static void rabbitmq_scale_empty(struct ops_plan *plan, const struct ops_scale *scale)
{
	const struct world_broker *leaving[LEAVING_MAX];
	size_t count = ops_scale_leaving(scale, leaving, LEAVING_MAX);
	for (size_t i = count; i-- > 0;) {
		const struct world_broker *broker = leaving[i];
		if (!broker->member_name)
			continue;
		ops_rabbitmq_remember(plan, broker);
		ops_note(plan, OPS_CHANGES,
			 "%s: queue members removed, put into maintenance mode, stopped, removed from the cluster",
			 broker->name);
		ops_add_step_on(plan, &ops_step_rabbitmq_shrink, broker, NULL, "remove quorum queue members from %s",
				broker->name);
		add_streams(plan, broker);
		ops_add_step_on(plan, &ops_step_rabbitmq_empty, broker, NULL, "no queue members left on %s",
				broker->name);
		ops_add_step_on(plan, &ops_step_rabbitmq_drain, broker, NULL, "put %s into maintenance mode",
				broker->name);
		ops_add_step_on(plan, &ops_step_rabbitmq_stop_app, broker, NULL, "stop RabbitMQ on %s", broker->name);
		ops_add_step_on(plan, &ops_step_rabbitmq_forget, broker, NULL,
				"remove %s from the cluster (forget_cluster_node)", broker->name);
	}
}

/* ---- what forbids it ---- */

static bool lives_on(const struct world_queue *queue, const struct world_broker *broker)
{
	return !queue->leader || !strcmp(queue->leader, broker->name) || str_eq(queue->leader, broker->member_name);
}

static void check_strange(struct ops_plan *plan, const struct world_broker *broker)
{
	struct ops_name_list names = {0};
	char more[48];
	for (int64_t i = 0; i < broker->cluster->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(broker->cluster, i, &queue);
		if (world_queue_is_strange(&queue) &&
		    (lives_on(&queue, broker) || str_has_word(str_or(queue.members, ""), ',', broker->name)))
			ops_name_list_add(&names, "%s", queue.name);
	}
	if (names.count > 0)
		ops_note(plan, OPS_BLOCKS,
			 "%" PRId64 " queue%s on %s of a type that mqdeck does not know how to move: %s%s", names.count,
			 ops_plural(names.count), broker->name, names.names, ops_name_list_more(&names, more));
}

/* Classic queues have one home; who forgets the node deletes them. */
static void check_classic(struct ops_plan *plan, const struct world_broker *broker)
{
	const struct world_cluster *cluster = broker->cluster;
	bool drop = str_eq(ops_fact(plan, "drop"), "unused");
	struct ops_name_list used = {0}, unused = {0};
	char more[48];
	for (int64_t i = 0; i < cluster->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(cluster, i, &queue);
		if (!str_eq(queue.type, "classic") || !lives_on(&queue, broker))
			continue;
		ops_name_list_add(queue.messages == 0 && queue.consumers == 0 ? &unused : &used, "%s", queue.name);
	}
	if (used.count > 0)
		ops_note(plan, OPS_BLOCKS, "%" PRId64 " classic queue%s only on %s: %s%s", used.count,
			 used.count == 1 ? " lives" : "s live", broker->name, used.names,
			 ops_name_list_more(&used, more));
	if (unused.count > 0 && drop)
		ops_note(plan, OPS_DANGER,
			 "%" PRId64 " classic queue%s on %s, empty and without consumers, %s deleted: %s%s",
			 unused.count, ops_plural(unused.count), broker->name, unused.count == 1 ? "is" : "are",
			 unused.names, ops_name_list_more(&unused, more));
	else if (unused.count > 0)
		ops_note(plan, OPS_BLOCKS,
			 "%" PRId64
			 " classic queue%s only on %s, empty and without consumers (drop=unused deletes %s): %s%s",
			 unused.count, unused.count == 1 ? " lives" : "s live", broker->name,
			 unused.count == 1 ? "it" : "them", unused.names, ops_name_list_more(&unused, more));
}

static bool members_are_known(const struct world_cluster *cluster)
{
	for (size_t i = 0; i < cluster->broker_count; i++)
		if (cluster->brokers[i]->member_name && cluster->brokers[i]->reachable == 1)
			return true;
	return false;
}

static void check_membership(struct ops_plan *plan, const struct world_broker *broker)
{
	if (!members_are_known(broker->cluster))
		ops_note(plan, OPS_BLOCKS, "unknown whether %s is a member of the cluster", broker->name);
	if (!ops_rabbitmq_survivor(broker->cluster, broker))
		ops_note(plan, OPS_BLOCKS, "no other running broker of %s could remove %s from the cluster",
			 broker->cluster->name, broker->name);
}

static void say_claims(struct ops_plan *plan, const struct world_broker *broker)
{
	for (size_t i = 0; i < broker->volume_count; i++)
		ops_note(plan, OPS_MEANS,
			 "claim %s keeps the data of a removed node: %s refuses to start with it, so delete it before "
			 "a scale-up brings %s back (scale … claims=delete)",
			 broker->volumes[i]->claim->meta.name, broker->name, broker->name);
}

static void rabbitmq_scale_check(struct ops_plan *plan, const struct ops_context *context,
				 const struct ops_scale *scale)
{
	const struct world_broker *leaving[LEAVING_MAX];
	size_t count = ops_scale_still_there(plan, scale, leaving, LEAVING_MAX);
	const char *drop = ops_fact(plan, "drop");
	if (drop && strcmp(drop, "unused") != 0)
		ops_note(plan, OPS_BLOCKS, "drop must be \"unused\" if given, not \"%s\"", drop);
	if (!ops_rabbitmq_is_readable(plan, context))
		return;
	ops_rabbitmq_check_shrink(plan, scale->cluster, leaving, count);
	for (size_t i = 0; i < count; i++) {
		check_classic(plan, leaving[i]);
		check_strange(plan, leaving[i]);
		check_membership(plan, leaving[i]);
		say_claims(plan, leaving[i]);
	}
	ops_note(plan, OPS_CAUTION, "every client connected to %s is disconnected and must reconnect elsewhere",
		 str_or(ops_fact(plan, "leaving"), "the leaving brokers"));
	ops_note(plan, OPS_MEANS, "%d nodes: a majority is %d, so %d may fail", (int)scale->to, (int)scale->to / 2 + 1,
		 (int)(scale->to - scale->to / 2 - 1));
	if (scale->cluster->rabbitmq_resource)
		ops_note(plan, OPS_MEANS,
			 "the RabbitMQ cluster operator refuses to scale down (UnsupportedOperation): it is paused "
			 "meanwhile, and its resource is set to %d before it resumes",
			 (int)scale->to);
}

static void rabbitmq_scale_note_up(struct ops_plan *plan, const struct ops_scale *scale, const char *names)
{
	int32_t to = scale->to, majority = to / 2 + 1;
	ops_note(plan, OPS_MEANS,
		 "quorum queues and streams keep their members: %s hold%s none until members are added", names,
		 to - scale->from == 1 ? "s" : "");
	ops_note(plan, OPS_MEANS, "%d nodes: a majority is %d, so %d may fail", (int)to, (int)majority,
		 (int)(to - majority));
	if (to % 2 == 0)
		ops_note(plan, OPS_CAUTION,
			 "even number of nodes: %d tolerate no more failures than %d, and an even split stops both "
			 "halves",
			 (int)to, (int)(to - 1));
}

static bool rabbitmq_scale_check_known(struct ops_plan *plan, const struct ops_scale *scale)
{
	if (scale->cluster->queue_count >= 0)
		return true;
	ops_note(plan, OPS_BLOCKS, "the queues on the leaving broker are unknown: queues cannot be read");
	return false;
}

/* ---- claims left behind ---- */

static bool wants_deletion(const struct ops_plan *plan)
{
	return str_eq(ops_fact(plan, "claims"), "delete");
}

static void rabbitmq_scale_check_claim(struct ops_plan *plan, const char *claim, const char *pod)
{
	if (wants_deletion(plan))
		ops_note(plan, OPS_DANGER,
			 "claim %s of an earlier %s is deleted with its data; the reclaim policy decides about its "
			 "volume",
			 claim, pod);
	else
		ops_note(plan, OPS_CAUTION,
			 "claim %s of an earlier %s still exists: a removed node refuses to start with its old data "
			 "(claims=delete deletes it first)",
			 claim, pod);
}

static const struct kube_claim *scale_find_claim(const struct world_cluster *cluster, const char *name)
{
	for (size_t i = 0; i < cluster->volume_count; i++)
		if (cluster->volumes[i]->claim && str_eq(cluster->volumes[i]->claim->meta.name, name))
			return cluster->volumes[i]->claim;
	return NULL;
}

static void rabbitmq_scale_claims(struct ops_plan *plan, const struct ops_scale *scale)
{
	const struct kube_stateful_set *set = scale->cluster->stateful_set;
	if (!wants_deletion(plan) || !set)
		return;
	for (int32_t i = 0; i < scale->to - scale->from; i++) {
		char pod[300], name[600], fact[640];
		ops_scale_new_name(scale, i, pod, sizeof pod);
		for (size_t j = 0; j < set->claim_template_count; j++) {
			snprintf(name, sizeof name, "%s-%s", set->claim_templates[j].name, pod);
			const struct kube_claim *claim = scale_find_claim(scale->cluster, name);
			if (!claim)
				continue;
			snprintf(fact, sizeof fact, "claim:%s", name);
			ops_set_fact(plan, fact, "%s", str_or(claim->meta.uid, ""));
			ops_note(plan, OPS_CHANGES, "claim %s/%s: deleted", scale->cluster->namespace, name);
			ops_add_step_on(plan, &ops_step_left_over_claim, NULL, name, "delete claim %s", name);
		}
	}
}

static enum ops_verdict request_deletion(const struct ops_plan *plan, const struct ops_context *context,
					 struct ops_step_request *out, struct err *err)
{
	char fact[640];
	const char *name = context->step->item;
	const struct kube_claim *claim = scale_find_claim(context->cluster, name);
	snprintf(fact, sizeof fact, "claim:%s", name);
	/* One of another UID was made since: not ours to delete. */
	if (!claim || claim->meta.deleted_ms >= 0 || !str_eq(claim->meta.uid, ops_fact(plan, fact)))
		return OPS_ALREADY;
	out->way = OPS_BY_KUBERNETES;
	out->change = (struct kube_change){
		.method = "DELETE",
		.url = {.version = "v1",
			.resource = "persistentvolumeclaims",
			.namespace = context->cluster->namespace,
			.name = arena_strdup(out->arena, name)},
		.body = arena_printf(
			out->arena,
			"{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"preconditions\":{\"uid\":\"%s\"}}",
			claim->meta.uid)};
	return OPS_TO_DO;
}

static enum ops_gate_state gate_deleted(const struct ops_plan *plan, const struct ops_context *context,
					struct ops_gauge *out)
{
	const struct kube_claim *claim = scale_find_claim(context->cluster, context->step->item);
	snprintf(out->figure, sizeof out->figure, "claim %.200s %s", context->step->item,
		 claim ? "still exists" : "is gone");
	return claim ? OPS_GATE_SHUT : OPS_GATE_OPEN;
}

const struct ops_step_type ops_step_left_over_claim = {
	.name = "left-over-claim", .request = request_deletion, .gate = gate_deleted, .gate_limit_ms = 2 * 60 * 1000};

const struct ops_scale_part ops_rabbitmq_scale = {
	.held = "queue members",
	.access = rabbitmq_scale_access,
	.plan_up = rabbitmq_scale_claims,
	.note_up = rabbitmq_scale_note_up,
	.check_claim = rabbitmq_scale_check_claim,
	.plan_empty = rabbitmq_scale_empty,
	.check_known = rabbitmq_scale_check_known,
	.check_down = rabbitmq_scale_check,
	.roll_back = "",
};
