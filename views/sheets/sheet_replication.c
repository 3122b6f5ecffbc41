/* Whatever is replicated, Kafka's partitions and RabbitMQ's quorum queues and streams, in one list. */
#include "views/sheets/sheet.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static int64_t replication_count(const struct world_view *world, const struct world_cluster *cluster)
{
	return cluster->replicated_count;
}

static void replication_fill(struct sheet_row *row, int64_t index)
{
	world_replicated_at(row->cluster, index, &row->value.replicated);
}

static const char *replication_broker_name(const struct sheet_row *row, int32_t index)
{
	return index >= 0 && (size_t)index < row->cluster->broker_count ? row->cluster->brokers[index]->name : NULL;
}

static bool replication_matches(const struct sheet_row *row, const struct sheet_scope *scope)
{
	if (!scope->broker)
		return true;
	const struct world_replicated *it = &row->value.replicated;
	for (int i = 0; i < it->replica_count; i++) {
		const char *name = replication_broker_name(row, it->replicas[i]);
		char full[512];
		snprintf(full, sizeof full, "%s/%s", row->cluster->namespace, name ? name : "");
		if (str_eq(full, scope->broker))
			return true;
	}
	return false;
}

static void replication_key(struct sheet_row *row, char *out, size_t size)
{
	const struct world_replicated *it = &row->value.replicated;
	snprintf(out, size, "%s/%d/%s/%s", row->cluster->key, it->partition, str_or(it->vhost, ""), it->name);
}

static struct cell replication_name(struct sheet_row *row)
{
	return cell_text(row->value.replicated.name);
}

static struct cell replication_partition(struct sheet_row *row)
{
	return row->value.replicated.partition < 0 ? cell_none() : cell_count(row->value.replicated.partition);
}

static struct cell replication_vhost(struct sheet_row *row)
{
	return cell_text(row->value.replicated.vhost);
}

static struct cell replication_leader(struct sheet_row *row)
{
	const struct world_replicated *it = &row->value.replicated;
	const char *name = replication_broker_name(row, it->leader);
	if (name)
		return cell_text(name);
	if (it->leader_id >= 0) { /* as among the replicas: no pod is known for it */
		snprintf(row->text, sizeof row->text, "%" PRId32, it->leader_id);
		return cell_text(row->text);
	}
	return it->state == WORLD_REPLICA_UNKNOWN ? cell_unknown() : cell_graded(cell_none(), SEV_BAD);
}

/* Brokers by name; a replica on a broker that is no longer there by its number. */
static struct cell replication_members(struct sheet_row *row, const bool *only)
{
	const struct world_replicated *it = &row->value.replicated;
	size_t used = 0;
	row->text[0] = '\0';
	for (int i = 0; i < it->replica_count && used < sizeof row->text; i++) {
		if (only && !only[i])
			continue;
		const char *broker = replication_broker_name(row, it->replicas[i]);
		char number[16];
		snprintf(number, sizeof number, "%d", it->replica_ids[i]);
		int more = snprintf(row->text + used, sizeof row->text - used, "%s%s", used ? "," : "",
				    str_or(broker, number));
		used += more > 0 ? (size_t)more : 0;
	}
	return cell_list(row->text);
}

/* Of a partition of which it is not known how many it needs it may be known which it has. */
static bool replication_knows_members(const struct world_replicated *it)
{
	return it->state != WORLD_REPLICA_UNKNOWN || (it->partition >= 0 && it->replica_count > 0);
}

static struct cell replication_replicas(struct sheet_row *row)
{
	return replication_members(row, NULL);
}

static struct cell replication_in_sync(struct sheet_row *row)
{
	return replication_knows_members(&row->value.replicated)
		       ? replication_members(row, row->value.replicated.in_sync)
		       : cell_unknown();
}

/* Where a partition has all the replicas in sync that it needs, nobody asks. */
static struct cell replication_eligible_of(struct sheet_row *row, const bool *which)
{
	const struct world_replicated *it = &row->value.replicated;
	if (it->eligible_known)
		return replication_members(row, which);
	return it->state < WORLD_REPLICA_BELOW_MIN_ISR || it->partition < 0 ? cell_none() : cell_unknown();
}

static struct cell replication_eligible(struct sheet_row *row)
{
	return replication_eligible_of(row, row->value.replicated.eligible);
}

static struct cell replication_was_eligible(struct sheet_row *row)
{
	return replication_eligible_of(row, row->value.replicated.was_eligible);
}

