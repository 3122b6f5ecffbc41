#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static int64_t count(const struct world_view *world, const struct world_cluster *cluster)
{
	return (int64_t)cluster->broker_count;
}

static void fill(struct row *row, int64_t index)
{
	row->item.broker = row->cluster->brokers[index];
}

static bool matches(const struct row *row, const struct scope *scope)
{
	const struct world_broker *broker = row->item.broker;
	return !scope->node || (broker->node && str_eq(broker->node->name, scope->node));
}

static const char *name_of(struct row *row)
{
	return row->item.broker->name;
}

static void key(struct row *row, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", row->cluster->namespace, row->item.broker->name);
}

static struct cell broker(struct row *row)
{
	return cell_text(row->item.broker->name);
}

static struct cell pod(struct row *row)
{
	return row->item.broker->pod ? cell_text(row->item.broker->pod->meta.name) : cell_none();
}

static struct cell node(struct row *row)
{
	return row->item.broker->node ? cell_text(row->item.broker->node->name) : cell_none();
}

static struct cell zone(struct row *row)
{
	return row->item.broker->node ? cell_text(row->item.broker->node->zone) : cell_none();
}

static struct cell ready(struct row *row)
{
	bool yes = row->item.broker->ready;
	return cell_graded(cell_bool(yes), yes ? SEV_OK : row->item.broker->severity);
}

static struct cell state(struct row *row)
{
	return sheet_state(row->item.broker->state, row->item.broker->severity);
}

static struct cell role(struct row *row)
{
	return sheet_text(row->item.broker->role);
}

static struct cell controller(struct row *row)
{
	return row->cluster->kind != BROKER_KAFKA ? cell_none()
	       : row->item.broker->role		  ? cell_bool(row->item.broker->is_controller)
						  : cell_unknown();
}

static struct cell version(struct row *row)
{
	return sheet_text(row->item.broker->version);
}

static struct cell leaders(struct row *row)
{
	return sheet_figure(row->item.broker->leaders);
}

static struct cell replicas(struct row *row)
{
	return sheet_figure(row->item.broker->replicas);
}

static struct cell in_sync(struct row *row)
{
	const struct world_broker *it = row->item.broker;
	if (it->in_sync < 0 || it->replicas < 0)
		return cell_unknown();
	return cell_graded(cell_ratio(it->in_sync, it->replicas), it->in_sync < it->replicas ? SEV_WARN : SEV_NONE);
}

static struct cell under_replicated(struct row *row)
{
	int64_t n = row->item.broker->under_replicated;
	return cell_graded(sheet_figure(n), n > 0 ? SEV_WARN : SEV_NONE);
}

static struct cell critical(struct row *row)
{
	int yes = row->item.broker->quorum_critical;
	return yes < 0 ? cell_unknown() : cell_graded(cell_bool(yes), yes ? SEV_WARN : SEV_NONE);
}

static double part(int64_t used, int64_t total)
{
	return used < 0 || total <= 0 ? -1 : (double)used / (double)total;
}

/* Full disks stop brokers: warned of before the broker's own alarm. */
static enum severity fullness(double fraction)
{
	return fraction >= 0.90 ? SEV_BAD : fraction >= 0.80 ? SEV_WARN : SEV_NONE;
}

static struct cell connections(struct row *row)
{
	return row->cluster->kind == BROKER_KAFKA ? cell_none() : sheet_figure(row->item.broker->connections);
}

static struct cell disk(struct row *row)
{
	double full = part(row->item.broker->disk_used_bytes, row->item.broker->disk_total_bytes);
	return cell_graded(cell_fraction(full), fullness(full));
}

static struct cell disk_used(struct row *row)
{
	return cell_bytes(row->item.broker->disk_used_bytes);
}

static struct cell disk_total(struct row *row)
{
	return cell_bytes(row->item.broker->disk_total_bytes);
}

static struct cell memory_used(struct row *row)
{
	return cell_bytes(row->item.broker->memory_used_bytes);
}

static struct cell memory_limit(struct row *row)
{
	return cell_bytes(row->item.broker->memory_limit_bytes);
}

static struct cell claim(struct row *row)
{
	const struct world_broker *it = row->item.broker;
	return it->volume_count ? cell_text(it->volumes[0]->claim->meta.name) : cell_none();
}

static struct cell volume(struct row *row)
{
	const struct world_broker *it = row->item.broker;
	return it->volume_count ? cell_text(it->volumes[0]->claim->volume_name) : cell_none();
}

static struct cell restarts(struct row *row)
{
	int32_t n = row->item.broker->restarts;
	return row->item.broker->pod ? cell_count(n) : cell_none();
}

static struct cell alarms(struct row *row)
{
	const char *alarms = row->item.broker->alarms;
	return alarms ? cell_graded(cell_list(alarms), *alarms ? SEV_BAD : SEV_NONE) : cell_unknown();
}

static struct cell age(struct row *row)
{
	return row->item.broker->pod ? sheet_age_since(row, row->item.broker->pod->meta.created_ms) : cell_none();
}

static struct cell id(struct row *row)
{
	return row->cluster->kind == BROKER_KAFKA ? sheet_figure(row->item.broker->id) : cell_none();
}

