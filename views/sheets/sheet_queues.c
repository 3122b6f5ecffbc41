#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static int64_t count(const struct world_view *world, const struct world_cluster *cluster)
{
	return cluster->kind == BROKER_RABBITMQ ? cluster->queue_count : 0;
}

static void fill(struct row *row, int64_t index)
{
	world_queue_at(row->cluster, index, &row->value.queue);
}

static const char *name_of(struct row *row)
{
	return row->value.queue.name;
}

static void key(struct row *row, char *out, size_t size)
{
	snprintf(out, size, "%s/%s/%s", row->cluster->key, str_or(row->value.queue.vhost, ""), row->value.queue.name);
}

static struct cell name(struct row *row)
{
	return cell_text(name_of(row));
}

static struct cell vhost(struct row *row)
{
	return sheet_text(row->value.queue.vhost);
}

static struct cell type(struct row *row)
{
	return sheet_text(row->value.queue.type);
}

static struct cell state(struct row *row)
{
	return sheet_state(row->value.queue.state, row->value.queue.severity);
}

static struct cell leader(struct row *row)
{
	return cell_text(row->value.queue.leader);
}

static struct cell list_or_none(const char *joined)
{
	return joined ? cell_list(joined) : cell_none();
}

static struct cell members(struct row *row)
{
	return list_or_none(row->value.queue.members);
}

static struct cell online(struct row *row)
{
	return list_or_none(row->value.queue.online);
}

static struct cell messages(struct row *row)
{
	return sheet_figure(row->value.queue.messages);
}

static struct cell ready(struct row *row)
{
	return sheet_figure(row->value.queue.ready);
}

static struct cell unacked(struct row *row)
{
	return sheet_figure(row->value.queue.unacked);
}

static struct cell consumers(struct row *row)
{
	return sheet_figure(row->value.queue.consumers);
}

static struct cell memory(struct row *row)
{
	return cell_bytes(row->value.queue.memory_bytes);
}

static struct cell policy(struct row *row)
{
	return cell_text(row->value.queue.policy);
}

static struct cell published(struct row *row)
{
	return cell_rate(row->value.queue.publish_rate);
}

static struct cell delivered(struct row *row)
{
	return cell_rate(row->value.queue.deliver_rate);
}

static uint8_t rank(struct row *row)
{
	return sheet_rank_of(row->value.queue.severity);
}

static const struct column columns[] = {
	{.title = "QUEUE", .field = "queue", .help = "queue", .min = 10, .max = 60, .cell = name},
	{.title = "VHOST", .field = "vhost", .help = "virtual host", .priority = 5, .max = 24, .cell = vhost},
	{.title = "TYPE", .field = "type", .help = "classic, quorum or stream", .priority = 1, .cell = type},
	{.title = "STATE", .field = "state", .help = "as RabbitMQ says", .max = 16, .cell = state},
	{.title = "MESSAGES", .field = "messages", .help = "ready and unacknowledged", .type = CELL_COUNT, .cell = messages},
	{.title = "READY", .field = "ready", .help = "messages ready", .priority = 3, .type = CELL_COUNT, .cell = ready},
	{.title = "UNACKED", .field = "unacknowledged", .help = "delivered, not acknowledged", .priority = 3, .type = CELL_COUNT, .cell = unacked},
	{.title = "CONSUMERS", .field = "consumers", .help = "consumers", .priority = 2, .type = CELL_COUNT, .cell = consumers},
	{.title = "IN", .field = "publishRate", .help = "messages published a second", .priority = 4, .type = CELL_RATE, .cell = published},
	{.title = "OUT", .field = "deliverRate", .help = "messages delivered a second", .priority = 4, .type = CELL_RATE, .cell = delivered},
	{.title = "LEADER", .field = "leader", .help = "broker that leads it, or holds it", .priority = 1, .max = 32, .cell = leader},
	{.title = "ONLINE", .field = "online", .help = "members online", .priority = 4, .max = 48, .cell = online},
	{.title = "MEMBERS", .field = "members", .help = "members", .priority = 6, .max = 48, .cell = members},
	{.title = "MEMORY", .field = "memoryBytes", .help = "bytes", .priority = 6, .type = CELL_BYTES, .cell = memory},
	{.title = "POLICY", .field = "policy", .help = "policy in force", .priority = 7, .max = 24, .cell = policy},
	{.title = "CLUSTER", .field = "cluster", .help = "broker cluster", .priority = 5, .cell = sheet_cell_cluster},
	{.title = "NAMESPACE", .field = "namespace", .help = "namespace", .flags = COLUMN_WIDE, .cell = sheet_cell_namespace},
};

const struct sheet sheet_queues = {
	.name = "queues",
	.title = "Queues",
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
