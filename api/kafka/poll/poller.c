/* The poller as a whole: starts the parts of the snapshot when they are due and tells of all that changed in one turn of
 * the loop once. */
#include "api/kafka/poll/kafka_snapshot.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/poll/poller_private.h"
#include "api/kafka/wire/kafka_errors.h"

static void (*const starts[KAFKA_POLL_COUNT])(struct kafka_poller *poller) = {
	[KAFKA_POLL_METADATA] = kafka_poll_metadata, [KAFKA_POLL_QUORUM] = kafka_poll_quorum,
	[KAFKA_POLL_LOG_DIRS] = kafka_poll_log_dirs, [KAFKA_POLL_CONFIGS] = kafka_poll_configs,
	[KAFKA_POLL_GROUPS] = kafka_poll_groups,     [KAFKA_POLL_ELIGIBLE] = kafka_poll_eligible,
};

static void note_reachable(struct kafka_poller *poller)
{
	struct kafka_snapshot *snapshot = &poller->snapshot;
	const struct err *bootstrap = kafka_admin_bootstrap_error(poller->options.admin);
	snapshot->reachable = kafka_admin_is_connected(poller->options.admin);
	err_clear(&snapshot->err);
	if (snapshot->reachable)
		return;
	const struct err *why = err_is_set(bootstrap) ? bootstrap : &snapshot->metadata_part.err;
	for (size_t i = 0; i < snapshot->broker_count && !err_is_set(why); i++)
		why = &snapshot->brokers[i].err;
	snapshot->err = *why;
}

/* ---- topics that are not shown ---- */
static const struct err *refused_elsewhere(const struct kafka_snapshot *snapshot)
{
	const struct kafka_part *parts[] = {&snapshot->reassignment_part, &snapshot->quorum_part,
					    &snapshot->group_part};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i]->err.code == ERR_FORBIDDEN)
			return &parts[i]->err;
	for (size_t i = 0; i < snapshot->broker_count; i++)
		if (snapshot->brokers[i].dirs_part.err.code == ERR_FORBIDDEN)
			return &snapshot->brokers[i].dirs_part.err;
	return NULL;
}

/* Still not named by what Metadata said after that. */
static const char *unlisted_topic(const struct kafka_poller *poller)
{
	vec_each (&poller->dirs, dirs)
		if ((*dirs)->unlisted && poller->snapshot.metadata_part.updated_ms > (*dirs)->part.updated_ms &&
		    !kafka_topics_find(poller, (*dirs)->unlisted))
			return (*dirs)->unlisted;
	return NULL;
}

/* Metadata leaves out, without a word, what the user may not describe (KafkaApis.handleTopicMetadataRequest). What betrays
 * it: topics that are named and no more, that lie on the disks, or that there is none for a user who may not describe the
 * cluster either. */
static void note_hidden(struct kafka_poller *poller)
{
	struct kafka_snapshot *snapshot = &poller->snapshot;
	const struct err *refused = refused_elsewhere(snapshot);
	const char *name = unlisted_topic(poller);
	err_clear(&snapshot->hidden);
	for (size_t i = 0; i < snapshot->topic_count && !name; i++)
		if (kafka_topic_is_hidden(&snapshot->topics[i]) &&
		    snapshot->topics[i].error == KAFKA_ERR_TOPIC_AUTHORIZATION_FAILED)
			name = snapshot->topics[i].name;
	if (snapshot->metadata_part.updated_ms < 0)
		return;
	if (name)
		err_set(&snapshot->hidden, ERR_FORBIDDEN,
			"%s: not authorized: the Kafka user lacks an ACL to describe topic %s, and maybe others",
			snapshot->label, name);
	else if (snapshot->topic_count == 0 && refused)
		err_set(&snapshot->hidden, ERR_FORBIDDEN, "%s: no topic is shown to this Kafka user: %s",
			snapshot->label, refused->text);
}

/* All that changed in this turn is told once. */
static void poller_tell(struct kafka_poller *poller)
{
	poller->changed = false;
	kafka_brokers_build(poller);
	note_reachable(poller);
	note_hidden(poller);
	if (poller->options.on_change)
		poller->options.on_change(poller->options.data);
}

