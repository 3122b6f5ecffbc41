/* Brokers: both sides of each, the pod and what it says itself. */
#include "views/sheets/sheet_describe.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "views/sheets/sheet_fields.h"

static struct cell brokers_broker(struct sheet_row *row)
{
	return cell_text(row->item.broker->name);
}

static struct cell brokers_pod(struct sheet_row *row)
{
	if (sheet_broker_is_unread(row->item.broker))
		return cell_unknown();
	return row->item.broker->pod ? cell_text(row->item.broker->pod->meta.name) : cell_none();
}

static struct cell brokers_node(struct sheet_row *row)
{
	if (sheet_broker_is_unread(row->item.broker))
		return cell_unknown();
	return row->item.broker->node ? cell_text(row->item.broker->node->name) : cell_none();
}

static struct cell brokers_zone(struct sheet_row *row)
{
	const struct world_node *node = row->item.broker->node;
	if (node ? !node->record : sheet_broker_is_unread(row->item.broker))
		return cell_unknown();
	return node ? cell_text(node->zone) : cell_none();
}

static struct cell brokers_ready(struct sheet_row *row)
{
	bool yes = row->item.broker->ready;
	if (sheet_broker_is_unread(row->item.broker))
		return cell_unknown();
	return cell_graded(cell_bool(yes), yes ? SEV_OK : row->item.broker->severity);
}

static struct cell brokers_state(struct sheet_row *row)
{
	return sheet_state(sheet_broker_state(row->item.broker), row->item.broker->severity);
}

static struct cell brokers_role(struct sheet_row *row)
{
	return sheet_text(row->item.broker->role);
}

static struct cell brokers_controller(struct sheet_row *row)
{
	return row->cluster->kind != WORLD_BROKER_KAFKA ? cell_none()
	       : row->item.broker->role                 ? cell_bool(row->item.broker->is_controller)
							: cell_unknown();
}

static struct cell brokers_version(struct sheet_row *row)
{
	return sheet_text(row->item.broker->version);
}

static struct cell brokers_leaders(struct sheet_row *row)
{
	return sheet_figure(row->item.broker->leaders);
}

static struct cell brokers_replicas(struct sheet_row *row)
{
	return sheet_figure(row->item.broker->replicas);
}

static struct cell brokers_in_sync(struct sheet_row *row)
{
	const struct world_broker *it = row->item.broker;
	if (it->in_sync < 0 || it->replicas < 0)
		return cell_unknown();
	return cell_graded(cell_ratio(it->in_sync, it->replicas), it->in_sync < it->replicas ? SEV_WARN : SEV_NONE);
}

static struct cell brokers_under_replicated(struct sheet_row *row)
{
	int64_t n = row->item.broker->under_replicated;
	return cell_graded(sheet_figure(n), n > 0 ? SEV_WARN : SEV_NONE);
}

static struct cell brokers_critical(struct sheet_row *row)
{
	int yes = row->item.broker->quorum_critical;
	return yes < 0 ? cell_unknown() : cell_graded(cell_bool(yes), yes ? SEV_WARN : SEV_NONE);
}

static double brokers_part(int64_t used, int64_t total)
{
	return used < 0 || total <= 0 ? -1 : (double)used / (double)total;
}

/* Full disks stop brokers: warned of before the broker's own alarm. */
static enum severity brokers_fullness(double fraction)
{
	return fraction >= 0.90 ? SEV_BAD : fraction >= 0.80 ? SEV_WARN : SEV_NONE;
}

static struct cell brokers_connections(struct sheet_row *row)
{
	return row->cluster->kind == WORLD_BROKER_KAFKA ? cell_none() : sheet_figure(row->item.broker->connections);
}

static struct cell brokers_disk(struct sheet_row *row)
{
	double full = brokers_part(row->item.broker->disk_used_bytes, row->item.broker->disk_total_bytes);
	return cell_graded(cell_fraction(full), brokers_fullness(full));
}

static struct cell brokers_disk_used(struct sheet_row *row)
{
	return cell_bytes(row->item.broker->disk_used_bytes);
}

static struct cell brokers_disk_total(struct sheet_row *row)
{
	return cell_bytes(row->item.broker->disk_total_bytes);
}

#define X(place, type, member, ...)                                                                                    \
	SHEET_IF_##place(static struct cell brokers_field_##member(struct sheet_row *row) {                            \
		return SHEET_CELL_##type(row->item.broker->member);                                                    \
	})
#include "api/rabbitmq/node_fields.def"
#undef X

