/* The tables of operations and of types of steps, made from the two lists. Nothing else in the tree names them all. */
#include "api/ops/table/operations.h"

#include <string.h>

#include "api/ops/plan/plan.h"

static const struct ops_operation *const operation_table[] = {
#define OPERATION(name) &ops_operation_##name,
#include "api/ops/ops.def"
#undef OPERATION
};

const struct ops_operation *const *ops_table(size_t *count)
{
	*count = ARRAY_LEN(operation_table);
	return operation_table;
}

const struct ops_operation *ops_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(operation_table); i++)
		if (!strcmp(operation_table[i]->name, name))
			return operation_table[i];
	return NULL;
}

static const struct ops_step_type *const step_types[] = {
#define STEP(name) &ops_step_##name,
#include "api/ops/steps.def"
#undef STEP
};

const struct ops_step_type *ops_step_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(step_types); i++)
		if (!strcmp(step_types[i]->name, name))
			return step_types[i];
	return NULL;
}
