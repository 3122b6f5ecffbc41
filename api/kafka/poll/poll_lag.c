/* The second half of a round about consumer groups: where the logs end that they read, and the join of members, commits
 * and ends. */
#include <string.h>

#include "api/base/figure.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/poll/poll_groups_private.h"
#include "api/kafka/wire/kafka_errors.h"

/* ---- the round ---- */
void kafka_group_round_free(struct kafka_group_round *round)
{
	if (!round)
		return;
	vec_each (&round->groups, build) {
		vec_finish(&build->held);
		vec_finish(&build->committed);
	}
	vec_finish(&round->groups);
	map_finish(&round->index);
	free(round->ends);
	arena_finish(&round->arena);
	free(round);
}

void kafka_group_note_error(struct kafka_poller *poller, const struct err *err)
{
	struct err *first = &poller->groups->err;
	if (err && (!err_is_set(first) || (err->code == ERR_BUSY && first->code != ERR_BUSY)))
		*first = *err;
}

static bool poll_lag_is_last(const struct kafka_poller *poller)
{
	return poller->rounds[KAFKA_POLL_GROUPS].pending == 0;
}

struct kafka_group_build *kafka_group_find(struct kafka_group_round *round, const char *id)
{
	void *place = id ? map_get(&round->index, id) : NULL;
	return place ? &round->groups.items[(intptr_t)place - 1] : NULL;
}

/* A group that was deleted in between is no failure, nor one that its broker is too old to describe. */
bool kafka_group_take_error(struct kafka_poller *poller, struct kafka_group_build *build, int16_t code,
			    const char *message)
{
	struct err err = {0};
	if (!code)
		return false;
	CLEANUP(free) char *what = str_printf("%s: consumer group %s", poller->snapshot.label, build->group.id);
	kafka_poll_refused(poller, KAFKA_POLL_GROUPS, code, what, message, &err);
	if (code != KAFKA_ERR_GROUP_ID_NOT_FOUND && err.code != ERR_UNSUPPORTED)
		kafka_group_note_error(poller, &err);
	return true;
}

void kafka_group_send(struct kafka_poller *poller, enum kafka_api_key api, int32_t broker, const void *request,
		      kafka_poll_fn *fn)
{
	kafka_poll_send(
		poller, KAFKA_POLL_GROUPS,
		&(struct kafka_call){.api = api, .route = KAFKA_TO_BROKER, .broker = broker, .request = request}, fn,
		broker);
}

/* ---- where the logs end ---- */
static int compare_places(const char *topic, int32_t partition, const char *other_topic, int32_t other_partition)
{
	int names = strcmp(topic, other_topic);
	return names ? names : (partition > other_partition) - (partition < other_partition);
}

static int compare_ends(const void *a, const void *b)
{
	const struct kafka_end_offset *left = a, *right = b;
	return compare_places(left->topic, left->partition, right->topic, right->partition);
}

static int compare_by_leader(const void *a, const void *b)
{
	const struct kafka_end_offset *left = a, *right = b;
	if (left->leader != right->leader)
		return left->leader < right->leader ? -1 : 1;
	return compare_ends(a, b);
}

static void add_ends(struct kafka_poller *poller, const kafka_group_partitions *list)
{
	struct kafka_group_round *round = poller->groups;
	round->ends = mem_resize(round->ends, round->end_count + list->len + 1, sizeof *round->ends);
	vec_each (list, item) {
		const struct kafka_topic *topic = kafka_topics_find(poller, item->topic);
		const struct kafka_partition *partition = topic ? kafka_topic_partition(topic, item->partition) : NULL;
		if (partition && partition->leader >= 0)
			round->ends[round->end_count++] =
				(struct kafka_end_offset){item->topic, item->partition, partition->leader, -1};
	}
}

