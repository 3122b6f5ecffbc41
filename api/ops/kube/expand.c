/* Growing the volumes of a cluster: the claims ask for more, the storage class's driver and the kubelet give it;
 * what declares the claims is brought along, a StatefulSet by being recreated around its pods. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/cell.h"
#include "api/base/str.h"
#include "api/kube/records/field_table.h"
#include "api/ops/parts/operator.h"
#include "api/ops/parts/pods.h"
#include "api/ops/plan/name_list.h"

enum { GROW_LIMIT_MS = 60 * 60 * 1000 };

static int64_t expand_quantity(const char *text)
{
	return kube_quantity(text, strlen(text), 1);
}

static int64_t expand_wanted(const struct ops_plan *plan)
{
	return expand_quantity(str_or(ops_fact(plan, "size"), ""));
}

/* ---- which claims ---- */

/* "data" of claim data-kafka-0 made by template data; NULL when the set has no such template. */
static const struct kube_claim_template *template_of(const struct kube_stateful_set *set, const char *claim)
{
	for (size_t i = 0; set && i < set->claim_template_count; i++) {
		size_t len = strlen(set->claim_templates[i].name);
		if (!strncmp(claim, set->claim_templates[i].name, len) && claim[len] == '-' &&
		    str_has_prefix(claim + len + 1, set->meta.name))
			return &set->claim_templates[i];
	}
	return NULL;
}

/* Every claim of the cluster's brokers, of one template where one is named. */
static bool is_meant(const struct ops_plan *plan, const struct world_cluster *cluster,
		     const struct world_volume *volume)
{
	const char *only = ops_fact(plan, "template");
	const struct kube_claim_template *template = template_of(cluster->stateful_set, volume->claim->meta.name);
	return volume->broker && (!only || (template && !strcmp(template->name, only)));
}

static const struct world_volume *expand_find_claim(const struct ops_context *context, const char *name)
{
	for (size_t i = 0; context->cluster && i < context->cluster->volume_count; i++)
		if (str_eq(context->cluster->volumes[i]->claim->meta.name, name))
			return context->cluster->volumes[i];
	return NULL;
}

/* ---- the claim ---- */

static bool claim_object(const struct ops_plan *plan, const struct ops_context *context, struct ops_object *out,
			 struct err *err)
{
	*out = (struct ops_object){.group = "",
				   .versions = "v1",
				   .resource = "persistentvolumeclaims",
				   .kind = "PersistentVolumeClaim",
				   .namespace = context->cluster->namespace,
				   .name = context->step->item};
	return true;
}

static int64_t storage_of(const cJSON *object, const char *outer, const char *inner)
{
	const cJSON *at = cJSON_GetObjectItemCaseSensitive(object, outer);
	const char *keys[] = {"resources", "requests"};
	for (size_t i = 0; i < ARRAY_LEN(keys) && !inner; i++)
		at = cJSON_GetObjectItemCaseSensitive(at, keys[i]);
	if (inner)
		at = cJSON_GetObjectItemCaseSensitive(at, inner);
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(at, "storage"));
	return text ? expand_quantity(text) : -1;
}

static enum ops_verdict change_claim(const struct ops_plan *plan, const cJSON *now, struct buf *patch, struct err *err)
{
	int64_t have = storage_of(now, "spec", NULL);
	if (have >= expand_wanted(plan))
		return OPS_ALREADY;
	buf_printf(patch, "\"spec\":{\"resources\":{\"requests\":{\"storage\":\"%s\"}}}", ops_fact(plan, "size"));
	return OPS_TO_DO;
}

/* What the claim's conditions say of an expansion that goes on. */
static void explain_claim(const struct world_volume *volume, struct ops_gauge *out)
{
	static const struct {
		const char *type, *words;
	} known[] = {
		{"ControllerResizeError", "the CSI driver failed"},
		{"NodeResizeError", "the node failed to expand the file system"},
		{"FileSystemResizePending", "the volume is expanded, its file system is being expanded on the node "
					    "(some drivers need a pod restart)"},
		{"Resizing", "the CSI driver is expanding the volume"},
	};
	const struct kube_claim *claim = volume->claim;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		const struct kube_condition *condition =
			kube_condition(claim->conditions, claim->condition_count, known[i].type);
		if (!condition || !str_eq(condition->status, "True"))
			continue;
		snprintf(out->why, sizeof out->why, "%s: %s%s%s", claim->meta.name, known[i].words,
			 str_empty(condition->message) ? "" : ": ", str_or(condition->message, ""));
		return;
	}
	snprintf(out->why, sizeof out->why,
		 "%s: expansion has not started: does the driver of its storage class %s support it?", claim->meta.name,
		 str_or(claim->storage_class, "(none)"));
}

