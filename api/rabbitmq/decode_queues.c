/* Lists of queues, of the management API and of rabbitmqctl. Names of nodes, policies and states are kept once and numbered, and
 * so are sets of members: a queue is small even when there are 100,000. */
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/rabbitmq/list_read.h"

/* What repeats is mostly what came a moment ago: only what is not among these goes the long way. */
enum { QUEUE_RECENT_WORDS = 64, QUEUE_RECENT_SETS = 64 };

/* So many queues may have gone between two that stayed. */
enum { QUEUE_NAMES_AHEAD = 16 };

struct queue_set { /* members, then those online */
	const uint16_t *numbers;
	size_t count;
};

struct queue_nodes {
	uint16_t numbers[RABBITMQ_MEMBERS_MAX];
	size_t count;
	bool known;
};

struct queue_reader {
	struct rabbitmq_queues *queues;
	uint16_t vhost; /* of all of them, or RABBITMQ_NO_NAME: each names its own */
	bool one_vhost;
	struct rabbitmq_queue queue;        /* the one that is being read */
	struct queue_nodes members, online; /* its */
	struct buf scratch;
	uint32_t recent_words[QUEUE_RECENT_WORDS]; /* number + 1 */
	struct queue_set recent_sets[QUEUE_RECENT_SETS];
};

/* ---- words and sets ---- */

static uint16_t queue_word_anew(struct rabbitmq_queues *queues, const char *word, size_t len)
{
	CLEANUP(free) char *copy = mem_strndup(word, len);
	uintptr_t known = (uintptr_t)map_get(&queues->word_index, copy);
	if (known)
		return (uint16_t)(known - 1);
	if (queues->word_count == RABBITMQ_NO_NAME)
		return RABBITMQ_NO_NAME;
	if (queues->word_count == queues->word_size) {
		queues->word_size = queues->word_size ? queues->word_size * 2 : 32;
		queues->words = mem_resize(queues->words, queues->word_size, sizeof *queues->words);
	}
	queues->words[queues->word_count++] = arena_strdup(&queues->arena, copy);
	map_set(&queues->word_index, copy, (void *)(uintptr_t)queues->word_count);
	return (uint16_t)(queues->word_count - 1);
}

static uint16_t queue_word(struct queue_reader *reader, const struct json_value *word)
{
	const struct rabbitmq_queues *queues = reader->queues;
	/* Names of nodes differ towards their end. */
	unsigned char middle = word->len ? (unsigned char)word->bytes[word->len / 2] : 0;
	unsigned char last = word->len ? (unsigned char)word->bytes[word->len - 1] : 0;
	uint32_t *recent = &reader->recent_words[(word->len + middle * 5u + last) % QUEUE_RECENT_WORDS];
	if (*recent) {
		const char *known = queues->words[*recent - 1];
		if (strncmp(known, word->bytes, word->len) == 0 && known[word->len] == '\0')
			return (uint16_t)(*recent - 1);
	}
	uint16_t number = queue_word_anew(reader->queues, word->bytes, word->len);
	*recent = number == RABBITMQ_NO_NAME ? 0 : number + 1u;
	return number;
}

/* Most queues have the members of many others. */
static const uint16_t *queue_set(struct queue_reader *reader, const uint16_t *numbers, size_t count)
{
	static const uint16_t none[1];
	unsigned hash = (unsigned)count;
	if (!count)
		return none;
	for (size_t i = 0; i < count; i++)
		hash = hash * 31 + numbers[i];
	struct queue_set *recent = &reader->recent_sets[hash % QUEUE_RECENT_SETS];
	if (recent->count == count && memcmp(recent->numbers, numbers, count * sizeof *numbers) == 0)
		return recent->numbers;
	uint16_t *kept = arena_alloc(&reader->queues->arena, count * sizeof *kept);
	memcpy(kept, numbers, count * sizeof *kept);
	*recent = (struct queue_set){kept, count};
	return kept;
}

