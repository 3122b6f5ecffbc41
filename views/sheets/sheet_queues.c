/* RabbitMQ's queues and streams. */
#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "views/sheets/sheet_fields.h"

static int64_t queues_count(const struct world_view *world, const struct world_cluster *cluster)
{
	return cluster->kind == WORLD_BROKER_RABBITMQ ? cluster->queue_count : 0;
}

static void queues_fill(struct sheet_row *row, int64_t index)
{
	world_queue_at(row->cluster, index, &row->value.queue);
}

static void queues_key(struct sheet_row *row, char *out, size_t size)
{
	snprintf(out, size, "%s/%s/%s", row->cluster->key, str_or(row->value.queue.vhost, ""), row->value.queue.name);
}

static struct cell queues_name(struct sheet_row *row)
{
	return cell_text(row->value.queue.name);
}

static struct cell queues_vhost(struct sheet_row *row)
{
	return sheet_text(row->value.queue.vhost);
}

static struct cell queues_type(struct sheet_row *row)
{
	return sheet_text(row->value.queue.type);
}

static struct cell queues_state(struct sheet_row *row)
{
	return sheet_state(row->value.queue.state, row->value.queue.severity);
}

static struct cell queues_leader(struct sheet_row *row)
{
	return cell_text(row->value.queue.leader);
}

static struct cell queues_list_or_none(const char *joined)
{
	return joined ? cell_list(joined) : cell_none();
}

static struct cell queues_members(struct sheet_row *row)
{
	return queues_list_or_none(row->value.queue.members);
}

static struct cell queues_online(struct sheet_row *row)
{
	return queues_list_or_none(row->value.queue.online);
}

static uint8_t queues_rank(struct sheet_row *row)
{
	return sheet_rank_of(row->value.queue.severity);
}

static void queues_links(const struct sheet_row *row, struct sheet_links *out)
{
	out->broker = row->value.queue.leader;
}

/* ---- what is carried through as RabbitMQ says it ---- */

#define X(place, asked, type, member, ...)                                                                             \
	static struct cell queues_field_##member(struct sheet_row *row)                                                \
	{                                                                                                              \
		return SHEET_CELL_##type(row->value.queue.member);                                                     \
	}
#include "api/rabbitmq/queue_fields.def"
#undef X

static const struct sheet_column columns[] = {
	SHEET_TEXT("QUEUE", "queue", "queue", queues_name, .min = 10, .max = 60),
	SHEET_TEXT("VHOST", "vhost", "virtual host", queues_vhost, .priority = 5, .max = 24),
	SHEET_TEXT("TYPE", "type", "classic, quorum, stream, volatile or other", queues_type, .priority = 1),
	SHEET_TEXT("STATE", "state", "state reported by RabbitMQ", queues_state, .max = 16),
#define X(place, asked, type, member, path, title_, field_, priority_, help_)                                          \
	SHEET_MAIN_##place(SHEET_COLUMN_##type(title_, field_, help_, queues_field_##member, priority_))
#include "api/rabbitmq/queue_fields.def"
#undef X
	SHEET_TEXT("LEADER", "leader", "broker that leads or hosts it", queues_leader, .priority = 1, .max = 32),
	SHEET_TEXT("ONLINE", "online", "members online", queues_online, .priority = 4, .max = 48),
	SHEET_TEXT("MEMBERS", "members", "members", queues_members, .priority = 6, .max = 48),
#define X(place, asked, type, member, path, title_, field_, priority_, help_)                                          \
	SHEET_MORE_##place(SHEET_COLUMN_##type(title_, field_, help_, queues_field_##member, priority_))
#include "api/rabbitmq/queue_fields.def"
#undef X
	SHEET_TEXT("CLUSTER", "cluster", "broker cluster", sheet_cell_cluster, .priority = 5),
	SHEET_TEXT("NAMESPACE", "namespace", "namespace", sheet_cell_namespace, SHEET_WIDE),
};

const struct sheet sheet_queues = {
	.name = "queues",
	.word = "queue",
	.links = queues_links,
	.names_replicas = true,
	.per_cluster = true,
	.count = queues_count,
	.fill = queues_fill,
	.key = queues_key,
	.rank = queues_rank,
	.answers_only = true,
	.needs_brokers = true,
	.leans_on = WORLD_ON_CLUSTERS | WORLD_ON(REPLICAS),
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
