/* The records the join works on, by kind and "namespace/name". Fed by watcher.c from informers and by tests by hand. */
#ifndef MQDECK_MODEL_RECORDS_RECORD_STORE_H
#define MQDECK_MODEL_RECORDS_RECORD_STORE_H

#include "api/base/map.h"
#include "api/base/vec.h"
#include "api/kube/records/kube_kinds.h"

struct record_store {
	struct map kinds[KUBE_KIND_COUNT];
	VEC(void *) retired; /* replaced since the last record_store_collect(): the frame may still point at them */
	bool owns;           /* records are freed with kube_record_free(), shared ones: a frame shows one until the next
		    * world_update(), whatever its informer does; else they are the caller's */
};

void record_store_finish(struct record_store *store);
/* Replaces the record of the same name. */
void record_store_put(struct record_store *store, enum kube_kind kind, const void *record);
void record_store_remove(struct record_store *store, enum kube_kind kind, const char *namespace, const char *name);
const void *record_store_get(const struct record_store *store, enum kube_kind kind, const char *namespace,
			     const char *name);
/* `const struct kube_pod *pod = NULL; struct map_entry *at = NULL; while ((pod = record_store_next(store, KUBE_PODS,
 * &at)))` */
const void *record_store_next(const struct record_store *store, enum kube_kind kind, struct map_entry **at);
/* Frees what was replaced: nothing may point at it any more. */
void record_store_collect(struct record_store *store);

/* Every pair of the selector is among the labels; an empty selector matches nothing. */
bool record_labels_match(const struct kube_pair *selector, size_t selector_count, const struct kube_pair *labels,
			 size_t label_count);

#endif
