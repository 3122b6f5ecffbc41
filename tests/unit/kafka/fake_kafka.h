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
	int16_t config_error, elect_error, identity_error;
	const char *config_topic; /* the only one that config_error is of; NULL = all are */
	const char *unexpected;   /* how a broker refuses another's settings; NULL = as today's do */
	int32_t many_groups;      /* instead of these so many of a type that nobody knows; 0 = not */
	bool newer_groups;        /* also queue (share), wordcount (streams) and one of a type that nobody knows */
	/* what one broker answers a request of groups with, in the items where there are any */
	int16_t refused_api, refusal;
	bool bare;             /* nothing lies on the disks */
	int32_t topics_hidden; /* so many of the topics Metadata leaves out, orders first */
	int32_t refuser;
	bool has_quorum, moving; /* orders-1 is moved from broker 0 to 3 */
};

void fake_kafka_init(struct fake_kafka *kafka, struct loop *loop);
/* Ends its connections and takes it out of the metadata. */
void fake_kafka_kill(struct fake_kafka *kafka, int32_t broker);
void fake_kafka_revive(struct fake_kafka *kafka, int32_t broker);

#endif
