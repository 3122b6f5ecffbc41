/* What scaling means for replication and what forbids it. For a scale-down unknown is never safe: what cannot be
 * read blocks it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/common/scale_private.h"
#include "api/ops/plan/name_list.h"

enum { NAMES_SHOWN = 3, LEAVING_MAX = 99, FRESH_MS = 60 * 1000 };

/* ---- both ways ---- */

static void check_object(struct ops_plan *plan, const struct ops_scale *scale)
{
	const struct kube_stateful_set *set = scale->cluster->stateful_set;
	if (scale->from < 0)
		ops_note(plan, OPS_BLOCKS, "how many brokers %s has now is not known", scale->cluster->name);
	if (scale->from == scale->to)
		ops_note(plan, OPS_BLOCKS, "%s has %d brokers already", scale->cluster->name, (int)scale->to);
	if (!set)
		return;
	if (set->meta.deleted_ms >= 0)
		ops_note(plan, OPS_BLOCKS, "StatefulSet %s is being deleted", set->meta.name);
	if (set->current_revision && set->update_revision && strcmp(set->current_revision, set->update_revision) != 0)
		ops_note(plan, OPS_CAUTION,
			 "a rolling update of StatefulSet %s is under way: %d of %d brokers are updated",
			 set->meta.name, (int)set->updated_replicas, (int)set->replicas);
	if (scale->cluster->manager == WORLD_MANAGED_BY_STATEFUL_SET &&
	    str_eq(kube_label(&set->meta, "app.kubernetes.io/managed-by"), "Helm"))
		ops_note(plan, OPS_CAUTION,
			 "Helm made StatefulSet %s: its next upgrade sets replicas back unless its values change too",
			 set->meta.name);
}

static void scale_check_health(struct ops_plan *plan, const struct ops_scale *scale)
{
	struct ops_name_list down = {0};
	char more[48];
	const struct world_cluster *cluster = scale->cluster;
	for (size_t i = 0; i < cluster->broker_count; i++)
		if (cluster->brokers[i]->expected && !cluster->brokers[i]->ready)
			ops_name_list_add(&down, "%s (%s)", cluster->brokers[i]->name,
					  str_or(cluster->brokers[i]->state, "unknown"));
	if (down.count > 0)
		ops_note(plan, OPS_CAUTION, "not ready now: %s%s", down.names, ops_name_list_more(&down, more));
	if (down.count > 0 && scale->to > scale->from && cluster->stateful_set &&
	    !str_eq(cluster->stateful_set->pod_management_policy, "Parallel"))
		ops_note(plan, OPS_CAUTION,
			 "the StatefulSet makes its pods in order: no new broker before all of these are ready");
	if (cluster->under_replicated > 0)
		ops_note(plan, OPS_CAUTION, "%" PRId64 " %s%s under-replicated now", cluster->under_replicated,
			 cluster->kind == WORLD_BROKER_KAFKA ? "partition" : "queue",
			 cluster->under_replicated == 1 ? " is" : "s are");
	if (err_is_set(&cluster->source.err))
		ops_note(plan, scale->to < scale->from ? OPS_BLOCKS : OPS_CAUTION,
			 "what the brokers hold cannot be read: %s", cluster->source.err.text);
}

/* ---- up ---- */

static void check_nodes(struct ops_plan *plan, const struct ops_scale *scale)
{
	int32_t usable = 0;
	for (size_t i = 0; i < scale->view->node_count; i++)
		usable += scale->view->nodes[i]->ready && !scale->view->nodes[i]->cordoned;
	if (scale->view->node_count == 0)
		ops_note(plan, OPS_CAUTION, "nodes cannot be read: whether there is room is not known");
	else if (usable < scale->to)
		ops_note(plan, OPS_CAUTION,
			 "%d node%s can take pods for %d brokers: two share a node, or the new one stays Pending "
			 "where "
			 "the pods"
			 " must keep apart",
			 (int)usable, ops_plural(usable), (int)scale->to);
}

