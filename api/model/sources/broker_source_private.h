/* One cluster's source; between broker_source.c and the two files that know how a kind of broker is asked. */
#ifndef MQDECK_MODEL_SOURCES_BROKER_SOURCE_PRIVATE_H
#define MQDECK_MODEL_SOURCES_BROKER_SOURCE_PRIVATE_H

#include "api/base/arena.h"
#include "api/base/vec.h"
#include "api/model/sources/broker_source.h"

struct source_broker {
	const struct source_brokers_options *surroundings;
	const struct source_options *options; /* the same as surroundings->options */
	char *key, *namespace, *name;
	enum world_broker_kind kind;
	bool needed;
	VEC(const struct kube_pod *) pods; /* running ones, best to ask first; only during follow */
	struct source_rabbitmq *rabbitmq;
	struct source_kafka *kafka;
};

/* How one kind of broker is asked. All but follow may come before the first follow. */
struct source_broker_type {
	void (*follow)(struct source_broker *source, const struct source_found_cluster *found, struct arena *scratch);
	void (*destroy)(struct source_broker *source);
	bool (*settled)(const struct source_broker *source);
	int64_t (*updated)(const struct source_broker *source); /* loop ms; -1 = never, or nothing to ask */
	void (*show)(const struct source_broker *source, struct source_snapshot *out);
	void (*set_credentials)(struct source_broker *source, const char *user, const char *password);
	size_t (*in_flight)(const struct source_broker *source);
};

extern const struct source_broker_type source_kafka_type, source_rabbitmq_type;

/* Fills source->pods. */
void source_broker_find_pods(struct source_broker *source, const struct source_found_cluster *found);
/* "a,b,c" in scratch: the DNS names that a certificate of the pod's own may be made for. */
const char *source_broker_pod_names(const struct source_broker *source, const struct kube_pod *pod,
				    struct arena *scratch);

#endif
