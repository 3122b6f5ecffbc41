/* cJSON by paths: the objects of the embedded cluster are trees that many small rules look into and change. */
#include "api/demo/http/json_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/json_read.h"
#include "api/base/log.h"

enum { JSON_TEXT_MAX = 1 << 20, JSON_KEY_MAX = 128 };

cJSON *demo_json_make(const char *format, ...)
{
	struct buf text = BUF_INIT(JSON_TEXT_MAX);
	va_list args;
	va_start(args, format);
	bool whole = buf_vprintf(&text, format, args);
	va_end(args);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\'')
			text.data[i] = '"';
	}
	cJSON *json = whole ? cJSON_Parse(buf_str(&text)) : NULL;
	if (!json) {
		log_error(LOG_DEMO, "the embedded cluster made no JSON text=\"%.200s\"", buf_str(&text));
		json = cJSON_CreateObject();
	}
	buf_finish(&text);
	return json;
}

/* Copies the first member name of path and returns where the next begins, NULL after the last. */
static const char *next_key(const char *path, char key[static JSON_KEY_MAX])
{
	size_t len = strcspn(path, ".");
	snprintf(key, JSON_KEY_MAX, "%.*s", (int)len, path);
	return path[len] ? path + len + 1 : NULL;
}

cJSON *demo_json_at(const cJSON *json, const char *path)
{
	return (cJSON *)json_find(json, path);
}

const char *demo_json_text(const cJSON *json, const char *path)
{
	const cJSON *at = demo_json_at(json, path);
	return cJSON_IsString(at) ? at->valuestring : "";
}

int64_t demo_json_number(const cJSON *json, const char *path, int64_t otherwise)
{
	const cJSON *at = demo_json_at(json, path);
	if (!cJSON_IsNumber(at) || at->valuedouble > 1e15 || at->valuedouble < -1e15)
		return otherwise;
	return (int64_t)at->valuedouble;
}

bool demo_json_true(const cJSON *json, const char *path)
{
	return cJSON_IsTrue(demo_json_at(json, path));
}

void demo_json_set(cJSON *json, const char *path, cJSON *value)
{
	char key[JSON_KEY_MAX];
	const char *rest = next_key(path, key);
	while (rest) {
		cJSON *child = cJSON_GetObjectItemCaseSensitive(json, key);
		if (child && !cJSON_IsObject(child)) {
			cJSON_DeleteItemFromObjectCaseSensitive(json, key);
			child = NULL;
		}
		json = child ? child : cJSON_AddObjectToObject(json, key);
		rest = next_key(rest, key);
	}
	if (cJSON_GetObjectItemCaseSensitive(json, key))
		cJSON_ReplaceItemInObjectCaseSensitive(json, key, value);
	else
		cJSON_AddItemToObject(json, key, value);
}

void demo_json_set_text(cJSON *json, const char *path, const char *value)
{
	demo_json_set(json, path, cJSON_CreateString(value));
}

void demo_json_set_number(cJSON *json, const char *path, double value)
{
	demo_json_set(json, path, cJSON_CreateNumber(value));
}

void demo_json_remove(cJSON *json, const char *path)
{
	char key[JSON_KEY_MAX];
	const char *rest = next_key(path, key);
	while (json && rest) {
		json = cJSON_GetObjectItemCaseSensitive(json, key);
		rest = next_key(rest, key);
	}
	if (json)
		cJSON_DeleteItemFromObjectCaseSensitive(json, key);
}

cJSON *demo_json_parse(const char *bytes, size_t len)
{
	const char *end = NULL;
	cJSON *json = cJSON_ParseWithLengthOpts(bytes, len, &end, false);
	for (; json && end < bytes + len; end++) {
		if (!strchr(" \t\r\n", *end)) {
			cJSON_Delete(json);
			return NULL;
		}
	}
	return json;
}
