/* A world of many broker clusters, made by hand and without brokers behind it: for what draws or folds them. */
#ifndef MQDECK_TESTS_VIEWS_MANY_CLUSTERS_H
#define MQDECK_TESTS_VIEWS_MANY_CLUSTERS_H

#include "api/base/arena.h"
#include "api/base/loop.h"
#include "api/model/world/world.h"
#include "views/app/app.h"

enum { MANY_BROKERS = 3, MANY_NODES = 6, MANY_IN_NAMESPACE = 40 };

/* Cluster i is team-NN/kafka-III or team-NN/rabbit-III, forty to a namespace, with three brokers that are ready. All are
 * well until one is told otherwise. */
struct many_clusters {
	struct world_view view;
	struct arena arena;
	struct clock clock; /* virtual */
	struct app app;     /* with this world, and without a session */
};

void many_clusters_start(struct many_clusters *many, size_t count);
void many_clusters_finish(struct many_clusters *many);
struct world_cluster *many_clusters_named(struct many_clusters *many, const char *name); /* "team-01/kafka-040" */
/* Says what is wrong, or with SEV_OK that nothing is. SEV_INFO: nothing was read of it. */
void many_clusters_say(struct many_clusters *many, struct world_cluster *cluster, enum severity severity,
		       const char *headline);
void many_clusters_sort(struct many_clusters *many); /* as rules do: worst first, then by key */

#endif
