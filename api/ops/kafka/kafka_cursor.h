/* Between the files of Kafka's steps: how far a step that asks in batches came. */
#ifndef MQDECK_OPS_KAFKA_KAFKA_CURSOR_H
#define MQDECK_OPS_KAFKA_KAFKA_CURSOR_H

#include "api/ops/plan/plan.h"

size_t ops_kafka_cursor(const struct ops_plan *plan, const struct ops_context *context);
void ops_kafka_set_cursor(struct ops_plan *plan, const struct ops_context *context, size_t at);

#endif
