/* Consumer groups: every broker lists the groups it coordinates, describes them and tells what they committed. */
#include <string.h>
#include <strings.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/poll/poll_groups_private.h"
#include "api/kafka/wire/codec.h"
#include "api/kafka/wire/kafka_errors.h"

enum { GROUPS_MAX = 50000, BATCH = 100 };

static void send_to(struct kafka_poller *poller, enum kafka_api_key api, int32_t broker, const void *request,
		    kafka_poll_fn *fn)
{
	kafka_poll_send(
		poller, KAFKA_POLL_GROUPS,
		&(struct kafka_call){.api = api, .route = KAFKA_TO_BROKER, .broker = broker, .request = request}, fn,
		broker);
}

static bool poll_groups_is_last(const struct kafka_poller *poller)
{
	return poller->rounds[KAFKA_POLL_GROUPS].pending == 0;
}

static struct kafka_group_build *find_build(struct kafka_group_round *round, const char *id)
{
	void *place = id ? map_get(&round->index, id) : NULL;
	return place ? &round->groups.items[(intptr_t)place - 1] : NULL;
}

/* ---- 1: which groups there are ---- */
static const char *poll_groups_said(const char *text)
{
	return str_empty(text) ? NULL : text;
}

static void add_listed(struct kafka_group_round *round, const struct kafka_listed_group *in, int32_t broker)
{
	struct arena *arena = &round->arena;
	if (!in->group_id || round->groups.len >= GROUPS_MAX || find_build(round, in->group_id))
		return;
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

static bool poll_groups_is_of(const struct kafka_group_build *build, int32_t broker, const char *type)
{
	/* Brokers before 4.0 do not tell the type: all their groups are classic. */
	const char *own = str_or(build->group.type, "classic");
	return build->group.coordinator == broker && strcasecmp(own, type) == 0;
}

static void on_described(struct kafka_poller *poller, int32_t broker, const struct err *err, const void *response);
static void on_consumer_described(struct kafka_poller *poller, int32_t broker, const struct err *err,
				  const void *response);
static void on_offsets(struct kafka_poller *poller, int32_t broker, const struct err *err, const void *response);
static void on_old_offsets(struct kafka_poller *poller, int32_t place, const struct err *err, const void *response);

typedef VEC(const char *) name_list;

static void flush_names(struct kafka_poller *poller, int32_t broker, bool classic, name_list *names)
{
	if (names->len == 0)
		return;
	struct kafka_describe_groups_request describe = {.groups = {names->items, (int32_t)names->len}};
	struct kafka_consumer_group_describe_request consumer = {.group_ids = {names->items, (int32_t)names->len}};
	if (classic)
		send_to(poller, KAFKA_DESCRIBE_GROUPS, broker, &describe, on_described);
	else
		send_to(poller, KAFKA_CONSUMER_GROUP_DESCRIBE, broker, &consumer, on_consumer_described);
	vec_clear(names);
}

static void ask_descriptions(struct kafka_poller *poller, int32_t broker, bool classic)
{
	name_list names = {0};
	vec_each (&poller->groups->groups, build) {
		if (!poll_groups_is_of(build, broker, classic ? "classic" : "consumer"))
			continue;
		vec_push(&names, build->group.id);
		if (names.len == BATCH)
			flush_names(poller, broker, classic, &names);
	}
	flush_names(poller, broker, classic, &names);
	vec_finish(&names);
}

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
	send_to(poller, KAFKA_OFFSET_FETCH, broker, &request, on_offsets);
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
		const struct kafka_group_build *build = &round->groups.items[i];
		if (!poll_groups_is_of(build, broker, "classic") && !poll_groups_is_of(build, broker, "consumer"))
			continue;
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
			add_listed(poller->groups, listed, broker);
		ask_descriptions(poller, broker, true);
		ask_descriptions(poller, broker, false);
		ask_offsets(poller, broker);
	}
	if (poll_groups_is_last(poller))
		kafka_group_ask_ends(poller);
}

/* ---- 2: members and committed offsets ---- */
static void poll_groups_hold(struct kafka_group_build *build, struct arena *arena, const char *topic,
			     const int32_t *partitions, int32_t count, const struct kafka_group_partition *holder)
{
	const char *name = arena_strdup(arena, topic);
	for (int32_t i = 0; name && i < count; i++) {
		struct kafka_group_partition held = *holder;
		held.topic = name;
		held.partition = partitions[i];
		vec_push(&build->held, held);
	}
}

static struct kafka_group_partition holder_of(struct arena *arena, const char *member, const char *client,
					      const char *host)
{
	return (struct kafka_group_partition){
		.committed = -1,
		.end = -1,
		.lag = -1,
		.member = arena_strdup(arena, member),
		.client = arena_strdup(arena, client),
		.host = arena_strdup(arena, host),
	};
}

static bool poll_groups_take_error(struct kafka_poller *poller, struct kafka_group_build *build, int16_t code,
				   const char *message)
{
	struct err err = {0};
	if (!code)
		return false;
	kafka_error_set(&err, code, "reading the group", message);
	build->group.error = arena_strdup(&poller->groups->arena, err.text);
	return true;
}

