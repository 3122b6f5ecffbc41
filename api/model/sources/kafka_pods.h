/* The pods of a Kafka cluster as its source keeps them between two looks at the records, and which of them a broker that
 * advertises some host runs in. */
#ifndef MQDECK_MODEL_SOURCES_KAFKA_PODS_H
#define MQDECK_MODEL_SOURCES_KAFKA_PODS_H

#include "api/base/arena.h"
#include "api/base/vec.h"
#include "api/model/sources/pod_address.h"

struct source_broker;

struct source_kafka_pod {
	const char *name;
	const char *names; /* "a,b": its DNS names, for TLS */
	uint64_t state;    /* source_broker_pod_state() */
	struct source_pod_address address;
};

struct source_kafka_pods { /* zeroed is empty */
	VEC(struct source_kafka_pod) all;
	VEC(int32_t) ports; /* of the first one's container */
	struct arena texts;
};

/* Copies the pods of the source, in its order. */
void source_kafka_pods_learn(struct source_kafka_pods *pods, const struct source_broker *source, struct arena *scratch);
void source_kafka_pods_finish(struct source_kafka_pods *pods);
/* By the host's name, else by an address that is one pod's alone; NULL = none of them is. */
const char *source_kafka_pods_find(const struct source_kafka_pods *pods, const char *host);
bool source_kafka_pods_have_port(const struct source_kafka_pods *pods, int32_t port);

#endif
