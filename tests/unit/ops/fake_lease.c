/* Leases of the fake API: real objects, guarded by UID and resourceVersion, with a merge patch as the server's. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"
#include "tests/unit/ops/fake.h"
#include "tests/unit/ops/fake_lease.h"

static cJSON *store_of(struct fake_api *api)
{
	if (!api->leases)
		api->leases = cJSON_CreateObject();
	return api->leases;
}

bool fake_lease_is_meant(const char *resource)
{
	return str_eq(resource, "leases");
}

static void stamp(struct fake_api *api, cJSON *lease)
{
	char version[16];
	snprintf(version, sizeof version, "%d", ++api->lease_version);
	cJSON *metadata = cJSON_GetObjectItem(lease, "metadata");
	cJSON_DeleteItemFromObject(metadata, "resourceVersion");
	cJSON_AddStringToObject(metadata, "resourceVersion", version);
	if (!cJSON_GetObjectItem(metadata, "uid"))
		cJSON_AddStringToObject(metadata, "uid", "lease-uid");
}

static void merge(cJSON *into, const cJSON *patch)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, patch)
	{
		cJSON *there = cJSON_GetObjectItemCaseSensitive(into, item->string);
		if (cJSON_IsObject(item) && cJSON_IsObject(there)) {
			merge(there, item);
			continue;
		}
		cJSON_DeleteItemFromObjectCaseSensitive(into, item->string);
		if (!cJSON_IsNull(item))
			cJSON_AddItemToObject(into, item->string, cJSON_Duplicate(item, true));
	}
}

static bool is_stale(const cJSON *lease, const cJSON *patch, const char *name)
{
	const char *want = cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(patch, "metadata"), name));
	return !str_eq(want, cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(lease, "metadata"), name)));
}

static cJSON *answer(struct fake_api *api, const char *method, const char *name, const char *body, struct err *err)
{
	if (api->lease_fault) {
		err_set(err, api->lease_fault, "%s leases: %s", method, err_code_word(api->lease_fault));
		return NULL;
	}
	cJSON *there = name ? cJSON_GetObjectItem(store_of(api), name) : NULL, *sent = body ? cJSON_Parse(body) : NULL;
	if (body && !sent) {
		err_set(err, ERR_PARSE, "no JSON: %s", body);
	} else if (str_eq(method, "POST")) {
		name = cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(sent, "metadata"), "name"));
		there = cJSON_GetObjectItem(store_of(api), name);
		if (there)
			err_set(err, ERR_CONFLICT, "leases \"%s\" already exists", name);
		else
			cJSON_AddItemToObject(store_of(api), name, there = cJSON_Duplicate(sent, true));
		stamp(api, there);
	} else if (!there) {
		err_set(err, ERR_NOT_FOUND, "leases \"%s\" not found", name);
	} else if (sent && (is_stale(there, sent, "uid") || is_stale(there, sent, "resourceVersion"))) {
		err_set(err, ERR_CONFLICT, "the object has been modified");
	} else if (sent) {
		merge(there, sent);
		stamp(api, there);
	}
	cJSON_Delete(sent);
	return err_is_set(err) ? NULL : cJSON_Duplicate(there, true);
}

cJSON *fake_lease_get(struct fake_api *api, const char *path, struct err *err)
{
	char name[128] = "";
	const char *at = strstr(path, "/leases/");
	if (at)
		snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 8, "/"), at + 8);
	return answer(api, "GET", name, NULL, err);
}

cJSON *fake_lease_change(struct fake_api *api, const struct kube_change *change, struct err *err)
{
	api->lease_writes++;
	return answer(api, change->method, change->url.name, change->body, err);
}

const char *fake_lease_text(struct fake_api *api, const char *name, const char *field)
{
	const cJSON *spec = cJSON_GetObjectItem(cJSON_GetObjectItem(store_of(api), name), "spec");
	return cJSON_GetStringValue(cJSON_GetObjectItem(spec, field));
}

void fake_lease_put(struct fake_api *api, const char *name, const char *holder, const char *renewed)
{
	cJSON *lease = cJSON_GetObjectItem(store_of(api), name);
	if (!lease) {
		lease = cJSON_Parse("{\"metadata\":{\"annotations\":{\"mqdeck/plan\":\"Roll kafka orders\"}},\"spec\":{"
				    "\"leaseDurationSeconds\":30,\"acquireTime\":\"2026-01-01T10:00:00.000000Z\"}}");
		cJSON_AddItemToObject(store_of(api), name, lease);
	}
	cJSON *spec = cJSON_GetObjectItem(lease, "spec");
	cJSON_DeleteItemFromObject(spec, "holderIdentity");
	cJSON_DeleteItemFromObject(spec, "renewTime");
	cJSON_AddStringToObject(spec, "holderIdentity", holder);
	cJSON_AddStringToObject(spec, "renewTime", renewed);
	stamp(api, lease);
}
