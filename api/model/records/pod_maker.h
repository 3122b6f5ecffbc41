/* What makes a pod, as its owners and labels tell, and how that is written: the same text for all pods of one maker. */
#ifndef MQDECK_MODEL_RECORDS_POD_MAKER_H
#define MQDECK_MODEL_RECORDS_POD_MAKER_H

#include "api/kube/records/records.h"

enum { RECORD_MAKER_MAX = 600 };

/* "namespace/kind/name" */
void record_maker_write(char out[static RECORD_MAKER_MAX], const char *namespace, const char *kind, const char *name);
/* "namespace/Deployment/name", "namespace/Kafka/name" for Strimzi's; false when nothing makes it. */
bool record_pod_maker(const struct kube_pod *pod, char out[static RECORD_MAKER_MAX]);

#endif
