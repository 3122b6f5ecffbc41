/* Which broker clusters somebody changes now: a plan holds a Lease for each, whichever mqdeck runs it, on whatever
 * machine (api/ops/engine/lease.h). */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/join.h"
#include "api/model/join/joined.h"

/* For how much longer it counts; 0 = nobody has it, or whoever had it is gone without a word. A renewal that we saw arrive
 * counts from then, on our own clock. Only for one that stood before we looked the clocks of two machines are compared,
 * and one that is ahead proves nothing for longer than a lease lasts. */
static int64_t time_left(struct join_cluster *cluster, const struct kube_lease *lease, const struct world *world)
{
	int64_t now = loop_now_ms(world->loop), written = lease ? lease->renewed_ms : -1;
	if (written != cluster->lease_renewed_ms) {
		cluster->lease_watched = cluster->lease_renewed_ms > 0;
		cluster->lease_renewed_ms = written;
		cluster->lease_seen_ms = now;
	}
	if (!lease || str_empty(lease->holder) || written < 0)
		return 0;
	int64_t age = now - cluster->lease_seen_ms;
	if (!cluster->lease_watched && world->wall_ms - written > age)
		age = world->wall_ms - written;
	int64_t left = (int64_t)lease->duration_s * 1000 - age;
	return left > 0 ? left : 0;
}

static struct world_plan *plan_of(struct world *world, const struct kube_lease *lease)
{
	struct world_plan *plan = arena_alloc(&world->frame, sizeof *plan);
	const char *slash = strrchr(lease->holder, '/');
	size_t who = slash ? (size_t)(slash - lease->holder) : strlen(lease->holder);
	plan->who = arena_strndup(&world->frame, lease->holder, who);
	plan->id = slash ? slash + 1 : "";
	plan->title = kube_annotation(&lease->meta, "mqdeck/plan");
	plan->since_ms = lease->acquired_ms;
	return plan;
}

static void find_plan(struct world *world, struct join_cluster *cluster)
{
	const struct world_source *leases = &cluster->pub.parts[WORLD_PART_LEASES];
	CLEANUP(free) char *name = world_lease_name(&cluster->pub);
	const struct kube_lease *lease = record_store_get(&world->store, KUBE_LEASES, cluster->namespace, name);
	int64_t left = time_left(cluster, lease, world);
	cluster->pub.plan_known = world_source_is_read(leases) && !err_is_set(&leases->err);
	cluster->pub.plan = left ? plan_of(world, lease) : NULL;
	if (left)
		join_renew_after(world, left); /* that it ran out is told by nobody */
}

void join_plans(struct world *world)
{
	vec_each (&world->cluster_list, cluster)
		find_plan(world, join_cluster_of(*cluster));
}
