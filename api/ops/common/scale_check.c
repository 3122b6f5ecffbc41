/* What scaling means for replication and what forbids it. For a scale-down unknown is never safe: what cannot be
 * read blocks it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/cell.h"
#include "api/base/str.h"
#include "api/ops/common/broker_kinds.h"
#include "api/ops/common/scale_private.h"
#include "api/ops/parts/operator.h"
#include "api/ops/plan/name_list.h"

enum { NAMES_SHOWN = 3, LEAVING_MAX = 99, FRESH_MS = 60 * 1000 };

/* ---- both ways ---- */

static void check_object(struct ops_plan *plan, const struct ops_scale *scale)
{
	const struct kube_stateful_set *set = scale->cluster->stateful_set;
	if (scale->from < 0)
		ops_note(plan, OPS_BLOCKS, "the current number of brokers of %s is unknown", scale->cluster->name);
	if (scale->from == scale->to)
		ops_note(plan, OPS_BLOCKS, "%s already has %d brokers", scale->cluster->name, (int)scale->to);
	if (!set)
		return;
	if (set->meta.deleted_ms >= 0)
		ops_note(plan, OPS_BLOCKS, "StatefulSet %s is being deleted", set->meta.name);
	if (set->current_revision && set->update_revision && strcmp(set->current_revision, set->update_revision) != 0)
		ops_note(plan, OPS_CAUTION, "StatefulSet %s has a rollout in progress: %d of %d brokers are updated",
			 set->meta.name, (int)set->updated_replicas, (int)set->replicas);
	if (scale->cluster->manager == WORLD_MANAGED_BY_STATEFUL_SET &&
	    str_eq(kube_label(&set->meta, "app.kubernetes.io/managed-by"), "Helm"))
		ops_note(plan, OPS_CAUTION,
			 "Helm manages StatefulSet %s: its next upgrade reverts replicas unless its values change too",
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
			 "the StatefulSet creates its pods in order: no new broker starts before all of these are "
			 "ready");
	if (cluster->under_replicated > 0)
		ops_note(plan, OPS_CAUTION, "%" PRId64 " %s%s under-replicated now", cluster->under_replicated,
			 ops_common_kind_of(cluster)->replicated, cluster->under_replicated == 1 ? " is" : "s are");
	if (err_is_set(&cluster->source.err))
		ops_note(plan, scale->to < scale->from ? OPS_BLOCKS : OPS_CAUTION,
			 "replicas on the brokers cannot be read: %s", cluster->source.err.text);
}

/* ---- up ---- */

static void check_nodes(struct ops_plan *plan, const struct ops_scale *scale)
{
	int32_t usable = 0;
	for (size_t i = 0; i < scale->view->node_count; i++)
		usable += scale->view->nodes[i]->ready && !scale->view->nodes[i]->cordoned;
	if (scale->view->node_count == 0 || world_source_is_withheld(&scale->view->lists[WORLD_PART_NODES]))
		ops_note(plan, OPS_CAUTION, "nodes cannot be read: cannot tell whether there is room");
	else if (usable < scale->to)
		ops_note(plan, OPS_CAUTION,
			 "%d schedulable node%s for %d brokers: some share a node, or new ones stay Pending with "
			 "required anti-affinity",
			 (int)usable, ops_plural(usable), (int)scale->to);
}

static void check_new_claim(struct ops_plan *plan, const struct world_cluster *cluster, size_t template,
			    const char *claim, const char *pod, const char *size)
{
	const char *class = cluster->stateful_set->claim_templates[template].storage_class;
	const char *lacks = cluster->template_waits ? cluster->template_waits[template] : NULL;
	ops_note(plan, OPS_MEANS, "%s gets a new claim %s, %s of class %s", pod, claim, size, str_or(class, "default"));
	if (!world_source_is_read(&cluster->parts[WORLD_PART_CLASSES]))
		ops_note(plan, OPS_CAUTION, "storage classes cannot be read: unknown whether claim %s gets a volume",
			 claim);
	else if (lacks && world_source_is_withheld(&cluster->parts[WORLD_PART_VOLUMES]))
		ops_note(plan, OPS_CAUTION,
			 "volumes cannot be read: unknown whether one made by hand is free for claim %s: %s", claim,
			 lacks);
	else if (lacks)
		ops_note(plan, OPS_BLOCKS, "claim %s would find no volume: %s; %s would stay Pending", claim, lacks,
			 pod);
}

