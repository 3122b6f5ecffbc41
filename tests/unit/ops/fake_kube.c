#include "tests/unit/unit.h"

#include "tests/unit/ops/fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"
#include "api/kube/client/kube_access.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/records/field_table.h"
#include "tests/unit/ops/fake_lease.h"

struct kube_client;
struct kube_access_cache {
	struct fake_api *api;
};

struct kube_request { /* an answer on its way */
	struct fake_api *api;
	struct loop_timer *timer;
	kube_json_fn *fn;
	kube_answer_fn *answer_fn;
	void *data;
	cJSON *object;
	struct kube_result result;
	enum kube_answer answer;
};

struct kube_client *fake_client(struct fake_api *api)
{
	return (struct kube_client *)api;
}

static void deliver(void *data)
{
	struct kube_request *request = data;
	if (request->fn)
		request->fn(request->data, request->object, &request->result);
	else
		request->answer_fn(request->data, request->answer, "", &request->result.err);
	kube_request_cancel(request);
}

static struct kube_request *answer_later(struct fake_api *api, void *data)
{
	struct kube_request *request = mem_alloc(sizeof *request);
	request->api = api;
	request->data = data;
	request->timer = loop_timer_create(api->loop, deliver, request);
	loop_timer_arm(request->timer, api->delay_ms);
	return request;
}

void kube_request_cancel(struct kube_request *request)
{
	if (!request)
		return;
	loop_timer_destroy(request->timer);
	cJSON_Delete(request->object);
	free(request);
}

static cJSON *object_now(const struct fake_api *api)
{
	char text[256];
	snprintf(text, sizeof text,
		 "{\"metadata\":{\"uid\":\"%s\",\"resourceVersion\":\"%d\"},\"spec\":{\"replicas\":%d%s,\"kafka\":{"
		 "\"replicas\":%d}}}",
		 api->uid, api->version, api->replicas, api->unschedulable ? ",\"unschedulable\":true" : "",
		 api->replicas);
	return cJSON_Parse(text);
}

static struct fake_fault next_fault(const struct fake_fault *faults, int *count)
{
	int at = (*count)++;
	return at < FAKE_SCRIPT ? faults[at] : (struct fake_fault){0};
}

struct kube_request *kube_get_json(struct kube_client *client, const char *reason, const char *path, kube_json_fn *fn,
				   void *data, struct err *err)
{
	struct fake_api *api = (struct fake_api *)client;
	struct kube_request *request = answer_later(api, data);
	request->fn = fn;
	if (strstr(path, "/leases/mqdeck-")) {
		request->object = fake_lease_get(api, path, &request->result.err);
		return request;
	}
	snprintf(api->last_path, sizeof api->last_path, "%s", path);
	struct fake_fault fault = next_fault(api->get_faults, &api->gets);
	if (api->served && !strstr(path, api->served))
		fault.code = ERR_NOT_FOUND;
	if (fault.code)
		err_set(&request->result.err, fault.code, "GET failed: %s", err_code_word(fault.code));
	else
		request->object = object_now(api);
	return request;
}

static void carry_out(struct fake_api *api, const cJSON *patch, bool dry_run, struct err *err)
{
	const cJSON *metadata = cJSON_GetObjectItem(patch, "metadata"), *spec = cJSON_GetObjectItem(patch, "spec");
	const char *uid = cJSON_GetStringValue(cJSON_GetObjectItem(metadata, "uid"));
	const char *version = cJSON_GetStringValue(cJSON_GetObjectItem(metadata, "resourceVersion"));
	char now[16];
	if (api->foreign_writes > 0) {
		api->foreign_writes--;
		api->version++;
	}
	snprintf(now, sizeof now, "%d", api->version);
	if (!str_eq(uid, api->uid) || !str_eq(version, now)) {
		err_set(err, ERR_CONFLICT, "the object has been modified");
		return;
	}
	if (dry_run)
		return;
	const cJSON *replicas = cJSON_GetObjectItem(spec, "replicas"),
		    *flag = cJSON_GetObjectItem(spec, "unschedulable");
	const cJSON *inner = cJSON_GetObjectItem(cJSON_GetObjectItem(spec, "kafka"), "replicas");
	if (replicas || inner)
		api->replicas = (replicas ? replicas : inner)->valueint;
	if (flag)
		api->unschedulable = cJSON_IsTrue(flag);
	api->version++;
}

