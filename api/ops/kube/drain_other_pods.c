/* The pods of a node that are no brokers, as kubectl drain treats them: those of DaemonSets and mirror pods stay,
 * pods that nobody owns and data in emptyDirs need a word. They are listed from the API: the world holds brokers
 * only. */
#include "api/ops/kube/drain_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"
#include "api/ops/parts/pods.h"
#include "api/ops/plan/name_list.h"

enum { ENTRY_MAX = 700, LIST_MAX = 1000, FACT_BYTES = 512 * 1024 };

static const cJSON *others_member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *others_text(const cJSON *object, const char *name)
{
	return str_or(cJSON_GetStringValue(others_member(object, name)), "");
}

static bool list_request(const struct ops_context *context, struct ops_step_request *out)
{
	out->change = (struct kube_change){
		.method = "GET",
		.url = {.version = "v1",
			.resource = "pods",
			.query = arena_printf(out->arena, "fieldSelector=spec.nodeName%%3D%s&limit=%d",
					      context->node->name, LIST_MAX)}};
	return true;
}

static enum ops_verdict look_request(const struct ops_plan *plan, const struct ops_context *context,
				     struct ops_step_request *out, struct err *err)
{
	list_request(context, out);
	return OPS_TO_DO;
}

/* ---- what kind of pod it is ---- */

static const char *owner_kind(const cJSON *metadata)
{
	const cJSON *owner;
	cJSON_ArrayForEach(
		owner,
		others_member(
			metadata,
			"ownerReferences")) if (cJSON_IsTrue(others_member(owner,
									   "controller"))) return others_text(owner,
													      "kind");
	return NULL;
}

static bool has_empty_dir(const cJSON *pod)
{
	const cJSON *volume;
	cJSON_ArrayForEach(volume, others_member(others_member(pod, "spec"),
						 "volumes")) if (others_member(volume, "emptyDir")) return true;
	return false;
}

static bool others_is_finished(const cJSON *pod)
{
	const char *phase = others_text(others_member(pod, "status"), "phase");
	return !strcmp(phase, "Succeeded") || !strcmp(phase, "Failed");
}

/* Of a namespace that is not looked at nobody knows what its pods are: those with an identity may be brokers. */
static bool may_be_broker(const struct world_view *view, const char *namespace, const char *owner)
{
	return view->namespace && strcmp(view->namespace, namespace) != 0 &&
	       (str_eq(owner, "StatefulSet") || str_eq(owner, "StrimziPodSet"));
}

struct others {
	struct buf evict;
	struct ops_name_list unmanaged, empty_dirs, unseen;
	int64_t staying, count;
};

static void sort_pod(struct others *others, const struct world_view *view, const cJSON *pod)
{
	const cJSON *metadata = others_member(pod, "metadata");
	const char *namespace = others_text(metadata, "namespace"), *name = others_text(metadata, "name");
	const char *owner = owner_kind(metadata);
	const struct world_broker *broker = world_find_broker(view, namespace, name);
	if (broker && !broker->cluster->workload)
		return;
	if (others_member(others_member(metadata, "annotations"), "kubernetes.io/config.mirror") ||
	    str_eq(owner, "DaemonSet")) {
		others->staying++;
		return;
	}
	if (may_be_broker(view, namespace, owner) && !others_is_finished(pod))
		ops_name_list_add(&others->unseen, "%s/%s", namespace, name);
	if (!owner && !others_is_finished(pod))
		ops_name_list_add(&others->unmanaged, "%s/%s", namespace, name);
	if (has_empty_dir(pod) && !others_is_finished(pod))
		ops_name_list_add(&others->empty_dirs, "%s/%s", namespace, name);
	buf_printf(&others->evict, "%s/%s=%s\n", namespace, name, others_text(metadata, "uid"));
	others->count++;
}

