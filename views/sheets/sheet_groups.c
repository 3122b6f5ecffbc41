/* Kafka's consumer groups and how far they are behind. */
#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "views/sheets/sheet_fields.h"

static int64_t groups_count(const struct world_view *world, const struct world_cluster *cluster)
{
	return cluster->kind == WORLD_BROKER_KAFKA ? cluster->group_count : 0;
}

static void groups_fill(struct sheet_row *row, int64_t index)
{
	world_group_at(row->cluster, index, &row->value.group);
}

static struct cell groups_name(struct sheet_row *row)
{
	return cell_text(row->value.group.name);
}

static struct cell groups_coordinator(struct sheet_row *row)
{
	return sheet_text(row->value.group.coordinator);
}

static struct cell groups_topics(struct sheet_row *row)
{
	return row->value.group.topics ? cell_list(row->value.group.topics) : cell_unknown();
}

/* By the order of magnitude of the lag: by the lag itself they would change places at every answer. What is not
 * known may be bad, but not as bad as what is known to be. */
static uint8_t groups_rank(struct sheet_row *row)
{
	enum { FINE_LAG = 1000 };
	int64_t lag = row->value.group.lag;
	if (lag < 0)
		return 1;
	uint8_t rank = lag < FINE_LAG ? 0 : 2;
	for (; lag >= FINE_LAG * 10 && rank + 1 < SHEET_RANKS; lag /= 10)
		rank++;
	return rank;
}

static void groups_links(const struct sheet_row *row, struct sheet_links *out)
{
	out->broker = row->value.group.coordinator;
}

#define X(place, type, member, ...)                                                                                    \
	SHEET_IF_##place(static struct cell groups_field_##member(struct sheet_row *row) {                             \
		return SHEET_CELL_##type(row->value.group.member);                                                     \
	})
#include "api/kafka/poll/group_fields.def"
#undef X

static const struct sheet_column columns[] = {
	SHEET_TEXT("GROUP", "group", "consumer group", groups_name, .min = 10, .max = 60),
#define X(place, type, member, listed, classic, consumer, streams, title_, field_, priority_, help_)                   \
	SHEET_MAIN_##place(SHEET_COLUMN_##type(title_, field_, help_, groups_field_##member, priority_))
#include "api/kafka/poll/group_fields.def"
#undef X
	SHEET_TEXT("COORDINATOR", "coordinator", "coordinator broker", groups_coordinator, .priority = 2, .max = 32),
	SHEET_TEXT("TOPICS", "topics", "topics with committed offsets", groups_topics, .priority = 1, .max = 60),
#define X(place, type, member, listed, classic, consumer, streams, title_, field_, priority_, help_)                   \
	SHEET_MORE_##place(SHEET_COLUMN_##type(title_, field_, help_, groups_field_##member, priority_))
#include "api/kafka/poll/group_fields.def"
#undef X
	SHEET_TEXT("CLUSTER", "cluster", "broker cluster", sheet_cell_cluster, .priority = 3),
	SHEET_TEXT("NAMESPACE", "namespace", "namespace", sheet_cell_namespace, .priority = 4),
};

const struct sheet sheet_groups = {
	.name = "groups",
	.word = "group",
	.links = groups_links,
	.per_cluster = true,
	.count = groups_count,
	.fill = groups_fill,
	.rank = groups_rank,
	.answers_only = true,
	.needs_brokers = true,
	.leans_on = WORLD_ON_CLUSTERS | WORLD_ON(GROUPS),
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
