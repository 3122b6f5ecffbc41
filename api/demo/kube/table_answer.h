/* Lists as tables, the form kubectl prints (meta.k8s.io/v1 Table). */
#ifndef MQDECK_DEMO_KUBE_TABLE_ANSWER_H
#define MQDECK_DEMO_KUBE_TABLE_ANSWER_H

#include "api/demo/http/http_request.h"
#include "api/demo/kube/store.h"

/* Does the Accept header put a table first? */
bool demo_kube_table_wanted(const struct demo_request *request);
/* The table of objects, as the version `version`. whole = rows carry the objects and not only their metadata. */
cJSON *demo_kube_table_make(const struct demo_kube_kind *kind, struct demo_kube_object *const *objects, size_t count,
			    int64_t version, int64_t now_wall_ms, bool whole) MUST_USE;

#endif
