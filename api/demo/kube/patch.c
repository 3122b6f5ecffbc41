/* JSON patch (RFC 6902), JSON merge patch (RFC 7386) and Kubernetes' strategic merge, as far as mqdeck and kubectl send
 * them. */
#include "api/demo/kube/patch.h"

#include <string.h>
#include <strings.h>

#include "api/base/str.h"

/* Lists that strategic merge joins by a key; others are replaced. From the patchMergeKey tags of core/v1 and
 * apps/v1. */
static const struct {
	const char *list, *key;
} merge_keys[] = {
	{"containers", "name"}, {"initContainers", "name"},    {"env", "name"},
	{"volumes", "name"},    {"volumeMounts", "mountPath"}, {"conditions", "type"},
	{"addresses", "type"},  {"ownerReferences", "uid"},    {"imagePullSecrets", "name"},
};

static const char *merge_key(const char *list)
{
	for (size_t i = 0; list && i < ARRAY_LEN(merge_keys); i++) {
		if (str_eq(merge_keys[i].list, list))
			return merge_keys[i].key;
	}
	return NULL;
}

static cJSON *find_by_key(cJSON *list, const char *key, const char *value)
{
	cJSON *item;
	cJSON_ArrayForEach(item, list)
	{
		if (str_eq(demo_json_text(item, key), value))
			return item;
	}
	return NULL;
}

static void merge_object(cJSON *target, const cJSON *patch, bool strategic);

static void patch_merge_list(cJSON *target, const cJSON *patch, const char *key)
{
	const cJSON *entry;
	cJSON_ArrayForEach(entry, patch)
	{
		cJSON *there = find_by_key(target, key, demo_json_text(entry, key));
		bool gone = str_eq(demo_json_text(entry, "$patch"), "delete");
		if (there && gone)
			cJSON_Delete(cJSON_DetachItemViaPointer(target, there));
		else if (there)
			merge_object(there, entry, true);
		else if (!gone)
			cJSON_AddItemToArray(target, cJSON_Duplicate(entry, true));
	}
}

static void merge_object(cJSON *target, const cJSON *patch, bool strategic)
{
	const cJSON *entry;
	cJSON_ArrayForEach(entry, patch)
	{
		if (strategic && str_has_prefix(entry->string, "$"))
			continue;
		cJSON *there = cJSON_GetObjectItemCaseSensitive(target, entry->string);
		const char *key = strategic ? merge_key(entry->string) : NULL;
		if (cJSON_IsNull(entry)) {
			cJSON_DeleteItemFromObjectCaseSensitive(target, entry->string);
		} else if (cJSON_IsObject(entry) && cJSON_IsObject(there)) {
			merge_object(there, entry, strategic);
		} else if (cJSON_IsArray(entry) && cJSON_IsArray(there) && key) {
			patch_merge_list(there, entry, key);
		} else {
			cJSON *fresh = cJSON_IsObject(entry) ? cJSON_CreateObject() : cJSON_Duplicate(entry, true);
			if (cJSON_IsObject(entry)) /* its nulls must not stay */
				merge_object(fresh, entry, strategic);
			cJSON_DeleteItemFromObjectCaseSensitive(target, entry->string);
			cJSON_AddItemToObject(target, entry->string, fresh);
		}
	}
}

static enum demo_kube_patch_result apply_merge(cJSON *target, const cJSON *patch)
{
	if (!cJSON_IsObject(patch))
		return DEMO_KUBE_PATCH_MALFORMED;
	merge_object(target, patch, false);
	return DEMO_KUBE_PATCH_DONE;
}

static enum demo_kube_patch_result apply_strategic(cJSON *target, const cJSON *patch)
{
	if (!cJSON_IsObject(patch))
		return DEMO_KUBE_PATCH_MALFORMED;
	merge_object(target, patch, true);
	return DEMO_KUBE_PATCH_DONE;
}

/* A JSON pointer, RFC 6901: finds the parent of what it names and the last token. */
static cJSON *pointer_parent(cJSON *target, const char *pointer, char last[static 256])
{
	cJSON *at = target, *parent = NULL;
	while (at && *pointer == '/') {
		size_t len = 0;
		for (pointer++; *pointer && *pointer != '/'; pointer++) {
			char c = *pointer;
			if (c == '~' && (pointer[1] == '0' || pointer[1] == '1'))
				c = *++pointer == '0' ? '~' : '/';
			if (len + 1 < 256)
				last[len++] = c;
		}
		last[len] = '\0';
		parent = at;
		int64_t index;
		if (cJSON_IsArray(at))
			at = str_to_i64(last, &index) && index >= 0 && index < 10000
				     ? cJSON_GetArrayItem(at, (int)index)
				     : NULL;
		else
			at = cJSON_GetObjectItemCaseSensitive(at, last);
	}
	return *pointer ? NULL : parent;
}

