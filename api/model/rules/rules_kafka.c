/* Rules about Kafka: partitions, controllers, log directories. */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/rules/rules_private.h"
#include "api/model/rules/sentences.h"

enum { EVICTION_MS = 300 * 1000 }; /* the default toleration of node.kubernetes.io/unreachable */

static bool rules_kafka_is_fine(const struct join_broker *broker)
{
	return broker->pub.severity <= SEV_INFO || (broker->pub.ready && broker->pub.reachable == 1);
}

static bool rules_kafka_is_critical(const struct join_broker *broker)
{
	return rules_kafka_is_fine(broker) && broker->pub.quorum_critical == 1;
}

static bool rules_kafka_is_behind(const struct join_broker *broker)
{
	return broker->pub.replicas > 0 && broker->pub.in_sync < broker->pub.replicas;
}

/* What happens next to the pods of dead nodes: "Kubernetes evicts its pod in 4 min; ". */
static const char *rules_kafka_eviction(struct rule_findings *findings)
{
	struct world *world = findings->world;
	for (size_t i = 0; i < findings->cluster->brokers.len; i++) {
		const struct world_broker *broker = findings->cluster->brokers.items[i];
		const struct world_node *node = broker->node;
		if (!broker->pod || !node || !node->ready_known || node->ready || node->not_ready_since_ms < 0)
			continue;
		if (broker->pod->meta.deleted_ms >= 0)
			return arena_printf(&world->frame,
					    "its pod stays until %s is back or tainted as out of service; ",
					    node->name);
		int64_t left = node->not_ready_since_ms + EVICTION_MS - world->wall_ms;
		if (left > 0)
			return arena_printf(&world->frame, "Kubernetes evicts its pod in %s; ",
					    rule_sentence_duration(world, left));
	}
	return "";
}

static const char *nothing_lost(struct rule_findings *findings)
{
	struct world *world = findings->world;
	const char *fine = rule_sentence_brokers(world, findings->cluster, rules_kafka_is_fine);
	if (!*fine || findings->cluster->totals.leaderless > 0)
		return NULL;
	bool several = strchr(fine, ' ') != NULL;
	return arena_printf(&world->frame, "%sno data is lost while %s %s", rules_kafka_eviction(findings), fine,
			    several ? "stay" : "stays");
}

static const char *rules_kafka_cause(struct rule_findings *findings)
{
	struct world *world = findings->world;
	const char *text = rule_broker_causes(world, findings->cluster);
	if (*text)
		return text;
	const char *behind = rule_sentence_brokers(world, findings->cluster, rules_kafka_is_behind);
	bool several = strchr(behind, ' ') != NULL;
	return *behind ? arena_printf(&world->frame, ": %s %s catching up", behind, several ? "are" : "is") : "";
}

static const char *rules_kafka_share(struct rule_findings *findings, int64_t count)
{
	return arena_printf(&findings->world->frame, "%lld of %lld partitions", (long long)count,
			    (long long)findings->cluster->totals.count);
}

static const char *rules_kafka_worst(struct rule_findings *findings, enum world_replica_state state, int64_t count)
{
	/* Where a broker that is away explains it, the names of what it holds say less. */
	if (state == WORLD_REPLICA_UNDER_REPLICATED && *rule_broker_causes(findings->world, findings->cluster))
		return "";
	return rule_sentence_worst(findings->world, findings->cluster, state, count);
}

static bool rules_kafka_knows(const struct rule_findings *findings)
{
	return findings->cluster->pub.kind == WORLD_BROKER_KAFKA && findings->cluster->pub.replicated_count >= 0;
}

void rule_kafka_offline(struct rule_findings *findings)
{
	const struct join_totals *totals = &findings->cluster->totals;
	if (!rules_kafka_knows(findings) || !totals->leaderless)
		return;
	rule_finding_add(findings, SEV_BAD, "replication", NULL,
			 arena_printf(&findings->world->frame, "%s without a leader%s%s",
				      rules_kafka_share(findings, totals->leaderless),
				      rules_kafka_worst(findings, WORLD_REPLICA_OFFLINE, totals->leaderless),
				      rules_kafka_cause(findings)),
			 "unavailable for reads and writes until an in-sync replica is back");
}