static void check_claims(struct ops_plan *plan, const struct ops_scale *scale)
{
	const struct world_cluster *cluster = scale->cluster;
	const struct kube_stateful_set *set = cluster->stateful_set;
	for (int32_t i = 0; set && i < scale->to - scale->from && i < NAMES_SHOWN; i++) {
		char pod[300], claim[600];
		ops_scale_new_name(scale, i, pod, sizeof pod);
		for (size_t j = 0; j < set->claim_template_count; j++) {
			const struct kube_claim_template *template = &set->claim_templates[j];
			bool left_over = false;
			char size[16] = "?";
			snprintf(claim, sizeof claim, "%s-%s", template->name, pod);
			for (size_t k = 0; k < cluster->volume_count; k++)
				left_over |= str_eq(cluster->volumes[k]->claim->meta.name, claim);
			if (template->requested >= 0)
				cell_human_bytes(template->requested, size);
			if (left_over && cluster->kind == WORLD_BROKER_RABBITMQ)
				ops_rabbitmq_scale_check_claim(plan, claim, pod);
			else if (left_over)
				ops_note(plan, OPS_CAUTION,
					 "claim %s of an earlier %s is still there: %s starts with its old data", claim,
					 pod, pod);
			else
				ops_note(plan, OPS_MEANS, "%s gets a new claim %s, %s of class %s", pod, claim, size,
					 str_or(template->storage_class, "default"));
		}
	}
}

static void new_names(const struct ops_scale *scale, char *out, size_t size)
{
	char first[300], last[300];
	int32_t count = scale->to - scale->from;
	if (!ops_scale_new_name(scale, 0, first, sizeof first) ||
	    !ops_scale_new_name(scale, count - 1, last, sizeof last))
		snprintf(out, size, "the new broker%s", ops_plural(count));
	else if (count == 1)
		snprintf(out, size, "%s", first);
	else
		snprintf(out, size, "%s … %s", first, last);
}

static void mean_for_kafka(struct ops_plan *plan, const struct ops_scale *scale, const char *names)
{
	int32_t count = scale->to - scale->from;
	ops_note(plan, OPS_MEANS, "no partition moves by itself: %s join%s empty; reassign partitions to use %s", names,
		 count == 1 ? "s" : "", count == 1 ? "it" : "them");
	struct ops_name_list voters = {0};
	char more[48];
	for (size_t i = 0; i < scale->cluster->voter_count; i++)
		if (scale->cluster->voters[i].voter)
			ops_name_list_add(&voters, "%d", (int)scale->cluster->voters[i].id);
	if (voters.count > 0)
		ops_note(plan, OPS_MEANS,
			 "the controller quorum keeps its %" PRId64 " voters (%s%s): a new broker only observes",
			 voters.count, voters.names, ops_name_list_more(&voters, more));
}

static void mean_for_rabbitmq(struct ops_plan *plan, const struct ops_scale *scale, const char *names)
{
	int32_t to = scale->to, majority = to / 2 + 1;
	ops_note(plan, OPS_MEANS,
		 "quorum queues and streams keep the members they have: %s hold%s none until members are added", names,
		 to - scale->from == 1 ? "s" : "");
	ops_note(plan, OPS_MEANS, "%d nodes: a majority is %d, so %d may fail", (int)to, (int)majority,
		 (int)(to - majority));
	if (to % 2 == 0)
		ops_note(plan, OPS_CAUTION,
			 "an even number: with %d nodes no more may fail than with %d, and half against half stops "
			 "both",
			 (int)to, (int)(to - 1));
}

static void check_up(struct ops_plan *plan, const struct ops_scale *scale)
{
	char names[620];
	new_names(scale, names, sizeof names);
	if (scale->cluster->kind == WORLD_BROKER_KAFKA)
		mean_for_kafka(plan, scale, names);
	else
		mean_for_rabbitmq(plan, scale, names);
	check_claims(plan, scale);
	check_nodes(plan, scale);
	ops_note(plan, OPS_UNDO, "scale down to %d again while the new broker%s empty", (int)scale->from,
		 scale->to - scale->from == 1 ? " is" : "s are");
}

/* ---- down ---- */

static void check_size(struct ops_plan *plan, const struct ops_scale *scale)
{
	int32_t majority = scale->from / 2 + 1;
	if (scale->to < majority)
		ops_note(plan, OPS_BLOCKS, "%d of %d brokers is below a majority: %d must stay", (int)scale->to,
			 (int)scale->from, (int)majority);
}

