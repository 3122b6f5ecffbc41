/* One cluster's side; between broker_source.c and the two files that make sides of each kind. */
#ifndef MQDECK_MODEL_SOURCES_BROKER_SOURCE_PRIVATE_H
#define MQDECK_MODEL_SOURCES_BROKER_SOURCE_PRIVATE_H

#include "api/base/vec.h"
#include "api/model/world/world_private.h"
#include "api/model/sources/broker_source.h"

struct side {
	struct world *world;
	char *key, *namespace, *name;
	enum broker_kind kind;
	bool needed;
	VEC(const struct kube_pod *) pods; /* running ones, best to ask first; only during follow */
	struct rabbitmq_side *rabbitmq;
	struct kafka_side *kafka;
};

/* "a,b,c", valid for the frame: the DNS names that a certificate of the pod's own may be made for. */
const char *side_pod_names(const struct side *side, const struct kube_pod *pod);

void rabbitmq_side_follow(struct side *side, const struct found_cluster *found);
void rabbitmq_side_destroy(struct side *side);
bool rabbitmq_side_settled(const struct side *side);
int64_t rabbitmq_side_updated(const struct side *side); /* loop ms; -1 = never, or nothing to ask */
void rabbitmq_side_show(const struct side *side, struct cluster *cluster);
void rabbitmq_side_set_credentials(struct side *side, const char *user, const char *password);
size_t rabbitmq_side_in_flight(const struct side *side);

void kafka_side_follow(struct side *side, const struct found_cluster *found);
void kafka_side_destroy(struct side *side);
bool kafka_side_settled(const struct side *side);
int64_t kafka_side_updated(const struct side *side);
void kafka_side_show(const struct side *side, struct cluster *cluster);
void kafka_side_set_credentials(struct side *side, const char *user, const char *password);
size_t kafka_side_in_flight(const struct side *side);

#endif
