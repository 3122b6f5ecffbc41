/* Every operation and every type of step by name: api/ops/ops.def and api/ops/steps.def as tables. The one room that
 * names operations; what runs a plan finds them here, and adding one is a line there. */
#ifndef MQDECK_OPS_TABLE_OPERATIONS_H
#define MQDECK_OPS_TABLE_OPERATIONS_H

#include <stddef.h>

struct ops_operation;
struct ops_step_type;

/* In the order of ops.def. */
const struct ops_operation *const *ops_table(size_t *count);
const struct ops_operation *ops_find(const char *name); /* NULL when there is none */

const struct ops_step_type *ops_step_find(const char *name); /* NULL when there is none */

#endif
