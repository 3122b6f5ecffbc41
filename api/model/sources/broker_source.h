/* The brokers' source: for every broker cluster found, a connection that keeps a picture of what the brokers say. */
#ifndef MQDECK_MODEL_SOURCES_BROKER_SOURCE_H
#define MQDECK_MODEL_SOURCES_BROKER_SOURCE_H

#include "api/model/sources/discover.h"
#include "api/model/world/world.h"

struct world_kept_cluster;
struct source_broker;
struct source_brokers;

struct source_brokers *source_brokers_create(struct world *world);
void source_brokers_destroy(struct source_brokers *sources);

/* Between begin and end every cluster there is; those not named are let go at the end. */
void source_brokers_begin(struct source_brokers *sources);
void source_brokers_follow(struct source_brokers *sources, const struct source_found_cluster *found);
void source_brokers_end(struct source_brokers *sources);
void source_brokers_collect(struct source_brokers *sources); /* frees those let go before the last frame */

struct source_broker *source_brokers_find(struct source_brokers *sources, const char *cluster_key);
bool source_brokers_settled(const struct source_brokers *sources);
int64_t source_brokers_age(const struct source_brokers *sources,
			   int64_t now_ms); /* of the oldest picture; -1 = there is none */
size_t source_brokers_in_flight(const struct source_brokers *sources);

/* Puts the picture into the cluster: its parts are pinned there. */
void source_broker_show(const struct source_broker *source, struct world_kept_cluster *cluster);
struct kafka_admin *source_broker_kafka_admin(const struct source_broker *source); /* NULL when there is none */
void source_broker_set_credentials(struct source_broker *source, const char *user, const char *password);

/* "namespace/name/rabbitmq": free() it. */
char *source_broker_key(const struct source_found_cluster *found);

#endif
