/* When which part of the snapshot is asked for anew. Each part has its own rhythm and its own rounds; a large cluster
 * slows them down, and all that changed in one turn of the loop is told once. */
#include "api/kafka/poll/kafka_snapshot.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/poll/poller_private.h"

enum { FIRST_TRY_AGAIN_MS = 1000, PARTITIONS_A_MS = 25, PATIENCE_MS = 4000 };

static const struct {
	size_t interval; /* offset in struct kafka_poll_intervals */
	int64_t preset_ms;
	bool needs_metadata;
	/* After so long a silence another broker is asked; 0 = the client's own. Short where the picture hangs on
	 * it: a broker whose node has died says nothing at all. */
	int64_t patience_ms;
	void (*start)(struct kafka_poller *poller);
} polls[KAFKA_POLL_COUNT] = {
#define INTERVAL(member) .interval = offsetof(struct kafka_poll_intervals, member)
	[KAFKA_POLL_METADATA] = {INTERVAL(metadata), 2000, false, PATIENCE_MS, kafka_poll_metadata},
	[KAFKA_POLL_QUORUM] = {INTERVAL(quorum), 4000, true, PATIENCE_MS, kafka_poll_quorum},
	[KAFKA_POLL_LOG_DIRS] = {INTERVAL(log_dirs), 10000, true, 0, kafka_poll_log_dirs},
	[KAFKA_POLL_CONFIGS] = {INTERVAL(configs), 30000, true, 0, kafka_poll_configs},
	[KAFKA_POLL_GROUPS] = {INTERVAL(groups), 15000, true, 0, kafka_poll_groups},
#undef INTERVAL
};

static int64_t kafka_poller_now(const struct kafka_poller *poller)
{
	return loop_now_ms(poller->options.loop);
}

static int64_t poller_interval_of(const struct kafka_poller *poller, enum kafka_poll poll)
{
	int64_t wanted =
		*(const int64_t *)(const void *)((const char *)&poller->options.intervals + polls[poll].interval);
	return wanted ? wanted : polls[poll].preset_ms;
}

static bool may_start(const struct kafka_poller *poller, enum kafka_poll poll)
{
	return poller->rounds[poll].pending == 0 && poller_interval_of(poller, poll) > 0 &&
	       (!polls[poll].needs_metadata || poller->snapshot.metadata_part.updated_ms >= 0);
}

static void poller_arm_timer(struct kafka_poller *poller)
{
	int64_t next = poller->changed ? 0 : INT64_MAX;
	for (size_t i = 0; i < KAFKA_POLL_COUNT; i++)
		if (may_start(poller, (enum kafka_poll)i) && poller->rounds[i].due_ms < next)
			next = poller->rounds[i].due_ms;
	int64_t now = kafka_poller_now(poller);
	if (next == INT64_MAX)
		loop_timer_disarm(poller->timer);
	else
		loop_timer_arm(poller->timer, next > now ? next - now : 0);
}

static void poller_free_if_idle(struct kafka_poller *poller)
{
	if (poller->destroyed && !poller->busy)
		free(poller);
}

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

/* All that changed in this turn is told once. */
static void poller_tell(struct kafka_poller *poller)
{
	poller->changed = false;
	kafka_brokers_build(poller);
	note_reachable(poller);
	if (poller->options.on_change)
		poller->options.on_change(poller->options.data);
}

static void poller_on_timer(void *data)
{
	struct kafka_poller *poller = data;
	int64_t now = kafka_poller_now(poller);
	poller->busy++;
	for (size_t i = 0; i < KAFKA_POLL_COUNT; i++)
		if (may_start(poller, (enum kafka_poll)i) && poller->rounds[i].due_ms <= now) {
			poller->rounds[i].due_ms = now + poller_interval_of(poller, (enum kafka_poll)i);
			polls[i].start(poller);
		}
	if (poller->changed)
		poller_tell(poller);
	if (!poller->destroyed)
		poller_arm_timer(poller);
	poller->busy--;
	poller_free_if_idle(poller);
}

static void on_nodes(void *data)
{
	struct kafka_poller *poller = data;
	poller->changed = true;
	poller_arm_timer(poller);
}

void kafka_part_note(struct kafka_poller *poller, struct kafka_part *part, const struct err *err)
{
	poller->changed = true;
	if (err) {
		part->err = *err;
		return;
	}
	err_clear(&part->err);
	part->updated_ms = kafka_poller_now(poller);
}

void kafka_poll_finish(struct kafka_poller *poller, enum kafka_poll poll)
{
	int64_t wait = poller_interval_of(poller, poll);
	/* At the start nobody wants to wait a whole interval for the second try. */
	if (poller->snapshot.metadata_part.updated_ms < 0 && wait > FIRST_TRY_AGAIN_MS)
		wait = FIRST_TRY_AGAIN_MS;
	/* Large clusters are read less often: it costs them and us. */
	if (poll == KAFKA_POLL_METADATA)
		wait += poller->snapshot.partition_count / PARTITIONS_A_MS;
	poller->rounds[poll].due_ms = kafka_poller_now(poller) + wait;
}

/* ---- calls ---- */
static void poller_on_answer(void *data, const struct err *err, const void *response)
{
	struct kafka_poll_call *call = data;
	struct kafka_poller *poller = call->poller;
	struct kafka_poll_call **slot = &poller->calls;
	while (*slot != call)
		slot = &(*slot)->next;
	*slot = call->next;
	poller->busy++;
	call->round->pending--;
	call->fn(poller, call->tag, err, response);
	free(call);
	if (!poller->destroyed)
		poller_arm_timer(poller);
	poller->busy--;
	poller_free_if_idle(poller);
}

void kafka_poll_send(struct kafka_poller *poller, enum kafka_poll poll, const struct kafka_call *call,
		     kafka_poll_fn *fn, int32_t tag)
{
	struct kafka_poll_call *own = mem_alloc(sizeof *own);
	*own = (struct kafka_poll_call){
		.next = poller->calls, .poller = poller, .round = &poller->rounds[poll], .fn = fn, .tag = tag};
	poller->calls = own;
	own->round->pending++;
	struct kafka_call mine = *call;
	mine.done = poller_on_answer;
	mine.data = own;
	if (!mine.timeout_ms)
		mine.timeout_ms = polls[poll].patience_ms;
	own->request = kafka_admin_send(poller->options.admin, &mine);
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
				      &snapshot->config_part, &snapshot->group_part};
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
	map_finish(&poller->min_insync);
	map_finish(&poller->min_insync_fresh);
	arena_finish(&poller->topics_arena);
	arena_finish(&poller->reassign_arena);
	arena_finish(&poller->quorum_arena);
	arena_finish(&poller->brokers_arena);
	arena_finish(&poller->groups_arena);
	free((char *)(uintptr_t)poller->snapshot.label);
	free((char *)(uintptr_t)poller->snapshot.cluster_id);
	poller->destroyed = true;
	poller_free_if_idle(poller);
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
