/* The records of many broker clusters as StatefulSets make them, for worlds filled by hand: three brokers each, with
 * claims, volumes, services, endpoints, a disruption budget and an event a pod. Half are RabbitMQ, half Kafka; one in
 * ten has a claim that waits. */
#ifndef MQDECK_TESTS_BENCH_BROKER_SETS_H
#define MQDECK_TESTS_BENCH_BROKER_SETS_H

#include "api/base/arena.h"
#include "api/model/records/record_store.h"

enum { BROKER_SETS_BROKERS = 3 };

struct broker_sets {
	struct record_store *store;
	struct arena records; /* of broker_sets_put() and the nodes; broker_sets_change() has its own */
	struct arena changed;
	size_t clusters;
	size_t per_namespace; /* clusters that share one */
};

void broker_sets_put(struct broker_sets *sets);
/* Pods of a Deployment in the same namespaces that have nothing to do with brokers. */
void broker_sets_put_others(struct broker_sets *sets, size_t count);
/* Every record again as a watch brings it: a copy with another resource version. */
void broker_sets_change_all(struct broker_sets *sets);
/* One pod of one cluster. */
void broker_sets_change_pod(struct broker_sets *sets, size_t cluster);
void broker_sets_finish(struct broker_sets *sets); /* after the world that shows them */

#endif