/* ---- names ---- */

/* The list comes in the same order each time: what the picture before has at this place, or soon after it. */
static const char *queue_name_before(struct rabbitmq_queues *queues, const struct json_value *name)
{
	const struct rabbitmq_queues *before = queues->before;
	for (size_t i = 0; before && i < QUEUE_NAMES_AHEAD && queues->before_at + i < before->count; i++) {
		const char *known = before->items[queues->before_at + i].name;
		if (strncmp(known, name->bytes, name->len) == 0 && known[name->len] == '\0') {
			queues->before_at += i + 1;
			return known;
		}
	}
	return NULL;
}

static const char *queue_name(struct rabbitmq_queues *queues, const struct json_value *name)
{
	size_t used = queues->names->arena.used;
	const char *known = queue_name_before(queues, name);
	if (known) {
		queues->name_bytes += name->len + 1;
		return known;
	}
	known = arena_strndup(&queues->names->arena, name->bytes, name->len);
	queues->name_bytes += queues->names->arena.used - used;
	return known;
}

/* ---- values ---- */

static enum rabbitmq_queue_type queues_type_of(const struct json_value *said)
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
		if (strlen(types[i].word) == said->len && memcmp(types[i].word, said->bytes, said->len) == 0)
			return types[i].type;
	return RABBITMQ_OTHER;
}

typedef bool queue_read_fn(struct queue_reader *reader, struct json_reader *json, void *out);

static bool queue_read_text(struct queue_reader *reader, struct json_reader *json, void *out)
{
	struct json_value text;
	if (!rabbitmq_read_string(json, &reader->scratch, &text))
		return false;
	if (text.bytes)
		*(const char **)out = arena_strndup(&reader->queues->arena, text.bytes, text.len);
	return true;
}

static bool queue_read_name(struct queue_reader *reader, struct json_reader *json, void *out)
{
	struct json_value name;
	if (!rabbitmq_read_string(json, &reader->scratch, &name))
		return false;
	if (name.bytes)
		reader->queue.name = queue_name(reader->queues, &name);
	return true;
}

static bool queue_read_word(struct queue_reader *reader, struct json_reader *json, void *out)
{
	struct json_value word;
	if (!rabbitmq_read_string(json, &reader->scratch, &word))
		return false;
	if (word.len)
		*(uint16_t *)out = queue_word(reader, &word);
	return true;
}

static bool queue_read_vhost(struct queue_reader *reader, struct json_reader *json, void *out)
{
	return reader->one_vhost ? json_check(json) : queue_read_word(reader, json, out);
}

static bool queue_read_type(struct queue_reader *reader, struct json_reader *json, void *out)
{
	struct json_value word;
	if (!rabbitmq_read_string(json, &reader->scratch, &word))
		return false;
	if (word.bytes)
		reader->queue.type = queues_type_of(&word);
	return true;
}

static bool queue_read_count(struct queue_reader *reader, struct json_reader *json, void *out)
{
	return rabbitmq_read_count(json, out);
}

static bool queue_read_small(struct queue_reader *reader, struct json_reader *json, void *out)
{
	int64_t count;
	bool read = rabbitmq_read_count(json, &count);
	*(int32_t *)out = count > INT32_MAX ? INT32_MAX : (int32_t)count;
	return read;
}

static bool queue_read_rate(struct queue_reader *reader, struct json_reader *json, void *out)
{
	double rate;
	bool read = rabbitmq_read_rate(json, &rate);
	*(float *)out = (float)rate;
	return read;
}

static bool queue_read_flag(struct queue_reader *reader, struct json_reader *json, void *out)
{
	int flag;
	bool read = rabbitmq_read_flag(json, &flag);
	*(int8_t *)out = (int8_t)flag;
	return read;
}