/* What is judged must be known, all of it, and now. */
static bool check_readable(struct ops_plan *plan, const struct ops_scale *scale)
{
	const struct world_cluster *cluster = scale->cluster;
	bool known = true;
	if (scale->view->link != WORLD_LIVE) {
		ops_note(plan, OPS_BLOCKS, "the Kubernetes API does not answer: what is shown is old");
		known = false;
	}
	if (cluster->source.updated_ms < 0 || cluster->replicated_count < 0) {
		ops_note(plan, OPS_BLOCKS, "which %s the leaving broker holds is not known: the brokers have not said",
			 cluster->kind == WORLD_BROKER_KAFKA ? "partitions" : "queue members");
		known = false;
	}
	if (cluster->kind == WORLD_BROKER_RABBITMQ && cluster->queue_count < 0) {
		ops_note(plan, OPS_BLOCKS,
			 "which queues live on the leaving broker is not known: queues cannot be read");
		known = false;
	}
	return known;
}

/* RabbitMQ's part is in rabbitmq_scale.c. */
static void check_leaving_broker(struct ops_plan *plan, const struct world_broker *broker)
{
	for (size_t i = 0; i < broker->cluster->voter_count; i++) {
		const struct world_voter *voter = &broker->cluster->voters[i];
		if (voter->voter &&
		    (str_eq(voter->broker, broker->name) || (broker->id >= 0 && voter->id == broker->id)))
			ops_note(plan, OPS_BLOCKS,
				 "%s is a voter of the controller quorum, which would go on counting it: Kafka "
				 "gives up"
				 " a voter only by kafka-metadata-quorum remove-controller, and only with "
				 "kraft.version"
				 " 1; voters of controller.quorum.voters stay",
				 broker->name);
	}
	/* A Kafka broker without an id cannot be looked for in the partitions. */
	if (broker->cluster->kind == WORLD_BROKER_KAFKA && broker->id < 0)
		ops_note(plan, OPS_BLOCKS, "%s has no known broker id: what it holds cannot be told", broker->name);
}

static void mean_for_leaving(struct ops_plan *plan, const struct world_broker *broker)
{
	if (broker->cluster->kind == WORLD_BROKER_KAFKA)
		ops_note(plan, OPS_MEANS, "broker %d is unregistered once it is gone", (int)broker->id);
	for (size_t i = 0; i < broker->volume_count; i++)
		ops_note(plan, OPS_MEANS,
			 "claim %s and its data stay unless the StatefulSet deletes claims when scaled",
			 broker->volumes[i]->claim->meta.name);
}

static void check_down(struct ops_plan *plan, const struct ops_context *context, const struct ops_scale *scale)
{
	check_size(plan, scale);
	if (!check_readable(plan, scale))
		return;
	const struct world_broker *leaving[LEAVING_MAX];
	size_t count = ops_scale_still_there(plan, scale, leaving, ARRAY_LEN(leaving));
	if ((int32_t)count != scale->from - scale->to && !plan->under_way)
		ops_note(plan, OPS_BLOCKS, "only %zu of the %d leaving brokers can be seen", count,
			 (int)(scale->from - scale->to));
	for (size_t i = 0; i < count; i++) {
		check_leaving_broker(plan, leaving[i]);
		mean_for_leaving(plan, leaving[i]);
	}
	(scale->cluster->kind == WORLD_BROKER_KAFKA ? ops_kafka_scale_check : ops_rabbitmq_scale_check)(plan, context,
													scale);
	ops_note(plan, OPS_UNDO, "%sscale up to %d again",
		 scale->cluster->kind == WORLD_BROKER_KAFKA
			 ? "while the brokers are there roll back: partitions go back; after that "
			 : "",
		 (int)scale->from);
}

void ops_scale_check(struct ops_plan *plan, const struct ops_context *context, const struct ops_scale *scale)
{
	check_object(plan, scale);
	scale_check_health(plan, scale);
	if (scale->to > scale->from && scale->from >= 0)
		check_up(plan, scale);
	else if (scale->to < scale->from)
		check_down(plan, context, scale);
}
