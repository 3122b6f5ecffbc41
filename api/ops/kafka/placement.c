/* Where a replica can go. Greedy, a partition at a time: racks first, then room, then evenness; an optimum would move more
 * than anybody asked for. */
#include "api/ops/kafka/placement.h"

#include <string.h>

#include "api/base/figure.h"
#include "api/base/str.h"

static const char *zone_of(const struct world_broker *broker)
{
	return broker && broker->node ? broker->node->zone : NULL;
}

/* Room on those of the broker's disks that take new replicas; -1 = not known. */
static int64_t ops_kafka_placement_free_bytes(const struct world_broker *broker)
{
	if (broker->disk_total_bytes <= 0 || broker->disk_used_bytes < 0)
		return -1;
	return figure_difference(broker->disk_total_bytes - broker->disk_used_bytes, broker->cordoned_bytes);
}

void ops_kafka_placement_init(struct ops_kafka_placement *out, const struct world_cluster *cluster, const int32_t *off,
			      size_t off_count)
{
	*out = (struct ops_kafka_placement){.cluster = cluster, .off = off, .off_count = off_count};
	for (size_t i = 0; i < cluster->broker_count && out->count < OPS_KAFKA_PLACES_MAX; i++) {
		const struct world_broker *broker = cluster->brokers[i];
		if (broker->id < 0 || broker->reachable != 1 || broker->takes_no_replicas ||
		    ops_kafka_holds(off, off_count, broker->id))
			continue;
		out->places[out->count++] =
			(struct ops_kafka_place){.broker = broker,
						 .id = broker->id,
						 .zone = zone_of(broker),
						 .free_bytes = ops_kafka_placement_free_bytes(broker),
						 .replicas = broker->replicas > 0 ? broker->replicas : 0};
	}
}

size_t ops_kafka_placement_zones(const struct ops_kafka_placement *it)
{
	size_t zones = 0;
	for (size_t i = 0; i < it->count; i++) {
		bool seen = !it->places[i].zone;
		for (size_t j = 0; j < i && !seen; j++)
			seen = str_eq(it->places[i].zone, it->places[j].zone);
		zones += !seen;
	}
	return zones;
}

size_t ops_kafka_placement_shared_zones(const struct world_cluster *cluster, const int32_t *ids, size_t count)
{
	size_t shared = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++) {
			const char *zone = zone_of(ops_kafka_broker_of(cluster, ids[i]));
			shared += zone && str_eq(zone, zone_of(ops_kafka_broker_of(cluster, ids[j])));
		}
	return shared;
}

static size_t in_zone(const struct ops_kafka_placement *it, const char *zone, const int32_t *ids, size_t count)
{
	size_t found = 0;
	for (size_t i = 0; i < count; i++)
		found += zone && str_eq(zone, zone_of(ops_kafka_broker_of(it->cluster, ids[i])));
	return found;
}

static bool has_room(const struct ops_kafka_place *place, int64_t bytes)
{
	return place->free_bytes < 0 || figure_sum(place->arrived_bytes, bytes) < place->free_bytes;
}

/* Room first, then another zone, then the one that holds fewest. NULL when every place holds one already. */
static struct ops_kafka_place *choose_place(struct ops_kafka_placement *it, const int32_t *ids, size_t count,
					    int64_t bytes)
{
	struct ops_kafka_place *best = NULL;
	for (size_t i = 0; i < it->count; i++) {
		struct ops_kafka_place *place = &it->places[i];
		if (ops_kafka_holds(ids, count, place->id))
			continue;
		if (!best) {
			best = place;
			continue;
		}
		bool room = has_room(place, bytes), best_room = has_room(best, bytes);
		size_t zone = in_zone(it, place->zone, ids, count), best_zone = in_zone(it, best->zone, ids, count);
		if (room != best_room ? room : zone != best_zone ? zone < best_zone : place->replicas < best->replicas)
			best = place;
	}
	return best;
}

/* Which replica goes when there are too many: one that is not in sync, else one that shares its zone, else the last;
 * the leader stays. */
static size_t choose_leaver(const struct ops_kafka_placement *it, const struct world_replicated *now,
			    const int32_t *ids, size_t count)
{
	size_t worst = count - 1, worst_rank = 0;
	int32_t leader = now->leader_id;
	for (size_t i = 0; i < count; i++) {
		const char *zone = zone_of(ops_kafka_broker_of(it->cluster, ids[i]));
		size_t rank = 1 + (in_zone(it, zone, ids, count) > 1) + 2 * !ops_kafka_in_sync(now, ids[i]);
		if (ids[i] == leader)
			rank = 0;
		if (rank >= worst_rank) {
			worst = i;
			worst_rank = rank;
		}
	}
	return worst;
}

static void count_replica(struct ops_kafka_placement *it, int32_t id, int change, int64_t bytes)
{
	for (size_t i = 0; i < it->count; i++) {
		if (it->places[i].id != id)
			continue;
		it->places[i].replicas += change;
		it->places[i].arrived_bytes = figure_sum(it->places[i].arrived_bytes, change > 0 ? bytes : 0);
	}
}

static bool placement_put(struct ops_kafka_placement *it, int32_t *ids, size_t at, size_t count, int64_t bytes)
{
	struct ops_kafka_place *place = choose_place(it, ids, count, bytes);
	if (!place)
		return false;
	ids[at] = place->id;
	count_replica(it, place->id, 1, bytes);
	return true;
}

size_t ops_kafka_placement_choose(struct ops_kafka_placement *it, const struct world_replicated *now, size_t want,
				  int32_t out[static WORLD_REPLICAS_MAX])
{
	int64_t bytes = now->size_bytes > 0 ? now->size_bytes : 0;
	size_t count = ops_kafka_target(now, out);
	for (size_t i = 0; i < count; i++)
		if (ops_kafka_holds(it->off, it->off_count, out[i]))
			out[i] = -1;
	/* Too many: those that leave anyway go first. */
	for (size_t i = count; i > 0 && count > want; i--) {
		if (out[i - 1] >= 0)
			continue;
		memmove(out + i - 1, out + i, (count - i) * sizeof *out);
		count--;
	}
	while (count > want && count > 0) {
		size_t leaver = choose_leaver(it, now, out, count);
		count_replica(it, out[leaver], -1, bytes);
		memmove(out + leaver, out + leaver + 1, (count - leaver - 1) * sizeof *out);
		count--;
	}
	for (size_t i = 0; i < count; i++) {
		if (out[i] >= 0 || placement_put(it, out, i, count, bytes))
			continue;
		memmove(out + i, out + i + 1, (count - i - 1) * sizeof *out);
		count--;
		i--;
	}
	while (count < want && count < WORLD_REPLICAS_MAX && placement_put(it, out, count, count, bytes))
		count++;
	return count;
}
