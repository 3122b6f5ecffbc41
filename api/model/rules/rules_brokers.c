/* Rules that hold for both kinds of brokers: pods, volumes, operators, and the connection to the brokers. */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/rules/rules_private.h"
#include "api/model/rules/sentences.h"

enum { QUIET_MS = 15000 };
static const double disk_warn = 0.85, disk_bad = 0.95;

static int64_t rules_ready_brokers(const struct join_cluster *cluster)
{
	int64_t ready = 0;
	for (size_t i = 0; i < cluster->brokers.len; i++)
		ready += cluster->brokers.items[i]->ready && cluster->brokers.items[i]->reachable != 0;
	return ready;
}

static int64_t expected_brokers(const struct join_cluster *cluster)
{
	int64_t expected = 0;
	for (size_t i = 0; i < cluster->brokers.len; i++)
		expected += cluster->brokers.items[i]->expected;
	return expected;
}

static bool rules_brokers_is_going(const struct join_broker *broker)
{
	return !broker->pub.expected;
}

static bool lacks_majority(const struct join_cluster *cluster)
{
	return rules_ready_brokers(cluster) <= expected_brokers(cluster) / 2;
}

/* Whom Kubernetes does not tell of is not missing; true when it is so. */
static bool say_unread(struct rule_findings *findings)
{
	static const uint32_t made_of[] = {
		[WORLD_MANAGED_BY_STATEFUL_SET] = WORLD_ON(STATEFUL_SETS) | WORLD_ON(PODS),
		[WORLD_MANAGED_BY_RABBITMQ_OPERATOR] = WORLD_ON(STATEFUL_SETS) | WORLD_ON(PODS),
		[WORLD_MANAGED_BY_STRIMZI] = WORLD_ON(KAFKAS) | WORLD_ON(NODE_POOLS) | WORLD_ON(PODS),
	};
	const struct world_cluster *cluster = &findings->cluster->pub;
	enum world_part part = world_unread_part(cluster->parts, made_of[cluster->manager]);
	if (part == WORLD_PART_COUNT)
		return false;
	if (err_is_set(&cluster->parts[part].err))
		rule_finding_add(findings, SEV_WARN, "brokers", NULL,
				 arena_printf(&findings->world->frame, "brokers unknown: %s",
					      rule_sentence_cut(findings->world, cluster->parts[part].err.text)),
				 NULL);
	return true;
}

/* A majority of the brokers is not there, or was never: nothing else matters. */
void rule_not_started(struct rule_findings *findings)
{
	struct join_cluster *cluster = findings->cluster;
	struct world *world = findings->world;
	int64_t expected = expected_brokers(cluster);
	if (!lacks_majority(cluster) || say_unread(findings) || !expected)
		return;
	rule_finding_add(findings, SEV_BAD, "brokers", NULL,
			 arena_printf(&world->frame, "%lld of %lld brokers ready%s",
				      (long long)rules_ready_brokers(cluster), (long long)expected,
				      rule_broker_causes(world, cluster)),
			 NULL);
}

void rule_brokers_down(struct rule_findings *findings)
{
	struct join_cluster *cluster = findings->cluster;
	struct world *world = findings->world;
	if (lacks_majority(cluster))
		return;
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		const struct join_broker *broker = (const struct join_broker *)cluster->brokers.items[i];
		const char *trouble = broker->pub.expected ? rule_broker_trouble(world, broker) : NULL;
		if (trouble)
			rule_finding_add(findings, SEV_WARN, "brokers", rule_finding_key(findings, broker->name),
					 trouble, NULL);
	}
}

/* ---- what cannot be read ---- */

static const char *unknown_sentence(struct rule_findings *findings, const struct err *err)
{
	return arena_printf(&findings->world->frame, "replication unknown: %s",
			    rule_sentence_cut(findings->world, err->text));
}

void rule_unheard(struct rule_findings *findings)
{
	const struct world_cluster *cluster = &findings->cluster->pub;
	struct world *world = findings->world;
	if (!err_is_set(&cluster->source.err) || !rules_ready_brokers(findings->cluster))
		return;
	int64_t age = loop_now_ms(world->loop) - cluster->source.updated_ms;
	if (cluster->replicated_count < 0)
		rule_finding_add(findings, SEV_WARN, "brokers", NULL, unknown_sentence(findings, &cluster->source.err),
				 cluster->credentials_missing
					 ? "add credentials to the configuration or enter them here"
					 : NULL);
	else if (cluster->source.updated_ms >= 0 && age > QUIET_MS)
		rule_finding_add(findings, SEV_WARN, "brokers", NULL,
				 arena_printf(&world->frame, "no answer from the brokers for %s: %s",
					      rule_sentence_duration(world, age),
					      rule_sentence_cut(world, cluster->source.err.text)),
				 "replication is shown as of then");
}

