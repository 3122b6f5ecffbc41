/* A small Kafka cluster for the tests, on the brokers of fake_broker.h: brokers 0 to 2, the topics orders (3
 * partitions) and pay (1), both with three replicas, and the groups shop (classic) and newshop (consumer), led by
 * broker 1. */
#ifndef MQDECK_TESTS_FAKE_KAFKA_H
#define MQDECK_TESTS_FAKE_KAFKA_H

#include "tests/unit/kafka/fake_broker.h"

struct fake_kafka {
	struct fake_cluster cluster; /* first */
	int32_t controller;
	int32_t coordinator;
	int16_t config_error, elect_error;
	bool has_quorum, moving; /* orders-1 is moved from broker 0 to 3 */
};

void fake_kafka_init(struct fake_kafka *kafka, struct loop *loop);
/* Ends its connections and takes it out of the metadata. */
void fake_kafka_kill(struct fake_kafka *kafka, int32_t broker);
void fake_kafka_revive(struct fake_kafka *kafka, int32_t broker);

#endif
