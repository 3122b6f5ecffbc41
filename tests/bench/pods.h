/* Synthetic broker pods as an API server sends them: about 7 KB of JSON each, of which managedFields are 38 %. */
#ifndef MQDECK_TESTS_BENCH_PODS_H
#define MQDECK_TESTS_BENCH_PODS_H

#include "api/base/buf.h"

void pods_append_json(struct buf *out, int number);
/* As an item of a PodList. */
void pods_append_protobuf(struct buf *list, int number);

#endif