static struct cell rate_in(struct row *row)
{
	const struct world_broker *it = row->item.broker;
	return row->cluster->kind == BROKER_KAFKA ? cell_byte_rate(it->in_rate) : cell_rate(it->in_rate);
}

static uint8_t rank(struct row *row)
{
	return sheet_rank_of(sheet_severity(&sheet_brokers, row));
}

static const struct column columns[] = {
	{.title = "BROKER", .field = "broker", .help = "name of the broker, which is its pod's", .min = 8, .max = 40, .cell = broker},
	{.title = "CLUSTER", .field = "cluster", .help = "broker cluster", .priority = 3, .max = 24, .cell = sheet_cell_cluster},
	{.title = "KIND", .field = "kind", .help = "rabbitmq or kafka", .priority = 9, .cell = sheet_cell_kind},
	{.title = "NAMESPACE", .field = "namespace", .help = "namespace", .priority = 8, .cell = sheet_cell_namespace},
	{.field = "pod", .help = "pod, null while there is none", .flags = COLUMN_FIELD, .cell = pod},
	{.title = "STATE", .field = "state", .help = "ready, or why not", .max = 24, .cell = state},
	{.field = "ready", .help = "Kubernetes' view: pod and node are ready", .flags = COLUMN_FIELD, .cell = ready},
	{.title = "ROLE", .field = "role", .help = "controller, broker, leader …", .priority = 2, .max = 20, .cell = role},
	{.title = "CONTROLLER", .field = "controller", .help = "Kafka: whether it is the active controller", .flags = COLUMN_WIDE, .cell = controller},
	{.title = "NODE", .field = "node", .help = "node it runs on", .priority = 1, .max = 32, .cell = node},
	{.title = "ZONE", .field = "zone", .help = "zone of the node", .priority = 7, .max = 20, .cell = zone},
	{.title = "LEADS", .field = "leaders", .help = "partitions or queues it leads", .priority = 1, .type = CELL_COUNT, .cell = leaders},
	{.title = "IN SYNC", .field = "inSync", .help = "of its replicas, those in sync", .type = CELL_RATIO, .cell = in_sync},
	{.field = "replicas", .help = "replicas it holds", .flags = COLUMN_FIELD, .cell = replicas},
	{.title = "UNDER", .field = "underReplicated", .help = "partitions it leads that lack a replica in sync", .priority = 5, .type = CELL_COUNT, .cell = under_replicated},
	{.title = "CRITICAL", .field = "quorumCritical", .help = "stopping it now would stop writes somewhere", .priority = 4, .cell = critical},
	{.title = "DISK", .field = "diskUsedFraction", .help = "used part of its disk, 0 to 1", .min = 8, .max = 14, .type = CELL_FRACTION, .cell = disk},
	{.title = "USED", .field = "diskUsedBytes", .help = "used bytes of its disk", .priority = 6, .type = CELL_BYTES, .cell = disk_used},
	{.title = "OF", .field = "diskTotalBytes", .help = "size of its disk in bytes", .priority = 6, .type = CELL_BYTES, .cell = disk_total},
	{.title = "MEMORY", .field = "memoryUsedBytes", .help = "memory the broker uses, in bytes", .priority = 6, .type = CELL_BYTES, .cell = memory_used},
	{.title = "MEM LIMIT", .field = "memoryLimitBytes", .help = "above which it alarms or is killed", .flags = COLUMN_WIDE, .type = CELL_BYTES, .cell = memory_limit},
	{.title = "ALARMS", .field = "alarms", .help = "memory, disk, partition …", .priority = 5, .max = 24, .cell = alarms},
	{.title = "IN", .field = "inRate", .help = "messages (RabbitMQ) or bytes (Kafka) coming in a second", .priority = 8, .type = CELL_RATE, .cell = rate_in},
	{.title = "VERSION", .field = "version", .help = "of the broker", .priority = 8, .cell = version},
	{.title = "ID", .field = "id", .help = "Kafka node id", .flags = COLUMN_WIDE, .type = CELL_COUNT, .cell = id},
	{.title = "CONNECTIONS", .field = "connections", .help = "RabbitMQ: clients connected to it; null for Kafka, which does not tell", .flags = COLUMN_WIDE, .type = CELL_COUNT, .cell = connections},
	{.title = "CLAIM", .field = "claim", .help = "its first volume claim", .flags = COLUMN_WIDE, .cell = claim},
	{.title = "VOLUME", .field = "volume", .help = "volume bound to it", .priority = 9, .max = 24, .cell = volume},
	{.title = "RESTARTS", .field = "restarts", .help = "of its containers", .priority = 8, .type = CELL_COUNT, .cell = restarts},
	{.title = "AGE", .field = "ageSeconds", .help = "of the pod", .priority = 7, .type = CELL_AGE, .cell = age},
};

const struct sheet sheet_brokers = {
	.name = "brokers",
	.title = "Brokers",
	.per_cluster = true,
	.count = count,
	.fill = fill,
	.matches = matches,
	.name_of = name_of,
	.key = key,
	.rank = rank,
	.needs_brokers = true,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
