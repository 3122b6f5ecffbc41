/* The order in which data goes through the join. */
#include "api/model/join/join.h"

#include "api/base/mem.h"
#include "api/model/join/joined.h"
#include "api/model/sources/watcher.h"

/* Nodes come first because pods stand on them; pods make brokers, brokers own claims and are what services select; an
 * event may be about any of these. Brokers are asked before volumes are joined: they know how full their disks are. */
static void (*const steps[])(struct world *world) = {
	join_nodes,          /* nodes */
	join_clusters,       /* clusters, brokers, pods, disruption budgets */
	join_crashes,        /* why containers of brokers ended */
	join_plans,          /* who changes the clusters now */
	join_broker_sources, /* what the brokers say */
	join_volumes,        /* claims and their volumes */
	join_services,       /* services and their endpoints */
	join_events,         /* events of all that */
};

static void join_begin(struct world *world)
{
	world->wall_ms = clock_wall_ms(loop_clock(world->loop));
	world->renew_ms = 0;
}

void join_update(struct world *world)
{
	join_begin(world);
	arena_reset(&world->frame);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		steps[i](world);
}

struct join_hearing {
	struct world *world;
	void (*joined)(struct join_cluster *cluster);
};

/* Who its brokers are, on which nodes, with which volumes, stands: only what they say comes anew. */
static void hear_cluster(void *data, const char *key)
{
	const struct join_hearing *hearing = data;
	struct join_cluster *cluster = map_get(&hearing->world->clusters, key);
	if (!cluster)
		return; /* the next join_update() makes it */
	join_cluster_reset(cluster);
	join_broker_source(cluster);
	join_disks(cluster);
	hearing->joined(cluster);
}

void join_answers(struct world *world, void (*joined)(struct join_cluster *cluster))
{
	join_begin(world);
	source_watcher_each_answered(world->watcher, hear_cluster, &(struct join_hearing){world, joined});
}
