/* What keeps the objects of a broker cluster as they are declared: the StatefulSet controller, the two operators, endpoints,
 * disruption budgets and volume expansion. */
#ifndef MQDECK_DEMO_KUBE_CONTROLLER_H
#define MQDECK_DEMO_KUBE_CONTROLLER_H

#include "api/demo/host/fleet.h"

struct controller;

struct controller *controller_create(struct demo *demo);
void controller_destroy(struct controller *controller);
void controller_tick(struct demo *demo);

/* Everything in place and running, as it was long before the start. */
void controller_settle(struct demo *demo);

/* controller_objects.c: what other controllers do to pods and claims. */
void controller_orphan_pods(struct demo *demo, const struct object *set); /* they no longer name it as their owner */
void controller_adopt_pods(struct demo *demo, const struct cluster_spec *spec, const struct object *set);
void controller_collect_claims(struct demo *demo); /* deleted claims that no pod uses, and their volumes */
void controller_obey_taints(struct demo *demo);    /* NoExecute, and what is out of service */
void controller_restart_marked(struct demo *demo, const struct cluster_spec *spec, const struct object *set);
bool controller_expand_claims(struct demo *demo); /* true while one is still growing */
void controller_begin_deletion(struct demo *demo, const struct object *pod, const struct object *owner);

/* controller_status.c: what follows from the pods as they are. */
void controller_write_endpoints(struct demo *demo);
void controller_write_budgets(struct demo *demo);
void controller_write_cluster(struct demo *demo, const struct cluster_spec *spec, int desired);
bool controller_pod_is_ready(const struct object *pod);

#endif