/* Sorts by leader, topic and partition, and drops what is there twice. */
static void collect_ends(struct kafka_poller *poller)
{
	struct kafka_group_round *round = poller->groups;
	vec_each (&round->groups, build) {
		add_ends(poller, &build->held);
		add_ends(poller, &build->committed);
	}
	size_t kept = 0;
	if (round->end_count > 1)
		qsort(round->ends, round->end_count, sizeof *round->ends, compare_by_leader);
	for (size_t i = 0; i < round->end_count; i++)
		if (i == 0 || compare_by_leader(&round->ends[kept - 1], &round->ends[i]) != 0)
			round->ends[kept++] = round->ends[i];
	round->end_count = kept;
}

static struct kafka_end_offset *find_end(struct kafka_group_round *round, const char *topic, int32_t partition)
{
	struct kafka_end_offset key = {.topic = topic, .partition = partition};
	if (round->end_count == 0)
		return NULL;
	return bsearch(&key, round->ends, round->end_count, sizeof *round->ends, compare_ends);
}

static void take_end(struct kafka_poller *poller, const char *topic, const struct kafka_listed_offset *said)
{
	struct err err = {0};
	struct kafka_end_offset *end = find_end(poller->groups, topic, said->partition_index);
	if (!end || said->error_code == KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION)
		return;
	if (!said->error_code) {
		end->end = said->offset;
		return;
	}
	CLEANUP(free)
	char *what = str_printf("%s: the end of %s/%d", poller->snapshot.label, topic, (int)said->partition_index);
	kafka_poll_refused(poller, KAFKA_POLL_GROUPS, said->error_code, what, NULL, &err);
	kafka_group_note_error(poller, &err);
}

static void on_ends(struct kafka_poller *poller, int32_t broker, const struct err *err, const void *response)
{
	const struct kafka_list_offsets_response *answer = response;
	kafka_group_note_error(poller, err);
	if (!err)
		vec_each (&answer->topics, topic)
			vec_each (&topic->partitions, partition)
				take_end(poller, str_or(topic->name, ""), partition);
	if (poll_lag_is_last(poller))
		kafka_group_finish_round(poller);
}

/* One request for the ends from first to last, which are of one leader. */
static void ask_leader(struct kafka_poller *poller, const struct kafka_end_offset *first, size_t count)
{
	VEC(struct kafka_list_offsets_topic) topics = {0};
	struct kafka_list_offsets_partition *partitions = mem_alloc(count * sizeof *partitions);
	for (size_t i = 0; i < count; i++) {
		partitions[i] = (struct kafka_list_offsets_partition){
			.partition_index = first[i].partition, .current_leader_epoch = -1, .timestamp = -1};
		if (i == 0 || strcmp(first[i].topic, first[i - 1].topic) != 0)
			vec_push(&topics, (struct kafka_list_offsets_topic){.name = first[i].topic,
									    .partitions = {&partitions[i], 0}});
		topics.items[topics.len - 1].partitions.len++;
	}
	struct kafka_list_offsets_request request = {
		.replica_id = -1, .topics = {topics.items, (int32_t)topics.len}, .timeout_ms = 5000};
	kafka_poll_send(poller, KAFKA_POLL_GROUPS,
			&(struct kafka_call){.api = KAFKA_LIST_OFFSETS,
					     .route = KAFKA_TO_BROKER,
					     .broker = first->leader,
					     .request = &request},
			on_ends, first->leader);
	vec_finish(&topics);
	free(partitions);
}

static void ask_ends(struct kafka_poller *poller)
{
	struct kafka_group_round *round = poller->groups;
	collect_ends(poller);
	for (size_t from = 0, to; from < round->end_count; from = to) {
		for (to = from + 1; to < round->end_count && round->ends[to].leader == round->ends[from].leader;)
			to++;
		ask_leader(poller, &round->ends[from], to - from);
	}
	/* From here on they are looked up by name. */
	if (round->end_count > 1)
		qsort(round->ends, round->end_count, sizeof *round->ends, compare_ends);
	if (poll_lag_is_last(poller))
		kafka_group_finish_round(poller);
}

void kafka_group_answered(struct kafka_poller *poller)
{
	if (poll_lag_is_last(poller))
		ask_ends(poller);
}

/* ---- the picture ---- */
static int compare_group_partitions(const void *a, const void *b)
{
	const struct kafka_group_partition *left = a, *right = b;
	return compare_places(left->topic, left->partition, right->topic, right->partition);
}

