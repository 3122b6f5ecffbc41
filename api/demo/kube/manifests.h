/* The Kubernetes objects of a broker cluster as its chart or operator would make them. */
#ifndef MQDECK_DEMO_KUBE_MANIFESTS_H
#define MQDECK_DEMO_KUBE_MANIFESTS_H

#include "api/demo/base/cluster_spec.h"
#include "api/demo/base/demo_private.h"
#include "api/demo/kube/store.h"

/* Not yet scheduled, not yet running. owner: the StatefulSet or StrimziPodSet. */
cJSON *demo_kube_manifest_pod(const struct demo_cluster_spec *spec, int ordinal,
			      const struct demo_kube_object *owner) MUST_USE;
cJSON *demo_kube_manifest_claim(const struct demo_cluster_spec *spec, int ordinal) MUST_USE;
/* The labels every object of the cluster carries, and the part of them that selects its pods. */
cJSON *demo_kube_manifest_labels(const struct demo_cluster_spec *spec) MUST_USE;
cJSON *demo_kube_manifest_selector(const struct demo_cluster_spec *spec) MUST_USE;

/* Puts services, sets, secrets, budgets and custom resources of the cluster into the store. */
void demo_kube_install_cluster(struct demo *demo, const struct demo_cluster_spec *spec, const char *created);
/* Namespaces, nodes, storage classes, service accounts. */
void demo_kube_install_base(struct demo *demo, const char *created);

/* "10.96.…" of a name, always the same. */
const char *demo_kube_manifest_cluster_ip(const char *name, char *out, size_t size);
/* The value of a Secret's data. */
void demo_kube_manifest_set_secret(cJSON *secret, const char *key, const char *value);

#endif
