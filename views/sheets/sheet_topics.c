#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"

static int64_t count(const struct world_view *world, const struct world_cluster *cluster)
{
	return cluster->kind == BROKER_KAFKA ? cluster->topic_count : 0;
}

static void fill(struct row *row, int64_t index)
{
	world_topic_at(row->cluster, index, &row->value.topic);
}

static const char *name_of(struct row *row)
{
	return row->value.topic.name;
}

static void key(struct row *row, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", row->cluster->key, row->value.topic.name);
}

static struct cell name(struct row *row)
{
	return cell_text(name_of(row));
}

static struct cell partitions(struct row *row)
{
	return sheet_figure(row->value.topic.partitions);
}

static struct cell factor(struct row *row)
{
	return sheet_figure(row->value.topic.replication_factor);
}

static struct cell min_in_sync(struct row *row)
{
	return sheet_figure(row->value.topic.min_in_sync);
}

static struct cell graded(int64_t figure, enum severity if_any)
{
	return cell_graded(sheet_figure(figure), figure > 0 ? if_any : SEV_NONE);
}

static struct cell under_replicated(struct row *row)
{
	return graded(row->value.topic.under_replicated, SEV_WARN);
}

static struct cell below_min(struct row *row)
{
	return graded(row->value.topic.below_min_isr, SEV_BAD);
}

static struct cell offline(struct row *row)
{
	return graded(row->value.topic.offline, SEV_BAD);
}

static struct cell size(struct row *row)
{
	return cell_bytes(row->value.topic.size_bytes);
}

static struct cell internal(struct row *row)
{
	return cell_bool(row->value.topic.internal);
}

static uint8_t rank(struct row *row)
{
	const struct world_topic *it = &row->value.topic;
	return it->offline > 0 ? 3 : it->below_min_isr > 0 ? 2 : it->under_replicated > 0 ? 1 : 0;
}

static const struct column columns[] = {
	{.title = "TOPIC", .field = "topic", .help = "topic", .min = 10, .max = 60, .cell = name},
	{.title = "PARTITIONS", .field = "partitions", .help = "partitions", .type = CELL_COUNT, .cell = partitions},
	{.title = "RF", .field = "replicationFactor", .help = "replicas of each partition", .type = CELL_COUNT, .cell = factor},
	{.title = "MIN", .field = "minInSync", .help = "min.insync.replicas", .type = CELL_COUNT, .cell = min_in_sync},
	{.title = "UNDER", .field = "underReplicated", .help = "partitions with a replica out of sync", .type = CELL_COUNT, .cell = under_replicated},
	{.title = "BELOW MIN", .field = "belowMinIsr", .help = "partitions that refuse acks=all", .type = CELL_COUNT, .cell = below_min},
	{.title = "OFFLINE", .field = "offline", .help = "partitions without a leader", .priority = 1, .type = CELL_COUNT, .cell = offline},
	{.title = "SIZE", .field = "sizeBytes", .help = "bytes, all replicas", .priority = 2, .type = CELL_BYTES, .cell = size},
	{.title = "INTERNAL", .field = "internal", .help = "Kafka's own", .flags = COLUMN_WIDE, .cell = internal},
	{.title = "CLUSTER", .field = "cluster", .help = "broker cluster", .priority = 3, .cell = sheet_cell_cluster},
	{.title = "NAMESPACE", .field = "namespace", .help = "namespace", .priority = 4, .cell = sheet_cell_namespace},
};

const struct sheet sheet_topics = {
	.name = "topics",
	.title = "Topics",
	.per_cluster = true,
	.count = count,
	.fill = fill,
	.name_of = name_of,
	.key = key,
	.rank = rank,
	.answers_only = true,
	.needs_brokers = true,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