static cJSON *child_of(cJSON *parent, const char *token)
{
	int64_t index;
	if (cJSON_IsObject(parent))
		return cJSON_GetObjectItemCaseSensitive(parent, token);
	bool valid = str_to_i64(token, &index) && index >= 0 && index < cJSON_GetArraySize(parent);
	return cJSON_IsArray(parent) && valid ? cJSON_GetArrayItem(parent, (int)index) : NULL;
}

/* value is taken, also on failure */
static bool add_child(cJSON *parent, const char *token, cJSON *value)
{
	int64_t index = cJSON_GetArraySize(parent);
	if (cJSON_IsObject(parent)) {
		cJSON_DeleteItemFromObjectCaseSensitive(parent, token);
		return cJSON_AddItemToObject(parent, token, value);
	}
	if (cJSON_IsArray(parent) && str_eq(token, "-"))
		return cJSON_AddItemToArray(parent, value);
	if (cJSON_IsArray(parent) && str_to_i64(token, &index) && index >= 0 && index <= cJSON_GetArraySize(parent))
		return index == cJSON_GetArraySize(parent) ? cJSON_AddItemToArray(parent, value)
							   : cJSON_InsertItemInArray(parent, (int)index, value);
	cJSON_Delete(value);
	return false;
}

static bool replace_child(cJSON *parent, const char *token, cJSON *there, const cJSON *value)
{
	cJSON *copy = cJSON_Duplicate(value, true);
	return cJSON_IsObject(parent) ? cJSON_ReplaceItemInObjectCaseSensitive(parent, token, copy)
				      : cJSON_ReplaceItemViaPointer(parent, there, copy);
}

/* move and copy: from elsewhere in the target, but not from what holds the place itself. */
static bool take_over(cJSON *target, const cJSON *operation, cJSON *parent, const char *token)
{
	char last[256] = "";
	const char *op = demo_json_text(operation, "op"), *from = demo_json_text(operation, "from");
	cJSON *source_parent = pointer_parent(target, from, last);
	cJSON *source = child_of(source_parent, last);
	if (!source || !parent || (!str_eq(op, "move") && !str_eq(op, "copy")) ||
	    str_has_prefix(demo_json_text(operation, "path"), from))
		return false;
	cJSON *copy = cJSON_Duplicate(source, true);
	if (str_eq(op, "move"))
		cJSON_Delete(cJSON_DetachItemViaPointer(source_parent, source));
	return add_child(parent, token, copy);
}

static enum demo_kube_patch_result apply_operation(cJSON *target, const cJSON *operation)
{
	char last[256] = "";
	const char *op = demo_json_text(operation, "op");
	const cJSON *value = demo_json_at(operation, "value");
	cJSON *parent = pointer_parent(target, demo_json_text(operation, "path"), last);
	cJSON *there = child_of(parent, last);
	if (str_eq(op, "test"))
		return value && there && cJSON_Compare(there, value, true) ? DEMO_KUBE_PATCH_DONE
									   : DEMO_KUBE_PATCH_TEST_FAILED;
	bool done = true;
	if (str_eq(op, "add") && value)
		done = parent && add_child(parent, last, cJSON_Duplicate(value, true));
	else if (str_eq(op, "replace") && value && there)
		done = replace_child(parent, last, there, value);
	else if (str_eq(op, "remove") && there)
		cJSON_Delete(cJSON_DetachItemViaPointer(parent, there));
	else
		done = take_over(target, operation, parent, last);
	return done ? DEMO_KUBE_PATCH_DONE : DEMO_KUBE_PATCH_MALFORMED;
}

static enum demo_kube_patch_result apply_operations(cJSON *target, const cJSON *patch)
{
	const cJSON *operation;
	if (!cJSON_IsArray(patch))
		return DEMO_KUBE_PATCH_MALFORMED;
	cJSON_ArrayForEach(operation, patch)
	{
		enum demo_kube_patch_result result = apply_operation(target, operation);
		if (result != DEMO_KUBE_PATCH_DONE)
			return result;
	}
	return DEMO_KUBE_PATCH_DONE;
}

enum demo_kube_patch_result demo_kube_patch_apply(const char *content_type, cJSON *target, const cJSON *patch)
{
	static const struct {
		const char *type;
		enum demo_kube_patch_result (*fn)(cJSON *target, const cJSON *patch);
	} types[] = {
		{"application/json-patch+json", apply_operations},
		{"application/merge-patch+json", apply_merge},
		{"application/strategic-merge-patch+json", apply_strategic},
		{"application/apply-patch+yaml", apply_strategic},
	};
	size_t len = strcspn(content_type, "; ");
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strlen(types[i].type) == len && strncasecmp(types[i].type, content_type, len) == 0)
			return types[i].fn(target, patch);
	}
	return DEMO_KUBE_PATCH_UNKNOWN_TYPE;
}
