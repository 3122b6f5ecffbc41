/* What is done with a plan as a whole, by whoever made it or carries it out; operations have no use for it. */
#ifndef MQDECK_OPS_PLAN_PLAN_OWNER_H
#define MQDECK_OPS_PLAN_PLAN_OWNER_H

#include "api/ops/plan/plan.h"

void ops_plan_finish(struct ops_plan *plan); /* what the plan points to */
void ops_forget_sentences(struct ops_plan *plan);
void ops_forget_steps(struct ops_plan *plan);
const char *ops_first_block(const struct ops_plan *plan); /* NULL when none */
/* Takes the arguments over as facts, checked. */
bool ops_take_values(struct ops_plan *plan, const struct ops_value *values, size_t count, struct err *err) MUST_USE;
void ops_replace_text(char **text, const char *now); /* now NULL or "" = NULL; true text is copied */

#endif