void rule_kafka_below_min_isr(struct rule_findings *findings)
{
	const struct join_totals *totals = &findings->cluster->totals;
	if (!rules_kafka_knows(findings) || !totals->below_min)
		return;
	rule_finding_add(findings, SEV_BAD, "replication", NULL,
			 arena_printf(&findings->world->frame, "%s %s acks=all%s%s",
				      rules_kafka_share(findings, totals->below_min),
				      totals->below_min == 1 ? "refuses" : "refuse",
				      rules_kafka_worst(findings, WORLD_REPLICA_BELOW_MIN_ISR, totals->below_min),
				      rules_kafka_cause(findings)),
			 nothing_lost(findings));
}

void rule_kafka_no_controller(struct rule_findings *findings)
{
	const struct kafka_snapshot *snapshot =
		rules_kafka_knows(findings) ? join_cluster_kafka(findings->cluster) : NULL;
	if (!snapshot || !snapshot->quorum.present || snapshot->quorum.leader >= 0)
		return;
	rule_finding_add(findings, SEV_BAD, "replication", NULL,
			 arena_printf(&findings->world->frame, "no active controller%s", rules_kafka_cause(findings)),
			 "no partition leader can be elected and no metadata changed until a majority of the "
			 "controllers is back");
}

void rule_kafka_log_dirs(struct rule_findings *findings)
{
	for (size_t i = 0; findings->cluster->pub.kind == WORLD_BROKER_KAFKA && i < findings->cluster->brokers.len;
	     i++) {
		const struct world_broker *broker = findings->cluster->brokers.items[i];
		if (!str_empty(broker->alarms))
			rule_finding_add(
				findings, SEV_BAD, "brokers", rule_finding_key(findings, broker->name),
				arena_printf(&findings->world->frame, "%s lost a log directory", broker->name),
				"its replicas there stay offline until the disk is repaired and the broker restarted");
	}
}

/* Not while the pods are still being asked who they are. */
void rule_kafka_unjoined(struct rule_findings *findings)
{
	const struct join_cluster *cluster = findings->cluster;
	if (rules_kafka_knows(findings) && cluster->pub.unjoined && cluster->ids_settled)
		rule_finding_add(findings, SEV_WARN, "brokers", NULL, cluster->pub.unjoined,
				 cluster->pub.unjoined_advice);
}

void rule_kafka_under_replicated(struct rule_findings *findings)
{
	const struct join_totals *totals = &findings->cluster->totals;
	int64_t count = totals->under_replicated - totals->below_min - totals->leaderless;
	if (!rules_kafka_knows(findings) || count <= 0)
		return;
	struct world *world = findings->world;
	const char *critical = rule_sentence_brokers(world, findings->cluster, rules_kafka_is_critical);
	const char *detail = *critical ? arena_printf(&world->frame, "%swrites would be refused without %s",
						      rules_kafka_eviction(findings), critical)
				       : nothing_lost(findings);
	rule_finding_add(findings, SEV_WARN, "replication", NULL,
			 arena_printf(&world->frame, "%s under-replicated%s%s", rules_kafka_share(findings, count),
				      rules_kafka_worst(findings, WORLD_REPLICA_UNDER_REPLICATED, count),
				      rules_kafka_cause(findings)),
			 detail);
}

void rule_kafka_moving(struct rule_findings *findings)
{
	const struct join_totals *totals = &findings->cluster->totals;
	if (rules_kafka_knows(findings) && totals->moving)
		rule_finding_add(findings, SEV_INFO, "replication", NULL,
				 arena_printf(&findings->world->frame, "%s being reassigned",
					      rules_kafka_share(findings, totals->moving)),
				 NULL);
}
