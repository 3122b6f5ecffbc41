/* One guarded change: read the object, compare it with what the plan was made for, patch it under the UID and the
 * resourceVersion just read. What changed meanwhile is a 409 and not a surprise. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/json_write.h"
#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

enum { PATCH_MAX = 64 * 1024 };

#define METADATA "\"metadata\":{"

static void guarded_patch_finish(struct ops_job *job, enum ops_verdict verdict, const struct err *err)
{
	ops_change_fn *done = job->guarded_patch.done;
	job->guarded_patch.done = NULL;
	if (done)
		done(job, verdict, err);
}

/* The index-th of the versions of the object; false when there are not so many. */
static bool version_at(const struct ops_object *object, size_t index, char out[static 32])
{
	const char *at = object->versions;
	for (; index > 0; index--) {
		at = strchr(at, ',');
		if (!at)
			return false;
		at++;
	}
	snprintf(out, 32, "%.*s", (int)strcspn(at, ","), at);
	return true;
}

static bool look_for_object(struct ops_job *job, struct ops_object *object, struct err *err)
{
	struct ops_context context;
	const struct ops_step *step = &job->plan.steps[job->guarded_patch.step];
	return ops_job_step_target(job, job->guarded_patch.step, &context, err) &&
	       step->type->object(&job->plan, &context, object, err);
}

static struct kube_url object_url(const struct ops_object *object, const char *version)
{
	return (struct kube_url){.group = object->group,
				 .version = version,
				 .resource = object->resource,
				 .namespace = object->namespace,
				 .name = object->name,
				 .subresource = object->subresource};
}

static const char *metadata_text(const cJSON *object, const char *name)
{
	const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(object, "metadata");
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(metadata, name));
}

/* A plan is for the object it was made for: one of the same name that was recreated is another one. */
static bool check_identity(struct ops_job *job, const struct ops_object *object, const char *uid, struct err *err)
{
	char fact[32];
	snprintf(fact, sizeof fact, "uid.%zu", job->guarded_patch.step);
	const char *known = ops_fact(&job->plan, fact);
	if (!known) {
		ops_set_fact(&job->plan, fact, "%s", uid);
		return true;
	}
	if (strcmp(known, uid) != 0)
		return err_set(err, ERR_REFUSED, "%s %s was deleted and recreated since this plan was made",
			       object->kind, object->name);
	return true;
}

static void guarded_patch_on_changed(void *data, const cJSON *object, const struct kube_result *result)
{
	struct ops_job *job = data;
	job->guarded_patch.request = NULL;
	guarded_patch_finish(job, OPS_TO_DO, err_is_set(&result->err) ? &result->err : NULL);
}

static bool send_patch(struct ops_job *job, const struct ops_object *object, const cJSON *now,
		       const struct buf *members, struct err *err)
{
	const char *uid = metadata_text(now, "uid"), *version = metadata_text(now, "resourceVersion");
	struct buf body = BUF_INIT(PATCH_MAX);
	buf_append_str(&body, "{\"metadata\":{\"uid\":");
	json_write_string(&body, uid);
	buf_append_str(&body, ",\"resourceVersion\":");
	json_write_string(&body, version);
	if (str_has_prefix(buf_str(members), METADATA))
		buf_printf(&body, ",%s}", buf_str(members) + strlen(METADATA));
	else
		buf_printf(&body, "},%s}", buf_str(members));
	char api_version[32];
	bool known = version_at(object, job->guarded_patch.version, api_version);
	if (body.overflow || members->overflow || !known)
		err_set(err, ERR_LIMIT, "the patch for %s %s is too large", object->kind, object->name);
	else
		job->guarded_patch.request =
			kube_change(job->ops->client,
				    &(struct kube_change){.reason = "guarded patch of a step",
							  .method = "PATCH",
							  .url = object_url(object, api_version),
							  .patch_type = "application/merge-patch+json",
							  .body = body.data,
							  .dry_run = job->guarded_patch.dry_run},
				    guarded_patch_on_changed, job, err);
	buf_finish(&body);
	job->guarded_patch.sent = job->guarded_patch.request != NULL;
	return job->guarded_patch.request != NULL;
}

static void guarded_patch_compare(struct ops_job *job, const cJSON *now)
{
	struct err err = {0};
	struct ops_object object;
	if (!look_for_object(job, &object, &err)) {
		guarded_patch_finish(job, OPS_REFUSE, &err);
		return;
	}
	const char *uid = metadata_text(now, "uid");
	if (!uid || !metadata_text(now, "resourceVersion")) {
		err_set(&err, ERR_PARSE, "%s %s has no UID or resourceVersion", object.kind, object.name);
		guarded_patch_finish(job, OPS_REFUSE, &err);
		return;
	}
	struct buf members = BUF_INIT(PATCH_MAX / 2);
	enum ops_verdict verdict = OPS_REFUSE;
	if (check_identity(job, &object, uid, &err))
		verdict = job->plan.steps[job->guarded_patch.step].type->change(&job->plan, now, &members, &err);
	if (!job->guarded_patch.dry_run)
		ops_save_facts(job);
	if (verdict == OPS_TO_DO && !send_patch(job, &object, now, &members, &err))
		verdict = OPS_REFUSE;
	if (verdict != OPS_TO_DO)
		guarded_patch_finish(job, verdict, err_is_set(&err) ? &err : NULL);
	buf_finish(&members);
}

static void guarded_patch_read(struct ops_job *job);

static void guarded_patch_on_read(void *data, const cJSON *now, const struct kube_result *result)
{
	struct ops_job *job = data;
	job->guarded_patch.request = NULL;
	if (now) {
		guarded_patch_compare(job, now);
		return;
	}
	struct err err = {0};
	struct ops_object object;
	char version[32];
	if (result->err.code == ERR_NOT_FOUND && look_for_object(job, &object, &err) &&
	    version_at(&object, job->guarded_patch.version + 1, version)) {
		job->guarded_patch.version++;
		guarded_patch_read(job);
		return;
	}
	guarded_patch_finish(job, OPS_REFUSE, &result->err);
}

static void guarded_patch_read(struct ops_job *job)
{
	struct err err = {0};
	struct ops_object object;
	char version[32];
	if (look_for_object(job, &object, &err)) {
		if (version_at(&object, job->guarded_patch.version, version)) {
			struct kube_url url = object_url(&object, version);
			CLEANUP(free) char *path = kube_url(&url);
			job->guarded_patch.request = kube_get_json(job->ops->client, "guarded patch: what is there",
								   path, guarded_patch_on_read, job, &err);
		} else {
			err_set(&err, ERR_UNSUPPORTED, "no API version of %s is known", object.kind);
		}
	}
	if (!job->guarded_patch.request)
		guarded_patch_finish(job, OPS_REFUSE, &err);
}

void ops_guarded_patch_start(struct ops_job *job, size_t step, bool dry_run, ops_change_fn *done)
{
	job->guarded_patch = (struct ops_guarded_patch){.step = step, .dry_run = dry_run, .done = done};
	ops_job_do(job, guarded_patch_read, 0);
}

void ops_guarded_patch_cancel(struct ops_job *job)
{
	kube_request_cancel(job->guarded_patch.request);
	job->guarded_patch.request = NULL;
	job->guarded_patch.done = NULL;
}
