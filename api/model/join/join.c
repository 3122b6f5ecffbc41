/* The order in which data goes through the join. */
#include "api/model/join/join.h"

#include "api/base/mem.h"
#include "api/model/join/joined.h"

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

void join_update(struct world *world)
{
	world->wall_ms = clock_wall_ms(loop_clock(world->loop));
	world->renew_ms = 0;
	arena_reset(&world->frame);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		steps[i](world);
}
