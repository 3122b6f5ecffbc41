/* The objects of the embedded cluster: every change makes a new immutable version with the next resource version, and stays
 * in a history that watches are served from. */
#ifndef MQDECK_DEMO_KUBE_STORE_H
#define MQDECK_DEMO_KUBE_STORE_H

#include <stdint.h>

#include "api/base/loop.h"
#include "api/base/vec.h"
#include "api/demo/http/json_tree.h"
#include "api/demo/kube/served_kinds.h"

/* One version of one object. Shared by the store, the history and whoever keeps it: count references. */
struct object {
	unsigned references;
	const struct kind *kind;
	const char *name, *namespace; /* into json; namespace "" when the kind has none */
	int64_t version;
	cJSON *json;
	char *text; /* json, printed */
	size_t text_len;
};

struct object *object_keep(struct object *object);
void object_release(struct object *object); /* NULL is fine */

struct store;
struct store_watch;

enum store_change { STORE_ADDED, STORE_MODIFIED, STORE_DELETED };

/* now: the version after the change; of a deletion the last state with the deletion's own resource version. before: NULL
 * when there was none. */
typedef void store_fn(void *data, enum store_change change, const struct object *now, const struct object *before);

enum { STORE_HISTORY = 4096, STORE_OBJECTS_MAX = 20000 };

/* seed makes the uids. */
struct store *store_create(struct loop *loop, uint64_t seed);
void store_destroy(struct store *store);

int64_t store_version(const struct store *store);
/* The next pseudo-random number of the seed: for uids and what must look random but be the same each run. */
uint64_t store_random(struct store *store);

/* Borrowed until the next change of that object; NULL = not there. */
struct object *store_get(const struct store *store, enum kind_id kind, const char *namespace, const char *name);
/* All of a kind, by namespace and name. The array is borrowed until the next change of the kind. */
struct object **store_list(const struct store *store, enum kind_id kind, size_t *count);

/* A copy to change and give to store_put. */
cJSON *object_edit(const struct object *object) MUST_USE;

/* Creates or replaces what json (taken) names. Fills in apiVersion, kind, uid, creationTimestamp, generation and
 * resourceVersion. Changing nothing makes no version. Returns what is now stored (borrowed), NULL when the store is full. */
struct object *store_put(struct store *store, enum kind_id kind, cJSON *json);
/* What store_put would store, without storing: for dry runs. The caller releases it. */
struct object *store_try(struct store *store, enum kind_id kind, cJSON *json) MUST_USE;
void store_remove(struct store *store, struct object *object);

/* Calls fn for every change of the kind after `version`: those in the history at once, the others as they come. NULL when
 * the history no longer reaches back so far. */
struct store_watch *store_watch(struct store *store, enum kind_id kind, int64_t version, store_fn *fn, void *data) MUST_USE;
void store_unwatch(struct store_watch *watch); /* also inside fn; NULL is fine */

#endif
