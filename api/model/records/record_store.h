/* The records the join works on, by kind and "namespace/name", pods also by what made them and by their node. Fed by
 * watcher.c from informers and by tests by hand. */
#ifndef MQDECK_MODEL_RECORDS_RECORD_STORE_H
#define MQDECK_MODEL_RECORDS_RECORD_STORE_H

#include "api/base/map.h"
#include "api/base/vec.h"
#include "api/kube/records/kube_kinds.h"

/* What pods are also found by: what made them (record_pod_maker()), the name of their node. */
enum record_grouping { RECORD_PODS_BY_MAKER, RECORD_PODS_BY_NODE, RECORD_GROUPINGS };

struct record_group;

struct record_store {
	struct map kinds[KUBE_KIND_COUNT];   /* what is held of the record */
	struct map groups[RECORD_GROUPINGS]; /* none is empty */
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
/* What somebody worked out from the record at that place and does not want to work out again: NULL until it is set, and
 * freed when the record is replaced. */
void **record_store_note(const struct map_entry *at);
/* Frees what was replaced: nothing may point at it any more. */
void record_store_collect(struct record_store *store);

/* The pods that go by the text, NULL = none; valid until a pod is put or removed. */
const struct record_group *record_store_group(const struct record_store *store, enum record_grouping grouping,
					      const char *text);
/* In no order; NULL after the last, and for no group. */
const struct kube_pod *record_group_pod(const struct record_group *group, size_t index);
/* The texts that pods go by, each once; *at as above. */
const char *record_store_next_group(const struct record_store *store, enum record_grouping grouping,
				    struct map_entry **at);

/* Every pair of the selector is among the labels; an empty selector matches nothing. */
bool record_labels_match(const struct kube_pair *selector, size_t selector_count, const struct kube_pair *labels,
			 size_t label_count);

#endif
