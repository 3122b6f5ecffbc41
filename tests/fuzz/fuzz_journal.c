/* Journals of plans: a file of any content is read or refused with a sentence, and what is read is whole. */
#include <stdlib.h>
#include <string.h>

#include "api/ops/journal/history_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct ops_history_plan *past = ops_history_plan_parse((const char *)data, size, &err);
	if (!past && !err_is_set(&err))
		abort();
	if (past && (!past->head.id || !past->head.title || past->steps.len == 0 || past->whole > size ||
		     past->head.step > past->steps.len))
		abort();
	ops_history_plan_destroy(past);
	return 0;
}
