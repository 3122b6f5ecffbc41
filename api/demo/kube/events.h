/* Kubernetes Events. */
#ifndef MQDECK_DEMO_KUBE_EVENTS_H
#define MQDECK_DEMO_KUBE_EVENTS_H

#include "api/demo/host/demo_private.h"
#include "api/demo/kube/store.h"

/* The same reason and message on the same object counts up. warning: type Warning, else Normal. */
void events_record(struct demo *demo, const struct object *about, bool warning, const char *component, const char *reason,
		   const char *format, ...) PRINTF_LIKE(6, 7);
/* As if it had been recorded `count` times, lastly `ago_ms` before now. */
void events_record_past(struct demo *demo, const struct object *about, bool warning, const char *component, const char *reason,
			const char *message, int count, int64_t ago_ms);
/* Drops what is older than an hour. */
void events_prune(struct demo *demo);

#endif
