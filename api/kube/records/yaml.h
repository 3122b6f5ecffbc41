/* An object as YAML, for people. */
#ifndef MQDECK_KUBE_RECORDS_YAML_H
#define MQDECK_KUBE_RECORDS_YAML_H

#include "api/base/buf.h"
#include "api/base/err.h"

struct cJSON;

/* Appends the object without metadata.managedFields, and for a Secret with every value of data and stringData (and its
 * last-applied annotation) masked. */
bool kube_yaml(const struct cJSON *object, struct buf *out, struct err *err) MUST_USE;

#endif