static void poller_on_timer(void *data)
{
	struct kafka_poller *poller = data;
	int64_t now = kafka_poller_now(poller);
	poller->busy++;
	for (size_t i = 0; i < KAFKA_POLL_COUNT; i++)
		if (kafka_poller_may_start(poller, (enum kafka_poll)i) && poller->rounds[i].due_ms <= now) {
			poller->rounds[i].began_ms = now;
			poller->rounds[i].due_ms = now + kafka_poller_interval(poller, (enum kafka_poll)i);
			starts[i](poller);
		}
	if (poller->changed)
		poller_tell(poller);
	if (!poller->destroyed)
		kafka_poller_arm(poller);
	poller->busy--;
	kafka_poller_free_if_idle(poller);
}

static void on_nodes(void *data)
{
	struct kafka_poller *poller = data;
	poller->changed = true;
	kafka_poller_arm(poller);
}

/* ---- public ---- */
struct kafka_poller *kafka_poller_create(const struct kafka_poller_options *options)
{
	struct kafka_poller *poller = mem_alloc(sizeof *poller);
	struct kafka_snapshot *snapshot = &poller->snapshot;
	poller->options = *options;
	snapshot->label = mem_strdup(str_or(options->label, "kafka"));
	snapshot->controller = -1;
	struct kafka_part *parts[] = {&snapshot->metadata_part, &snapshot->reassignment_part, &snapshot->quorum_part,
				      &snapshot->config_part,   &snapshot->group_part,        &snapshot->eligible_part};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		parts[i]->updated_ms = -1;
	poller->timer = loop_timer_create(options->loop, poller_on_timer, poller);
	kafka_admin_watch(options->admin, on_nodes, poller);
	loop_timer_arm(poller->timer, 0);
	return poller;
}

void kafka_poller_destroy(struct kafka_poller *poller)
{
	if (!poller)
		return;
	kafka_admin_watch(poller->options.admin, NULL, NULL);
	while (poller->calls) {
		struct kafka_poll_call *call = poller->calls;
		poller->calls = call->next;
		kafka_admin_cancel(call->request);
		free(call);
	}
	loop_timer_destroy(poller->timer);
	kafka_group_round_free(poller->groups);
	kafka_broker_dirs_finish(poller);
	map_finish(&poller->min_in_sync);
	map_finish(&poller->min_in_sync_fresh);
	arena_finish(&poller->topics_arena);
	arena_finish(&poller->reassign_arena);
	arena_finish(&poller->quorum_arena);
	arena_finish(&poller->brokers_arena);
	arena_finish(&poller->groups_arena);
	arena_finish(&poller->eligible_arena);
	free((char *)(uintptr_t)poller->snapshot.label);
	free((char *)(uintptr_t)poller->snapshot.cluster_id);
	poller->destroyed = true;
	kafka_poller_free_if_idle(poller);
}

void kafka_poller_set_pace(struct kafka_poller *poller, int64_t every_ms)
{
	if (poller->pace_ms == every_ms)
		return;
	poller->pace_ms = every_ms;
	for (size_t i = 0; i < KAFKA_POLL_COUNT; i++) {
		struct kafka_poll_round *round = &poller->rounds[i];
		int64_t due = round->began_ms + kafka_poller_interval(poller, (enum kafka_poll)i);
		if (due < round->due_ms)
			round->due_ms = due;
	}
	kafka_poller_arm(poller);
}

void kafka_poller_ask_again(struct kafka_poller *poller)
{
	for (size_t i = 0; i < KAFKA_POLL_COUNT; i++)
		poller->rounds[i].due_ms = kafka_poller_now(poller);
	kafka_admin_ask_again(poller->options.admin);
	kafka_poller_arm(poller);
}

const struct kafka_snapshot *kafka_poller_snapshot(struct kafka_poller *poller)
{
	return &poller->snapshot;
}

size_t kafka_snapshot_bytes(const struct kafka_poller *poller)
{
	size_t bytes = sizeof *poller + poller->topics_arena.used + poller->reassign_arena.used +
		       poller->quorum_arena.used + poller->brokers_arena.used + poller->groups_arena.used;
	vec_each (&poller->dirs, dirs)
		bytes += sizeof **dirs + (*dirs)->arena.used;
	return bytes;
}
