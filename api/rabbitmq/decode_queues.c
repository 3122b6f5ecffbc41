/* Lists of queues, of the management API and of rabbitmqctl. Names of nodes, policies and states are kept once and
 * numbered: a queue is small even when there are 100,000. */
#include <stdlib.h>
#include <string.h>

#include "api/base/json_read.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/rabbitmq/rabbitmq_decode.h"
#include "api/rabbitmq/rjson.h"

static uint16_t word_number(struct rabbitmq_queues *queues, const char *word)
{
	if (!word)
		return RABBITMQ_NO_NAME;
	uintptr_t known = (uintptr_t)map_get(&queues->word_index, word);
	if (known)
		return (uint16_t)(known - 1);
	if (queues->word_count == RABBITMQ_NO_NAME)
		return RABBITMQ_NO_NAME;
	if (queues->word_count == queues->word_size) {
		queues->word_size = queues->word_size ? queues->word_size * 2 : 32;
		queues->words = mem_resize(queues->words, queues->word_size, sizeof *queues->words);
	}
	queues->words[queues->word_count++] = arena_strdup(&queues->arena, word);
	map_set(&queues->word_index, word, (void *)(uintptr_t)queues->word_count);
	return (uint16_t)(queues->word_count - 1);
}

static uint16_t word_at(struct rabbitmq_queues *queues, const cJSON *item, const char *key)
{
	const cJSON *word = json_find(item, key);
	return word_number(queues, cJSON_IsString(word) && *word->valuestring ? word->valuestring : NULL);
}

static size_t numbers_of(struct rabbitmq_queues *queues, const cJSON *array, uint16_t out[RABBITMQ_MEMBERS_MAX])
{
	size_t count = 0;
	const cJSON *item;
	cJSON_ArrayForEach(item, array)
	{
		if (count < RABBITMQ_MEMBERS_MAX && cJSON_IsString(item))
			out[count++] = word_number(queues, item->valuestring);
	}
	return count;
}

static enum rabbitmq_queue_type queues_type_of(const char *word)
{
	static const struct {
		const char *word;
		enum rabbitmq_queue_type type;
	} types[] = {
		{"classic", RABBITMQ_CLASSIC},
		{"quorum", RABBITMQ_QUORUM},
		{"stream", RABBITMQ_STREAM},
		/* what rabbitmqctl prints in some versions */
		{"rabbit_classic_queue", RABBITMQ_CLASSIC},
		{"rabbit_quorum_queue", RABBITMQ_QUORUM},
		{"rabbit_stream_queue", RABBITMQ_STREAM},
		{"rabbit_mqtt_qos0_queue", RABBITMQ_VOLATILE},
		{"MQTT QoS 0", RABBITMQ_VOLATILE}, /* as rabbitmqctl calls it */
		{"rabbit_volatile_queue", RABBITMQ_VOLATILE},
	};
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_eq(types[i].word, word))
			return types[i].type;
	return RABBITMQ_OTHER;
}

static void queues_decode_members(struct rabbitmq_queues *queues, const cJSON *item, struct rabbitmq_queue *queue)
{
	uint16_t numbers[2 * RABBITMQ_MEMBERS_MAX];
	const cJSON *members = rabbitmq_json_at(item, "members"), *online = rabbitmq_json_at(item, "online");
	queue->members_known = cJSON_IsArray(members);
	queue->online_known = cJSON_IsArray(online);
	size_t member_count = numbers_of(queues, members, numbers);
	size_t online_count = numbers_of(queues, online, numbers + member_count);
	size_t total = member_count + online_count;
	queue->member_count = (uint8_t)member_count;
	queue->online_count = (uint8_t)online_count;
	uint16_t *kept = arena_alloc(&queues->arena, (total + 1) * sizeof *kept);
	memcpy(kept, numbers, total * sizeof *kept);
	queue->members = kept;
}

static int32_t queues_small(int64_t count)
{
	return count > INT32_MAX ? INT32_MAX : (int32_t)count;
}

#define QUEUES_DECODE_COUNT(queues, item, path) rabbitmq_json_count(item, path)
#define QUEUES_DECODE_BYTES(queues, item, path) rabbitmq_json_count(item, path)
#define QUEUES_DECODE_SMALL(queues, item, path) queues_small(rabbitmq_json_count(item, path))
#define QUEUES_DECODE_RATE(queues, item, path) (float)rabbitmq_json_rate(item, path)
#define QUEUES_DECODE_FLAG(queues, item, path) (int8_t) rabbitmq_json_flag(item, path)
#define QUEUES_DECODE_TEXT(queues, item, path) rabbitmq_json_text(item, path, &(queues)->arena)
#define QUEUES_DECODE_WORD(queues, item, path) word_at(queues, item, path)

static void decode_queue(struct rabbitmq_queues *queues, const cJSON *item, const char *vhost)
{
	const cJSON *name = rabbitmq_json_at(item, "name"), *type = rabbitmq_json_at(item, "type");
	if (!cJSON_IsString(name))
		return;
	if (queues->count == RABBITMQ_QUEUES_MAX) {
		queues->truncated = true;
		return;
	}
	if (queues->count == queues->size) {
		queues->size = queues->size ? queues->size * 2 : 64;
		queues->items = mem_resize(queues->items, queues->size, sizeof *queues->items);
	}
	struct rabbitmq_queue *queue = &queues->items[queues->count++];
	*queue = (struct rabbitmq_queue){
		.name = arena_strdup(&queues->arena, name->valuestring),
		.vhost = vhost ? word_number(queues, vhost) : word_at(queues, item, "vhost"),
		.state = word_at(queues, item, "state"),
		.leader = word_at(queues, item, "leader"),
		.node = word_at(queues, item, "node"),
		.type = (uint8_t)queues_type_of(cJSON_IsString(type) ? type->valuestring : NULL),
#define X(place, asked, type, member, path, ...) .member = QUEUES_DECODE_##type(queues, item, path),
#include "api/rabbitmq/queue_fields.def"
#undef X
	};
	queues_decode_members(queues, item, queue);
}

bool rabbitmq_decode_queues(struct rabbitmq_queues *queues, const char *json, size_t len, const char *vhost,
			    struct rabbitmq_page *page, struct err *err)
{
	CLEANUP(rabbitmq_json) cJSON *root = rabbitmq_json_parse(json, len, "queues", err);
	if (!root)
		return false;
	const cJSON *item, *items = rabbitmq_json_items(root, page);
	if (!items)
		return err_set(err, ERR_PARSE, "RabbitMQ's list of queues is not an array");
	cJSON_ArrayForEach(item, items) decode_queue(queues, item, vhost);
	return true;
}

void rabbitmq_queues_seal(struct rabbitmq_queues *queues)
{
	map_finish(&queues->word_index);
	queues->replicated_count = 0;
	for (size_t i = 0; i < queues->count; i++)
		queues->replicated_count +=
			queues->items[i].type == RABBITMQ_QUORUM || queues->items[i].type == RABBITMQ_STREAM;
	free(queues->replicated);
	queues->replicated = mem_alloc((queues->replicated_count + 1) * sizeof *queues->replicated);
	size_t at = 0;
	for (size_t i = 0; i < queues->count; i++)
		if (queues->items[i].type == RABBITMQ_QUORUM || queues->items[i].type == RABBITMQ_STREAM)
			queues->replicated[at++] = (uint32_t)i;
	if (queues->count && queues->count < queues->size) {
		queues->items = mem_resize(queues->items, queues->count, sizeof *queues->items);
		queues->size = queues->count;
	}
}
