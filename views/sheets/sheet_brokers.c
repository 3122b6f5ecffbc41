#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static int64_t brokers_count(const struct world_view *world, const struct world_cluster *cluster)
{
	return (int64_t)cluster->broker_count;
}

static void brokers_fill(struct sheet_row *row, int64_t index)
{
	row->item.broker = row->cluster->brokers[index];
}

static bool brokers_matches(const struct sheet_row *row, const struct sheet_scope *scope)
{
	const struct world_broker *broker = row->item.broker;
	return !scope->node || (broker->node && str_eq(broker->node->name, scope->node));
}

static const char *brokers_name_of(struct sheet_row *row)
{
	return row->item.broker->name;
}

static void brokers_key(struct sheet_row *row, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", row->cluster->namespace, row->item.broker->name);
}

static struct cell brokers_broker(struct sheet_row *row)
{
	return cell_text(row->item.broker->name);
}

static struct cell brokers_pod(struct sheet_row *row)
{
	return row->item.broker->pod ? cell_text(row->item.broker->pod->meta.name) : cell_none();
}

static struct cell brokers_node(struct sheet_row *row)
{
	return row->item.broker->node ? cell_text(row->item.broker->node->name) : cell_none();
}

static struct cell brokers_zone(struct sheet_row *row)
{
	return row->item.broker->node ? cell_text(row->item.broker->node->zone) : cell_none();
}

static struct cell brokers_ready(struct sheet_row *row)
{
	bool yes = row->item.broker->ready;
	return cell_graded(cell_bool(yes), yes ? SEV_OK : row->item.broker->severity);
}