static enum ops_gate_state gate_claim_grown(const struct ops_plan *plan, const struct ops_context *context,
					    struct ops_gauge *out)
{
	char have[16] = "?", want[16];
	const struct world_volume *volume = expand_find_claim(context, context->step->item);
	if (!volume) {
		snprintf(out->figure, sizeof out->figure, "claim %s not found", context->step->item);
		return OPS_GATE_SHUT;
	}
	if (volume->claim->capacity >= 0)
		cell_human_bytes(volume->claim->capacity, have);
	cell_human_bytes(expand_wanted(plan), want);
	snprintf(out->figure, sizeof out->figure, "%s: %s of %s", volume->claim->meta.name, have, want);
	if (volume->claim->capacity >= expand_wanted(plan))
		return OPS_GATE_OPEN;
	explain_claim(volume, out);
	return OPS_GATE_SHUT;
}

const struct ops_step_type ops_step_grow_claim = {.name = "grow-claim",
						  .object = claim_object,
						  .change = change_claim,
						  .gate = gate_claim_grown,
						  .gate_limit_ms = GROW_LIMIT_MS};

/* ---- managed: the operator does all of it ---- */

static bool resource_object(const struct ops_plan *plan, const struct ops_context *context, struct ops_object *out,
			    struct err *err)
{
	bool rabbitmq = context->cluster->kind == WORLD_BROKER_RABBITMQ;
	*out = (struct ops_object){.namespace = context->cluster->namespace,
				   .group = rabbitmq ? "rabbitmq.com" : "kafka.strimzi.io",
				   .versions = rabbitmq ? "v1beta1" : "v1,v1beta2",
				   .resource = rabbitmq ? "rabbitmqclusters" : "kafkanodepools",
				   .kind = rabbitmq ? "RabbitmqCluster" : "KafkaNodePool",
				   .name = context->step->item};
	return true;
}

/* Strimzi: one volume, or an array of them that a merge patch replaces as a whole. */
static void grow_storage(cJSON *storage, const char *size)
{
	cJSON *volume, *volumes = cJSON_GetObjectItemCaseSensitive(storage, "volumes");
	if (cJSON_HasObjectItem(storage, "size"))
		cJSON_ReplaceItemInObjectCaseSensitive(storage, "size", cJSON_CreateString(size));
	cJSON_ArrayForEach(volume, volumes) if (cJSON_HasObjectItem(volume, "size"))
		cJSON_ReplaceItemInObjectCaseSensitive(volume, "size", cJSON_CreateString(size));
}

static enum ops_verdict change_resource(const struct ops_plan *plan, const cJSON *now, struct buf *patch,
					struct err *err)
{
	const cJSON *spec = cJSON_GetObjectItemCaseSensitive(now, "spec");
	const char *size = ops_fact(plan, "size");
	const cJSON *persistence = cJSON_GetObjectItemCaseSensitive(spec, "persistence");
	const cJSON *storage = cJSON_GetObjectItemCaseSensitive(spec, "storage");
	if (!storage) {
		const char *have = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(persistence, "storage"));
		if (have && expand_quantity(have) >= expand_wanted(plan))
			return OPS_ALREADY;
		buf_printf(patch, "\"spec\":{\"persistence\":{\"storage\":\"%s\"}}", size);
		return OPS_TO_DO;
	}
	cJSON *grown = cJSON_Duplicate(storage, true);
	grow_storage(grown, size);
	bool same = cJSON_Compare(grown, storage, true);
	CLEANUP(free) char *text = cJSON_PrintUnformatted(grown);
	cJSON_Delete(grown);
	if (!same)
		buf_printf(patch, "\"spec\":{\"storage\":%s}", text);
	return same ? OPS_ALREADY : OPS_TO_DO;
}

const struct ops_step_type ops_step_grow_resource = {
	.name = "grow-resource", .object = resource_object, .change = change_resource};

static enum ops_gate_state gate_only(const struct ops_plan *plan, const struct ops_context *context,
				     struct ops_gauge *out)
{
	return gate_claim_grown(plan, context, out);
}

const struct ops_step_type ops_step_claim_grown = {
	.name = "claim-grown", .gate = gate_only, .gate_limit_ms = GROW_LIMIT_MS};

