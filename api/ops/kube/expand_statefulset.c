/* A StatefulSet's volume templates cannot be changed, so it is recreated around its pods: its manifest kept, the set
 * deleted without them, and created with the new size. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"
#include "api/ops/parts/pods.h"

enum { SET_LIMIT_MS = 5 * 60 * 1000, MANIFEST_MAX = 512 * 1024 };

static struct kube_url set_url(const struct ops_plan *plan, struct arena *arena, bool named)
{
	char namespace[300];
	const char *name = ops_pods_split(str_or(ops_fact(plan, "set"), "/"), namespace, sizeof namespace);
	return (struct kube_url){.group = "apps",
				 .version = "v1",
				 .resource = "statefulsets",
				 .namespace = arena_strdup(arena, namespace),
				 .name = named ? name : NULL};
}

static enum ops_verdict keep_request(const struct ops_plan *plan, const struct ops_context *context,
				     struct ops_step_request *out, struct err *err)
{
	if (ops_fact(plan, "manifest"))
		return OPS_ALREADY;
	out->change = (struct kube_change){.method = "GET", .url = set_url(plan, out->arena, true)};
	return OPS_TO_DO;
}

static void set_sizes(const struct ops_plan *plan, cJSON *set)
{
	const char *only = ops_fact(plan, "template");
	cJSON *template, *spec = cJSON_GetObjectItemCaseSensitive(set, "spec");
	cJSON_ArrayForEach(template, cJSON_GetObjectItemCaseSensitive(spec, "volumeClaimTemplates"))
	{
		const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(template, "metadata");
		const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(metadata, "name"));
		cJSON *requests = cJSON_GetObjectItemCaseSensitive(
			cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(template, "spec"),
							 "resources"),
			"requests");
		if (requests && (!only || str_eq(only, name)))
			cJSON_ReplaceItemInObjectCaseSensitive(requests, "storage",
							       cJSON_CreateString(ops_fact(plan, "size")));
		cJSON_DeleteItemFromObjectCaseSensitive(template, "status");
	}
}

/* ---- no password may get into the journal with the manifest ---- */

static bool sounds_secret(const char *name)
{
	static const char *const sounds[] = {"pass", "secret", "token", "key", "credential", "cookie"};
	for (size_t i = 0; name && i < ARRAY_LEN(sounds); i++)
		if (strcasestr(name, sounds[i]))
			return true;
	return false;
}

/* The first variable of the pods that is written out and sounds like a secret: its name, NULL = none. */
static const char *find_literal(const cJSON *set)
{
	static const char *const lists[] = {"containers", "initContainers"};
	const cJSON *spec = cJSON_GetObjectItemCaseSensitive(set, "spec");
	spec = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(spec, "template"), "spec");
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		const cJSON *container, *variable;
		cJSON_ArrayForEach(container, cJSON_GetObjectItemCaseSensitive(spec, lists[i]))
		{
			cJSON_ArrayForEach(variable, cJSON_GetObjectItemCaseSensitive(container, "env"))
			{
				const char *name =
					cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(variable, "name"));
				if (cJSON_GetObjectItemCaseSensitive(variable, "value") && sounds_secret(name))
					return name;
			}
		}
	}
	return NULL;
}

static enum ops_verdict literals_request(const struct ops_plan *plan, const struct ops_context *context,
					 struct ops_step_request *out, struct err *err)
{
	const struct kube_stateful_set *set = context->cluster->stateful_set;
	if (!set || context->cluster->manager != WORLD_MANAGED_BY_STATEFUL_SET)
		return OPS_ALREADY;
	out->change = (struct kube_change){.method = "GET",
					   .url = {.group = "apps",
						   .version = "v1",
						   .resource = "statefulsets",
						   .namespace = set->meta.namespace,
						   .name = set->meta.name}};
	return OPS_TO_DO;
}

static enum ops_outcome literals_answer(struct ops_plan *plan, const struct ops_context *context,
					const struct ops_answer *answer, struct err *err)
{
	if (err_is_set(&answer->err)) {
		*err = answer->err;
		return OPS_ANSWER_FAILED;
	}
	const char *literal = find_literal(answer->object);
	if (literal)
		ops_set_fact(plan, "literal", "%s", literal);
	return OPS_ANSWER_DONE;
}

const struct ops_step_type ops_step_find_literals = {
	.name = "find-literals", .request = literals_request, .answer = literals_answer};