#define X(place, type, member, ...)                                                                                    \
	SHEET_IF_##place(static struct cell brokers_field_##member(struct sheet_row *row) {                            \
		return row->cluster->kind == WORLD_BROKER_KAFKA ? SHEET_CELL_##type(row->item.broker->member)          \
								: cell_none();                                         \
	})
#include "api/kafka/poll/broker_fields.def"
#undef X

static struct cell brokers_memory_limit(struct sheet_row *row)
{
	return cell_bytes(row->item.broker->memory_limit_bytes);
}

static struct cell brokers_claim(struct sheet_row *row)
{
	const struct world_broker *it = row->item.broker;
	return it->volume_count ? cell_text(it->volumes[0]->claim->meta.name) : cell_none();
}

static struct cell brokers_volume(struct sheet_row *row)
{
	const struct world_broker *it = row->item.broker;
	return it->volume_count ? cell_text(it->volumes[0]->claim->volume_name) : cell_none();
}

static struct cell brokers_restarts(struct sheet_row *row)
{
	int32_t n = row->item.broker->restarts;
	return row->item.broker->pod ? cell_count(n) : cell_none();
}

static struct cell brokers_alarms(struct sheet_row *row)
{
	const char *alarms = row->item.broker->alarms;
	return alarms ? cell_graded(cell_list(alarms), *alarms ? SEV_BAD : SEV_NONE) : cell_unknown();
}

static struct cell brokers_cordoned_dirs(struct sheet_row *row)
{
	const struct world_broker *broker = row->item.broker;
	if (broker->cluster->kind != WORLD_BROKER_KAFKA)
		return cell_none();
	return broker->cordoned_dirs ? cell_list(broker->cordoned_dirs) : cell_unknown();
}

static struct cell brokers_age(struct sheet_row *row)
{
	return row->item.broker->pod ? sheet_age_since(row, row->item.broker->pod->meta.created_ms) : cell_none();
}

static struct cell brokers_id(struct sheet_row *row)
{
	return row->cluster->kind == WORLD_BROKER_KAFKA ? sheet_figure(row->item.broker->id) : cell_none();
}

static struct cell brokers_rate_in(struct sheet_row *row)
{
	const struct world_broker *it = row->item.broker;
	return row->cluster->kind == WORLD_BROKER_KAFKA ? cell_byte_rate(it->in_rate) : cell_rate(it->in_rate);
}

static void brokers_links(const struct sheet_row *row, struct sheet_links *out)
{
	out->broker = row->item.broker->name;
	out->node = row->item.broker->node ? row->item.broker->node->name : NULL;
}

static void brokers_describe(const struct sheet_row *row, struct buf *out)
{
	const struct world_broker *broker = row->item.broker;
	if (err_is_set(&broker->source.err))
		sheet_describe_line(out, "read failed", broker->source.err.text);
	for (size_t i = 0; i < broker->volume_count; i++) {
		const struct world_volume *volume = broker->volumes[i];
		sheet_describe_section(out, "Volume");
		sheet_describe_line(out, "claim", volume->claim->meta.name);
		sheet_describe_line(out, "volume", str_or(volume->claim->volume_name, "not bound"));
		sheet_describe_line(out, "class", str_or(volume->claim->storage_class, "none"));
		if (volume->use_unknown)
			sheet_describe_line(out, "use unknown", volume->use_unknown);
	}
	if (broker->pod)
		sheet_describe_pod(out, broker->pod);
}

