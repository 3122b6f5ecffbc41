/* Kafka's part of a replacement: its replicas come back by themselves, and so does a controller's metadata log. */
#include "api/base/str.h"
#include "api/ops/kafka/kafka_kind.h"

static void kafka_replace_check(struct ops_plan *plan, const struct world_broker *broker)
{
	const struct world_cluster *cluster = broker->cluster;
	for (size_t i = 0; i < cluster->voter_count; i++)
		if (cluster->voters[i].voter && str_eq(cluster->voters[i].broker, broker->name))
			ops_note(plan, OPS_CAUTION,
				 "%s is a controller: its metadata log is lost and fetched again from the other "
				 "controllers",
				 broker->name);
}

const struct ops_replace_part ops_kafka_replace = {.check = kafka_replace_check};
