/* RabbitMQ's queues and streams. */
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

static void queues_links(const struct sheet_row *row, struct sheet_links *out)
{
	out->broker = row->value.queue.leader;
}

static const struct sheet_column columns[] = {
	SHEET_TEXT("QUEUE", "queue", "queue", queues_name, .min = 10, .max = 60),
	SHEET_TEXT("VHOST", "vhost", "virtual host", queues_vhost, .priority = 5, .max = 24),
	SHEET_TEXT("TYPE", "type", "classic, quorum or stream", queues_type, .priority = 1),
	SHEET_TEXT("STATE", "state", "state reported by RabbitMQ", queues_state, .max = 16),
	SHEET_NUMBER(COUNT, "MESSAGES", "messages", "messages ready and unacknowledged", queues_messages),
	SHEET_NUMBER(COUNT, "READY", "ready", "messages ready", queues_ready, .priority = 3),
	SHEET_NUMBER(COUNT, "UNACKED", "unacknowledged", "messages delivered but not acknowledged", queues_unacked,
		     .priority = 3),
	SHEET_NUMBER(COUNT, "CONSUMERS", "consumers", "consumers", queues_consumers, .priority = 2),
	SHEET_NUMBER(RATE, "IN", "publishRate", "messages published per second", queues_published, .priority = 4),
	SHEET_NUMBER(RATE, "OUT", "deliverRate", "messages delivered per second", queues_delivered, .priority = 4),
	SHEET_TEXT("LEADER", "leader", "broker that leads or hosts it", queues_leader, .priority = 1, .max = 32),
	SHEET_TEXT("ONLINE", "online", "members online", queues_online, .priority = 4, .max = 48),
	SHEET_TEXT("MEMBERS", "members", "members", queues_members, .priority = 6, .max = 48),
	SHEET_NUMBER(BYTES, "MEMORY", "memoryBytes", "memory in bytes", queues_memory, .priority = 6),
	SHEET_TEXT("POLICY", "policy", "effective policy", queues_policy, .priority = 7, .max = 24),
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
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
