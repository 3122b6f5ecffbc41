/* The ways to patch an object. */
#ifndef MQDECK_DEMO_KUBE_PATCH_H
#define MQDECK_DEMO_KUBE_PATCH_H

#include "api/demo/http/json_tree.h"

enum demo_kube_patch_result {
	DEMO_KUBE_PATCH_DONE,
	DEMO_KUBE_PATCH_UNKNOWN_TYPE,
	DEMO_KUBE_PATCH_MALFORMED,
	DEMO_KUBE_PATCH_TEST_FAILED
};

/* Changes target by the rules of the content type: json-patch (RFC 6902), merge
 * (RFC 7386), strategic merge (lists of the well-known merge keys), apply (taken as a merge, without field
 * ownership). On failure the target may be changed in part. */
enum demo_kube_patch_result demo_kube_patch_apply(const char *content_type, cJSON *target, const cJSON *patch) MUST_USE;

#endif