static bool queue_read_nodes(struct queue_reader *reader, struct json_reader *json, struct queue_nodes *out)
{
	struct json_walk walk = {.first = true};
	if (json_peek(json) != '[')
		return json_check(json);
	json->at++;
	out->known = true;
	while (json_next_item(json, &walk)) {
		struct json_value word;
		if (!rabbitmq_read_string(json, &reader->scratch, &word))
			return false;
		if (word.bytes && out->count < RABBITMQ_MEMBERS_MAX)
			out->numbers[out->count++] = queue_word(reader, &word);
	}
	return !walk.wrong;
}

static bool queue_read_members(struct queue_reader *reader, struct json_reader *json, void *out)
{
	return queue_read_nodes(reader, json, &reader->members);
}

static bool queue_read_online(struct queue_reader *reader, struct json_reader *json, void *out)
{
	return queue_read_nodes(reader, json, &reader->online);
}

/* ---- items ---- */

/* Of the types in field_types.h any may be used, and these. */
enum queue_value_type {
	QUEUE_COUNT,
	QUEUE_BYTES,
	QUEUE_SMALL,
	QUEUE_RATE,
	QUEUE_FLAG,
	QUEUE_TEXT,
	QUEUE_WORD,
	QUEUE_NAME,
	QUEUE_VHOST,
	QUEUE_TYPE,
	QUEUE_MEMBERS,
	QUEUE_ONLINE,
};

static queue_read_fn *const queue_readers[] = {
	[QUEUE_COUNT] = queue_read_count, [QUEUE_BYTES] = queue_read_count,     [QUEUE_SMALL] = queue_read_small,
	[QUEUE_RATE] = queue_read_rate,   [QUEUE_FLAG] = queue_read_flag,       [QUEUE_TEXT] = queue_read_text,
	[QUEUE_WORD] = queue_read_word,   [QUEUE_NAME] = queue_read_name,       [QUEUE_VHOST] = queue_read_vhost,
	[QUEUE_TYPE] = queue_read_type,   [QUEUE_MEMBERS] = queue_read_members, [QUEUE_ONLINE] = queue_read_online,
};

/* In the order in which they are asked for. */
#define QUEUE_FIELDS                                                                                                   \
	QUEUE_OWN("name", NAME)                                                                                        \
	QUEUE_FIELD("vhost", VHOST, vhost)                                                                             \
	QUEUE_OWN("type", TYPE)                                                                                        \
	QUEUE_FIELD("state", WORD, state)                                                                              \
	QUEUE_FIELD("node", WORD, node)                                                                                \
	QUEUE_FIELD("leader", WORD, leader)                                                                            \
	QUEUE_OWN("members", MEMBERS)                                                                                  \
	QUEUE_OWN("online", ONLINE)

#define QUEUE_OWN(path, type) RABBITMQ_PATH(path),
#define QUEUE_FIELD(path, type, member) RABBITMQ_PATH(path),
#define X(place, asked, type, member, path, ...) RABBITMQ_PATH(path),
static const struct rabbitmq_path queue_paths[] = {QUEUE_FIELDS
#include "api/rabbitmq/queue_fields.def"
};
#undef QUEUE_OWN
#undef QUEUE_FIELD
#undef X

#define QUEUE_OWN(path, type) {QUEUE_##type, 0},
#define QUEUE_FIELD(path, type, member) {QUEUE_##type, offsetof(struct rabbitmq_queue, member)},
#define X(place, asked, type, member, path, ...) {QUEUE_##type, offsetof(struct rabbitmq_queue, member)},
static const struct {
	enum queue_value_type type; /* what it is read as; its own ones know where they go */
	size_t offset;
} queue_fields[] = {QUEUE_FIELDS
#include "api/rabbitmq/queue_fields.def"
};
#undef QUEUE_OWN
#undef QUEUE_FIELD
#undef X
_Static_assert(ARRAY_LEN(queue_fields) <= RABBITMQ_PATHS_MAX, "more fields than a list marks as seen");

