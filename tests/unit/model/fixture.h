/* A world filled by hand, without a cluster: records and what the brokers would say. Everything made here lives
 * until fixture_finish(). */
#ifndef MQDECK_TESTS_MODEL_FIXTURE_H
#define MQDECK_TESTS_MODEL_FIXTURE_H

#include "api/model/join/joined.h"
#include "api/model/world/world.h"
#include "api/model/world/world_private.h"

struct fixture {
	struct clock clock; /* virtual: Unix time 1,000,000 s at the start */
	struct loop *loop;
	struct world *world;
	struct arena arena;
};

void fixture_start(struct fixture *f);
void fixture_finish(struct fixture *f);
/* Tests change records where they are. One that a server sends never changes, so that what is kept by a record is not
 * looked at again until it is put: this puts them all. */
void fixture_put_again(struct fixture *f);
/* Joins anew, with the records as they are now. */
const struct world_view *fixture_update(struct fixture *f);
struct join_cluster *fixture_cluster(struct fixture *f, const char *key); /* asserts that it is there */
struct join_broker *fixture_broker(struct fixture *f, const char *key, size_t index);

struct kube_node *fixture_node(struct fixture *f, const char *name, const char *zone, bool ready);
/* A StatefulSet with one container: labels app=<name>. */
struct kube_stateful_set *fixture_set(struct fixture *f, const char *name, int32_t replicas, const char *image,
				      int32_t port);
/* A running and ready pod of the set with a bound claim data-<pod> on a volume of the node's, 10 GiB. */
struct kube_pod *fixture_pod(struct fixture *f, const struct kube_stateful_set *set, int32_t ordinal, const char *node);
void fixture_set_condition(struct fixture *f, struct kube_pod *pod, const char *type, const char *status,
			   const char *message);
struct kube_container_status *fixture_status(struct kube_pod *pod);
struct kube_claim *fixture_claim(struct fixture *f, const char *name, const char *volume);

/* Three RabbitMQ brokers mq-0 to mq-2 on node-1 to node-3, with the queues that the JSON lists; all say they run. */
struct join_cluster *fixture_rabbitmq(struct fixture *f, const char *queues_json);
void fixture_say_queues(struct fixture *f, struct join_cluster *cluster, const char *queues_json);
void fixture_say_connections(struct fixture *f, struct join_cluster *cluster, const char *connections_json);
void fixture_say_nodes(struct fixture *f, struct join_cluster *cluster, const char *nodes_json);

/* Three Kafka brokers log-0 to log-2 with partitions of one topic "orders", RF 3, min.insync.replicas 2; the ISR of
 * partition i is the digits of isr[i] ("012"), its leader the first of them, none for "". */
struct join_cluster *fixture_kafka(struct fixture *f, const char *const *isr, size_t count);
struct kafka_snapshot *fixture_say_partitions(struct fixture *f, struct join_cluster *cluster, const char *const *isr,
					      size_t count);

#endif
