/* Small facts told from one record alone, for whoever needs them: sources and the join. */
#ifndef MQDECK_MODEL_RECORDS_RECORD_FACTS_H
#define MQDECK_MODEL_RECORDS_RECORD_FACTS_H

#include "api/kube/records/records.h"

bool record_pod_is_ready(const struct kube_pod *pod); /* as Kubernetes says; NULL is not */
/* The condition of that type; NULL when the node has none, or is NULL. */
const struct kube_condition *record_node_condition(const struct kube_node *node, const char *type);
/* The zone it is labelled with; NULL without, or for NULL. */
const char *record_node_zone(const struct kube_node *node);

#endif