void rule_management_refused(struct rule_findings *findings)
{
	const struct join_cluster *cluster = findings->cluster;
	const struct err *err = &cluster->rabbitmq.management_err;
	if (cluster->pub.kind != WORLD_BROKER_RABBITMQ || !err_is_set(err) || cluster->pub.replicated_count < 0)
		return;
	rule_finding_add(findings, SEV_INFO, "brokers", NULL,
			 arena_printf(&findings->world->frame, "reading through the command line in the pod: %s",
				      rule_sentence_cut(findings->world, err->text)),
			 "it gives fewer figures, less often");
}

/* ---- operators, rollouts ---- */

void rule_operator(struct rule_findings *findings)
{
	static const char *const types[] = {"ReconcileSuccess", "NoWarnings", "Ready"};
	const struct world_cluster *cluster = &findings->cluster->pub;
	const struct kube_rabbitmq_cluster *rabbitmq = cluster->rabbitmq_resource;
	const struct kube_kafka *kafka = cluster->kafka_resource;
	const struct kube_condition *conditions = rabbitmq ? rabbitmq->conditions : kafka ? kafka->conditions : NULL;
	size_t count = rabbitmq ? rabbitmq->condition_count : kafka ? kafka->condition_count : 0;
	struct world *world = findings->world;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct kube_condition *it = count ? kube_condition(conditions, count, types[i]) : NULL;
		if (it && str_eq(it->status, "False"))
			rule_finding_add(
				findings, SEV_WARN, "clusters", NULL,
				arena_printf(&world->frame, "the operator reports %s=False: %s", it->type,
					     rule_sentence_cut(world, str_or(it->message,
									     str_or(it->reason, "no reason given")))),
				NULL);
	}
}

void rule_scaling(struct rule_findings *findings)
{
	struct join_cluster *cluster = findings->cluster;
	struct world *world = findings->world;
	const char *going = rule_sentence_brokers(world, cluster, rules_brokers_is_going);
	if (*going)
		rule_finding_add(findings, SEV_INFO, "brokers", NULL,
				 arena_printf(&world->frame, "scaling down to %d: %s %s leaving", cluster->pub.desired,
					      going, strchr(going, ' ') ? "are" : "is"),
				 NULL);
}

void rule_rolling(struct rule_findings *findings)
{
	const struct kube_stateful_set *set = findings->cluster->found.stateful_set;
	if (!set || !set->current_revision || !set->update_revision ||
	    str_eq(set->current_revision, set->update_revision) || set->updated_replicas >= set->replicas)
		return;
	int32_t updated = set->updated_replicas > 0 ? set->updated_replicas : 0;
	bool by_hand = str_eq(set->update_strategy, "OnDelete");
	bool held = !by_hand && set->partition > 0 && updated >= set->replicas - set->partition;
	const char *progress = by_hand || held ? "rollout waits for somebody" : "rollout in progress";
	const char *detail = by_hand ? "update strategy OnDelete: each broker gets it when its pod is deleted"
			     : held  ? "the StatefulSet's partition keeps the others on the old revision"
				     : NULL;
	rule_finding_add(findings, SEV_INFO, "brokers", NULL,
			 arena_printf(&findings->world->frame, "%s: %d of %d brokers on the new revision", progress,
				      updated, set->replicas),
			 detail);
}

/* ---- disks ---- */

void rule_disk_full(struct rule_findings *findings)
{
	struct world *world = findings->world;
	for (size_t i = 0; i < findings->cluster->brokers.len; i++) {
		const struct world_broker *broker = findings->cluster->brokers.items[i];
		if (broker->disk_used_bytes < 0 || broker->disk_total_bytes <= 0)
			continue;
		double part = (double)broker->disk_used_bytes / (double)broker->disk_total_bytes;
		if (part < disk_warn)
			continue;
		const struct world_volume *volume = broker->volume_count ? broker->volumes[0] : NULL;
		const char *detail = !volume || volume->expandable < 0 ? NULL
				     : volume->expandable              ? "its volume can be expanded"
								       : "its volume cannot be expanded";
		rule_finding_add(
			findings, part < disk_bad ? SEV_WARN : SEV_BAD, "volumes",
			rule_finding_key(findings, volume ? volume->claim->meta.name : broker->name),
			arena_printf(&world->frame, "the disk of %s is %d%% full", broker->name, (int)(part * 100)),
			detail);
	}
}

/* ---- what would hurt ---- */

