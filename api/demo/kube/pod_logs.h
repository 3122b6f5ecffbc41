/* What the brokers' containers have written. A pod keeps its newest lines; followers get each as it comes. */
#ifndef MQDECK_DEMO_KUBE_POD_LOGS_H
#define MQDECK_DEMO_KUBE_POD_LOGS_H

#include "api/base/err.h"
#include "api/demo/base/demo_private.h"

enum { DEMO_KUBE_LOGS_LINES = 400 };

struct demo_kube_logs;

struct demo_kube_logs *demo_kube_logs_create(struct demo *demo);
void demo_kube_logs_destroy(struct demo_kube_logs *logs);
/* As if written `ago_ms` before now. */
void demo_kube_logs_add(struct demo *demo, const char *namespace, const char *pod, int64_t ago_ms, const char *format,
			...) PRINTF_LIKE(5, 6);
/* A container began anew: what was there becomes its predecessor's. */
void demo_kube_logs_process_started(struct demo *demo, const char *namespace, const char *pod);
/* The pod is gone: whoever follows it is told so by the end of the stream. */
void demo_kube_logs_pod_removed(struct demo *demo, const char *namespace, const char *pod);

#endif
