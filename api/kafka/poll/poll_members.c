/* Who is in the groups, by their type: each has a request of its own, and tells in its own way what its members hold. */
#include <string.h>
#include <strings.h>

#include "api/base/map.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/poll/poll_groups_private.h"
#include "api/kafka/wire/codec.h"

enum {
	MEMBERS_BATCH = 100,
	HELD_MAX = 5000000, /* partitions, of all groups: a task of many topics is many, in few bytes */
};

static const char *poll_members_said(const char *text)
{
	return str_empty(text) ? NULL : text;
}

/* A broker that lists a newer type of group and cannot describe it (share groups of 4.0) is no failure of the round:
 * who is in them is not known. */
static void poll_members_note_error(struct kafka_poller *poller, const struct err *err)
{
	if (err && err->code != ERR_UNSUPPORTED)
		kafka_group_note_error(poller, err);
}

/* ---- what members hold ---- */
/* The topic's name is the round's: it is not copied for each of what may be millions. */
static void poll_members_hold(struct kafka_poller *poller, struct kafka_group_build *build, const char *topic,
			      const int32_t *partitions, int32_t count, const struct kafka_group_partition *holder)
{
	struct kafka_group_round *round = poller->groups;
	struct err err = {0};
	if (count <= 0)
		return;
	if ((size_t)count > HELD_MAX - round->held) {
		round->held = HELD_MAX;
		err_set(&err, ERR_LIMIT,
			"members of groups hold more than %d partitions, the most that mqdeck reads: the others are "
			"unknown",
			HELD_MAX);
		kafka_group_note_error(poller, &err);
		return;
	}
	for (int32_t i = 0; topic && i < count; i++) {
		struct kafka_group_partition held = *holder;
		held.topic = topic;
		held.partition = partitions[i];
		vec_push(&build->held, held);
		round->held++;
	}
}

static struct kafka_group_partition poll_members_holder(struct arena *arena, const char *member, const char *client,
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

static void hold_target(struct kafka_poller *poller, struct kafka_group_build *build,
			const struct kafka_consumer_target *target, const struct kafka_group_partition *holder)
{
	vec_each (&target->topic_partitions, topic)
		poll_members_hold(poller, build, arena_strdup(&poller->groups->arena, topic->topic_name),
				  topic->partitions.items, topic->partitions.len, holder);
}

static void take_description(struct kafka_poller *poller, const struct kafka_described_group *in)
{
	struct arena *arena = &poller->groups->arena;
	struct kafka_group_build *build = kafka_group_find(poller->groups, in->group_id);
	if (!build || kafka_group_take_error(poller, build, in->error_code, in->error_message))
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
			poll_members_holder(arena, member->member_id, member->client_id, member->client_host);
		vec_each (&assignment->assigned_partitions, topic)
			poll_members_hold(poller, build, arena_strdup(arena, topic->topic), topic->partitions.items,
					  topic->partitions.len, &holder);
	}
}

static void on_described(struct kafka_poller *poller, int32_t broker, const struct err *err, const void *response)
{
	const struct kafka_describe_groups_response *answer = response;
	kafka_group_note_error(poller, err);
	if (!err)
		vec_each (&answer->groups, group)
			take_description(poller, group);
	kafka_group_answered(poller);
}

