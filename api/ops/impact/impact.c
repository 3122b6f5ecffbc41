/* What is lost while brokers are away, counted in one pass over the replicas: a cluster may have 200,000 of them, and a plan
 * is judged again before each run. */
#include "api/ops/impact/impact.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/model/records/critical.h"
#include "api/ops/plan/name_list.h"

enum { BROKERS_MAX = 512 };

/* ---- one partition or queue ---- */

struct survey { /* of the brokers that go */
	struct ops_impact *out;
	const struct world_cluster *cluster;
	bool away[BROKERS_MAX]; /* by index into cluster->brokers */
	int64_t min_unknown, members_unknown;
};

struct loss { /* of one row */
	bool hit, leader;
	size_t left; /* in sync, at the worst moment */
};

static bool survey_is_away(const struct survey *survey, int32_t index)
{
	return index >= 0 && index < BROKERS_MAX && survey->away[index];
}

static struct loss find_loss(const struct survey *survey, const struct world_replicated *row)
{
	size_t gone = 0, worst = 0;
	struct loss loss = {.leader = survey_is_away(survey, row->leader)};
	for (size_t i = 0; i < row->replica_count; i++) {
		if (!survey_is_away(survey, row->replicas[i]))
			continue;
		loss.hit = true;
		gone += row->in_sync[i];
		worst |= row->in_sync[i];
	}
	loss.left = row->in_sync_count - (survey->out->in_turn ? worst : gone);
	return loss;
}

static void survey_put(struct survey *survey, enum ops_impact_effect effect, int64_t index)
{
	vec_push(&survey->out->lists[effect], (uint32_t)index);
}

static bool goes_on(struct survey *survey, int64_t index, const struct world_replicated *row, const struct loss *loss)
{
	if (loss->left < row->in_sync_count)
		survey_put(survey, OPS_IMPACT_UNDER_REPLICATED, index);
	if (loss->leader)
		survey_put(survey, OPS_IMPACT_LEADERS, index);
	return true;
}

static void judge_partition(struct survey *survey, int64_t index, const struct world_replicated *row)
{
	struct loss loss = find_loss(survey, row);
	if (!loss.hit || row->in_sync_count == 0)
		return;
	bool refuses = row->min_in_sync >= 0 && (int64_t)loss.left < row->min_in_sync &&
		       row->in_sync_count >= row->min_in_sync;
	survey->min_unknown += row->min_in_sync < 0;
	if (loss.left == 0)
		survey_put(survey, row->replica_count == 1 ? OPS_IMPACT_UNPROTECTED : OPS_IMPACT_OFFLINE, index);
	else if (refuses)
		survey_put(survey, row->replica_count <= row->min_in_sync ? OPS_IMPACT_NO_SLACK : OPS_IMPACT_BELOW_MIN,
			   index);
	else
		goes_on(survey, index, row, &loss);
}

static void judge_queue(struct survey *survey, int64_t index, const struct world_replicated *row)
{
	survey->members_unknown += row->state == WORLD_REPLICA_UNKNOWN;
	struct loss loss = find_loss(survey, row);
	size_t half = row->replica_count / 2;
	if (!loss.hit || row->state == WORLD_REPLICA_UNKNOWN || row->in_sync_count <= half)
		return;
	if (loss.left > half)
		goes_on(survey, index, row, &loss);
	else
		survey_put(survey, survey->cluster->broker_count == 1 ? OPS_IMPACT_UNPROTECTED : OPS_IMPACT_MINORITY,
			   index);
}

/* ---- what is not replicated ---- */

static bool is_led_away(const struct survey *survey, const struct world_queue *queue)
{
	for (size_t b = 0; queue->leader && b < survey->cluster->broker_count; b++) {
		const struct world_broker *broker = survey->cluster->brokers[b];
		if (survey_is_away(survey, (int32_t)b) &&
		    (!strcmp(queue->leader, broker->name) || str_eq(queue->leader, broker->member_name)))
			return true;
	}
	return false;
}

static void find_unreplicated(struct survey *survey)
{
	for (int64_t i = 0; i < survey->cluster->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(survey->cluster, i, &queue);
		bool classic = str_eq(queue.type, "classic");
		if ((classic || world_queue_is_strange(&queue)) && is_led_away(survey, &queue))
			survey_put(survey, classic ? OPS_IMPACT_CLASSIC : OPS_IMPACT_OTHER, i);
	}
}