static struct cell brokers_state(struct sheet_row *row)
{
	return sheet_state(row->item.broker->state, row->item.broker->severity);
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

static struct cell brokers_memory_used(struct sheet_row *row)
{
	return cell_bytes(row->item.broker->memory_used_bytes);
}

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

static uint8_t brokers_rank(struct sheet_row *row)
{
	return sheet_rank_of(sheet_severity(&sheet_brokers, row));
}

static const struct sheet_column columns[] = {
	{.title = "BROKER",
	 .field = "broker",
	 .help = "name of the broker, which is its pod's",
	 .min = 8,
	 .max = 40,
	 .cell = brokers_broker},
	{.title = "CLUSTER",
	 .field = "cluster",
	 .help = "broker cluster",
	 .priority = 3,
	 .max = 24,
	 .cell = sheet_cell_cluster},
	{.title = "KIND", .field = "kind", .help = "rabbitmq or kafka", .priority = 9, .cell = sheet_cell_kind},
	{.title = "NAMESPACE", .field = "namespace", .help = "namespace", .priority = 8, .cell = sheet_cell_namespace},
	{.field = "pod", .help = "pod, null while there is none", .flags = SHEET_COLUMN_FIELD, .cell = brokers_pod},
	{.title = "STATE", .field = "state", .help = "ready, or why not", .max = 24, .cell = brokers_state},
	{.field = "ready",
	 .help = "Kubernetes' view: pod and node are ready",
	 .flags = SHEET_COLUMN_FIELD,
	 .cell = brokers_ready},
	{.title = "ROLE",
	 .field = "role",
	 .help = "controller, broker, leader …",
	 .priority = 2,
	 .max = 20,
	 .cell = brokers_role},
	{.title = "CONTROLLER",
	 .field = "controller",
	 .help = "Kafka: whether it is the active controller",
	 .flags = SHEET_COLUMN_WIDE,
	 .cell = brokers_controller},
	{.title = "NODE", .field = "node", .help = "node it runs on", .priority = 1, .max = 32, .cell = brokers_node},
	{.title = "ZONE", .field = "zone", .help = "zone of the node", .priority = 7, .max = 20, .cell = brokers_zone},
	{.title = "LEADS",
	 .field = "leaders",
	 .help = "partitions or queues it leads",
	 .priority = 1,
	 .type = CELL_COUNT,
	 .cell = brokers_leaders},
	{.title = "IN SYNC",
	 .field = "inSync",
	 .help = "of its replicas, those in sync",
	 .type = CELL_RATIO,
	 .cell = brokers_in_sync},
	{.field = "replicas", .help = "replicas it holds", .flags = SHEET_COLUMN_FIELD, .cell = brokers_replicas},
	{.title = "UNDER",
	 .field = "underReplicated",
	 .help = "partitions it leads that lack a replica in sync",
	 .priority = 5,
	 .type = CELL_COUNT,
	 .cell = brokers_under_replicated},
	{.title = "CRITICAL",
	 .field = "quorumCritical",
	 .help = "stopping it now would stop writes somewhere",
	 .priority = 4,
	 .cell = brokers_critical},
	{.title = "DISK",
	 .field = "diskUsedFraction",
	 .help = "used part of its disk, 0 to 1",
	 .min = 8,
	 .max = 14,
	 .type = CELL_FRACTION,
	 .cell = brokers_disk},
	{.title = "USED",
	 .field = "diskUsedBytes",
	 .help = "used bytes of its disk",
	 .priority = 6,
	 .type = CELL_BYTES,
	 .cell = brokers_disk_used},
	{.title = "OF",
	 .field = "diskTotalBytes",
	 .help = "size of its disk in bytes",
	 .priority = 6,
	 .type = CELL_BYTES,
	 .cell = brokers_disk_total},
	{.title = "MEMORY",
	 .field = "memoryUsedBytes",
	 .help = "memory the broker uses, in bytes",
	 .priority = 6,
	 .type = CELL_BYTES,
	 .cell = brokers_memory_used},
	{.title = "MEM LIMIT",
	 .field = "memoryLimitBytes",
	 .help = "above which it alarms or is killed",
	 .flags = SHEET_COLUMN_WIDE,
	 .type = CELL_BYTES,
	 .cell = brokers_memory_limit},
	{.title = "ALARMS",
	 .field = "alarms",
	 .help = "memory, disk, partition …",
	 .priority = 5,
	 .max = 24,
	 .cell = brokers_alarms},
	{.title = "IN",
	 .field = "inRate",
	 .help = "messages (RabbitMQ) or bytes (Kafka) coming in a second",
	 .priority = 8,
	 .type = CELL_RATE,
	 .cell = brokers_rate_in},
	{.title = "VERSION", .field = "version", .help = "of the broker", .priority = 8, .cell = brokers_version},
	{.title = "ID",
	 .field = "id",
	 .help = "Kafka node id",
	 .flags = SHEET_COLUMN_WIDE,
	 .type = CELL_COUNT,
	 .cell = brokers_id},
	{.title = "CONNECTIONS",
	 .field = "connections",
	 .help = "RabbitMQ: clients connected to it; null for Kafka, which does not tell",
	 .flags = SHEET_COLUMN_WIDE,
	 .type = CELL_COUNT,
	 .cell = brokers_connections},
	{.title = "CLAIM",
	 .field = "claim",
	 .help = "its first volume claim",
	 .flags = SHEET_COLUMN_WIDE,
	 .cell = brokers_claim},
	{.title = "VOLUME",
	 .field = "volume",
	 .help = "volume bound to it",
	 .priority = 9,
	 .max = 24,
	 .cell = brokers_volume},
	{.title = "RESTARTS",
	 .field = "restarts",
	 .help = "of its containers",
	 .priority = 8,
	 .type = CELL_COUNT,
	 .cell = brokers_restarts},
	{.title = "AGE",
	 .field = "ageSeconds",
	 .help = "of the pod",
	 .priority = 7,
	 .type = CELL_AGE,
	 .cell = brokers_age},
};

const struct sheet sheet_brokers = {
	.name = "brokers",
	.title = "Brokers",
	.per_cluster = true,
	.count = brokers_count,
	.fill = brokers_fill,
	.matches = brokers_matches,
	.name_of = brokers_name_of,
	.key = brokers_key,
	.rank = brokers_rank,
	.needs_brokers = true,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
