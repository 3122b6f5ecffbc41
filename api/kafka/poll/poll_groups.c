/* Groups: every broker lists those it coordinates, and tells what they committed. Their members: poll_members.c. */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/poll/poll_groups_private.h"
#include "api/kafka/wire/codec.h"

enum { GROUPS_MAX = 50000, BATCH = 100 };

/* ---- 1: which groups there are ---- */
static void add_listed(struct kafka_poller *poller, const struct kafka_listed_group *in, int32_t broker)
{
	struct kafka_group_round *round = poller->groups;
	struct arena *arena = &round->arena;
	if (!in->group_id || kafka_group_find(round, in->group_id))
		return;
	if (round->groups.len >= GROUPS_MAX) {
		struct err err = {0};
		err_set(&err, ERR_LIMIT,
			"there are more than %d groups, the most that mqdeck reads: the others are unknown",
			GROUPS_MAX);
		kafka_group_note_error(poller, &err);
		return;
	}
	struct kafka_group_build build = {.group = {
						  .id = arena_strdup(arena, in->group_id),
#define X(place, type, member, listed, ...) .member = KAFKA_TAKE_##type(arena, listed),
#include "api/kafka/poll/group_fields.def"
#undef X
						  .coordinator = broker,
					  }};
	vec_push(&round->groups, build);
	map_set(&round->index, build.group.id, (void *)(intptr_t)round->groups.len);
}

static void on_offsets(struct kafka_poller *poller, int32_t broker, const struct err *err, const void *response);
static void on_old_offsets(struct kafka_poller *poller, int32_t place, const struct err *err, const void *response);

/* Version 8 and later ask for many groups at once. */
static bool speaks_batches(const struct kafka_poller *poller, int32_t id)
{
	for (size_t i = 0; i < kafka_admin_broker_count(poller->options.admin); i++) {
		struct kafka_admin_broker broker;
		kafka_admin_broker(poller->options.admin, i, &broker);
		if (broker.id != id || !broker.versions)
			continue;
		vec_each (&broker.versions->api_keys, range)
			if (range->api_key == KAFKA_OFFSET_FETCH)
				return range->max_version >= 8;
	}
	return false;
}

typedef VEC(struct kafka_offset_fetch_group) fetch_list;

static void flush_fetches(struct kafka_poller *poller, int32_t broker, fetch_list *fetches)
{
	if (fetches->len == 0)
		return;
	struct kafka_offset_fetch_request request = {.groups = {fetches->items, (int32_t)fetches->len}};
	kafka_group_send(poller, KAFKA_OFFSET_FETCH, broker, &request, on_offsets);
	vec_clear(fetches);
}

/* Up to version 7 a request is of one group, and the answer does not name it: its place travels beside. */
static void fetch_one(struct kafka_poller *poller, int32_t broker, const char *group, int32_t place)
{
	struct kafka_offset_fetch_request request = {.group_id = group, .topics = KAFKA_NULL_ARRAY};
	kafka_poll_send(
		poller, KAFKA_POLL_GROUPS,
		&(struct kafka_call){
			.api = KAFKA_OFFSET_FETCH, .route = KAFKA_TO_BROKER, .broker = broker, .request = &request},
		on_old_offsets, place);
}

static void ask_offsets(struct kafka_poller *poller, int32_t broker)
{
	struct kafka_group_round *round = poller->groups;
	bool batches = speaks_batches(poller, broker);
	fetch_list fetches = {0};
	for (size_t i = 0; i < round->groups.len; i++) {
		struct kafka_group_build *build = &round->groups.items[i];
		if (build->group.coordinator != broker || !kafka_group_commits(build))
			continue;
		build->partial = true; /* until its offsets have come */
		if (!batches) {
			fetch_one(poller, broker, build->group.id, (int32_t)i);
			continue;
		}
		vec_push(&fetches, (struct kafka_offset_fetch_group){.group_id = build->group.id,
								     .member_epoch = -1,
								     .topics = KAFKA_NULL_ARRAY});
		if (fetches.len == BATCH)
			flush_fetches(poller, broker, &fetches);
	}
	flush_fetches(poller, broker, &fetches);
	vec_finish(&fetches);
}

static void on_listed(struct kafka_poller *poller, int32_t broker, const struct err *err, const void *response)
{
	kafka_group_note_error(poller, err);
	if (!err) {
		const struct kafka_list_groups_response *answer = response;
		vec_each (&answer->groups, listed)
			add_listed(poller, listed, broker);
		kafka_group_ask_members(poller, broker);
		ask_offsets(poller, broker);
	}
	kafka_group_answered(poller);
}

/* ---- 2: committed offsets ---- */
static void take_committed(struct kafka_poller *poller, struct kafka_group_build *build, const char *topic,
			   int32_t partition, int16_t error, int64_t offset)
{
	build->partial |= error != 0;
	if (!kafka_group_take_error(poller, build, error, topic))
		vec_push(&build->committed,
			 (struct kafka_group_partition){
				 .topic = topic, .partition = partition, .committed = offset, .end = -1, .lag = -1});
}

static void on_old_offsets(struct kafka_poller *poller, int32_t place, const struct err *err, const void *response)
{
	const struct kafka_offset_fetch_response *answer = response;
	struct kafka_group_build *build = &poller->groups->groups.items[place];
	kafka_group_note_error(poller, err);
	build->partial = err || answer->error_code;
	if (!err && !kafka_group_take_error(poller, build, answer->error_code, NULL))
		vec_each (&answer->topics, topic) {
			const char *name = arena_strdup(&poller->groups->arena, str_or(topic->name, ""));
			vec_each (&topic->partitions, partition)
				take_committed(poller, build, name, partition->partition_index, partition->error_code,
					       partition->committed_offset);
		}
	kafka_group_answered(poller);
}

static void take_offsets(struct kafka_poller *poller, const struct kafka_offsets_group *group)
{
	struct kafka_group_build *build = kafka_group_find(poller->groups, group->group_id);
	if (build)
		build->partial = group->error_code != 0;
	if (!build || kafka_group_take_error(poller, build, group->error_code, NULL))
		return;
	vec_each (&group->topics, topic) {
		const char *name = arena_strdup(&poller->groups->arena, str_or(topic->name, ""));
		vec_each (&topic->partitions, partition)
			take_committed(poller, build, name, partition->partition_index, partition->error_code,
				       partition->committed_offset);
	}
}

static void on_offsets(struct kafka_poller *poller, int32_t broker, const struct err *err, const void *response)
{
	const struct kafka_offset_fetch_response *answer = response;
	kafka_group_note_error(poller, err);
	if (!err)
		vec_each (&answer->groups, group)
			take_offsets(poller, group);
	kafka_group_answered(poller);
}

/* ---- the round ---- */
void kafka_poll_groups(struct kafka_poller *poller)
{
	struct kafka_list_groups_request request = {0};
	poller->groups = mem_alloc(sizeof *poller->groups);
	size_t count = kafka_admin_broker_count(poller->options.admin);
	for (size_t i = 0; i < count; i++) {
		struct kafka_admin_broker broker;
		kafka_admin_broker(poller->options.admin, i, &broker);
		kafka_group_send(poller, KAFKA_LIST_GROUPS, broker.id, &request, on_listed);
	}
	if (count == 0)
		kafka_group_finish_round(poller);
}