static bool is_named_away(const struct survey *survey, const char *name)
{
	for (size_t i = 0; name && i < survey->cluster->broker_count; i++)
		if (survey_is_away(survey, (int32_t)i) && !strcmp(survey->cluster->brokers[i]->name, name))
			return true;
	return false;
}

static void count_groups(struct survey *survey)
{
	if (survey->cluster->group_count < 0 || err_is_set(&survey->cluster->parts[WORLD_PART_GROUPS].err))
		return;
	survey->out->groups = 0;
	for (int64_t i = 0; i < survey->cluster->group_count; i++) {
		struct world_group group;
		world_group_at(survey->cluster, i, &group);
		survey->out->groups += is_named_away(survey, group.coordinator);
	}
}

static void count_voters(struct survey *survey)
{
	struct ops_impact *out = survey->out;
	size_t voters = 0, caught_up = 0, gone = 0, hit = 0;
	for (size_t i = 0; i < survey->cluster->voter_count; i++) {
		const struct world_voter *voter = &survey->cluster->voters[i];
		bool away = is_named_away(survey, voter->broker);
		voters += voter->voter;
		caught_up += voter->voter && voter->caught_up;
		gone += voter->voter && voter->caught_up && away;
		hit += voter->voter && away;
	}
	if (voters == 0)
		return;
	out->voters = (int32_t)voters;
	out->voters_left = (int32_t)(caught_up - (out->in_turn && gone > 1 ? 1 : gone));
	out->quorum_lost = hit > 0 && world_are_critical_voters(voters, (size_t)out->voters_left);
}

static void survey_count_members(struct survey *survey)
{
	struct ops_impact *out = survey->out;
	int32_t running = 0, gone = 0;
	for (size_t i = 0; i < survey->cluster->broker_count; i++) {
		bool up = survey->cluster->brokers[i]->reachable == 1;
		if (survey->cluster->brokers[i]->reachable < 0)
			return;
		running += up;
		gone += up && survey_is_away(survey, (int32_t)i);
	}
	out->members = (int32_t)survey->cluster->broker_count;
	out->members_left = running - (out->in_turn && gone > 1 ? 1 : gone);
}

/* ---- what is not known ---- */

static void not_known(struct ops_impact *out, const char *format, ...) PRINTF_LIKE(2, 3);
static void not_known(struct ops_impact *out, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (!out->unknown[0])
		vsnprintf(out->unknown, sizeof out->unknown, format, args);
	va_end(args);
}

static void check_known(struct ops_impact *out, const struct world_cluster *cluster)
{
	bool kafka = cluster->kind == WORLD_BROKER_KAFKA;
	if (err_is_set(&cluster->source.err))
		not_known(out, "replicas on the brokers of %s cannot be read now: %s", cluster->name,
			  cluster->source.err.text);
	/* The minima are looked at row by row. */
	uint32_t leans_on = kafka ? WORLD_ON(REPLICAS) | WORLD_ON(QUORUM) : WORLD_ON(BROKERS) | WORLD_ON(REPLICAS);
	enum world_part part = world_withheld_part(cluster->parts, leans_on);
	if (part != WORLD_PART_COUNT)
		not_known(out, "the %s of %s are unknown: %s", world_part_word(part), cluster->name,
			  err_is_set(&cluster->parts[part].err) ? cluster->parts[part].err.text
								: "the brokers have not reported them");
	if (cluster->replicated_count < 0 || cluster->source.updated_ms < 0)
		not_known(out, "the %s of %s are unknown: the brokers have not reported them",
			  kafka ? "partitions" : "queue members", cluster->name);
	if (cluster->unjoined)
		not_known(out, "%s: cannot tell what stopping one of the brokers takes away", cluster->unjoined);
	if (!kafka && cluster->queue_count < 0)
		not_known(out, "where the queues of %s live is unknown: queues cannot be read", cluster->name);
}

static void check_rows_known(struct survey *survey)
{
	if (survey->min_unknown > 0)
		not_known(survey->out,
			  "min.insync.replicas of %" PRId64
			  " partition%s is unknown: cannot tell whether writes would be refused",
			  survey->min_unknown, ops_plural(survey->min_unknown));
	if (survey->members_unknown > 0)
		not_known(survey->out,
			  "the members of %" PRId64 " queue%s are unknown: cannot tell whether a majority remains",
			  survey->members_unknown, ops_plural(survey->members_unknown));
}

