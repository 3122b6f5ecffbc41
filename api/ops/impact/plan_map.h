/* The map of a plan: the brokers of every cluster that it touches, before and after, and by name what that costs.
 * For drawing; made once of a ready plan, in one pass over the replicas a cluster. Owns all it shows: it outlives
 * the world it was made of. */
#ifndef MQDECK_OPS_IMPACT_PLAN_MAP_H
#define MQDECK_OPS_IMPACT_PLAN_MAP_H

#include "api/base/arena.h"
#include "api/base/severity.h"
#include "api/base/vec.h"
#include "api/ops/plan/operation.h"

struct world_view;

/* X(NAME, word): what becomes of a broker. */
#define OPS_MAP_FATES(X)                                                                                               \
	X(STAYS, "")                                                                                                   \
	X(TURN, "restarts") /* goes and is back before the next one goes */                                            \
	X(AWAY, "away")     /* as long as the plan runs */                                                             \
	X(LEAVES, "leaves") /* for good */                                                                             \
	X(COMES, "new")

enum ops_map_fate {
#define X(name, word) OPS_MAP_FATE_##name,
	OPS_MAP_FATES(X)
#undef X
};
const char *ops_map_fate_word(enum ops_map_fate fate);

struct ops_map_broker { /* -1, NULL: not known */
	const char *name, *node;
	enum ops_map_fate fate;
	bool ready, controller;
	int64_t leads, leads_after; /* after: where leaders go is up to the brokers, this is the likely number */
	int64_t replicas, in_sync;
};

struct ops_map_effect {
	enum severity severity;
	const char *text; /* "2 partitions refuse acks=all: pay-3, pay-7" */
};

struct ops_map_cluster {
	const char *key, *name, *kind, *namespace;
	VEC(struct ops_map_broker) brokers; /* by ordinal */
	VEC(struct ops_map_effect) effects; /* worst first */
};

struct ops_map {
	struct arena arena;
	const char *node; /* the plan's target when it is one, NULL */
	VEC(struct ops_map_cluster) clusters;
};

/* Of that moment's world. A target that is gone leaves an empty map. */
void ops_map_make(struct ops_map *out, const struct world_view *view, const struct ops_plan *plan);
void ops_map_finish(struct ops_map *map); /* all zero is fine, also afterwards */

#endif
