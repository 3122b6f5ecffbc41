/* The join: from records and from what the brokers said into the world. Data goes through once, in the order of the
 * steps in join.c; each reads what the earlier ones left. It calls sources and records, and nothing above it: rules
 * (api/model/rules) judge what was joined, the world (api/model/world) drives both.
 *
 * Start with join.c, then joined.h, which says what is kept from one update to the next. A new kind of object gets a
 * shape in world_shapes.h, a file join_NAME.c with its step, and a line in join.c. */
#ifndef MQDECK_MODEL_JOIN_JOIN_H
#define MQDECK_MODEL_JOIN_JOIN_H

#include "api/model/records/world_shapes.h"

struct join_cluster;
struct world;

/* Joins anew: lists, brokers and what they say; without states, problems and headlines. The frame before is gone. */
void join_update(struct world *world);
/* Only the clusters whose brokers have answered since: `joined` is called for each. What else there is, and the frame, stay as
 * the last join_update() left them; the frame grows. */
void join_answers(struct world *world, void (*joined)(struct join_cluster *cluster));
/* Of the frame that is being made: it is made again after so long at the latest. */
void join_renew_after(struct world *world, int64_t ms);
void join_finish(struct world *world); /* lets go of everything that is kept */

/* Rows that are made when they are looked at (world_replicated_at() and so on). */
void join_replicated_at(const struct world_cluster *cluster, int64_t index, struct world_replicated *out);
void join_queue_at(const struct world_cluster *cluster, int64_t index, struct world_queue *out);
void join_topic_at(const struct world_cluster *cluster, int64_t index, struct world_topic *out);
void join_group_at(const struct world_cluster *cluster, int64_t index, struct world_group *out);

#endif