static enum ops_outcome look_answer(struct ops_plan *plan, const struct ops_context *context,
				    const struct ops_answer *answer, struct err *err)
{
	if (err_is_set(&answer->err)) {
		*err = answer->err;
		err_prefix(err, "the other pods on %s cannot be read", context->node->name);
		return OPS_ANSWER_FAILED;
	}
	if (*others_text(others_member(answer->object, "metadata"), "continue")) {
		err_set(err, ERR_LIMIT, "more than %d pods are on %s", LIST_MAX, context->node->name);
		return OPS_ANSWER_FAILED;
	}
	char more[48];
	const cJSON *pod;
	struct others others = {.evict = BUF_INIT(FACT_BYTES)};
	cJSON_ArrayForEach(pod, others_member(answer->object, "items")) sort_pod(&others, context->view, pod);
	ops_set_fact(plan, "others", "%s", buf_str(&others.evict));
	ops_set_fact(plan, "others.count", "%" PRId64, others.count);
	ops_set_fact(plan, "others.staying", "%" PRId64, others.staying);
	if (others.unmanaged.count > 0)
		ops_set_fact(plan, "others.unmanaged", "%s%s", others.unmanaged.names,
			     ops_name_list_more(&others.unmanaged, more));
	if (others.empty_dirs.count > 0)
		ops_set_fact(plan, "others.emptyDir", "%s%s", others.empty_dirs.names,
			     ops_name_list_more(&others.empty_dirs, more));
	if (others.unseen.count > 0)
		ops_set_fact(plan, "others.unseen", "%s%s", others.unseen.names,
			     ops_name_list_more(&others.unseen, more));
	buf_finish(&others.evict);
	return OPS_ANSWER_DONE;
}

const struct ops_step_type ops_step_list_others = {
	.name = "list-others", .request = look_request, .answer = look_answer};

/* ---- evicting them ---- */

/* The first entry "namespace/name=uid" of `list` that is not in `done`; false when all are. */
static bool next_entry(const char *list, const char *done, char out[static ENTRY_MAX])
{
	for (const char *at = list; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		snprintf(out, ENTRY_MAX, "%.*s", (int)strcspn(at, "\n"), at);
		if (*out && !strstr(str_or(done, ""), out))
			return true;
	}
	return false;
}

static enum ops_verdict others_evict_request(const struct ops_plan *plan, const struct ops_context *context,
					     struct ops_step_request *out, struct err *err)
{
	char entry[ENTRY_MAX], namespace[300];
	if (!next_entry(ops_fact(plan, "others"), ops_fact(plan, "evicted"), entry))
		return OPS_ALREADY;
	char *uid = strrchr(entry, '=');
	*uid++ = '\0';
	const char *name = ops_pods_split(entry, namespace, sizeof namespace);
	ops_pods_take_away(out, namespace, name, uid, !ops_pods_flag(plan, OPS_KUBE_DRAIN_DELETES));
	return OPS_TO_DO;
}

static enum ops_outcome others_evict_answer(struct ops_plan *plan, const struct ops_context *context,
					    const struct ops_answer *answer, struct err *err)
{
	char entry[ENTRY_MAX], next[ENTRY_MAX];
	if (!next_entry(ops_fact(plan, "others"), ops_fact(plan, "evicted"), entry))
		return OPS_ANSWER_DONE;
	char pod[ENTRY_MAX];
	snprintf(pod, sizeof pod, "%.*s", (int)strcspn(entry, "="), entry);
	enum ops_outcome outcome = ops_pods_evict_answer(answer, pod, err);
	if (outcome != OPS_ANSWER_DONE)
		return outcome;
	CLEANUP(free) char *done = mem_strdup(str_or(ops_fact(plan, "evicted"), ""));
	ops_set_fact(plan, "evicted", "%s%s\n", done, entry);
	return next_entry(ops_fact(plan, "others"), ops_fact(plan, "evicted"), next) ? OPS_ANSWER_MORE
										     : OPS_ANSWER_DONE;
}

const struct ops_step_type ops_step_evict_others = {
	.name = "evict-others", .request = others_evict_request, .answer = others_evict_answer};

static enum ops_outcome others_gone_answer(struct ops_plan *plan, const struct ops_context *context,
					   const struct ops_answer *answer, struct err *err)
{
	const cJSON *pod;
	struct ops_name_list left = {0};
	char more[48];
	if (err_is_set(&answer->err)) {
		*err = answer->err;
		return OPS_ANSWER_FAILED;
	}
	cJSON_ArrayForEach(pod, others_member(answer->object, "items"))
	{
		const cJSON *metadata = others_member(pod, "metadata");
		const char *uid = others_text(metadata, "uid");
		if (*uid && strstr(str_or(ops_fact(plan, "others"), ""), uid))
			ops_name_list_add(&left, "%s/%s", others_text(metadata, "namespace"),
					  others_text(metadata, "name"));
	}
	if (left.count == 0)
		return OPS_ANSWER_DONE;
	err_set(err, ERR_BUSY, "%" PRId64 " pod%s %s still terminating: %s%s", left.count, ops_plural(left.count),
		left.count == 1 ? "is" : "are", left.names, ops_name_list_more(&left, more));
	return OPS_ANSWER_LATER;
}

const struct ops_step_type ops_step_others_gone = {
	.name = "others-gone", .request = look_request, .answer = others_gone_answer};