static bool rules_brokers_is_critical(const struct join_broker *broker)
{
	return broker->pub.quorum_critical == 1 && broker->pub.reachable != 0;
}

void rule_critical(struct rule_findings *findings)
{
	struct world *world = findings->world;
	struct join_cluster *cluster = findings->cluster;
	const char *names = rule_sentence_brokers(world, cluster, rules_brokers_is_critical);
	if (!*names)
		return;
	rule_finding_add(findings, SEV_INFO, "brokers", NULL,
			 arena_printf(&world->frame, "%s %s quorum-critical", names, strchr(names, ' ') ? "are" : "is"),
			 cluster->pub.kind == WORLD_BROKER_KAFKA
				 ? "if one more stops, partitions or the controllers fall below their minimum"
				 : "if one more stops, quorum queues lose their majority");
}

void rule_cordoned(struct rule_findings *findings)
{
	struct world *world = findings->world;
	for (size_t i = 0; i < findings->cluster->brokers.len; i++) {
		const struct world_broker *broker = findings->cluster->brokers.items[i];
		if (!broker->node || !broker->node->cordoned)
			continue;
		rule_finding_add(
			findings, SEV_INFO, "nodes", broker->node->name,
			arena_printf(&world->frame, "%s is on %s, which is cordoned", broker->name, broker->node->name),
			"if its pod is deleted, it must start on another node; it stays Pending if its volume is bound "
			"to this one");
	}
}

/* ---- when nothing is wrong ---- */

static enum severity calm_rabbitmq(struct world *world, struct join_cluster *cluster, const char **headline)
{
	int64_t alarms_unknown = 0, heard = 0, expected = expected_brokers(cluster);
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		alarms_unknown += cluster->brokers.items[i]->alarms == NULL;
		heard += cluster->brokers.items[i]->expected && cluster->brokers.items[i]->reachable == 1;
	}
	const char *queues = cluster->totals.count == 0 ? "no quorum queues"
			     : cluster->totals.unknown
				     ? arena_printf(&world->frame, "members of %lld queues unknown",
						    (long long)cluster->totals.unknown)
				     : arena_printf(&world->frame, "%s led",
						    rule_sentence_count(world, cluster->totals.count, "quorum queue",
									"quorum queues all"));
	*headline = arena_printf(&world->frame, "%lld of %lld nodes %s, %s, %s", (long long)heard, (long long)expected,
				 heard < expected ? "heard" : "in quorum", queues,
				 alarms_unknown ? "alarms unknown" : "no alarms");
	return cluster->totals.unknown || alarms_unknown || heard < expected ? SEV_INFO : SEV_OK;
}

static enum severity calm_kafka(struct world *world, struct join_cluster *cluster, const char **headline)
{
	const char *controller = "no controller known";
	for (size_t i = 0; i < cluster->brokers.len; i++)
		if (cluster->brokers.items[i]->is_controller)
			controller = arena_printf(&world->frame, "controller %s", cluster->brokers.items[i]->name);
	if (cluster->pub.unjoined) {
		*headline =
			arena_printf(&world->frame, "%lld of %lld brokers ready; which pod is which broker is unknown",
				     (long long)rules_ready_brokers(cluster), (long long)expected_brokers(cluster));
		return SEV_INFO;
	}
	*headline = arena_printf(&world->frame, "%lld of %lld brokers ready, %s in sync, %s",
				 (long long)rules_ready_brokers(cluster), (long long)expected_brokers(cluster),
				 rule_sentence_count(world, cluster->totals.count, "partition", "partitions all"),
				 controller);
	if (cluster->totals.unknown)
		*headline = arena_printf(&world->frame, "%s; min.insync.replicas unknown", *headline);
	return cluster->totals.unknown ? SEV_INFO : SEV_OK;
}

enum severity rule_calm_headline(struct world *world, struct join_cluster *cluster, const char **headline)
{
	if (!expected_brokers(cluster)) {
		*headline = cluster->pub.desired == 0 ? "scaled to zero: no brokers" : "brokers not known yet";
		return SEV_INFO;
	}
	if (!world_source_is_read(&cluster->pub.parts[WORLD_PART_PODS]) && !rules_ready_brokers(cluster)) {
		*headline = "brokers not known yet";
		return SEV_INFO;
	}
	if (cluster->pub.replicated_count < 0) {
		*headline = arena_printf(&world->frame, "%lld of %lld brokers ready; replication not read yet",
					 (long long)rules_ready_brokers(cluster), (long long)expected_brokers(cluster));
		return SEV_INFO;
	}
	return cluster->pub.kind == WORLD_BROKER_KAFKA ? calm_kafka(world, cluster, headline)
						       : calm_rabbitmq(world, cluster, headline);
}