/* A Kafka broker without an id cannot be found in the partitions, a RabbitMQ node without a name not in the queues. */
static void survey_mark_away(struct survey *survey, const struct world_broker *broker)
{
	const struct world_cluster *cluster = survey->cluster;
	for (size_t i = 0; i < cluster->broker_count && i < BROKERS_MAX; i++)
		survey->away[i] |= cluster->brokers[i] == broker;
	if (cluster->kind == WORLD_BROKER_KAFKA && broker->id < 0 && broker->pod)
		not_known(survey->out, "the broker ID of %s is unknown: cannot tell what it holds", broker->name);
	if (cluster->kind == WORLD_BROKER_RABBITMQ && !broker->member_name && broker->pod && broker->reachable != 0)
		not_known(survey->out, "the RabbitMQ node in %s is unknown: cannot tell what it holds", broker->name);
	survey->out->volumes += (int64_t)broker->volume_count;
}

/* ---- the whole ---- */

void ops_impact_of(struct ops_impact *out, const struct world_cluster *cluster,
		   const struct world_broker *const *brokers, size_t count, bool in_turn)
{
	*out = (struct ops_impact){.cluster = cluster,
				   .in_turn = in_turn && count > 1,
				   .broker_count = count,
				   .voters = -1,
				   .voters_left = -1,
				   .members = -1,
				   .members_left = -1,
				   .groups = -1};
	struct survey survey = {.out = out, .cluster = cluster};
	struct ops_name_list names = {0};
	char more[48];
	check_known(out, cluster);
	for (size_t i = 0; i < count; i++) {
		survey_mark_away(&survey, brokers[i]);
		ops_name_list_add(&names, "%s", brokers[i]->name);
	}
	snprintf(out->brokers, sizeof out->brokers, "%.140s%s", names.names, ops_name_list_more(&names, more));
	for (int64_t i = 0; i < cluster->replicated_count; i++) {
		struct world_replicated row;
		world_replicated_at(cluster, i, &row);
		if (cluster->kind == WORLD_BROKER_KAFKA)
			judge_partition(&survey, i, &row);
		else
			judge_queue(&survey, i, &row);
	}
	check_rows_known(&survey);
	ops_impact_count_clients(out, brokers, count);
	if (cluster->kind == WORLD_BROKER_KAFKA) {
		count_voters(&survey);
		count_groups(&survey);
	} else {
		find_unreplicated(&survey);
		survey_count_members(&survey);
	}
}

void ops_impact_finish(struct ops_impact *impact)
{
	for (size_t i = 0; i < OPS_IMPACT_EFFECT_COUNT; i++)
		vec_finish(&impact->lists[i]);
	vec_finish(&impact->clients);
}

bool ops_impact_harms(const struct ops_impact *impact)
{
	return impact->unknown[0] || impact->quorum_lost || impact->lists[OPS_IMPACT_OFFLINE].len > 0 ||
	       impact->lists[OPS_IMPACT_BELOW_MIN].len > 0 || impact->lists[OPS_IMPACT_MINORITY].len > 0;
}

/* ---- may it be stopped ---- */

struct stop_verdict {
	struct ops_name_list critical;
	int64_t already; /* of them refuse now already */
	int64_t offline; /* of them would have no replica left */
	int64_t unknown;
};

static void verdict_weigh(struct stop_verdict *verdict, const struct world_replicated *row, size_t index)
{
	bool holds = false, in_sync = false, kafka = row->partition >= 0;
	for (size_t i = 0; i < row->replica_count; i++) {
		if (row->replicas[i] < 0 || (size_t)row->replicas[i] != index)
			continue;
		holds = true;
		in_sync = row->in_sync[i];
	}
	if (kafka ? holds && row->min_in_sync < 0 : row->state == WORLD_REPLICA_UNKNOWN) {
		verdict->unknown++;
		return;
	}
	bool critical =
		kafka ? world_is_critical_partition(row->replica_count, row->in_sync_count, row->min_in_sync, in_sync)
		      : world_is_critical_queue(row->replica_count, row->in_sync_count);
	if (!holds || !critical)
		return;
	verdict->offline += kafka && in_sync && row->in_sync_count == 1;
	verdict->already += row->in_sync_count < (kafka ? row->min_in_sync : row->replica_count / 2 + 1);
	ops_name_list_add_partition(&verdict->critical, row->name, row->partition);
}