/* ---- the plan ---- */

static void expand_access(const struct ops_context *context, struct ops_needs *needs)
{
	static const char *const claim_verbs[] = {"get", "patch"}, *const set_verbs[] = {"get", "create", "delete"};
	const struct world_cluster *cluster = context->cluster;
	if (cluster->manager != WORLD_MANAGED_BY_STATEFUL_SET) {
		bool rabbitmq = cluster->kind == WORLD_BROKER_RABBITMQ;
		for (size_t i = 0; i < ARRAY_LEN(claim_verbs); i++)
			ops_need(needs,
				 &(struct kube_question){.verb = claim_verbs[i],
							 .group = rabbitmq ? "rabbitmq.com" : "kafka.strimzi.io",
							 .resource = rabbitmq ? "rabbitmqclusters" : "kafkanodepools",
							 .namespace = cluster->namespace});
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(claim_verbs); i++)
		ops_need(needs, &(struct kube_question){.verb = claim_verbs[i],
							.resource = "persistentvolumeclaims",
							.namespace = cluster->namespace});
	for (size_t i = 0; i < ARRAY_LEN(set_verbs); i++)
		ops_need(needs, &(struct kube_question){.verb = set_verbs[i],
							.group = "apps",
							.resource = "statefulsets",
							.namespace = cluster->namespace});
}

static void add_set_steps(struct ops_plan *plan, const struct kube_stateful_set *set)
{
	ops_set_fact(plan, "set", "%s/%s", set->meta.namespace, set->meta.name);
	ops_note(plan, OPS_CHANGES,
		 "StatefulSet %s/%s is deleted without its pods and recreated with claims of %s: no pod stops",
		 set->meta.namespace, set->meta.name, ops_fact(plan, "size"));
	ops_add_step(plan, &ops_step_keep_set, "save the manifest of StatefulSet %s", set->meta.name);
	ops_add_step(plan, &ops_step_orphan_set, "delete StatefulSet %s without its pods (orphan)", set->meta.name);
	ops_add_step(plan, &ops_step_create_set, "recreate StatefulSet %s with the new size", set->meta.name);
	ops_add_step(plan, &ops_step_set_adopted, "the new StatefulSet has adopted the pods");
}

static const char *pool_of(const struct world_cluster *cluster)
{
	for (size_t i = 0; i < cluster->broker_count; i++) {
		const struct kube_pod *pod = cluster->brokers[i]->pod;
		const char *pool = pod ? kube_label(&pod->meta, "strimzi.io/pool-name") : NULL;
		if (pool)
			return pool;
	}
	return NULL;
}

static void expand_plan(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	bool managed = cluster->manager != WORLD_MANAGED_BY_STATEFUL_SET, outgrown = false;
	const char *resource = cluster->rabbitmq_resource ? cluster->rabbitmq_resource->meta.name : pool_of(cluster);
	ops_set_title(plan, "Expand volumes of %s %s to %s", ops_pods_kind(cluster), cluster->name,
		      ops_fact(plan, "size"));
	if (managed) {
		ops_note(plan, OPS_CHANGES, "%s requests %s; its operator expands the claims",
			 str_or(resource, "the resource"), ops_fact(plan, "size"));
		ops_add_step_on(plan, &ops_step_grow_resource, NULL, resource, "set the size in %s to %s",
				str_or(resource, "?"), ops_fact(plan, "size"));
	}
	for (size_t i = 0; i < cluster->volume_count; i++) {
		const struct world_volume *volume = cluster->volumes[i];
		char from[16] = "?";
		if (!is_meant(plan, cluster, volume))
			continue;
		if (volume->claim->requested >= 0)
			cell_human_bytes(volume->claim->requested, from);
		const char *name = volume->claim->meta.name;
		if (!managed)
			ops_note(plan, OPS_CHANGES, "claim %s/%s %s → %s", cluster->namespace, name, from,
				 ops_fact(plan, "size"));
		ops_add_step_on(plan, managed ? &ops_step_claim_grown : &ops_step_grow_claim, NULL, name,
				"claim %s expanded to %s", name, ops_fact(plan, "size"));
	}
	const struct kube_stateful_set *set = cluster->stateful_set;
	for (size_t i = 0; set && i < set->claim_template_count; i++)
		outgrown |= set->claim_templates[i].requested < expand_wanted(plan);
	if (!managed && set && outgrown)
		add_set_steps(plan, set);
}

