#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static int64_t queues_count(const struct world_view *world, const struct world_cluster *cluster)
{
	return cluster->kind == WORLD_BROKER_RABBITMQ ? cluster->queue_count : 0;
}

static void queues_fill(struct sheet_row *row, int64_t index)
{
	world_queue_at(row->cluster, index, &row->value.queue);
}

static const char *queues_name_of(struct sheet_row *row)
{
	return row->value.queue.name;
}

static void queues_key(struct sheet_row *row, char *out, size_t size)
{
	snprintf(out, size, "%s/%s/%s", row->cluster->key, str_or(row->value.queue.vhost, ""), row->value.queue.name);
}

static struct cell queues_name(struct sheet_row *row)
{
	return cell_text(queues_name_of(row));
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

static struct cell queues_messages(struct sheet_row *row)
{
	return sheet_figure(row->value.queue.messages);
}

static struct cell queues_ready(struct sheet_row *row)
{
	return sheet_figure(row->value.queue.ready);
}

static struct cell queues_unacked(struct sheet_row *row)
{
	return sheet_figure(row->value.queue.unacked);
}

static struct cell queues_consumers(struct sheet_row *row)
{
	return sheet_figure(row->value.queue.consumers);
}

static struct cell queues_memory(struct sheet_row *row)
{
	return cell_bytes(row->value.queue.memory_bytes);
}

static struct cell queues_policy(struct sheet_row *row)
{
	return cell_text(row->value.queue.policy);
}

static struct cell queues_published(struct sheet_row *row)
{
	return cell_rate(row->value.queue.publish_rate);
}

static struct cell queues_delivered(struct sheet_row *row)
{
	return cell_rate(row->value.queue.deliver_rate);
}

static uint8_t queues_rank(struct sheet_row *row)
{
	return sheet_rank_of(row->value.queue.severity);
}

static const struct sheet_column columns[] = {
	{.title = "QUEUE", .field = "queue", .help = "queue", .min = 10, .max = 60, .cell = queues_name},
	{.title = "VHOST", .field = "vhost", .help = "virtual host", .priority = 5, .max = 24, .cell = queues_vhost},
	{.title = "TYPE", .field = "type", .help = "classic, quorum or stream", .priority = 1, .cell = queues_type},
	{.title = "STATE", .field = "state", .help = "as RabbitMQ says", .max = 16, .cell = queues_state},
	{.title = "MESSAGES",
	 .field = "messages",
	 .help = "ready and unacknowledged",
	 .type = CELL_COUNT,
	 .cell = queues_messages},
	{.title = "READY",
	 .field = "ready",
	 .help = "messages ready",
	 .priority = 3,
	 .type = CELL_COUNT,
	 .cell = queues_ready},
	{.title = "UNACKED",
	 .field = "unacknowledged",
	 .help = "delivered, not acknowledged",
	 .priority = 3,
	 .type = CELL_COUNT,
	 .cell = queues_unacked},
	{.title = "CONSUMERS",
	 .field = "consumers",
	 .help = "consumers",
	 .priority = 2,
	 .type = CELL_COUNT,
	 .cell = queues_consumers},
	{.title = "IN",
	 .field = "publishRate",
	 .help = "messages published a second",
	 .priority = 4,
	 .type = CELL_RATE,
	 .cell = queues_published},
	{.title = "OUT",
	 .field = "deliverRate",
	 .help = "messages delivered a second",
	 .priority = 4,
	 .type = CELL_RATE,
	 .cell = queues_delivered},
	{.title = "LEADER",
	 .field = "leader",
	 .help = "broker that leads it, or holds it",
	 .priority = 1,
	 .max = 32,
	 .cell = queues_leader},
	{.title = "ONLINE",
	 .field = "online",
	 .help = "members online",
	 .priority = 4,
	 .max = 48,
	 .cell = queues_online},
	{.title = "MEMBERS", .field = "members", .help = "members", .priority = 6, .max = 48, .cell = queues_members},
	{.title = "MEMORY",
	 .field = "memoryBytes",
	 .help = "bytes",
	 .priority = 6,
	 .type = CELL_BYTES,
	 .cell = queues_memory},
	{.title = "POLICY",
	 .field = "policy",
	 .help = "policy in force",
	 .priority = 7,
	 .max = 24,
	 .cell = queues_policy},
	{.title = "CLUSTER", .field = "cluster", .help = "broker cluster", .priority = 5, .cell = sheet_cell_cluster},
	{.title = "NAMESPACE",
	 .field = "namespace",
	 .help = "namespace",
	 .flags = SHEET_COLUMN_WIDE,
	 .cell = sheet_cell_namespace},
};

const struct sheet sheet_queues = {
	.name = "queues",
	.title = "Queues",
	.per_cluster = true,
	.count = queues_count,
	.fill = queues_fill,
	.name_of = queues_name_of,
	.key = queues_key,
	.rank = queues_rank,
	.answers_only = true,
	.needs_brokers = true,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
