/* Rules about Kafka: partitions, controllers, log directories. */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/join.h"
#include "api/model/rules/rules_private.h"
#include "api/model/rules/sentences.h"

enum { EVICTION_MS = 300 * 1000 }; /* the default toleration of node.kubernetes.io/unreachable */

static bool rules_kafka_is_there(const struct join_broker *broker)
{
	return broker->pub.ready && broker->pub.reachable == 1;
}

static bool rules_kafka_is_critical(const struct join_broker *broker)
{
	return rules_kafka_is_there(broker) && broker->pub.quorum_critical == 1;
}

static bool rules_kafka_is_covering(const struct join_broker *broker)
{
	return broker->tally.there && broker->pub.in_sync > 0;
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

/* Whether each partition has a replica in sync on a broker that was there when they were counted, and still is. */
static bool is_all_covered(const struct join_cluster *cluster)
{
	static const enum world_part leans_on[] = {WORLD_PART_PODS, WORLD_PART_NODES, WORLD_PART_BROKERS,
						   WORLD_PART_REPLICAS};
	const struct kafka_snapshot *snapshot = join_cluster_kafka(cluster);
	if (cluster->totals.uncovered > 0 || !snapshot || cluster->pub.outdated ||
	    join_cluster_is_stale(cluster, snapshot->metadata_part.updated_ms))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(leans_on); i++)
		if (!world_source_is_read(&cluster->pub.parts[leans_on[i]]) ||
		    err_is_set(&cluster->pub.parts[leans_on[i]].err))
			return false;
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		const struct join_broker *broker = (const struct join_broker *)cluster->brokers.items[i];
		if (rules_kafka_is_covering(broker) && !rules_kafka_is_there(broker))
			return false;
	}
	return true;
}

static const char *nothing_lost(struct rule_findings *findings)
{
	struct world *world = findings->world;
	const char *covering = rule_sentence_brokers(world, findings->cluster, rules_kafka_is_covering);
	if (!*covering || !is_all_covered(findings->cluster))
		return NULL;
	bool several = strchr(covering, ' ') != NULL;
	return arena_printf(&world->frame, "%sno data is lost while %s %s", rules_kafka_eviction(findings), covering,
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

/* What the worst of the partitions without a leader waits for, where the brokers know. */
static const char *eligible_leader(struct rule_findings *findings)
{
	const struct join_worst *worst = &findings->cluster->totals.worst[WORLD_REPLICA_OFFLINE];
	struct world_replicated row;
	const char *names[WORLD_REPLICAS_MAX];
	size_t count = 0;
	if (worst->count == 0)
		return "";
	join_replicated_at(&findings->cluster->pub, worst->rows[0], &row);
	for (size_t i = 0; row.eligible_known && i < row.replica_count; i++)
		if (row.eligible[i] && row.replicas[i] >= 0)
			names[count++] = findings->cluster->brokers.items[row.replicas[i]]->name;
	if (count == 0)
		return "";
	return arena_printf(&findings->world->frame, "; %s %s all that %s/%d acknowledged",
			    rule_sentence_names(findings->world, names, count), count == 1 ? "has" : "have",
			    rule_sentence_cut(findings->world, row.name), (int)row.partition);
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
			 arena_printf(&findings->world->frame,
				      "unavailable for reads and writes until an in-sync replica is back%s",
				      eligible_leader(findings)));
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

/* Those that run apart from the brokers; the others are brokers that are down. */
void rule_kafka_controllers_down(struct rule_findings *findings)
{
	const struct world_cluster *cluster = &findings->cluster->pub;
	for (size_t i = 0; i < cluster->controller_count; i++) {
		const struct join_broker *controller = (const struct join_broker *)cluster->controllers[i];
		const char *trouble =
			controller->pub.expected ? rule_broker_trouble(findings->world, controller) : NULL;
		if (trouble)
			rule_finding_add(findings, SEV_WARN, "brokers", rule_finding_key(findings, controller->name),
					 arena_printf(&findings->world->frame, "controller %s", trouble),
					 "without a majority of the controllers no partition gets a new leader");
	}
}

void rule_kafka_log_dirs(struct rule_findings *findings)
{
	for (size_t i = 0; findings->cluster->pub.kind == WORLD_BROKER_KAFKA && i < findings->cluster->brokers.len;
	     i++) {
		const struct world_broker *broker = findings->cluster->brokers.items[i];
		const char *dirs = broker->offline_dirs;
		if (str_empty(dirs))
			continue;
		rule_finding_add(findings, SEV_BAD, "brokers", rule_finding_key(findings, broker->name),
				 arena_printf(&findings->world->frame, "%s lost log director%s %s", broker->name,
					      strchr(dirs, ',') ? "ies" : "y",
					      rule_sentence_cut(findings->world, dirs)),
				 "its replicas there stay offline until the disk is repaired and the broker restarted");
	}
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
