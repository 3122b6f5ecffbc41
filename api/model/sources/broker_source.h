/* The brokers' side: for every broker cluster found, a connection that keeps a picture of what the brokers say. */
#ifndef MQDECK_MODEL_SOURCES_BROKER_SOURCE_H
#define MQDECK_MODEL_SOURCES_BROKER_SOURCE_H

#include "api/model/sources/discover.h"
#include "api/model/world/world.h"

struct cluster;
struct side;
struct sides;

struct sides *sides_create(struct world *world);
void sides_destroy(struct sides *sides);

/* Between begin and end every cluster there is; those not named are let go at the end. */
void sides_begin(struct sides *sides);
void sides_follow(struct sides *sides, const struct found_cluster *found);
void sides_end(struct sides *sides);
void sides_collect(struct sides *sides); /* frees those let go before the last frame */

struct side *sides_find(struct sides *sides, const char *cluster_key);
bool sides_settled(const struct sides *sides);
int64_t sides_age(const struct sides *sides, int64_t now_ms); /* of the oldest picture; -1 = there is none */
size_t sides_in_flight(const struct sides *sides);

/* Puts the picture into the cluster: its parts are pinned there. */
void side_show(const struct side *side, struct cluster *cluster);
struct kafka_admin *side_kafka_admin(const struct side *side); /* NULL when there is none */
void side_set_credentials(struct side *side, const char *user, const char *password);

/* "namespace/name/rabbitmq": free() it. */
char *side_key(const struct found_cluster *found);

#endif