static void sort_list(kafka_group_partitions *list)
{
	if (list->len > 1)
		qsort(list->items, list->len, sizeof list->items[0], compare_group_partitions);
}

/* What was committed to a topic that is gone is no lag; that of one whose end nobody tells is unknown. */
static void add_lag(struct kafka_poller *poller, struct kafka_group_build *build,
		    struct kafka_group_partition *partition)
{
	struct kafka_group *group = &build->group;
	const struct kafka_end_offset *end = find_end(poller->groups, partition->topic, partition->partition);
	partition->end = end ? end->end : -1;
	if (partition->committed < 0)
		return;
	if (partition->end < 0) {
		build->partial |= kafka_topics_find(poller, partition->topic) != NULL;
		return;
	}
	partition->lag = partition->end > partition->committed ? partition->end - partition->committed : 0;
	group->lag = figure_sum(group->lag < 0 ? 0 : group->lag, partition->lag);
}

/* The next partition of both lists, which are sorted: either may be NULL. False at the end. */
static bool next_place(const struct kafka_group_build *build, size_t *h, size_t *c,
		       const struct kafka_group_partition **held, const struct kafka_group_partition **committed)
{
	*held = *h < build->held.len ? &build->held.items[*h] : NULL;
	*committed = *c < build->committed.len ? &build->committed.items[*c] : NULL;
	int order = !*held ? 1 : !*committed ? -1 : compare_group_partitions(*held, *committed);
	if (order > 0)
		*held = NULL;
	if (order < 0)
		*committed = NULL;
	*h += *held != NULL;
	*c += *committed != NULL;
	return *held || *committed;
}

/* Joins what is held with what is committed, which nearly always is the same. */
static void poll_lag_join(struct kafka_poller *poller, struct kafka_group_build *build)
{
	struct kafka_group *group = &build->group;
	const struct kafka_group_partition *held, *committed;
	size_t count = 0;
	sort_list(&build->held);
	sort_list(&build->committed);
	for (size_t h = 0, c = 0; next_place(build, &h, &c, &held, &committed);)
		count++;
	struct kafka_group_partition *out = arena_alloc(&poller->groups->arena, count * sizeof *out);
	group->partitions = out;
	for (size_t h = 0, c = 0; next_place(build, &h, &c, &held, &committed);) {
		struct kafka_group_partition *joined = &out[group->partition_count++];
		*joined = held ? *held : *committed;
		if (committed)
			joined->committed = committed->committed;
		add_lag(poller, build, joined);
	}
	group->partial = build->partial;
	if (build->partial)
		group->lag = -1;
}

static int compare_groups(const void *a, const void *b)
{
	return strcmp(((const struct kafka_group *)a)->id, ((const struct kafka_group *)b)->id);
}

void kafka_group_finish_round(struct kafka_poller *poller)
{
	struct kafka_group_round *round = poller->groups;
	struct kafka_snapshot *snapshot = &poller->snapshot;
	struct kafka_group *groups = arena_alloc(&round->arena, round->groups.len * sizeof *groups);
	for (size_t i = 0; i < round->groups.len; i++) {
		poll_lag_join(poller, &round->groups.items[i]);
		groups[i] = round->groups.items[i].group;
	}
	if (round->groups.len > 1)
		qsort(groups, round->groups.len, sizeof *groups, compare_groups);
	struct err err = round->err;
	/* When no broker told anything, the last picture stays. */
	if (round->groups.len > 0 || !err_is_set(&err)) {
		arena_finish(&poller->groups_arena);
		poller->groups_arena = round->arena;
		round->arena = ARENA_INIT;
		snapshot->groups = groups;
		snapshot->group_count = round->groups.len;
		kafka_part_note(poller, &snapshot->group_part, NULL);
	}
	if (err_is_set(&err))
		kafka_part_note(poller, &snapshot->group_part, &err);
	poller->groups = NULL;
	kafka_group_round_free(round);
	kafka_poll_finish(poller, KAFKA_POLL_GROUPS);
}
