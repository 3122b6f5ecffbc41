/* Which brokers a scaling adds or takes, as the StatefulSet or the pool will choose them: from the highest ordinal on. A
 * plan under way goes by the names it was made with, for the world has changed through it. */
#include "api/ops/parts/scale_brokers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"

struct ops_scale ops_scale_read(const struct ops_plan *plan, const struct ops_context *context)
{
	return (struct ops_scale){.view = context->view,
				  .cluster = context->cluster,
				  .pool = ops_fact(plan, "pool"),
				  .from = (int32_t)ops_fact_number(plan, "from", -1),
				  .to = (int32_t)ops_fact_number(plan, "replicas", -1)};
}

bool ops_scale_counts(const struct ops_scale *scale, const struct world_broker *broker)
{
	if (!broker->expected)
		return false;
	if (!scale->pool)
		return true;
	char prefix[600];
	snprintf(prefix, sizeof prefix, "%s-%s-", scale->cluster->name, scale->pool);
	size_t len = strlen(prefix);
	return !strncmp(broker->name, prefix, len) && broker->name[len] &&
	       !broker->name[len + strspn(broker->name + len, "0123456789")];
}

size_t ops_scale_leaving(const struct ops_scale *scale, const struct world_broker **out, size_t max)
{
	size_t want = scale->from > scale->to ? (size_t)(scale->from - scale->to) : 0, have = 0, skip = 0;
	for (size_t i = 0; i < scale->cluster->broker_count; i++)
		have += ops_scale_counts(scale, scale->cluster->brokers[i]);
	skip = have > want ? have - want : 0;
	size_t found = 0;
	for (size_t i = 0; i < scale->cluster->broker_count && found < max; i++) {
		if (!ops_scale_counts(scale, scale->cluster->brokers[i]))
			continue;
		if (skip > 0)
			skip--;
		else
			out[found++] = scale->cluster->brokers[i];
	}
	return found;
}

bool ops_scale_new_name(const struct ops_scale *scale, int32_t index, char *out, size_t size)
{
	const struct kube_stateful_set *set = scale->cluster->stateful_set;
	if (!set)
		return false;
	int64_t start = set->ordinals_start > 0 ? set->ordinals_start : 0;
	snprintf(out, size, "%s-%" PRId64, set->meta.name, start + scale->from + index);
	return true;
}

size_t ops_scale_still_there(const struct ops_plan *plan, const struct ops_scale *scale,
			     const struct world_broker **out, size_t max)
{
	size_t found = 0;
	const char *leaving = str_or(ops_fact(plan, "leaving"), "");
	for (size_t i = 0; i < scale->cluster->broker_count && found < max; i++)
		if (str_has_word(leaving, ',', scale->cluster->brokers[i]->name))
			out[found++] = scale->cluster->brokers[i];
	return found;
}
