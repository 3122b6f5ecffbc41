/* What keeps the objects of a broker cluster as they are declared: the StatefulSet controller, the two operators, endpoints,
 * disruption budgets and volume expansion. */
#ifndef MQDECK_DEMO_CONTROLLER_H
#define MQDECK_DEMO_CONTROLLER_H

#include "api/demo/fleet.h"

struct controller;

struct controller *controller_create(struct demo *demo);
void controller_destroy(struct controller *controller);
void controller_tick(struct demo *demo);

/* Everything in place and running, as it was long before the start. */
void controller_settle(struct demo *demo);

/* controller_status.c: what follows from the pods as they are. */
void controller_write_endpoints(struct demo *demo);
void controller_write_budgets(struct demo *demo);
void controller_write_cluster(struct demo *demo, const struct cluster_spec *spec, int desired);
bool controller_pod_is_ready(const struct object *pod);

#endif
