#ifndef MQDECK_TESTS_OPS_FAKE_LEASE_H
#define MQDECK_TESTS_OPS_FAKE_LEASE_H

#include "tests/unit/ops/fake.h"

struct cJSON;

bool fake_lease_is_meant(const char *resource);
struct cJSON *fake_lease_get(struct fake_api *api, const char *path, struct err *err);
struct cJSON *fake_lease_change(struct fake_api *api, const struct kube_change *change, struct err *err);

/* For tests: a field of the spec; what somebody else writes. */
const char *fake_lease_text(struct fake_api *api, const char *name, const char *field);
void fake_lease_put(struct fake_api *api, const char *name, const char *holder, const char *renewed);

#endif
