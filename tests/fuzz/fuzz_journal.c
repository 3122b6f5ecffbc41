/* Journals of plans: a file of any content is read or refused with a sentence, and what is read is whole. */
#include <stdlib.h>
#include <string.h>

#include "api/ops/journal/history_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct ops_history_plan *plan = ops_history_plan_parse((const char *)data, size, &err);
	if (!plan && !err_is_set(&err))
		abort();
	if (plan && (!plan->head.id || !plan->head.title || plan->steps.len == 0 || plan->whole > size ||
		     plan->head.step > plan->steps.len))
		abort();
	ops_history_plan_destroy(plan);
	return 0;
}