/* ---- consequences ---- */

static void check_claim(struct ops_plan *plan, const struct world_volume *volume)
{
	const char *name = volume->claim->meta.name;
	int64_t have = volume->claim->requested;
	if (have < 0)
		ops_note(plan, OPS_BLOCKS, "the size of claim %s is unknown", name);
	else if (have > expand_wanted(plan))
		ops_note(plan, OPS_BLOCKS, "claim %s is already larger: volumes cannot shrink", name);
	if (volume->expandable == 0)
		ops_note(plan, OPS_BLOCKS,
			 "storage class %s of claim %s does not allow expansion (allowVolumeExpansion)",
			 str_or(volume->claim->storage_class, "(none)"), name);
	else if (volume->expandable < 0)
		ops_note(plan, OPS_BLOCKS, "unknown whether storage class %s allows expansion of claim %s",
			 str_or(volume->claim->storage_class, "(none)"), name);
	if (!str_eq(volume->claim->phase, "Bound"))
		ops_note(plan, OPS_BLOCKS, "claim %s is %s: only bound claims can be expanded", name,
			 str_or(volume->claim->phase, "in an unknown phase"));
	if (volume->volume && !volume->volume->csi_driver)
		ops_note(plan, OPS_CAUTION, "volume %s has no CSI driver: expand it manually, the plan waits for that",
			 volume->volume->meta.name);
}

static void expand_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	size_t meant = 0, smaller = 0;
	ops_pods_check_arguments(plan);
	ops_operator_check_acts(plan, cluster);
	if (ops_fact(plan, "literal"))
		ops_note(plan, OPS_BLOCKS,
			 "the StatefulSet contains %s in plain text, and its manifest would be written to this plan's "
			 "journal: take the value from a secret (valueFrom.secretKeyRef) first",
			 ops_fact(plan, "literal"));
	if (expand_wanted(plan) <= 0) {
		ops_note(plan, OPS_BLOCKS, "\"%s\" is not a size (20Gi, 500G)", str_or(ops_fact(plan, "size"), ""));
		return;
	}
	for (size_t i = 0; i < cluster->volume_count; i++) {
		if (!is_meant(plan, cluster, cluster->volumes[i]))
			continue;
		meant++;
		smaller += cluster->volumes[i]->claim->requested < expand_wanted(plan);
		check_claim(plan, cluster->volumes[i]);
	}
	if (meant == 0)
		ops_note(plan, OPS_BLOCKS, "no claims of %s are visible", cluster->name);
	else if (smaller == 0)
		ops_note_already(plan, "every claim of %s already requests %s", cluster->name, ops_fact(plan, "size"));
	const struct kube_stateful_set *set = cluster->stateful_set;
	if (cluster->manager == WORLD_MANAGED_BY_STATEFUL_SET && set) {
		ops_note(plan, OPS_CAUTION,
			 "while StatefulSet %s is being recreated, for a moment, failed pods are not replaced",
			 set->meta.name);
		if (str_eq(kube_label(&set->meta, "app.kubernetes.io/managed-by"), "Helm"))
			ops_note(plan, OPS_CAUTION,
				 "Helm manages StatefulSet %s: change its values too, or its next upgrade fails",
				 set->meta.name);
	} else if (!cluster->rabbitmq_resource && !pool_of(cluster)) {
		ops_note(plan, OPS_BLOCKS, "the resource that declares the volumes of %s is unknown", cluster->name);
	}
	ops_note(plan, OPS_MEANS,
		 "no broker stops; a file system that cannot be expanded online is reported on its claim");
	ops_note(plan, OPS_UNDO, "cannot be undone: volumes cannot shrink");
}

static const struct ops_argument expand_arguments[] = {
	{.name = "size", .help = "new size of each volume (20Gi)", .type = OPS_ARGUMENT_TEXT, .required = true},
	{.name = "template", .help = "volume claim template, if there are several", .type = OPS_ARGUMENT_TEXT},
	OPS_PODS_REASON,
};

const struct ops_operation ops_operation_expand = {
	.name = "expand",
	.title = "Expand volumes",
	.summary = "expand the volumes of a cluster's brokers and the resource that declares them",
	.target = OPS_ON_CLUSTER,
	.arguments = expand_arguments,
	.argument_count = ARRAY_LEN(expand_arguments),
	.look = &ops_step_find_literals,
	.access = expand_access,
	.plan = expand_plan,
	.preflight = expand_preflight,
};
