/* Lists in sentences: the first few names, runs of partitions as one, and how many more there are. */
#include "api/ops/plan/name_list.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ops_name_list_add(struct ops_name_list *list, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	size_t len = strlen(list->names);
	if (list->count > 0 && list->count < OPS_NAME_LIST_SHOWN)
		len += (size_t)snprintf(list->names + len, sizeof list->names - len, ", ");
	if (list->count < OPS_NAME_LIST_SHOWN && len < sizeof list->names)
		vsnprintf(list->names + len, sizeof list->names - len, format, args);
	list->named += list->count < OPS_NAME_LIST_SHOWN;
	list->count++;
	va_end(args);
}

/* ---- partitions ---- */

static bool run_is_followed(const struct ops_name_run *run, const char *topic, int32_t partition)
{
	return partition >= 0 && run->last == partition - 1 && !strncmp(run->topic, topic, sizeof run->topic - 1);
}

/* Whether the partition found a place among the runs that are named. */
static bool take_partition(struct ops_name_run *runs, int *count, const char *topic, int32_t partition)
{
	if (*count > 0 && run_is_followed(&runs[*count - 1], topic, partition)) {
		runs[*count - 1].last = partition;
		return true;
	}
	if (*count == OPS_NAME_LIST_SHOWN)
		return false;
	struct ops_name_run *run = &runs[(*count)++];
	*run = (struct ops_name_run){.first = partition, .last = partition};
	snprintf(run->topic, sizeof run->topic, "%s", topic);
	return true;
}

/* One partition is "payments/3", a run "payments 0–28"; behind a run its topic is not said again: "payments 0–28, 31". */
static size_t append_run(char *out, size_t size, const struct ops_name_run *run, const char **topic)
{
	bool is_run = run->last > run->first;
	if (*topic && run->first >= 0 && !strcmp(*topic, run->topic))
		return (size_t)(is_run ? snprintf(out, size, "%" PRId32 "–%" PRId32, run->first, run->last)
				       : snprintf(out, size, "%" PRId32, run->first));
	*topic = is_run ? run->topic : NULL;
	if (is_run)
		return (size_t)snprintf(out, size, "%s %" PRId32 "–%" PRId32, run->topic, run->first, run->last);
	if (run->first >= 0)
		return (size_t)snprintf(out, size, "%s/%" PRId32, run->topic, run->first);
	return (size_t)snprintf(out, size, "%s", run->topic);
}

static void name_runs(struct ops_name_list *list)
{
	const char *topic = NULL;
	size_t len = 0;
	list->named = 0;
	for (int i = 0; i < OPS_NAME_LIST_SHOWN && i < list->own_count + list->internal_count; i++) {
		const struct ops_name_run *run =
			i < list->own_count ? &list->own[i] : &list->internal[i - list->own_count];
		size_t before = len;
		if (len > 0)
			len += (size_t)snprintf(list->names + len, sizeof list->names - len, ", ");
		if (len < sizeof list->names)
			len += append_run(list->names + len, sizeof list->names - len, run, &topic);
		if (len >= sizeof list->names) {
			list->names[before] = '\0'; /* counted with those that are not named */
			return;
		}
		list->named += run->last - run->first + 1;
	}
}

void ops_name_list_add_partition(struct ops_name_list *list, const char *topic, int32_t partition)
{
	bool internal = !strncmp(topic, "__", 2);
	list->count++;
	list->grew |= take_partition(internal ? list->internal : list->own,
				     internal ? &list->internal_count : &list->own_count, topic, partition);
}

const char *ops_name_list_more(struct ops_name_list *list, char out[static 48])
{
	if (list->grew)
		name_runs(list);
	list->grew = false;
	out[0] = '\0';
	if (list->count > list->named)
		snprintf(out, 48, " and %" PRId64 " more", list->count - list->named);
	return out;
}