#define QUEUE_UNSAID_COUNT -1
#define QUEUE_UNSAID_BYTES -1
#define QUEUE_UNSAID_SMALL -1
#define QUEUE_UNSAID_RATE -1
#define QUEUE_UNSAID_FLAG -1
#define QUEUE_UNSAID_TEXT NULL
#define QUEUE_UNSAID_WORD RABBITMQ_NO_NAME

static void queue_begin(void *data)
{
	static const struct rabbitmq_queue unsaid = {
		.vhost = RABBITMQ_NO_NAME,
		.state = RABBITMQ_NO_NAME,
		.leader = RABBITMQ_NO_NAME,
		.node = RABBITMQ_NO_NAME,
		.type = RABBITMQ_OTHER,
#define X(place, asked, type, member, ...) .member = QUEUE_UNSAID_##type,
#include "api/rabbitmq/queue_fields.def"
#undef X
	};
	struct queue_reader *reader = data;
	reader->queue = unsaid;
	reader->members.count = reader->online.count = 0;
	reader->members.known = reader->online.known = false;
	reader->queue.vhost = reader->vhost;
}

static bool queue_value(void *data, size_t path, struct json_reader *json)
{
	struct queue_reader *reader = data;
	return queue_readers[queue_fields[path].type](reader, json, (char *)&reader->queue + queue_fields[path].offset);
}

static void queue_take_members(struct queue_reader *reader)
{
	const struct queue_nodes *members = &reader->members, *online = &reader->online;
	uint16_t numbers[2 * RABBITMQ_MEMBERS_MAX];
	memcpy(numbers, members->numbers, members->count * sizeof *numbers);
	memcpy(numbers + members->count, online->numbers, online->count * sizeof *numbers);
	reader->queue.members = queue_set(reader, numbers, members->count + online->count);
	reader->queue.member_count = (uint16_t)(members->count & RABBITMQ_MEMBERS_MAX);
	reader->queue.online_count = (uint16_t)(online->count & RABBITMQ_MEMBERS_MAX);
	reader->queue.members_known = members->known;
	reader->queue.online_known = online->known;
}

static void queue_end(void *data)
{
	struct queue_reader *reader = data;
	struct rabbitmq_queues *queues = reader->queues;
	if (!reader->queue.name)
		return;
	if (queues->count == RABBITMQ_QUEUES_MAX) {
		queues->truncated = true;
		return;
	}
	queue_take_members(reader);
	if (queues->count == queues->size) {
		queues->size = queues->size ? queues->size * 2 : 64;
		queues->items = mem_resize(queues->items, queues->size, sizeof *queues->items);
	}
	queues->items[queues->count++] = reader->queue;
}

static void queue_finish(void *data)
{
	struct queue_reader *reader = data;
	rabbitmq_queues_unref(reader->queues);
	buf_finish(&reader->scratch);
	free(reader);
}

struct rabbitmq_list *rabbitmq_list_of_queues(struct rabbitmq_queues *queues, const char *vhost)
{
	static const struct rabbitmq_list_kind kind = {
		.what = "queues",
		.paths = queue_paths,
		.path_count = ARRAY_LEN(queue_paths),
		.begin = queue_begin,
		.value = queue_value,
		.end = queue_end,
		.finish = queue_finish,
	};
	struct queue_reader *reader = mem_alloc(sizeof *reader);
	reader->queues = queues ? rabbitmq_queues_ref(queues) : rabbitmq_queues_create(NULL);
	reader->one_vhost = vhost != NULL;
	reader->vhost = vhost ? queue_word_anew(reader->queues, vhost, strlen(vhost)) : RABBITMQ_NO_NAME;
	reader->scratch = BUF_INIT(RABBITMQ_ITEM_MAX);
	return rabbitmq_list_create(&kind, reader);
}

void rabbitmq_queues_seal(struct rabbitmq_queues *queues)
{
	map_finish(&queues->word_index);
	rabbitmq_queues_unref(queues->before);
	queues->before = NULL;
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
