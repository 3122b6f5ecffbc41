/* Rules that hold for both kinds of brokers: pods, volumes, operators, and the connection to the brokers. */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/join.h"
#include "api/model/rules/rules_private.h"
#include "api/model/rules/sentences.h"

enum {
	QUIET_MS = 15000,
	STUCK_MS = 60 * 1000,         /* of an updated pod that does not become ready by itself */
	PROGRESS_MS = 10 * 60 * 1000, /* of any other: as long as a Deployment gives one (progressDeadlineSeconds) */
};
static const double disk_warn = 0.85, disk_bad = 0.95;

static bool is_up(const struct world_broker *broker)
{
	return broker->ready && broker->reachable != 0;
}

/* Of those that are wanted: one that is leaving stands in for nobody. */
static int64_t rules_ready_brokers(const struct join_cluster *cluster)
{
	int64_t ready = 0;
	vec_each (&cluster->brokers, broker)
		ready += (*broker)->expected && is_up(*broker);
	return ready;
}

static int64_t brokers_up(const struct join_cluster *cluster)
{
	int64_t up = 0;
	vec_each (&cluster->brokers, broker)
		up += is_up(*broker);
	return up;
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
	return brokers_up(cluster) <= expected_brokers(cluster) / 2;
}

/* Whom Kubernetes does not tell of is not missing; true when it is so. */
static bool say_unread(struct rule_findings *findings)
{
	const struct world_cluster *cluster = &findings->cluster->pub;
	enum world_part part = world_withheld_part(cluster->parts, world_made_of(cluster->manager));
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

/* RabbitMQ's command line is asked where its management API is not: why that does not answer either. */
static const char *say_way_out(struct rule_findings *findings)
{
	const struct world_cluster *cluster = &findings->cluster->pub;
	const struct err *instead = &findings->cluster->rabbitmq.overview_part.err;
	const char *enter =
		cluster->credentials_missing ? "add credentials to the configuration or enter them here" : NULL;
	if (cluster->kind != WORLD_BROKER_RABBITMQ || !err_is_set(instead) ||
	    str_eq(instead->text, cluster->source.err.text))
		return enter;
	return arena_printf(&findings->world->frame, "the command line in its place fails too: %s%s%s",
			    rule_sentence_cut(findings->world, instead->text), enter ? "; " : "", str_or(enter, ""));
}

void rule_unheard(struct rule_findings *findings)
{
	const struct world_cluster *cluster = &findings->cluster->pub;
	struct world *world = findings->world;
	if (!err_is_set(&cluster->source.err) || !brokers_up(findings->cluster))
		return;
	int64_t age = loop_now_ms(world->loop) - cluster->source.updated_ms;
	if (cluster->replicated_count < 0)
		rule_finding_add(findings, SEV_WARN, "brokers", NULL, unknown_sentence(findings, &cluster->source.err),
				 say_way_out(findings));
	else if (cluster->source.updated_ms >= 0 && age > QUIET_MS)
		rule_finding_add(findings, SEV_WARN, "brokers", NULL,
				 arena_printf(&world->frame, "no answer from the brokers for %s: %s",
					      rule_sentence_duration(world, age),
					      rule_sentence_cut(world, cluster->source.err.text)),
				 "replication is shown as of then");
}

/* Not while the pods are still being asked who they are. */
void rule_unjoined(struct rule_findings *findings)
{
	const struct join_cluster *cluster = findings->cluster;
	if (cluster->pub.unjoined && cluster->ids_settled)
		rule_finding_add(findings, SEV_WARN, "brokers", NULL, cluster->pub.unjoined,
				 cluster->pub.unjoined_advice);
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

/* What the brokers do not let us read while the rest comes in. */
void rule_withheld(struct rule_findings *findings)
{
	const struct world_cluster *cluster = &findings->cluster->pub;
	bool heard = cluster->replicated_count >= 0 || !err_is_set(&cluster->source.err);
	for (size_t i = WORLD_LIST_COUNT; heard && i < WORLD_PART_COUNT; i++) {
		const struct world_source *part = &cluster->parts[i];
		if (err_is_set(&part->err) && world_source_is_withheld(part) &&
		    !str_eq(part->err.text, cluster->source.err.text))
			rule_finding_add(findings, SEV_WARN, "brokers", NULL,
					 arena_printf(&findings->world->frame, "%s unknown: %s",
						      world_part_word((enum world_part)i),
						      rule_sentence_cut(findings->world, part->err.text)),
					 "what depends on it is unknown too");
	}
}

/* ---- operators, rollouts ---- */

static void say_paused(struct rule_findings *findings)
{
	if (world_is_paused(&findings->cluster->pub))
		rule_finding_add(findings, SEV_INFO, "clusters", NULL, "the operator's reconciliation is paused",
				 "what changes in its resource is not carried out until it is resumed");
}

void rule_operator(struct rule_findings *findings)
{
	static const struct {
		const char *type, *bad;
	} complaints[] = {
		{"ReconcileSuccess", "False"}, {"NoWarnings", "False"}, {"Ready", "False"}, {"NotReady", "True"}};
	const struct world_cluster *cluster = &findings->cluster->pub;
	const struct kube_rabbitmq_cluster *rabbitmq = cluster->rabbitmq_resource;
	const struct kube_kafka *kafka = cluster->kafka_resource;
	const struct kube_condition *conditions = rabbitmq ? rabbitmq->conditions : kafka ? kafka->conditions : NULL;
	size_t count = rabbitmq ? rabbitmq->condition_count : kafka ? kafka->condition_count : 0;
	struct world *world = findings->world;
	for (size_t i = 0; i < ARRAY_LEN(complaints); i++) {
		const struct kube_condition *it = count ? kube_condition(conditions, count, complaints[i].type) : NULL;
		if (it && str_eq(it->status, complaints[i].bad))
			rule_finding_add(
				findings, SEV_WARN, "clusters", NULL,
				arena_printf(&world->frame, "the operator reports %s=%s: %s", it->type, it->status,
					     rule_sentence_cut(world, str_or(it->message,
									     str_or(it->reason, "no reason given")))),
				NULL);
	}
	say_paused(findings);
}

void rule_unmanaged(struct rule_findings *findings)
{
	const struct world_cluster *cluster = &findings->cluster->pub;
	if (cluster->workload)
		rule_finding_add(findings, SEV_INFO, "clusters", NULL,
				 arena_printf(&findings->world->frame, "runs in a %s: found, shown, and not managed",
					      cluster->workload_kind),
				 "its brokers have no names and volumes that last, so no operation is made on it: a "
				 "StatefulSet or an operator gives them those");
}

void rule_scaling(struct rule_findings *findings)
{
	struct join_cluster *cluster = findings->cluster;
	struct world *world = findings->world;
	const char *going = rule_sentence_brokers(world, cluster, rules_brokers_is_going);
	const char *are = strchr(going, ' ') ? "are" : "is";
	if (*going)
		rule_finding_add(findings, SEV_INFO, "brokers", NULL,
				 cluster->named ? arena_printf(&world->frame, "scaling down to %d: %s %s leaving",
							       cluster->pub.desired, going, are)
						: arena_printf(&world->frame, "%s %s stopping", going, are),
				 NULL);
}

static bool is_updated(const struct join_broker *broker, const struct kube_stateful_set *set)
{
	const struct kube_pod *pod = broker->pub.pod;
	return pod && str_eq(kube_label(&pod->meta, "controller-revision-hash"), set->update_revision);
}

/* The controller goes on when each pod on the new revision is ready. */
static const struct join_broker *rolling_waits_for(struct rule_findings *findings, const struct kube_stateful_set *set)
{
	struct world *world = findings->world;
	for (size_t i = findings->cluster->brokers.len; i-- > 0;) {
		const struct join_broker *broker = (const struct join_broker *)findings->cluster->brokers.items[i];
		int64_t since = is_updated(broker, set) ? rule_broker_unready_since(broker) : -1;
		int64_t limit = rule_broker_is_stuck(broker) ? STUCK_MS : PROGRESS_MS;
		if (since < 0)
			continue;
		if (world->wall_ms - since >= limit)
			return broker;
		join_renew_after(world, since + limit - world->wall_ms);
	}
	return NULL;
}

static void say_stuck(struct rule_findings *findings, const struct join_broker *broker, const char *progress)
{
	struct world *world = findings->world;
	const char *trouble = rule_broker_trouble(world, broker);
	const char *since = rule_sentence_duration(world, world->wall_ms - rule_broker_unready_since(broker));
	rule_finding_add(findings, SEV_WARN, "brokers", rule_finding_key(findings, broker->name),
			 trouble ? arena_printf(&world->frame, "rollout is stuck: %s", trouble)
				 : arena_printf(&world->frame, "rollout is stuck at %s", broker->name),
			 arena_printf(&world->frame,
				      "%s; %s has not been ready for %s, and no other broker is updated "
				      "before it is",
				      progress, broker->name, since));
}

void rule_rolling(struct rule_findings *findings)
{
	const struct kube_stateful_set *set = findings->cluster->found.stateful_set;
	if (!set || !set->current_revision || !set->update_revision ||
	    str_eq(set->current_revision, set->update_revision))
		return;
	int32_t updated = set->updated_replicas > 0 ? set->updated_replicas : 0;
	bool by_hand = str_eq(set->update_strategy, "OnDelete");
	bool held = !by_hand && set->partition > 0 && updated >= set->replicas - set->partition;
	const char *count =
		arena_printf(&findings->world->frame, "%d of %d brokers on the new revision", updated, set->replicas);
	const struct join_broker *stuck = by_hand ? NULL : rolling_waits_for(findings, set);
	if (stuck) {
		say_stuck(findings, stuck, count);
		return;
	}
	if (updated >= set->replicas)
		return;
	const char *progress = by_hand || held ? "rollout waits for somebody" : "rollout in progress";
	const char *detail = by_hand ? "update strategy OnDelete: each broker gets it when its pod is deleted"
			     : held  ? "the StatefulSet's partition keeps the others on the old revision"
				     : NULL;
	rule_finding_add(findings, SEV_INFO, "brokers", NULL,
			 arena_printf(&findings->world->frame, "%s: %s", progress, count), detail);
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

/* A file system without inodes has "no space left" too. */
void rule_inodes_full(struct rule_findings *findings)
{
	struct world *world = findings->world;
	for (size_t i = 0; i < findings->cluster->volumes.len; i++) {
		const struct world_volume *volume = findings->cluster->volumes.items[i];
		double part = volume->inodes > 0 ? (double)volume->inodes_used / (double)volume->inodes : 0;
		if (!volume->broker || part < disk_warn)
			continue;
		rule_finding_add(findings, part < disk_bad ? SEV_WARN : SEV_BAD, "volumes",
				 rule_finding_key(findings, volume->claim->meta.name),
				 arena_printf(&world->frame, "the disk of %s has used %d%% of its inodes",
					      volume->broker->name, (int)(part * 100)),
				 NULL);
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
	bool unread = world_source_is_withheld(&cluster->pub.parts[WORLD_PART_QUORUM]);
	const char *controller = unread ? "controllers unknown" : "no controller known";
	for (size_t i = 0; i < cluster->pub.member_count; i++)
		if (cluster->pub.members[i]->is_controller)
			controller = arena_printf(&world->frame, "controller %s", cluster->pub.members[i]->name);
	*headline = arena_printf(&world->frame, "%lld of %lld brokers ready, %s in sync, %s",
				 (long long)rules_ready_brokers(cluster), (long long)expected_brokers(cluster),
				 rule_sentence_count(world, cluster->totals.count, "partition", "partitions all"),
				 controller);
	if (cluster->totals.unknown)
		*headline = arena_printf(&world->frame, "%s; min.insync.replicas unknown", *headline);
	return cluster->totals.unknown || unread ? SEV_INFO : SEV_OK;
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
	if (cluster->pub.unjoined) {
		*headline = arena_printf(&world->frame, "%lld of %lld brokers ready; which pod is which %s is unknown",
					 (long long)rules_ready_brokers(cluster), (long long)expected_brokers(cluster),
					 cluster->pub.kind == WORLD_BROKER_KAFKA ? "broker" : "RabbitMQ node");
		return SEV_INFO;
	}
	return cluster->pub.kind == WORLD_BROKER_KAFKA ? calm_kafka(world, cluster, headline)
						       : calm_rabbitmq(world, cluster, headline);
}
