/* One cluster's source; between broker_source.c and the two files that make sides of each kind. */
#ifndef MQDECK_MODEL_SOURCES_BROKER_SOURCE_PRIVATE_H
#define MQDECK_MODEL_SOURCES_BROKER_SOURCE_PRIVATE_H

#include "api/base/vec.h"
#include "api/model/sources/broker_source.h"
#include "api/model/world/world_private.h"

struct source_broker {
	struct world *world;
	char *key, *namespace, *name;
	enum world_broker_kind kind;
	bool needed;
	VEC(const struct kube_pod *) pods; /* running ones, best to ask first; only during follow */
	struct source_rabbitmq *rabbitmq;
	struct source_kafka *kafka;
};

/* "a,b,c", valid for the frame: the DNS names that a certificate of the pod's own may be made for. */
const char *source_broker_pod_names(const struct source_broker *source, const struct kube_pod *pod);

void source_rabbitmq_follow(struct source_broker *source, const struct source_found_cluster *found);
void source_rabbitmq_destroy(struct source_broker *source);
bool source_rabbitmq_settled(const struct source_broker *source);
int64_t source_rabbitmq_updated(const struct source_broker *source); /* loop ms; -1 = never, or nothing to ask */
void source_rabbitmq_show(const struct source_broker *source, struct world_kept_cluster *cluster);
void source_rabbitmq_set_credentials(struct source_broker *source, const char *user, const char *password);
size_t source_rabbitmq_in_flight(const struct source_broker *source);

void source_kafka_follow(struct source_broker *source, const struct source_found_cluster *found);
void source_kafka_destroy(struct source_broker *source);
bool source_kafka_settled(const struct source_broker *source);
int64_t source_kafka_updated(const struct source_broker *source);
void source_kafka_show(const struct source_broker *source, struct world_kept_cluster *cluster);
void source_kafka_set_credentials(struct source_broker *source, const char *user, const char *password);
size_t source_kafka_in_flight(const struct source_broker *source);

#endif
