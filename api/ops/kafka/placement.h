/* Where replicas of Kafka shall go: rack by rack (a rack is the zone of the node), where there is room, evenly. */
#ifndef MQDECK_OPS_KAFKA_PLACEMENT_H
#define MQDECK_OPS_KAFKA_PLACEMENT_H

#include "api/ops/kafka/partitions.h"

enum { OPS_KAFKA_PLACES_MAX = 100 };

struct ops_kafka_place { /* a broker that may hold replicas */
	const struct world_broker *broker;
	int32_t id;
	const char *zone;      /* NULL = not known */
	int64_t free_bytes;    /* -1 = not known */
	int64_t replicas;      /* as they will be */
	int64_t arrived_bytes; /* chosen for it so far */
};

struct ops_kafka_placement {
	const struct world_cluster *cluster;
	struct ops_kafka_place places[OPS_KAFKA_PLACES_MAX]; /* without those in `off` and those that do not answer */
	size_t count;
	const int32_t *off; /* borrowed */
	size_t off_count;
};

void ops_kafka_placement_init(struct ops_kafka_placement *out, const struct world_cluster *cluster, const int32_t *off,
			      size_t off_count);
/* The replicas a partition shall have: `want` of them; who is in `off` is replaced in its place, the rest stays
 * where it can. Returns how many, fewer than `want` when there are not enough brokers. */
size_t ops_kafka_placement_choose(struct ops_kafka_placement *it, const struct world_replicated *now, size_t want,
				  int32_t out[static WORLD_REPLICAS_MAX]);
/* How many pairs of these share a zone. */
size_t ops_kafka_placement_shared_zones(const struct world_cluster *cluster, const int32_t *ids, size_t count);
size_t
ops_kafka_placement_zones(const struct ops_kafka_placement *it); /* different ones among the places; 0 = not known */

#endif