static struct cell replication_in_sync_ratio(struct sheet_row *row)
{
	const struct world_replicated *it = &row->value.replicated;
	if (!replication_knows_members(it))
		return cell_unknown();
	return cell_graded(cell_ratio(it->in_sync_count, it->replica_count), world_replica_state_severity(it->state));
}

static struct cell replication_min_in_sync(struct sheet_row *row)
{
	return sheet_figure(row->value.replicated.min_in_sync);
}

static struct cell replication_state(struct sheet_row *row)
{
	const struct world_replicated *it = &row->value.replicated;
	if (it->state == WORLD_REPLICA_UNKNOWN)
		return cell_unknown();
	return sheet_state(world_replica_state_word(it->state), world_replica_state_severity(it->state));
}

static struct cell replication_moving(struct sheet_row *row)
{
	const struct world_replicated *it = &row->value.replicated;
	bool moves = false;
	for (int i = 0; i < it->replica_count; i++)
		moves |= it->joining[i] || it->leaving[i];
	return cell_graded(cell_bool(moves), moves ? SEV_INFO : SEV_NONE);
}

static struct cell replication_size(struct sheet_row *row)
{
	return cell_bytes(row->value.replicated.size_bytes);
}

static uint8_t replication_rank(struct sheet_row *row)
{
	return (uint8_t)row->value.replicated.state; /* the worst is last there */
}

static void replication_links(const struct sheet_row *row, struct sheet_links *out)
{
	int32_t leader = row->value.replicated.leader;
	const struct world_broker *broker = leader >= 0 ? row->cluster->brokers[leader] : NULL;
	out->broker = broker ? broker->name : NULL;
	out->node = broker && broker->node ? broker->node->name : NULL;
}

static const struct sheet_column columns[] = {
	SHEET_TEXT("NAME", "name", "topic or queue", replication_name, .min = 10, .max = 60),
	SHEET_NUMBER(COUNT, "PART", "partition", "partition, null for a queue", replication_partition),
	SHEET_TEXT("STATE", "state", "ok, under-replicated, below-min-isr, offline, no-leader or minority",
		   replication_state),
	SHEET_TEXT("LEADER", "leader", "broker that leads it; its ID when no pod is known for it", replication_leader,
		   .max = 32),
	SHEET_NUMBER(RATIO, "SYNC", NULL, "in-sync replicas out of all", replication_in_sync_ratio),
	SHEET_NUMBER(COUNT, "MIN", "minInSync",
		     "in-sync replicas required for writes: min.insync.replicas, or a majority",
		     replication_min_in_sync, .priority = 1),
	SHEET_TEXT("IN SYNC", "inSync", "brokers with an in-sync replica or online member", replication_in_sync,
		   .priority = 2, .max = 60),
	SHEET_TEXT("REPLICAS", "replicas", "brokers with a replica, preferred leader first", replication_replicas,
		   .priority = 3, .max = 60),
	SHEET_TEXT("ELIGIBLE", "eligible",
		   "brokers out of sync that may lead without loss (Kafka 4.1, below the minimum)",
		   replication_eligible, SHEET_WIDE, .max = 60),
	SHEET_TEXT("WAS ELIGIBLE", "lastEligible", "brokers that could lead without loss at the last",
		   replication_was_eligible, SHEET_WIDE, .max = 60),
	SHEET_TEXT("MOVING", "moving", "whether a reassignment is in progress", replication_moving, .priority = 5),
	SHEET_NUMBER(BYTES, "SIZE", "sizeBytes", "bytes on the leader's disk", replication_size, .priority = 5),
	SHEET_TEXT("CLUSTER", "cluster", "broker cluster", sheet_cell_cluster, .priority = 4),
	SHEET_TEXT("KIND", "kind", "rabbitmq or kafka", sheet_cell_kind, SHEET_WIDE),
	SHEET_TEXT("NAMESPACE", "namespace", "namespace", sheet_cell_namespace, SHEET_WIDE),
	SHEET_TEXT("VHOST", "vhost", "virtual host (RabbitMQ)", replication_vhost, SHEET_WIDE),
};

const struct sheet sheet_replication = {
	.name = "replication",
	.word = "replica",
	.links = replication_links,
	.per_cluster = true,
	.count = replication_count,
	.fill = replication_fill,
	.matches = replication_matches,
	.key = replication_key,
	.rank = replication_rank,
	.answers_only = true,
	.needs_brokers = true,
	.leans_on = WORLD_ON_CLUSTERS | WORLD_ON(BROKERS) | WORLD_ON(REPLICAS) | WORLD_ON(MINIMUMS),
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
