/* The ways to patch an object. */
#ifndef MQDECK_DEMO_KUBE_PATCH_H
#define MQDECK_DEMO_KUBE_PATCH_H

#include "api/demo/http/json_tree.h"

enum patch_result { PATCH_DONE, PATCH_UNKNOWN_TYPE, PATCH_MALFORMED, PATCH_TEST_FAILED };

/* Changes target by the rules of the content type: json-patch (RFC 6902), merge
 * (RFC 7386), strategic merge (lists of the well-known merge keys), apply (taken as a merge, without field ownership). On failure the target
 * may be changed in part. */
enum patch_result patch_apply(const char *content_type, cJSON *target, const cJSON *patch) MUST_USE;

#endif
