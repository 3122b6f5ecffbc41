/* Members of queues as the world shows them: who holds which, who could be asked, and which queues a shrink would leave
 * without a quorum. */
#include "api/ops/rabbitmq/queue_members.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/plan/name_list.h"

void ops_rabbitmq_need(struct ops_needs *needs, const char *namespace)
{
	ops_need_tunnel(needs, "exec", namespace);
}

bool ops_rabbitmq_is_readable(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	const char *missing = NULL;
	if (context->view->link != WORLD_LIVE)
		missing = "the Kubernetes API does not answer: the data shown is old";
	else if (err_is_set(&cluster->source.err))
		missing = cluster->source.err.text;
	else if (cluster->source.updated_ms < 0 || cluster->replicated_count < 0 || cluster->queue_count < 0)
		missing = "the brokers have not reported them";
	if (missing)
		ops_note(plan, OPS_BLOCKS, "the queues of %s and their members are unknown: %s", cluster->name,
			 missing);
	return !missing;
}

const struct world_broker *ops_rabbitmq_broker(const struct world_cluster *cluster, const char *name)
{
	for (size_t i = 0; i < cluster->broker_count; i++)
		if (str_eq(cluster->brokers[i]->name, name))
			return cluster->brokers[i];
	return NULL;
}

const struct world_broker *ops_rabbitmq_survivor(const struct world_cluster *cluster, const struct world_broker *but)
{
	for (size_t i = 0; i < cluster->broker_count; i++) {
		const struct world_broker *broker = cluster->brokers[i];
		if (broker != but && broker->pod && broker->ready && broker->reachable == 1)
			return broker;
	}
	return NULL;
}

bool ops_rabbitmq_holds(const struct world_replicated *row, const struct world_broker *broker, bool *in_sync)
{
	const struct world_cluster *cluster = broker->cluster;
	for (size_t i = 0; i < row->replica_count; i++) {
		int16_t at = row->replicas[i];
		if (at < 0 || (size_t)at >= cluster->broker_count || cluster->brokers[at] != broker)
			continue;
		if (in_sync)
			*in_sync = row->in_sync[i];
		return true;
	}
	return false;
}

const char *ops_rabbitmq_type(const struct world_cluster *cluster, const char *vhost, const char *name)
{
	static const char *const types[] = {"quorum", "stream", "classic"};
	for (int64_t i = 0; i < cluster->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(cluster, i, &queue);
		if (!str_eq(queue.name, name) || !str_eq(queue.vhost, vhost))
			continue;
		for (size_t t = 0; t < ARRAY_LEN(types); t++)
			if (str_eq(queue.type, types[t]))
				return types[t];
	}
	return NULL;
}

char *ops_rabbitmq_item(const char *vhost, const char *name)
{
	return str_printf("%s\t%s", vhost, name);
}

void ops_rabbitmq_remember(struct ops_plan *plan, const struct world_broker *broker)
{
	char fact[400];
	snprintf(fact, sizeof fact, "member:%s", broker->name);
	if (broker->member_name)
		ops_set_fact(plan, fact, "%s", broker->member_name);
}

/* ---- members that go ---- */

struct shrink {
	struct ops_name_list leaderless, lost, alone, bare, unknown;
	int64_t memberships;
};

static void shrink_weigh(struct shrink *shrink, const struct world_replicated *row,
			 const struct world_broker *const *leaving, size_t count)
{
	size_t gone = 0, gone_online = 0;
	for (size_t i = 0; i < count; i++) {
		bool online = false;
		if (!ops_rabbitmq_holds(row, leaving[i], &online))
			continue;
		gone++;
		gone_online += online;
	}
	if (row->state == WORLD_REPLICA_UNKNOWN)
		ops_name_list_add(&shrink->unknown, "%s", row->name);
	if (gone == 0 || row->state == WORLD_REPLICA_UNKNOWN)
		return;
	shrink->memberships += (int64_t)gone;
	size_t left = row->replica_count - gone, online = row->in_sync_count - gone_online;
	if (left == 0)
		ops_name_list_add(&shrink->alone, "%s", row->name);
	else if (row->in_sync_count <= row->replica_count / 2)
		ops_name_list_add(&shrink->leaderless, "%s", row->name);
	else if (online <= left / 2)
		ops_name_list_add(&shrink->lost, "%s", row->name);
	else if (online <= left / 2 + 1 && left < 3)
		ops_name_list_add(&shrink->bare, "%s", row->name);
}

int64_t ops_rabbitmq_check_shrink(struct ops_plan *plan, const struct world_cluster *cluster,
				  const struct world_broker *const *leaving, size_t count)
{
	struct shrink shrink = {0};
	char more[48];
	for (int64_t i = 0; i < cluster->replicated_count; i++) {
		struct world_replicated row;
		world_replicated_at(cluster, i, &row);
		shrink_weigh(&shrink, &row, leaving, count);
	}
	const struct {
		struct ops_name_list *list;
		enum ops_sentence_kind kind;
		const char *words;
	} table[] = {
		{&shrink.unknown, OPS_BLOCKS, "with unknown members: cannot tell whether they keep a quorum"},
		{&shrink.alone, OPS_BLOCKS, "with no other member: first add one on a broker that stays"},
		{&shrink.leaderless, OPS_BLOCKS, "without a quorum now: their members cannot be changed"},
		{&shrink.lost, OPS_BLOCKS, "that would lose their quorum"},
		{&shrink.bare, OPS_CAUTION, "left without a spare member: the next failure makes them unavailable"},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].list->count > 0)
			ops_note(plan, table[i].kind, "%" PRId64 " queue%s %s: %s%s", table[i].list->count,
				 ops_plural(table[i].list->count), table[i].words, table[i].list->names,
				 ops_name_list_more(table[i].list, more));
	return shrink.memberships;
}
