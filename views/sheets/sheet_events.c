/* Events of the brokers' objects and of nodes, newest first. */
#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static int64_t events_count(const struct world_view *world, const struct world_cluster *cluster)
{
	return (int64_t)world->event_count;
}

static void events_fill(struct sheet_row *row, int64_t index)
{
	row->item.event = &row->world->events[index];
	row->cluster = row->item.event->cluster;
}

static bool events_matches(const struct sheet_row *row, const struct sheet_scope *scope)
{
	const struct kube_event *it = row->item.event->record;
	if (scope->node && !(str_eq(it->object_kind, "Node") && str_eq(it->object_name, scope->node)))
		return false;
	if (!scope->broker)
		return true;
	char object[512];
	snprintf(object, sizeof object, "%s/%s", str_or(it->object_namespace, ""), str_or(it->object_name, ""));
	return str_eq(object, scope->broker);
}

static const char *events_name_of(struct sheet_row *row)
{
	return row->item.event->record->meta.name;
}

static const char *events_namespace_of(const struct sheet_row *row)
{
	return row->item.event->record->object_namespace;
}

static struct cell events_last(struct sheet_row *row)
{
	return sheet_age_since(row, row->item.event->record->last_ms);
}

static struct cell events_type(struct sheet_row *row)
{
	const char *word = row->item.event->record->type;
	return cell_graded(cell_text(word), str_eq(word, "Normal") ? SEV_NONE : SEV_WARN);
}

static struct cell events_reason(struct sheet_row *row)
{
	return cell_text(row->item.event->record->reason);
}

static struct cell events_object(struct sheet_row *row)
{
	const struct kube_event *it = row->item.event->record;
	snprintf(row->text, sizeof row->text, "%s/%s", str_or(it->object_kind, "?"), str_or(it->object_name, "?"));
	return cell_text(row->text);
}

static struct cell events_message(struct sheet_row *row)
{
	return cell_text(row->item.event->record->message);
}

static struct cell events_repeats(struct sheet_row *row)
{
	int32_t n = row->item.event->record->count;
	return cell_count(n > 0 ? n : 1);
}

static struct cell events_namespace(struct sheet_row *row)
{
	return cell_text(events_namespace_of(row));
}

static const struct sheet_column columns[] = {
	SHEET_NUMBER(AGE, "LAST", "lastSeenSeconds", "seconds since it was last seen", events_last),
	SHEET_TEXT("TYPE", "type", "Normal or Warning", events_type, .priority = 1),
	SHEET_TEXT("REASON", "reason", "reason", events_reason, .max = 28),
	SHEET_TEXT("OBJECT", "object", "object it is about, as Kind/name", events_object, .max = 48),
	SHEET_NUMBER(COUNT, "COUNT", "count", "number of times seen", events_repeats, .priority = 3),
	SHEET_TEXT("MESSAGE", "message", "message", events_message, .min = 20, .max = 200),
	SHEET_TEXT("NAMESPACE", "namespace", "namespace of the object", events_namespace, SHEET_WIDE),
	SHEET_TEXT("CLUSTER", "cluster", "broker cluster", sheet_cell_cluster, SHEET_WIDE),
};

/* Without a rank: what happened last is what is looked for, and the world has it first. */
const struct sheet sheet_events = {
	.name = "events",
	.word = "event",
	.count = events_count,
	.fill = events_fill,
	.matches = events_matches,
	.name_of = events_name_of,
	.namespace_of = events_namespace_of,
	.unranked = true,
	.api = {.version = "v1", .resource = "events"},
	.leans_on = WORLD_ON(EVENTS) | WORLD_ON_CLUSTERS,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
