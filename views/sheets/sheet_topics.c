/* Kafka's topics, each with the worst of its partitions. */
#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "views/sheets/sheet_fields.h"

static int64_t topics_count(const struct world_view *world, const struct world_cluster *cluster)
{
	return cluster->kind == WORLD_BROKER_KAFKA ? cluster->topic_count : 0;
}

static void topics_fill(struct sheet_row *row, int64_t index)
{
	world_topic_at(row->cluster, index, &row->value.topic);
}

static struct cell topics_name(struct sheet_row *row)
{
	return cell_text(row->value.topic.name);
}

static struct cell topics_partitions(struct sheet_row *row)
{
	return sheet_figure(row->value.topic.partitions);
}

static struct cell topics_factor(struct sheet_row *row)
{
	return sheet_figure(row->value.topic.replication_factor);
}

static struct cell topics_graded(int64_t figure, enum severity if_any)
{
	return cell_graded(sheet_figure(figure), figure > 0 ? if_any : SEV_NONE);
}

static struct cell topics_under_replicated(struct sheet_row *row)
{
	return topics_graded(row->value.topic.under_replicated, SEV_WARN);
}

static struct cell topics_below_min(struct sheet_row *row)
{
	return topics_graded(row->value.topic.below_min_isr, SEV_BAD);
}

static struct cell topics_offline(struct sheet_row *row)
{
	return topics_graded(row->value.topic.offline, SEV_BAD);
}

static struct cell topics_size(struct sheet_row *row)
{
	return cell_bytes(row->value.topic.size_bytes);
}

static uint8_t topics_rank(struct sheet_row *row)
{
	const struct world_topic *it = &row->value.topic;
	return it->offline > 0 ? 3 : it->below_min_isr > 0 ? 2 : it->under_replicated > 0 ? 1 : 0;
}

#define X(place, type, member, ...)                                                                                    \
	SHEET_IF_##place(static struct cell topics_field_##member(struct sheet_row *row) {                             \
		return SHEET_CELL_##type(row->value.topic.member);                                                     \
	})
#include "api/kafka/poll/topic_fields.def"
#undef X

static const struct sheet_column columns[] = {
	SHEET_TEXT("TOPIC", "topic", "topic", topics_name, .min = 10, .max = 60),
	SHEET_NUMBER(COUNT, "PARTITIONS", "partitions", "partitions", topics_partitions),
	SHEET_NUMBER(COUNT, "RF", "replicationFactor", "replicas of each partition", topics_factor),
#define X(place, type, member, value, title_, field_, priority_, help_)                                                \
	SHEET_MAIN_##place(SHEET_COLUMN_##type(title_, field_, help_, topics_field_##member, priority_))
#include "api/kafka/poll/topic_fields.def"
#undef X
	SHEET_NUMBER(COUNT, "UNDER", "underReplicated", "under-replicated partitions", topics_under_replicated),
	SHEET_NUMBER(COUNT, "BELOW MIN", "belowMinIsr", "partitions below min.insync.replicas, which reject acks=all",
		     topics_below_min),
	SHEET_NUMBER(COUNT, "OFFLINE", "offline", "partitions without a leader", topics_offline, .priority = 1),
	SHEET_NUMBER(BYTES, "SIZE", "sizeBytes", "bytes, all replicas", topics_size, .priority = 2),
#define X(place, type, member, value, title_, field_, priority_, help_)                                                \
	SHEET_MORE_##place(SHEET_COLUMN_##type(title_, field_, help_, topics_field_##member, priority_))
#include "api/kafka/poll/topic_fields.def"
#undef X
	SHEET_TEXT("CLUSTER", "cluster", "broker cluster", sheet_cell_cluster, .priority = 3),
	SHEET_TEXT("NAMESPACE", "namespace", "namespace", sheet_cell_namespace, .priority = 4),
};

const struct sheet sheet_topics = {
	.name = "topics",
	.word = "topic",
	.opens = "replication",
	.names_replicas = true,
	.per_cluster = true,
	.count = topics_count,
	.fill = topics_fill,
	.rank = topics_rank,
	.answers_only = true,
	.needs_brokers = true,
	.leans_on = WORLD_ON_CLUSTERS | WORLD_ON(REPLICAS) | WORLD_ON(MINIMUMS) | WORLD_ON(DISKS),
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
