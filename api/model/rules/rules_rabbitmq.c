/* Rules about RabbitMQ: quorum queues and streams, alarms, network partitions. */
#include <string.h>

#include "api/base/str.h"
#include "api/model/rules/rules_private.h"
#include "api/model/rules/sentences.h"

static bool rules_rabbitmq_is_up(const struct join_broker *broker)
{
	return broker->pub.reachable == 1;
}

static bool rules_rabbitmq_is_critical(const struct join_broker *broker)
{
	return broker->pub.reachable == 1 && broker->pub.quorum_critical == 1;
}

static bool rules_rabbitmq_knows(const struct rule_findings *findings)
{
	return findings->cluster->pub.kind == WORLD_BROKER_RABBITMQ && findings->cluster->pub.replicated_count >= 0;
}

static const char *rules_rabbitmq_share(struct rule_findings *findings, int64_t count)
{
	return arena_printf(&findings->world->frame, "%lld of %lld quorum queues", (long long)count,
			    (long long)findings->cluster->totals.count);
}

static const char *rules_rabbitmq_worst(struct rule_findings *findings, enum world_replica_state state, int64_t count)
{
	if (state == WORLD_REPLICA_UNDER_REPLICATED && *rule_broker_causes(findings->world, findings->cluster))
		return "";
	return rule_sentence_worst(findings->world, findings->cluster, state, count);
}

void rule_rabbitmq_minority(struct rule_findings *findings)
{
	const struct join_totals *totals = &findings->cluster->totals;
	if (!rules_rabbitmq_knows(findings) || !totals->below_min)
		return;
	struct world *world = findings->world;
	rule_finding_add(findings, SEV_BAD, "replication", NULL,
			 arena_printf(&world->frame, "%s without a majority%s%s",
				      rules_rabbitmq_share(findings, totals->below_min),
				      rules_rabbitmq_worst(findings, WORLD_REPLICA_MINORITY, totals->below_min),
				      rule_broker_causes(world, findings->cluster)),
			 "unavailable until a majority of their members is back; confirmed messages are kept");
}

void rule_rabbitmq_leaderless(struct rule_findings *findings)
{
	const struct join_totals *totals = &findings->cluster->totals;
	if (!rules_rabbitmq_knows(findings) || !totals->leaderless)
		return;
	struct world *world = findings->world;
	rule_finding_add(findings, SEV_BAD, "replication", NULL,
			 arena_printf(&world->frame, "%s without a leader%s%s",
				      rules_rabbitmq_share(findings, totals->leaderless),
				      rules_rabbitmq_worst(findings, WORLD_REPLICA_NO_LEADER, totals->leaderless),
				      rule_broker_causes(world, findings->cluster)),
			 "an election takes seconds; if queues stay without a leader, check the brokers' logs");
}

void rule_rabbitmq_alarms(struct rule_findings *findings)
{
	struct world *world = findings->world;
	for (size_t i = 0; findings->cluster->pub.kind == WORLD_BROKER_RABBITMQ && i < findings->cluster->brokers.len;
	     i++) {
		const struct world_broker *broker = findings->cluster->brokers.items[i];
		if (str_empty(broker->alarms))
			continue;
		rule_finding_add(findings, SEV_BAD, "brokers", rule_finding_key(findings, broker->name),
				 arena_printf(&world->frame,
					      "%s raised an alarm (%s): publishers are blocked cluster-wide",
					      broker->name, broker->alarms),
				 "consumers continue; publishing resumes once the alarm clears");
	}
}

void rule_rabbitmq_short(struct rule_findings *findings)
{
	const struct join_totals *totals = &findings->cluster->totals;
	int64_t count = totals->under_replicated - totals->below_min - totals->leaderless;
	if (!rules_rabbitmq_knows(findings) || count <= 0)
		return;
	struct world *world = findings->world;
	const char *critical = rule_sentence_brokers(world, findings->cluster, rules_rabbitmq_is_critical);
	const char *detail = *critical
				     ? arena_printf(&world->frame,
						    "all still have a majority; queues would stop without %s", critical)
				     : "all still have a majority";
	rule_finding_add(findings, SEV_WARN, "replication", NULL,
			 arena_printf(&world->frame, "%s under-replicated%s%s", rules_rabbitmq_share(findings, count),
				      rules_rabbitmq_worst(findings, WORLD_REPLICA_UNDER_REPLICATED, count),
				      rule_broker_causes(world, findings->cluster)),
			 *rule_sentence_brokers(world, findings->cluster, rules_rabbitmq_is_up) ? detail : NULL);
}
