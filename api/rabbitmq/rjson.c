/* cJSON, with the ways in which RabbitMQ leaves something unsaid: absent members, null, values of another type, numbers
 * beyond what a double holds exactly. */
#include "api/rabbitmq/rjson.h"

#include <math.h>
#include <string.h>

#include "api/base/buf.h"
#include "api/base/json_read.h"
#include "api/base/mem.h"

enum { JOINED_MAX = 64 * 1024 };

static const double exact_max = 9007199254740992.0; /* 2^53 */

void cleanup_rabbitmq_json(cJSON **json)
{
	cJSON_Delete(*json);
}

cJSON *rabbitmq_json_parse(const char *json, size_t len, const char *what, struct err *err)
{
	cJSON *root = cJSON_ParseWithLength(json, len);
	if (!root)
		err_set(err, ERR_PARSE, "RabbitMQ's response (%s) is not JSON", what);
	return root;
}

const cJSON *rabbitmq_json_at(const cJSON *object, const char *key)
{
	return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *rabbitmq_json_text(const cJSON *object, const char *key, struct arena *arena)
{
	const cJSON *item = json_find(object, key);
	return cJSON_IsString(item) ? arena_strdup(arena, item->valuestring) : NULL;
}

int64_t rabbitmq_json_count(const cJSON *object, const char *key)
{
	const cJSON *item = json_find(object, key);
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble >= exact_max)
		return -1;
	return (int64_t)item->valuedouble;
}

int rabbitmq_json_flag(const cJSON *object, const char *key)
{
	const cJSON *item = json_find(object, key);
	return cJSON_IsBool(item) ? cJSON_IsTrue(item) : -1;
}

double rabbitmq_json_rate(const cJSON *object, const char *key)
{
	const cJSON *rate = json_find(object, key);
	return cJSON_IsNumber(rate) && isfinite(rate->valuedouble) && rate->valuedouble >= 0 ? rate->valuedouble : -1;
}

const char *rabbitmq_json_joined(const cJSON *array, struct arena *arena)
{
	if (!cJSON_IsArray(array))
		return NULL;
	struct buf joined = BUF_INIT(JOINED_MAX);
	const cJSON *item;
	cJSON_ArrayForEach(item, array)
	{
		if (!cJSON_IsString(item))
			continue;
		if (joined.len && !buf_append_char(&joined, ','))
			break;
		if (!buf_append_str(&joined, item->valuestring))
			break;
	}
	const char *text = arena_strndup(arena, buf_str(&joined), joined.len);
	buf_finish(&joined);
	return text;
}