static void check_claims(struct ops_plan *plan, const struct ops_scale *scale)
{
	const struct world_cluster *cluster = scale->cluster;
	const struct kube_stateful_set *set = cluster->stateful_set;
	if (set && set->claim_template_count && world_source_is_withheld(&cluster->parts[WORLD_PART_CLAIMS])) {
		ops_note(
			plan, OPS_CAUTION,
			"claims cannot be read: unknown whether those of earlier brokers still exist, with their data");
		return;
	}
	for (int32_t i = 0; set && i < scale->to - scale->from && i < NAMES_SHOWN; i++) {
		char pod[300], claim[600];
		ops_scale_new_name(scale, i, pod, sizeof pod);
		for (size_t j = 0; j < set->claim_template_count; j++) {
			const struct kube_claim_template *template = &set->claim_templates[j];
			const struct world_volume *left_over = NULL;
			char size[16] = "?";
			snprintf(claim, sizeof claim, "%s-%s", template->name, pod);
			for (size_t k = 0; k < cluster->volume_count; k++)
				if (str_eq(cluster->volumes[k]->claim->meta.name, claim))
					left_over = cluster->volumes[k];
			if (template->requested >= 0)
				cell_human_bytes(template->requested, size);
			if (left_over && !str_eq(left_over->claim->phase, "Bound"))
				ops_note(plan, OPS_CAUTION,
					 "claim %s exists but has no volume (%s%s%s): %s does not start before it is "
					 "bound",
					 claim, str_or(left_over->claim->phase, "unknown"),
					 left_over->waits ? ": " : "", str_or(left_over->waits, ""), pod);
			else if (left_over)
				ops_common_kind_of(cluster)->scale->check_claim(plan, claim, pod);
			else
				check_new_claim(plan, cluster, j, claim, pod, size);
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

static void check_up(struct ops_plan *plan, const struct ops_scale *scale)
{
	char names[620];
	new_names(scale, names, sizeof names);
	ops_common_kind_of(scale->cluster)->scale->note_up(plan, scale, names);
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
		ops_note(plan, OPS_BLOCKS, "%d of %d brokers is below a majority: keep at least %d", (int)scale->to,
			 (int)scale->from, (int)majority);
}

/* What is judged must be known, all of it, and now. */
static bool check_readable(struct ops_plan *plan, const struct ops_scale *scale)
{
	const struct world_cluster *cluster = scale->cluster;
	const struct ops_scale_part *part = ops_common_kind_of(cluster)->scale;
	bool known = true;
	if (scale->view->link != WORLD_LIVE) {
		ops_note(plan, OPS_BLOCKS, "the Kubernetes API does not answer: the data shown is old");
		known = false;
	}
	if (cluster->source.updated_ms < 0 || cluster->replicated_count < 0) {
		ops_note(plan, OPS_BLOCKS,
			 "the %s on the leaving broker are unknown: the brokers have not reported them", part->held);
		known = false;
	}
	if (part->check_known && !part->check_known(plan, scale))
		known = false;
	return known;
}

static void mean_for_leaving(struct ops_plan *plan, const struct world_broker *broker)
{
	for (size_t i = 0; i < broker->volume_count; i++)
		ops_note(plan, OPS_MEANS,
			 "claim %s and its data are kept unless the StatefulSet deletes claims on scale-down",
			 broker->volumes[i]->claim->meta.name);
}

static void check_down(struct ops_plan *plan, const struct ops_context *context, const struct ops_scale *scale)
{
	check_size(plan, scale);
	if (!check_readable(plan, scale))
		return;
	const struct ops_scale_part *part = ops_common_kind_of(scale->cluster)->scale;
	const struct world_broker *leaving[LEAVING_MAX];
	size_t count = ops_scale_still_there(plan, scale, leaving, ARRAY_LEN(leaving));
	if ((int32_t)count != scale->from - scale->to && !plan->under_way)
		ops_note(plan, OPS_BLOCKS, "only %zu of the %d leaving brokers are visible", count,
			 (int)(scale->from - scale->to));
	for (size_t i = 0; i < count; i++) {
		if (part->check_broker)
			part->check_broker(plan, leaving[i]);
		mean_for_leaving(plan, leaving[i]);
	}
	part->check_down(plan, context, scale);
	ops_note(plan, OPS_UNDO, "%sscale up to %d again", part->roll_back, (int)scale->from);
}

void ops_common_check_scale(struct ops_plan *plan, const struct ops_context *context, const struct ops_scale *scale)
{
	check_object(plan, scale);
	ops_operator_check_acts(plan, scale->cluster);
	scale_check_health(plan, scale);
	if (scale->to > scale->from && scale->from >= 0)
		check_up(plan, scale);
	else if (scale->to < scale->from)
		check_down(plan, context, scale);
}