static void take_description(struct kafka_poller *poller, const struct kafka_described_group *in)
{
	struct arena *arena = &poller->groups->arena;
	struct kafka_group_build *build = find_build(poller->groups, in->group_id);
	if (!build || poll_groups_take_error(poller, build, in->error_code, in->error_message))
		return;
#define X(place, type, member, listed, classic, ...)                                                                   \
	if (KAFKA_IS_SAID_##type(classic))                                                                             \
		build->group.member = KAFKA_TAKE_##type(arena, classic);
#include "api/kafka/poll/group_fields.def"
#undef X
	vec_each (&in->members, member) {
		const struct kafka_consumer_assignment *assignment =
			kafka_decode_assignment(arena, &member->member_assignment);
		if (!assignment || !str_eq(in->protocol_type, "consumer"))
			continue;
		struct kafka_group_partition holder =
			holder_of(arena, member->member_id, member->client_id, member->client_host);
		vec_each (&assignment->assigned_partitions, topic)
			poll_groups_hold(build, arena, topic->topic, topic->partitions.items, topic->partitions.len,
					 &holder);
	}
}

static void on_described(struct kafka_poller *poller, int32_t broker, const struct err *err, const void *response)
{
	const struct kafka_describe_groups_response *answer = response;
	kafka_group_note_error(poller, err);
	if (!err)
		vec_each (&answer->groups, group)
			take_description(poller, group);
	if (poll_groups_is_last(poller))
		kafka_group_ask_ends(poller);
}

static void take_consumer_group(struct kafka_poller *poller, const struct kafka_consumer_group *in)
{
	struct arena *arena = &poller->groups->arena;
	struct kafka_group_build *build = find_build(poller->groups, in->group_id);
	if (!build || poll_groups_take_error(poller, build, in->error_code, in->error_message))
		return;
#define X(place, type, member, listed, classic, consumer, ...)                                                         \
	if (KAFKA_IS_SAID_##type(consumer))                                                                            \
		build->group.member = KAFKA_TAKE_##type(arena, consumer);
#include "api/kafka/poll/group_fields.def"
#undef X
	vec_each (&in->members, member) {
		struct kafka_group_partition holder =
			holder_of(arena, member->member_id, member->client_id, member->client_host);
		vec_each (&member->assignment.topic_partitions, topic)
			poll_groups_hold(build, arena, topic->topic_name, topic->partitions.items,
					 topic->partitions.len, &holder);
	}
}

static void on_consumer_described(struct kafka_poller *poller, int32_t broker, const struct err *err,
				  const void *response)
{
	const struct kafka_consumer_group_describe_response *answer = response;
	kafka_group_note_error(poller, err);
	if (!err)
		vec_each (&answer->groups, group)
			take_consumer_group(poller, group);
	if (poll_groups_is_last(poller))
		kafka_group_ask_ends(poller);
}

static void add_committed(struct kafka_group_build *build, const char *topic, int32_t partition, int64_t offset)
{
	vec_push(&build->committed,
		 (struct kafka_group_partition){
			 .topic = topic, .partition = partition, .committed = offset, .end = -1, .lag = -1});
}

static void on_old_offsets(struct kafka_poller *poller, int32_t place, const struct err *err, const void *response)
{
	const struct kafka_offset_fetch_response *answer = response;
	struct kafka_group_build *build = &poller->groups->groups.items[place];
	kafka_group_note_error(poller, err);
	if (!err && !poll_groups_take_error(poller, build, answer->error_code, NULL))
		vec_each (&answer->topics, topic) {
			const char *name = arena_strdup(&poller->groups->arena, str_or(topic->name, ""));
			vec_each (&topic->partitions, partition)
				if (!partition->error_code)
					add_committed(build, name, partition->partition_index,
						      partition->committed_offset);
		}
	if (poll_groups_is_last(poller))
		kafka_group_ask_ends(poller);
}

static void take_offsets(struct kafka_poller *poller, const struct kafka_offsets_group *group)
{
	struct kafka_group_build *build = find_build(poller->groups, group->group_id);
	if (!build || poll_groups_take_error(poller, build, group->error_code, NULL))
		return;
	vec_each (&group->topics, topic) {
		const char *name = arena_strdup(&poller->groups->arena, str_or(topic->name, ""));
		vec_each (&topic->partitions, partition)
			if (!partition->error_code)
				add_committed(build, name, partition->partition_index, partition->committed_offset);
	}
}

static void on_offsets(struct kafka_poller *poller, int32_t broker, const struct err *err, const void *response)
{
	const struct kafka_offset_fetch_response *answer = response;
	kafka_group_note_error(poller, err);
	if (!err)
		vec_each (&answer->groups, group)
			take_offsets(poller, group);
	if (poll_groups_is_last(poller))
		kafka_group_ask_ends(poller);
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
		send_to(poller, KAFKA_LIST_GROUPS, broker.id, &request, on_listed);
	}
	if (count == 0)
		kafka_group_finish_round(poller);
}