static const struct sheet_column columns[] = {
	SHEET_TEXT("BROKER", "broker", "broker, named after its pod", brokers_broker, .min = 8, .max = 40),
	SHEET_TEXT("CLUSTER", "cluster", "broker cluster", sheet_cell_cluster, .priority = 3, .max = 24),
	SHEET_TEXT("KIND", "kind", "rabbitmq or kafka", sheet_cell_kind, .priority = 9),
	SHEET_TEXT("NAMESPACE", "namespace", "namespace", sheet_cell_namespace, .priority = 8),
	SHEET_FIELD("pod", "pod, null while there is none", brokers_pod),
	SHEET_TEXT("STATE", "state", "ready, or why not", brokers_state, .max = 24),
	SHEET_FIELD("ready", "Kubernetes' view: pod and node are ready", brokers_ready),
	SHEET_TEXT("ROLE", "role", "controller, broker, leader …", brokers_role, .priority = 2, .max = 20),
	SHEET_TEXT("CONTROLLER", "controller", "Kafka: whether it is the active controller", brokers_controller,
		   SHEET_WIDE),
	SHEET_TEXT("NODE", "node", "node it runs on", brokers_node, .priority = 1, .max = 32),
	SHEET_TEXT("ZONE", "zone", "zone of the node", brokers_zone, .priority = 7, .max = 20),
	SHEET_NUMBER(COUNT, "LEADS", "leaders", "partitions or queues it leads", brokers_leaders, .priority = 1),
	SHEET_NUMBER(RATIO, "IN SYNC", "inSync", "its replicas that are in sync", brokers_in_sync),
	SHEET_FIELD("replicas", "replicas it holds", brokers_replicas),
	SHEET_NUMBER(COUNT, "UNDER", "underReplicated", "partitions it leads that are under-replicated",
		     brokers_under_replicated, .priority = 5),
	SHEET_TEXT("Q-CRIT", "quorumCritical", "stopping it now would cost a quorum or block writes", brokers_critical,
		   .priority = 4),
	SHEET_NUMBER(FRACTION, "DISK", "diskUsedFraction", "used share of its disk, 0 to 1", brokers_disk, .min = 8,
		     .max = 14),
	SHEET_NUMBER(BYTES, "USED", "diskUsedBytes", "used bytes of its disk", brokers_disk_used, .priority = 6),
	SHEET_NUMBER(BYTES, "SIZE", "diskTotalBytes", "size of its disk in bytes", brokers_disk_total, .priority = 6),
#define X(place, type, member, path, title_, field_, priority_, help_)                                                 \
	SHEET_IF_##place(SHEET_COLUMN_##type(title_, field_, help_, brokers_field_##member, priority_), )
#include "api/rabbitmq/node_fields.def"
#undef X
	SHEET_NUMBER(BYTES, "MEM LIMIT", "memoryLimitBytes",
		     "memory at which it raises an alarm or is killed, in bytes", brokers_memory_limit, SHEET_WIDE),
	SHEET_TEXT("ALARMS", "alarms", "alarms raised: memory, disk, partition …", brokers_alarms, .priority = 5,
		   .max = 24),
	SHEET_TEXT("CORDONED DIRS", "cordonedDirs", "Kafka log directories that take no new replicas",
		   brokers_cordoned_dirs, SHEET_WIDE, .max = 40),
	SHEET_NUMBER(RATE, "IN", "inRate", "incoming messages (RabbitMQ) or bytes (Kafka) per second", brokers_rate_in,
		     .priority = 8),
	SHEET_TEXT("VERSION", "version", "broker version", brokers_version, .priority = 8),
	SHEET_NUMBER(COUNT, "ID", "id", "Kafka node id", brokers_id, SHEET_WIDE),
#define X(place, type, member, value, title_, field_, priority_, help_)                                                \
	SHEET_IF_##place(SHEET_COLUMN_##type(title_, field_, help_, brokers_field_##member, priority_), )
#include "api/kafka/poll/broker_fields.def"
#undef X
	SHEET_NUMBER(COUNT, "CONNECTIONS", "connections",
		     "RabbitMQ: client connections; null for Kafka, which does not report them", brokers_connections,
		     SHEET_WIDE),
	SHEET_TEXT("CLAIM", "claim", "its first PersistentVolumeClaim", brokers_claim, SHEET_WIDE),
	SHEET_TEXT("VOLUME", "volume", "volume bound to that claim", brokers_volume, .priority = 9, .max = 24),
	SHEET_NUMBER(COUNT, "RESTARTS", "restarts", "restarts of its containers", brokers_restarts, .priority = 8),
	SHEET_NUMBER(AGE, "AGE", "ageSeconds", "age of the pod", brokers_age, .priority = 7),
};

const struct sheet sheet_brokers = {
	.name = "brokers",
	.word = "broker",
	.list = SHEET_OF_CLUSTER(members, member_count),
	.links = brokers_links,
	.is_broker = true,
	.has_broker = true,
	.api = {.version = "v1", .resource = "pods"},
	.describe = brokers_describe,
	.per_cluster = true,
	.needs_brokers = true,
	.leans_on = WORLD_ON_CLUSTERS | WORLD_ON(NODES) | WORLD_ON(CLAIMS) | WORLD_ON(BROKERS) | WORLD_ON(REPLICAS) |
		    WORLD_ON(MINIMUMS) | WORLD_ON(QUORUM) | WORLD_ON(CHECKS) | WORLD_ON(DISKS),
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
