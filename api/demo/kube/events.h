/* Kubernetes Events. */
#ifndef MQDECK_DEMO_KUBE_EVENTS_H
#define MQDECK_DEMO_KUBE_EVENTS_H

#include "api/demo/base/demo_private.h"
#include "api/demo/kube/store.h"

/* The same reason and message on the same object counts up. warning: type Warning, else Normal. */
void demo_kube_events_record(struct demo *demo, const struct demo_kube_object *about, bool warning,
			     const char *component, const char *reason, const char *format, ...) PRINTF_LIKE(6, 7);
/* As if it had been recorded `count` times, lastly `ago_ms` before now. */
void demo_kube_events_record_past(struct demo *demo, const struct demo_kube_object *about, bool warning,
				  const char *component, const char *reason, const char *message, int count,
				  int64_t ago_ms);
/* Drops what is older than an hour. */
void demo_kube_events_prune(struct demo *demo);

#endif
