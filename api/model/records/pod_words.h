/* What kubectl says of a pod, told from the record: STATUS, READY and RESTARTS, and which container is to blame. */
#ifndef MQDECK_MODEL_RECORDS_POD_WORDS_H
#define MQDECK_MODEL_RECORDS_POD_WORDS_H

#include "api/kube/records/records.h"

enum { RECORD_POD_STATUS_MAX = 96 };

struct record_pod_words {
	char status[RECORD_POD_STATUS_MAX]; /* "Running", "Init:CrashLoopBackOff", "Init:1/2", "Completed" … */
	int32_t ready, containers;          /* sidecars among the init containers count, ephemeral containers do not */
	int64_t restarts;
};

/* As printPod of kubectl's printers has it (1.29 to 1.37). */
void record_pod_words(const struct kube_pod *pod, struct record_pod_words *out);

/* The init container that the pod waits for, or the sidecar that does not start; NULL = none, or NULL for a pod. */
const struct kube_container_status *record_pod_init_culprit(const struct kube_pod *pod);
/* The init container of that name runs on beside the others (restartPolicy Always). */
bool record_pod_is_sidecar(const struct kube_pod *pod, const char *init_container);

#endif
