/* What keeps the objects of a broker cluster as they are declared: the StatefulSet controller, the two operators,
 * endpoints, disruption budgets and volume expansion. */
#ifndef MQDECK_DEMO_KUBE_CONTROLLER_H
#define MQDECK_DEMO_KUBE_CONTROLLER_H

#include "api/demo/base/cluster_spec.h"
#include "api/demo/base/demo_private.h"
#include "api/demo/kube/store.h"

struct demo_kube_controller;

struct demo_kube_controller *demo_kube_controller_create(struct demo *demo);
void demo_kube_controller_destroy(struct demo_kube_controller *controller);
void demo_kube_controller_tick(struct demo *demo);

/* Everything in place and running, as it was long before the start. */
void demo_kube_controller_settle(struct demo *demo);

/* controller_objects.c: what other controllers do to pods and claims. */
void demo_kube_controller_orphan_pods(struct demo *demo,
				      const struct demo_kube_object *set); /* they no longer name it as their owner */
void demo_kube_controller_adopt_pods(struct demo *demo, const struct demo_cluster_spec *spec,
				     const struct demo_kube_object *set);
void demo_kube_controller_collect_claims(struct demo *demo); /* deleted claims that no pod uses, and their volumes */
void demo_kube_controller_obey_taints(struct demo *demo);    /* NoExecute, and what is out of service */
void demo_kube_controller_restart_marked(struct demo *demo, const struct demo_cluster_spec *spec,
					 const struct demo_kube_object *set);
bool demo_kube_controller_expand_claims(struct demo *demo); /* true while one is still growing */
void demo_kube_controller_begin_deletion(struct demo *demo, const struct demo_kube_object *pod,
					 const struct demo_kube_object *owner);

/* controller_status.c: what follows from the pods as they are. */
void demo_kube_controller_write_endpoints(struct demo *demo);
void demo_kube_controller_write_budgets(struct demo *demo);
void demo_kube_controller_write_cluster(struct demo *demo, const struct demo_cluster_spec *spec, int desired);
bool demo_kube_controller_pod_is_ready(const struct demo_kube_object *pod);

#endif