/* The manifest of the new set stands in the journal before the old one goes. */
static enum ops_outcome keep_answer(struct ops_plan *plan, const struct ops_context *context,
				    const struct ops_answer *answer, struct err *err)
{
	static const char *const made_by_server[] = {"resourceVersion", "creationTimestamp", "generation",
						     "managedFields", "selfLink"};
	if (err_is_set(&answer->err)) {
		*err = answer->err;
		return OPS_ANSWER_FAILED;
	}
	const char *literal = find_literal(answer->object);
	if (literal) {
		err_set(err, ERR_REFUSED,
			"the StatefulSet contains %s in plain text, which would be written to the plan's journal",
			literal);
		return OPS_ANSWER_FAILED;
	}
	cJSON *set = cJSON_Duplicate(answer->object, true);
	cJSON *metadata = cJSON_GetObjectItemCaseSensitive(set, "metadata");
	const char *uid = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(metadata, "uid"));
	ops_set_fact(plan, "set.uid", "%s", str_or(uid, ""));
	cJSON_DeleteItemFromObjectCaseSensitive(set, "status");
	cJSON_DeleteItemFromObjectCaseSensitive(metadata, "uid");
	for (size_t i = 0; i < ARRAY_LEN(made_by_server); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(metadata, made_by_server[i]);
	set_sizes(plan, set);
	CLEANUP(free) char *text = cJSON_PrintUnformatted(set);
	cJSON_Delete(set);
	if (!text || strlen(text) > MANIFEST_MAX) {
		err_set(err, ERR_LIMIT, "the manifest of the StatefulSet is too large to save");
		return OPS_ANSWER_FAILED;
	}
	ops_set_fact(plan, "manifest", "%s", text);
	return OPS_ANSWER_DONE;
}

const struct ops_step_type ops_step_keep_set = {.name = "keep-set", .request = keep_request, .answer = keep_answer};

static enum ops_verdict orphan_request(const struct ops_plan *plan, const struct ops_context *context,
				       struct ops_step_request *out, struct err *err)
{
	if (str_empty(ops_fact(plan, "set.uid"))) {
		err_set(err, ERR_REFUSED, "the name of the StatefulSet is unknown");
		return OPS_REFUSE;
	}
	out->change = (struct kube_change){
		.method = "DELETE",
		.url = set_url(plan, out->arena, true),
		.body = arena_printf(
			out->arena,
			"{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"propagationPolicy\":\"Orphan\","
			"\"preconditions\":{\"uid\":\"%s\"}}",
			ops_fact(plan, "set.uid"))};
	return OPS_TO_DO;
}

static enum ops_outcome orphan_answer(struct ops_plan *plan, const struct ops_context *context,
				      const struct ops_answer *answer, struct err *err)
{
	return ops_step_delete_pod.answer(plan, context, answer, err);
}

const struct ops_step_type ops_step_orphan_set = {.name = "orphan-set",
						  .request = orphan_request,
						  .answer = orphan_answer,
						  .leaves = "the pods run on without their StatefulSet",
						  .until = {&ops_step_create_set},
						  .no_stop_after = true,
						  .without_target = true};

static enum ops_verdict create_request(const struct ops_plan *plan, const struct ops_context *context,
				       struct ops_step_request *out, struct err *err)
{
	if (!ops_fact(plan, "manifest")) {
		err_set(err, ERR_REFUSED, "the manifest of the StatefulSet was not saved");
		return OPS_REFUSE;
	}
	out->change = (struct kube_change){
		.method = "POST", .url = set_url(plan, out->arena, false), .body = ops_fact(plan, "manifest")};
	return OPS_TO_DO;
}

/* There is one already: the old one that goes only when its pods are orphans, or the new one of a lost answer. */
static enum ops_outcome create_answer(struct ops_plan *plan, const struct ops_context *context,
				      const struct ops_answer *answer, struct err *err)
{
	if (!err_is_set(&answer->err))
		return OPS_ANSWER_DONE;
	*err = answer->err;
	if (answer->err.code != ERR_CONFLICT)
		return OPS_ANSWER_FAILED;
	const struct kube_stateful_set *set = context->cluster ? context->cluster->stateful_set : NULL;
	if (set && set->meta.deleted_ms < 0 && !str_eq(set->meta.uid, ops_fact(plan, "set.uid")))
		return OPS_ANSWER_DONE;
	err_set(err, ERR_BUSY, "the old StatefulSet still exists");
	return OPS_ANSWER_LATER;
}

const struct ops_step_type ops_step_create_set = {
	.name = "create-set", .request = create_request, .answer = create_answer, .without_target = true};

static enum ops_gate_state gate_adopted(const struct ops_plan *plan, const struct ops_context *context,
					struct ops_gauge *out)
{
	const struct world_cluster *cluster = context->cluster;
	const struct kube_stateful_set *set = cluster ? cluster->stateful_set : NULL;
	size_t owned = 0;
	if (!set || str_eq(set->meta.uid, ops_fact(plan, "set.uid"))) {
		snprintf(out->figure, sizeof out->figure, "the new StatefulSet is not visible yet");
		return OPS_GATE_SHUT;
	}
	for (size_t i = 0; i < cluster->broker_count; i++) {
		const struct kube_owner *owner =
			cluster->brokers[i]->pod ? kube_controller(&cluster->brokers[i]->pod->meta) : NULL;
		owned += owner && str_eq(owner->uid, set->meta.uid);
	}
	out->fraction = set->replicas > 0 ? (double)owned / set->replicas : 1;
	snprintf(out->figure, sizeof out->figure, "%zu of %d pods adopted", owned, (int)set->replicas);
	return owned >= (size_t)set->replicas ? OPS_GATE_OPEN : OPS_GATE_SHUT;
}

const struct ops_step_type ops_step_set_adopted = {
	.name = "set-adopted", .gate = gate_adopted, .gate_limit_ms = SET_LIMIT_MS, .without_target = true};
