/* The objects of the embedded cluster: every change makes a new immutable version with the next resource version,
 * and stays in a history that watches are served from. */
#ifndef MQDECK_DEMO_KUBE_STORE_H
#define MQDECK_DEMO_KUBE_STORE_H

#include <stdint.h>

#include "api/base/loop.h"
#include "api/base/vec.h"
#include "api/demo/http/json_tree.h"
#include "api/demo/kube/served_kinds.h"

/* One version of one object. Shared by the store, the history and whoever keeps it: count references. */
struct demo_kube_object {
	unsigned references;
	const struct demo_kube_kind *kind;
	const char *name, *namespace; /* into json; namespace "" when the kind has none */
	int64_t version;
	cJSON *json;
	char *text; /* json, printed */
	size_t text_len;
};

struct demo_kube_object *demo_kube_object_keep(struct demo_kube_object *object);
void demo_kube_object_release(struct demo_kube_object *object); /* NULL is fine */

struct demo_kube_store;
struct demo_kube_store_watch;

enum demo_kube_store_change { DEMO_KUBE_STORE_ADDED, DEMO_KUBE_STORE_MODIFIED, DEMO_KUBE_STORE_DELETED };

/* now: the version after the change; of a deletion the last state with the deletion's own resource version. before:
 * NULL when there was none. */
typedef void demo_kube_store_fn(void *data, enum demo_kube_store_change change, const struct demo_kube_object *now,
				const struct demo_kube_object *before);

enum { DEMO_KUBE_STORE_HISTORY = 4096, DEMO_KUBE_STORE_OBJECTS_MAX = 20000 };

/* random (the state of demo_random) makes the uids. */
struct demo_kube_store *demo_kube_store_create(struct loop *loop, uint64_t *random);
void demo_kube_store_destroy(struct demo_kube_store *store);

int64_t demo_kube_store_version(const struct demo_kube_store *store);

/* Borrowed until the next change of that object; NULL = not there. */
struct demo_kube_object *demo_kube_store_get(const struct demo_kube_store *store, enum demo_kube_kind_id kind,
					     const char *namespace, const char *name);
/* All of a kind, by namespace and name. The array is borrowed until the next change of the kind. */
struct demo_kube_object **demo_kube_store_list(const struct demo_kube_store *store, enum demo_kube_kind_id kind,
					       size_t *count);

/* A copy to change and give to demo_kube_store_put. */
cJSON *demo_kube_object_edit(const struct demo_kube_object *object) MUST_USE;

/* Creates or replaces what json (taken) names. Fills in apiVersion, kind, uid, creationTimestamp, generation and
 * resourceVersion. Changing nothing makes no version. Returns what is now stored (borrowed), NULL when the store is
 * full. */
struct demo_kube_object *demo_kube_store_put(struct demo_kube_store *store, enum demo_kube_kind_id kind, cJSON *json);
/* What demo_kube_store_put would store, without storing: for dry runs. The caller releases it. */
struct demo_kube_object *demo_kube_store_try(struct demo_kube_store *store, enum demo_kube_kind_id kind,
					     cJSON *json) MUST_USE;
void demo_kube_store_remove(struct demo_kube_store *store, struct demo_kube_object *object);

/* Calls fn for every change of the kind after `version`: those in the history at once, the others as they come. NULL
 * when the history no longer reaches back so far. */
struct demo_kube_store_watch *demo_kube_store_watch(struct demo_kube_store *store, enum demo_kube_kind_id kind,
						    int64_t version, demo_kube_store_fn *fn, void *data) MUST_USE;
void demo_kube_store_unwatch(struct demo_kube_store_watch *watch); /* also inside fn; NULL is fine */

#endif
