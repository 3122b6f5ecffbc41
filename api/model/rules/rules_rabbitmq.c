#include <string.h>

#include "api/base/str.h"
#include "api/model/rules/rules.h"
#include "api/model/world/sentences.h"

static bool is_up(const struct broker *broker)
{
	return broker->pub.reachable == 1;
}

static bool is_critical(const struct broker *broker)
{
	return broker->pub.reachable == 1 && broker->pub.quorum_critical == 1;
}

static bool knows(const struct findings *findings)
{
	return findings->cluster->pub.kind == BROKER_RABBITMQ && findings->cluster->pub.replicated_count >= 0;
}

static const char *share(struct findings *findings, int64_t count)
{
	return arena_printf(&findings->world->frame, "%lld of %lld quorum queues", (long long)count,
			    (long long)findings->cluster->totals.count);
}

void rule_rabbitmq_minority(struct findings *findings)
{
	const struct replica_totals *totals = &findings->cluster->totals;
	if (!knows(findings) || !totals->below_min)
		return;
	struct world *world = findings->world;
	finding_add(findings, SEV_BAD, "replication", NULL,
		    arena_printf(&world->frame, "%s lost their majority%s", share(findings, totals->below_min),
				 sentence_cause(world, findings->cluster)),
		    "they neither take nor give messages until a majority of their members is back; what was confirmed "
		    "is kept");
}

void rule_rabbitmq_leaderless(struct findings *findings)
{
	const struct replica_totals *totals = &findings->cluster->totals;
	if (!knows(findings) || !totals->leaderless)
		return;
	struct world *world = findings->world;
	finding_add(findings, SEV_BAD, "replication", NULL,
		    arena_printf(&world->frame, "%s have no leader%s", share(findings, totals->leaderless),
				 sentence_cause(world, findings->cluster)),
		    "an election takes seconds; queues that stay without a leader need a look at the broker's log");
}

void rule_rabbitmq_alarms(struct findings *findings)
{
	struct world *world = findings->world;
	for (size_t i = 0; findings->cluster->pub.kind == BROKER_RABBITMQ && i < findings->cluster->brokers.len; i++) {
		const struct world_broker *broker = findings->cluster->brokers.items[i];
		if (str_empty(broker->alarms))
			continue;
		finding_add(findings, SEV_BAD, "brokers", finding_key(findings, broker->name),
			    arena_printf(&world->frame,
					 "%s raised an alarm (%s): publishers of the whole cluster are blocked",
					 broker->name, broker->alarms),
			    "consumers go on; publishing resumes by itself once the alarm is cleared");
	}
}

void rule_rabbitmq_partitioned(struct findings *findings)
{
	for (size_t i = 0; findings->cluster->pub.kind == BROKER_RABBITMQ && i < findings->cluster->brokers.len; i++) {
		const struct broker *broker = (const struct broker *)findings->cluster->brokers.items[i];
		if (!broker->complaint)
			continue;
		finding_add(findings, SEV_BAD, "brokers", finding_key(findings, broker->name),
			    arena_printf(&findings->world->frame, "network partition: %s does not hear %s",
					 broker->name, broker->complaint),
			    "queues without a majority on one side stop; the partition strategy decides which side "
			    "stays up");
	}
}

void rule_rabbitmq_short(struct findings *findings)
{
	const struct replica_totals *totals = &findings->cluster->totals;
	int64_t count = totals->under_replicated - totals->below_min - totals->leaderless;
	if (!knows(findings) || count <= 0)
		return;
	struct world *world = findings->world;
	const char *critical = sentence_brokers(world, findings->cluster, is_critical);
	const char *detail = *critical ? arena_printf(&world->frame,
						      "all keep their majority; queues would stop without %s", critical)
				       : "all keep their majority";
	finding_add(findings, SEV_WARN, "replication", NULL,
		    arena_printf(&world->frame, "%s miss a member%s", share(findings, count),
				 sentence_cause(world, findings->cluster)),
		    *sentence_brokers(world, findings->cluster, is_up) ? detail : NULL);
}