static bool refuse_critical(struct stop_verdict *verdict, const struct world_broker *broker, struct err *why)
{
	bool kafka = broker->cluster->kind == WORLD_BROKER_KAFKA;
	int64_t count = verdict->critical.count;
	char more[48], already[96] = "", offline[96] = "";
	if (verdict->already > 0)
		snprintf(already, sizeof already, " (%" PRId64 " %s already)", verdict->already,
			 verdict->already == 1 ? "does" : "do");
	if (verdict->offline > 0)
		snprintf(offline, sizeof offline, " and %" PRId64 " would be offline", verdict->offline);
	return err_set(why, ERR_REFUSED, "without %s, %" PRId64 " %s%s would %s%s%s: %s%s", broker->name, count,
		       kafka ? "partition" : "queue", ops_plural(count), kafka ? "refuse acks=all" : "have no majority",
		       already, offline, verdict->critical.names, ops_name_list_more(&verdict->critical, more));
}

static bool check_controllers(const struct world_cluster *cluster, const struct world_broker *broker, struct err *why)
{
	size_t voters = 0, left = 0;
	bool target = false;
	for (size_t i = 0; i < cluster->voter_count; i++) {
		const struct world_voter *voter = &cluster->voters[i];
		bool it = str_eq(voter->broker, broker->name);
		target |= it && voter->voter;
		voters += voter->voter;
		left += voter->voter && voter->caught_up && !it;
	}
	if (target && world_are_critical_voters(voters, left))
		return err_set(why, ERR_REFUSED,
			       "without %s, only %zu of %zu controllers are caught up, and %zu are required",
			       broker->name, left, voters, (voters + 2) / 2);
	return true;
}

/* RabbitMQ counts its metadata and the streams' coordinator in, which no list of queues shows. */
static bool check_own_word(const struct world_cluster *cluster, const struct world_broker *broker, struct err *why)
{
	if (cluster->kind != WORLD_BROKER_RABBITMQ || cluster->broker_count == 1 || broker->quorum_critical == 0)
		return true;
	if (broker->quorum_critical < 0)
		return err_set(why, ERR_REFUSED, "unknown whether %s is quorum-critical: it has not reported that",
			       broker->name);
	return err_set(why, ERR_REFUSED, "%s reports that it is quorum-critical", broker->name);
}

bool ops_impact_can_stop(const struct world_cluster *cluster, const struct world_broker *broker, struct err *why)
{
	struct ops_impact known = {0};
	struct stop_verdict verdict = {0};
	size_t index = 0;
	if (broker->reachable == 0)
		return true;
	check_known(&known, cluster);
	if (cluster->kind == WORLD_BROKER_KAFKA && broker->id < 0)
		not_known(&known, "the broker ID of %s is unknown: cannot tell what it holds", broker->name);
	if (known.unknown[0])
		return err_set(why, ERR_REFUSED, "%s", known.unknown);
	while (index < cluster->broker_count && cluster->brokers[index] != broker)
		index++;
	bool alone = cluster->kind == WORLD_BROKER_RABBITMQ && cluster->broker_count == 1;
	for (int64_t i = 0; i < cluster->replicated_count && !alone; i++) {
		struct world_replicated row;
		world_replicated_at(cluster, i, &row);
		verdict_weigh(&verdict, &row, index);
	}
	if (verdict.critical.count > 0)
		return refuse_critical(&verdict, broker, why);
	if (verdict.unknown > 0)
		return err_set(why, ERR_REFUSED,
			       "%s of %" PRId64 " %s of %s unknown: cannot tell whether it can be stopped safely",
			       cluster->kind == WORLD_BROKER_KAFKA ? "min.insync.replicas" : "members", verdict.unknown,
			       cluster->kind == WORLD_BROKER_KAFKA ? "partitions" : "queues", broker->name);
	return check_controllers(cluster, broker, why) && check_own_word(cluster, broker, why);
}

int64_t ops_impact_unwell(const struct world_cluster *cluster, char *names, size_t size)
{
	struct ops_name_list lacking = {0};
	char more[48];
	for (int64_t i = 0; i < cluster->replicated_count; i++) {
		struct world_replicated row;
		world_replicated_at(cluster, i, &row);
		if (row.state == WORLD_REPLICA_OK || row.state == WORLD_REPLICA_UNKNOWN)
			continue;
		ops_name_list_add_partition(&lacking, row.name, row.partition);
	}
	snprintf(names, size, "%s%s", lacking.names, ops_name_list_more(&lacking, more));
	return cluster->replicated_count < 0 ? -1 : lacking.count;
}
