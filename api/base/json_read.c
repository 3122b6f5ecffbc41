/* The one way along a path through a JSON tree, for brokers' answers and the embedded cluster's objects alike. */
#include "api/base/json_read.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <string.h>

static bool is_named(const cJSON *member, const char *name, size_t len)
{
	return member->string && strncmp(member->string, name, len) == 0 && member->string[len] == '\0';
}

const cJSON *json_find(const cJSON *object, const char *path)
{
	while (object && path) {
		size_t len = strcspn(path, ".");
		const cJSON *member = cJSON_IsObject(object) ? object->child : NULL;
		while (member && !is_named(member, path, len))
			member = member->next;
		object = member;
		path = path[len] ? path + len + 1 : NULL;
	}
	return object;
}
