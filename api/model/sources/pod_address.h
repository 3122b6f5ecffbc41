/* Whether a host that a broker goes by is a pod: by the pod's DNS name, or by one of its addresses, in whatever form.
 * A name that merely begins like the pod's is not the pod's: load balancers and other namespaces have such names. */
#ifndef MQDECK_MODEL_SOURCES_POD_ADDRESS_H
#define MQDECK_MODEL_SOURCES_POD_ADDRESS_H

#include "api/kube/records/records.h"

struct source_pod_address { /* borrowed */
	const char *namespace, *name;
	const char *hostname;  /* NULL = as its name */
	const char *subdomain; /* the headless service that names it; NULL = not known or none */
	const struct kube_pod_ip *ips;
	size_t ip_count;
};

struct source_pod_address source_pod_address_of(const struct kube_pod *pod);

/* By the name "pod", "pod.service", "pod.service.namespace" or "pod.service.namespace.svc…". */
bool source_pod_is_named(const struct source_pod_address *pod, const char *host);
/* By an address, as it is or with dashes, as in "10-1-2-3.namespace.pod". Two pods on the host's network share one. */
bool source_pod_has_address(const struct source_pod_address *pod, const char *host);

#endif