static void take_consumer_group(struct kafka_poller *poller, const struct kafka_consumer_group *in)
{
	struct arena *arena = &poller->groups->arena;
	struct kafka_group_build *build = kafka_group_find(poller->groups, in->group_id);
	if (!build || kafka_group_take_error(poller, build, in->error_code, in->error_message))
		return;
#define X(place, type, member, listed, classic, consumer, ...)                                                         \
	if (KAFKA_IS_SAID_##type(consumer))                                                                            \
		build->group.member = KAFKA_TAKE_##type(arena, consumer);
#include "api/kafka/poll/group_fields.def"
#undef X
	vec_each (&in->members, member) {
		struct kafka_group_partition holder =
			poll_members_holder(arena, member->member_id, member->client_id, member->client_host);
		hold_target(poller, build, &member->assignment, &holder);
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
	kafka_group_answered(poller);
}

static void take_share_group(struct kafka_poller *poller, const struct kafka_share_group *in)
{
	struct arena *arena = &poller->groups->arena;
	struct kafka_group_build *build = kafka_group_find(poller->groups, in->group_id);
	if (!build || kafka_group_take_error(poller, build, in->error_code, in->error_message))
		return;
#define X(place, type, member, listed, classic, consumer, ...)                                                         \
	if (KAFKA_IS_SAID_##type(consumer))                                                                            \
		build->group.member = KAFKA_TAKE_##type(arena, consumer);
#include "api/kafka/poll/group_fields.def"
#undef X
	vec_each (&in->members, member) {
		struct kafka_group_partition holder =
			poll_members_holder(arena, member->member_id, member->client_id, member->client_host);
		hold_target(poller, build, &member->assignment, &holder);
	}
}

static void on_share_described(struct kafka_poller *poller, int32_t broker, const struct err *err, const void *response)
{
	const struct kafka_share_group_describe_response *answer = response;
	poll_members_note_error(poller, err);
	if (!err)
		vec_each (&answer->groups, group)
			take_share_group(poller, group);
	kafka_group_answered(poller);
}

struct streams_part { /* what a subtopology reads */
	const char **topics;
	size_t count;
};

/* A task is a partition of each topic that its subtopology reads. */
static void hold_tasks(struct kafka_poller *poller, struct kafka_group_build *build, const struct map *subtopologies,
		       const struct kafka_streams_tasks *tasks, const struct kafka_group_partition *holder)
{
	const struct streams_part *part = map_get(subtopologies, str_or(tasks->subtopology_id, ""));
	if (!part || tasks->partitions.len <= 0)
		return;
	for (size_t i = 0; i < part->count; i++) {
		poll_members_hold(poller, build, part->topics[i], tasks->partitions.items, tasks->partitions.len,
				  holder);
		if (poller->groups->held == HELD_MAX)
			return; /* what comes next says that it is too much */
	}
}

static struct streams_part *streams_part_of(struct arena *arena, const struct kafka_streams_subtopology *in)
{
	struct streams_part *part = arena_alloc(arena, sizeof *part);
	size_t room = 1; /* either list may be null, which counts -1 */
	room += in->source_topics.len > 0 ? (size_t)in->source_topics.len : 0;
	room += in->repartition_source_topics.len > 0 ? (size_t)in->repartition_source_topics.len : 0;
	part->topics = arena_alloc(arena, room * sizeof *part->topics);
	vec_each (&in->source_topics, topic)
		part->topics[part->count++] = arena_strdup(arena, *topic);
	vec_each (&in->repartition_source_topics, topic)
		part->topics[part->count++] = arena_strdup(arena, topic->name);
	return part;
}

static struct map subtopologies_of(struct arena *arena, const struct kafka_streams_group *in)
{
	const struct kafka_streams_topology *topology = in->topology.len > 0 ? in->topology.items : NULL;
	struct map found = MAP_INIT;
	for (int32_t i = 0; topology && i < topology->subtopologies.len; i++) {
		const struct kafka_streams_subtopology *part = &topology->subtopologies.items[i];
		map_set(&found, str_or(part->subtopology_id, ""), streams_part_of(arena, part));
	}
	return found;
}

static void take_streams_group(struct kafka_poller *poller, const struct kafka_streams_group *in)
{
	struct arena *arena = &poller->groups->arena;
	struct kafka_group_build *build = kafka_group_find(poller->groups, in->group_id);
	if (!build || kafka_group_take_error(poller, build, in->error_code, in->error_message))
		return;
#define X(place, type, member, listed, classic, consumer, streams, ...)                                                \
	if (KAFKA_IS_SAID_##type(streams))                                                                             \
		build->group.member = KAFKA_TAKE_##type(arena, streams);
#include "api/kafka/poll/group_fields.def"
#undef X
	struct map subtopologies = subtopologies_of(arena, in);
	vec_each (&in->members, member) {
		struct kafka_group_partition holder =
			poll_members_holder(arena, member->member_id, member->client_id, member->client_host);
		vec_each (&member->assignment.active_tasks, tasks)
			hold_tasks(poller, build, &subtopologies, tasks, &holder);
	}
	map_finish(&subtopologies);
}

static void on_streams_described(struct kafka_poller *poller, int32_t broker, const struct err *err,
				 const void *response)
{
	const struct kafka_streams_group_describe_response *answer = response;
	poll_members_note_error(poller, err);
	if (!err)
		vec_each (&answer->groups, group)
			take_streams_group(poller, group);
	kafka_group_answered(poller);
}

/* ---- asking ---- */
/* The type as ListGroups says it, in any case. What has another type is listed, and no more is known of it. */
static const struct group_kind {
	const char *type;
	enum kafka_api_key api;
	kafka_poll_fn *described;
	bool commits;
} group_kinds[] = {
	{"classic", KAFKA_DESCRIBE_GROUPS, on_described, true},
	{"consumer", KAFKA_CONSUMER_GROUP_DESCRIBE, on_consumer_described, true},
	{"share", KAFKA_SHARE_GROUP_DESCRIBE, on_share_described, false},
	{"streams", KAFKA_STREAMS_GROUP_DESCRIBE, on_streams_described, true},
};

static const struct group_kind *group_kind_of(const struct kafka_group_build *build)
{
	/* Brokers before 3.8 do not tell the type: all their groups are classic. */
	const char *type = str_or(build->group.type, "classic");
	for (size_t i = 0; i < ARRAY_LEN(group_kinds); i++)
		if (strcasecmp(group_kinds[i].type, type) == 0)
			return &group_kinds[i];
	return NULL;
}

bool kafka_group_commits(const struct kafka_group_build *build)
{
	const struct group_kind *kind = group_kind_of(build);
	return kind && kind->commits;
}

typedef VEC(const char *) name_list;

static void flush_names(struct kafka_poller *poller, int32_t broker, const struct group_kind *kind, name_list *names)
{
	if (names->len == 0)
		return;
	struct kafka_describe_groups_request classic = {.groups = {names->items, (int32_t)names->len}};
	struct kafka_group_ids_request newer = {.group_ids = {names->items, (int32_t)names->len}};
	const void *request = kind->api == KAFKA_DESCRIBE_GROUPS ? (const void *)&classic : (const void *)&newer;
	kafka_group_send(poller, kind->api, broker, request, kind->described);
	vec_clear(names);
}

void kafka_group_ask_members(struct kafka_poller *poller, int32_t broker)
{
	name_list names = {0};
	for (size_t i = 0; i < ARRAY_LEN(group_kinds); i++) {
		vec_each (&poller->groups->groups, build) {
			if (build->group.coordinator != broker || group_kind_of(build) != &group_kinds[i])
				continue;
			vec_push(&names, build->group.id);
			if (names.len == MEMBERS_BATCH)
				flush_names(poller, broker, &group_kinds[i], &names);
		}
		flush_names(poller, broker, &group_kinds[i], &names);
	}
	vec_finish(&names);
}
