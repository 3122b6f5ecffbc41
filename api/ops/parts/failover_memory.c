/* What brings the leaders of a failover back: kept in its plan as "KEY TEXT" a line, for a rollback to hand on. */
#include <stdlib.h>

#include "api/base/str.h"
#include "api/ops/parts/broker_kind.h"

void ops_failover_remember(struct ops_plan *plan, const struct ops_failover *failover, const char *text)
{
	CLEANUP(free) char *before = mem_strdup(str_or(ops_fact(plan, "undo"), ""));
	ops_set_fact(plan, "undo", "%s%s %s\n", before, failover->cluster->key, text);
}
