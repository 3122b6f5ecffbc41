/* The brokers' side of every cluster: takes over what its source has heard, and has it joined by the kind of broker. */
#include "api/base/mem.h"
#include "api/model/join/join.h"
#include "api/model/join/joined.h"
#include "api/model/sources/watcher.h"

static const struct join_kind {
	void (*join)(struct join_cluster *cluster);
	uint64_t (*answers_mark)(const struct join_cluster *cluster);
	void (*replicated_at)(const struct join_cluster *cluster, int64_t index, struct world_replicated *out);
} kinds[] = {
	[WORLD_BROKER_RABBITMQ] = {join_rabbitmq, join_rabbitmq_answers_mark, join_rabbitmq_replicated_at},
	[WORLD_BROKER_KAFKA] = {join_kafka, join_kafka_answers_mark, join_kafka_replicated_at},
};

static void number_answers(struct join_cluster *cluster)
{
	uint64_t mark = kinds[cluster->pub.kind].answers_mark(cluster);
	if (cluster->pub.answers && mark == cluster->answers_mark)
		return;
	cluster->answers_mark = mark;
	cluster->pub.answers = ++cluster->world->answers;
}

/* What is kept of a member beyond the moment: its name is the monitor's. */
static const struct rabbitmq_member *brokers_copy_members(struct arena *frame, const struct rabbitmq_snapshot *from)
{
	struct rabbitmq_member *copy = arena_alloc(frame, (from->member_count + 1) * sizeof *copy);
	for (size_t i = 0; i < from->member_count; i++) {
		copy[i] = from->members[i];
		copy[i].pod = arena_strdup(frame, from->members[i].pod);
		copy[i].node = arena_strdup(frame, from->members[i].node);
		copy[i].unheard = arena_strdup(frame, from->members[i].unheard);
	}
	return copy;
}

/* Pins what RabbitMQ said: the parts are counted, and replaced by the monitor whenever it hears anew. */
static void take_rabbitmq(struct join_cluster *cluster, const struct rabbitmq_snapshot *snapshot)
{
	struct rabbitmq_snapshot before = cluster->rabbitmq;
	cluster->rabbitmq = *snapshot;
	rabbitmq_overview_ref(snapshot->overview);
	rabbitmq_nodes_ref(snapshot->nodes);
	rabbitmq_nodes_ref(snapshot->maintenance);
	rabbitmq_queues_ref(snapshot->queues);
	rabbitmq_clients_ref(snapshot->clients);
	join_unpin(&before);
	cluster->rabbitmq.members = brokers_copy_members(&cluster->world->frame, snapshot);
}

static void take_snapshot(struct join_cluster *cluster, const struct source_snapshot *snapshot)
{
	if (snapshot->rabbitmq)
		take_rabbitmq(cluster, snapshot->rabbitmq);
	cluster->kafka = snapshot->kafka;
	cluster->kafka_data = snapshot->kafka_data;
	cluster->way_err = snapshot->no_way;
	cluster->pub.credentials_missing = snapshot->credentials_missing;
	cluster->pub.pace_ms = snapshot->pace_ms;
	cluster->pub.outdated = snapshot->outdated;
}

void join_broker_source(struct join_cluster *cluster)
{
	struct source_snapshot snapshot;
	if (source_watcher_snapshot(cluster->world->watcher, cluster->key, &snapshot))
		take_snapshot(cluster, &snapshot);
	kinds[cluster->pub.kind].join(cluster);
	number_answers(cluster);
}

void join_broker_sources(struct world *world)
{
	vec_each (&world->cluster_list, cluster)
		join_broker_source(join_cluster_of(*cluster));
	source_watcher_collect(world->watcher); /* those let go: now no cluster points at them */
}

void join_replicated_at(const struct world_cluster *cluster, int64_t index, struct world_replicated *out)
{
	*out = (struct world_replicated){
		.cluster = (struct world_cluster *)cluster,
		.name = "",
		.partition = -1,
		.leader = -1,
		.leader_id = -1,
		.min_in_sync = -1,
		.state = WORLD_REPLICA_UNKNOWN,
		.size_bytes = -1,
	};
	kinds[cluster->kind].replicated_at(join_cluster_of(cluster), index, out);
}
