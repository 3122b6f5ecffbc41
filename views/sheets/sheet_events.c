#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static int64_t count(const struct world_view *world, const struct world_cluster *cluster)
{
	return (int64_t)world->event_count;
}

static void fill(struct row *row, int64_t index)
{
	row->item.event = &row->world->events[index];
	row->cluster = row->item.event->cluster;
}

static bool matches(const struct row *row, const struct scope *scope)
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

static const char *name_of(struct row *row)
{
	return row->item.event->record->meta.name;
}

static const char *namespace_of(const struct row *row)
{
	return row->item.event->record->object_namespace;
}

static void key(struct row *row, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", str_or(row->item.event->record->meta.namespace, ""), name_of(row));
}

static const struct source *source(const struct world_view *world)
{
	return &world->events_source;
}

static struct cell last(struct row *row)
{
	return sheet_age_since(row, row->item.event->record->last_ms);
}

static struct cell type(struct row *row)
{
	const char *word = row->item.event->record->type;
	return cell_graded(cell_text(word), str_eq(word, "Normal") ? SEV_NONE : SEV_WARN);
}

static struct cell reason(struct row *row)
{
	return cell_text(row->item.event->record->reason);
}

static struct cell object(struct row *row)
{
	const struct kube_event *it = row->item.event->record;
	snprintf(row->text, sizeof row->text, "%s/%s", str_or(it->object_kind, "?"), str_or(it->object_name, "?"));
	return cell_text(row->text);
}

static struct cell message(struct row *row)
{
	return cell_text(row->item.event->record->message);
}

static struct cell repeats(struct row *row)
{
	int32_t n = row->item.event->record->count;
	return cell_count(n > 0 ? n : 1);
}

static struct cell namespace(struct row *row)
{
	return cell_text(namespace_of(row));
}

static const struct column columns[] = {
	{.title = "LAST", .field = "lastSeenSeconds", .help = "since it was last seen", .type = CELL_AGE, .cell = last},
	{.title = "TYPE", .field = "type", .help = "Normal or Warning", .priority = 1, .cell = type},
	{.title = "REASON", .field = "reason", .help = "reason", .max = 28, .cell = reason},
	{.title = "OBJECT", .field = "object", .help = "Kind/name it is about", .max = 48, .cell = object},
	{.title = "COUNT", .field = "count", .help = "times seen", .priority = 3, .type = CELL_COUNT, .cell = repeats},
	{.title = "MESSAGE", .field = "message", .help = "message", .min = 20, .max = 200, .cell = message},
	{.title = "NAMESPACE", .field = "namespace", .help = "of the object", .flags = COLUMN_WIDE, .cell = namespace},
	{.title = "CLUSTER", .field = "cluster", .help = "broker cluster", .flags = COLUMN_WIDE, .cell = sheet_cell_cluster},
};

/* Without a rank: what happened last is what is looked for, and the world has it first. */
const struct sheet sheet_events = {
	.name = "events",
	.title = "Events",
	.count = count,
	.fill = fill,
	.matches = matches,
	.name_of = name_of,
	.namespace_of = namespace_of,
	.key = key,
	.source = source,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
