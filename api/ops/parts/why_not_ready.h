/* Why a broker does not come up. */
#ifndef MQDECK_OPS_PARTS_WHY_NOT_READY_H
#define MQDECK_OPS_PARTS_WHY_NOT_READY_H

#include <stdbool.h>
#include <stddef.h>

struct world_cluster;
struct world_view;

/* One sentence on what keeps `name` (a pod of the cluster, there or not yet) from being ready, from its claim, its
 * conditions, its containers and the events; false when nothing is known. */
bool ops_why_not_ready(const struct world_view *view, const struct world_cluster *cluster, const char *name, char *out,
		       size_t size);

#endif