struct kube_request *kube_change(struct kube_client *client, const struct kube_change *change, kube_json_fn *fn,
				 void *data, struct err *err)
{
	struct fake_api *api = (struct fake_api *)client;
	struct kube_request *request = answer_later(api, data);
	request->fn = fn;
	if (strcmp(change->method, "GET") != 0 && fake_lease_is_meant(change->url.resource)) {
		request->object = fake_lease_change(api, change, &request->result.err);
		return request;
	}
	if (strcmp(change->method, "PATCH") != 0) {
		CLEANUP(free) char *path = kube_url(&change->url);
		assert_non_null(api->act);
		api->act(api->data, change->method, path, change->body, &request->result.err);
		request->object = api->answer ? cJSON_Parse(api->answer) : NULL;
		request->result.status = err_is_set(&request->result.err) ? api->status : NULL;
		return request;
	}
	snprintf(api->last_patch, sizeof api->last_patch, "%s", change->body);
	struct fake_fault fault = change->dry_run ? next_fault(api->dry_faults, &api->dry_runs)
						  : next_fault(api->patch_faults, &api->patches);
	cJSON *patch = cJSON_Parse(change->body);
	if (!patch)
		err_set(&request->result.err, ERR_PARSE, "not JSON: %s", change->body);
	else if (!fault.code || fault.carried_out)
		carry_out(api, patch, change->dry_run, &request->result.err);
	if (fault.code)
		err_set(&request->result.err, fault.code, "PATCH failed: %s", err_code_word(fault.code));
	if (!err_is_set(&request->result.err))
		request->object = object_now(api);
	cJSON_Delete(patch);
	return request;
}

const struct kube_access *kube_client_access(const struct kube_client *client)
{
	return &((const struct fake_api *)client)->access;
}

bool kube_client_read_only(const struct kube_client *client)
{
	return ((const struct fake_api *)client)->read_only;
}

char *kube_url(const struct kube_url *url)
{
	return str_printf("%s/%s/%s/%s/%s", str_or(url->group, ""), url->version, url->resource, str_or(url->name, "?"),
			  str_or(url->subresource, ""));
}

/* ---- access ---- */

struct kube_access_cache *kube_access_create(struct kube_client *client)
{
	struct kube_access_cache *cache = mem_alloc(sizeof *cache);
	cache->api = (struct fake_api *)client;
	return cache;
}

void kube_access_finish(struct kube_access_cache *cache)
{
	free(cache);
}

enum kube_answer kube_access_now(struct kube_access_cache *cache, const struct kube_question *question)
{
	return str_eq(question->verb, cache->api->denied) ? KUBE_DENIED : KUBE_ALLOWED;
}

bool kube_access_ask(struct kube_access_cache *cache, const struct kube_question *question, kube_answer_fn *fn,
		     void *data, struct err *err)
{
	struct kube_request *request = answer_later(cache->api, data);
	request->answer_fn = fn;
	request->answer = cache->api->review_fails ? KUBE_UNKNOWN : kube_access_now(cache, question);
	if (cache->api->review_fails)
		err_set(&request->result.err, ERR_CONNECT, "connection refused");
	return true;
}

/* ---- records ---- */

const char *kube_label(const struct kube_meta *meta, const char *key)
{
	for (size_t i = 0; i < meta->label_count; i++)
		if (!strcmp(meta->labels[i].key, key))
			return meta->labels[i].value;
	return NULL;
}

const struct kube_condition *kube_condition(const struct kube_condition *conditions, size_t count, const char *type)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(conditions[i].type, type))
			return &conditions[i];
	return NULL;
}

const struct kube_cause *kube_status_cause(const struct kube_status *status, const char *reason)
{
	for (size_t i = 0; i < status->cause_count; i++)
		if (str_eq(status->causes[i].reason, reason))
			return &status->causes[i];
	return NULL;
}

const struct kube_owner *kube_controller(const struct kube_meta *meta)
{
	for (size_t i = 0; i < meta->owner_count; i++)
		if (meta->owners[i].controller)
			return &meta->owners[i];
	return NULL;
}

/* Whole numbers with and without Gi: what these tests need. */
int64_t kube_quantity(const char *text, size_t len, int64_t scale)
{
	char *end;
	long long number = strtoll(text, &end, 10);
	return end == text ? -1 : strcmp(end, "Gi") ? number : number << 30;
}
