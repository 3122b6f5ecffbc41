/* What flows in: informers on what matters, and a side (broker_source.h) for every broker cluster found. It works by itself on
 * the loop, so that `mqdeck get` needs no frames while it waits; world_update() only reads what it left in the store.
 */
#ifndef MQDECK_MODEL_SOURCES_WATCHER_H
#define MQDECK_MODEL_SOURCES_WATCHER_H

#include "api/kube/records/kube_kinds.h"
#include "api/model/world/world.h"

struct feed;
struct side;

struct feed *feed_create(struct world *world);
void feed_destroy(struct feed *feed); /* NULL is fine, here and below */

/* The state of the link and of every kind's source. Without a feed: live and complete, for worlds filled by hand. */
void feed_describe(struct feed *feed, struct world_view *view);
/* Only what changes by itself: ages and requests under way. */
void feed_describe_ages(struct feed *feed, struct world_view *view);
bool feed_settled(const struct feed *feed);
struct side *feed_side(struct feed *feed, const char *cluster_key); /* NULL when there is none */
/* The lists of the kind in the namespace are all in, or cannot be had: *err then says why (ERR_NONE else). True without
 * a feed. */
bool feed_is_listed(const struct feed *feed, enum kube_kind kind, const char *namespace, struct err *err);
void feed_follow(struct feed *feed); /* looks at all clusters again, soon */
/* The frame points at no side that is gone any more. */
void feed_collect(struct feed *feed);
void feed_set_credentials(struct feed *feed, const char *cluster_key, const char *user, const char *password);
struct kafka_admin *feed_kafka_admin(struct feed *feed, const char *cluster_key); /* NULL when there is none */

#endif
