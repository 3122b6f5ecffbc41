/* What RabbitMQ says, joined into brokers and what they add up to. */
#include <stdio.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/join.h"
#include "api/model/join/joined.h"
#include "api/model/records/critical.h"

enum {
	CLIENTS_STALE_MS = 90000, /* they are counted every 30 s */
	NAMES_TOLD = 3,
	HOST_MAX = 256,
};

/* "rabbitmq-0.rabbitmq-nodes.mq.svc" → the broker whose pod is rabbitmq-0; "10-1-2-3.mq.pod" → whose pod has that
 * address */
static int32_t broker_at_host(const struct join_cluster *cluster, const char *host)
{
	char label[HOST_MAX];
	snprintf(label, sizeof label, "%.*s", (int)strcspn(host, "."), host);
	int32_t named = join_cluster_broker_named(cluster, label);
	struct source_pod_address address = named >= 0 ? join_cluster_address(cluster, cluster->brokers.items[named])
						       : (struct source_pod_address){0};
	return named >= 0 && source_pod_is_named(&address, host) ? named : join_cluster_broker_addressed(cluster, host);
}

/* What a node calls itself, asked through its own pod, is believed before any name: "bus@mq" may be anybody. */
int32_t join_rabbitmq_broker_of(const struct join_cluster *cluster, const char *member)
{
	const char *at = member ? strchr(member, '@') : NULL;
	int32_t said = -1, named = at ? broker_at_host(cluster, at + 1) : -1;
	for (size_t i = 0; at && i < cluster->rabbitmq.member_count; i++) {
		const struct rabbitmq_member *it = &cluster->rabbitmq.members[i];
		int32_t pod = it->node ? join_cluster_broker_named(cluster, it->pod) : -1;
		bool same = pod >= 0 && strcmp(it->node, member) == 0;
		if (same && said >= 0)
			return -1; /* two that go by one name are both in doubt */
		if (same)
			said = pod;
		else if (pod >= 0 && pod == named)
			named = -1; /* it goes by another name */
	}
	return said >= 0 ? said : named;
}

/* A value that differs when what the nodes call themselves does. */
static uint64_t mark_names(const struct join_cluster *cluster)
{
	uint64_t mark = 0;
	for (size_t i = 0; i < cluster->rabbitmq.member_count; i++) {
		const struct rabbitmq_member *it = &cluster->rabbitmq.members[i];
		for (const char *c = str_or(it->node, ""); *c; c++)
			mark = join_answers_mix(mark, (unsigned char)*c);
		mark = join_answers_mix(mark, i + UINT8_MAX);
	}
	return mark;
}

static const struct rabbitmq_member *member_of(const struct join_cluster *cluster, const char *pod)
{
	for (size_t i = 0; i < cluster->rabbitmq.member_count; i++)
		if (str_eq(cluster->rabbitmq.members[i].pod, pod))
			return &cluster->rabbitmq.members[i];
	return NULL;
}

/* ---- queues ---- */

bool join_rabbitmq_is_online(const struct rabbitmq_queue *queue, uint16_t word)
{
	for (size_t i = 0; i < queue->online_count; i++)
		if (queue->members[queue->member_count + i] == word)
			return true;
	return false;
}

enum world_replica_state join_rabbitmq_queue_state(const struct rabbitmq_queue *queue)
{
	if (!queue->members_known || !queue->online_known || !queue->member_count)
		return WORLD_REPLICA_UNKNOWN;
	if (!queue->online_count)
		return WORLD_REPLICA_OFFLINE;
	if (queue->online_count <= queue->member_count / 2)
		return WORLD_REPLICA_MINORITY;
	if (queue->leader == RABBITMQ_NO_NAME || !join_rabbitmq_is_online(queue, queue->leader))
		return WORLD_REPLICA_NO_LEADER;
	return queue->online_count < queue->member_count ? WORLD_REPLICA_UNDER_REPLICATED : WORLD_REPLICA_OK;
}

static struct join_broker *broker_of_word(const struct join_cluster *cluster, uint16_t word)
{
	const struct rabbitmq_queues *queues = cluster->rabbitmq.queues;
	int16_t at = word < queues->word_count ? cluster->word_broker[word] : -1;
	return at >= 0 ? (struct join_broker *)cluster->brokers.items[at] : NULL;
}

static void tally_members(struct join_cluster *cluster, const struct rabbitmq_queue *queue)
{
	/* Taking a member away leaves no majority (rabbit_quorum_queue): a cluster of one node is exempt. */
	bool critical = cluster->brokers.len > 1 && queue->online_known &&
			world_is_critical_queue(queue->member_count, queue->online_count);
	for (size_t i = 0; i < queue->member_count; i++) {
		struct join_broker *broker = broker_of_word(cluster, queue->members[i]);
		bool online = join_rabbitmq_is_online(queue, queue->members[i]);
		if (!broker)
			continue;
		broker->tally.replicas++;
		broker->tally.in_sync += online;
		broker->tally.critical += online && critical;
	}
}

static void count_state(struct join_totals *totals, enum world_replica_state state, int32_t online)
{
	if (state != WORLD_REPLICA_OK)
		join_totals_note_worst(&totals->worst[state == WORLD_REPLICA_OFFLINE ? WORLD_REPLICA_MINORITY : state],
				       totals->count, online);
	totals->count++;
	totals->under_replicated += state != WORLD_REPLICA_OK && state != WORLD_REPLICA_UNKNOWN;
	totals->below_min += state == WORLD_REPLICA_MINORITY || state == WORLD_REPLICA_OFFLINE;
	totals->leaderless += state == WORLD_REPLICA_NO_LEADER;
	totals->unknown += state == WORLD_REPLICA_UNKNOWN;
	totals->unseen += state == WORLD_REPLICA_UNKNOWN;
}

static void add_rates(struct join_tally *tally, const struct rabbitmq_queue *queue)
{
	if (queue->publish_rate >= 0)
		tally->in_rate = (tally->in_rate > 0 ? tally->in_rate : 0) + queue->publish_rate;
	if (queue->deliver_rate >= 0)
		tally->out_rate = (tally->out_rate > 0 ? tally->out_rate : 0) + queue->deliver_rate;
}

static void tally_queues(struct join_cluster *cluster)
{
	const struct rabbitmq_queues *queues = cluster->rabbitmq.queues;
	bool new_picture = cluster->tallied != queues;
	free(cluster->word_broker);
	cluster->word_broker = mem_alloc((queues->word_count + 1) * sizeof *cluster->word_broker);
	for (size_t i = 0; i < queues->word_count; i++) {
		cluster->word_broker[i] = (int16_t)join_rabbitmq_broker_of(cluster, queues->words[i]);
		if (cluster->word_broker[i] < 0 && strchr(queues->words[i], '@'))
			log_trace(LOG_MODEL, "member leads to no pod cluster=%s name=%s", cluster->pub.key,
				  queues->words[i]);
	}
	cluster->tallied = queues;
	cluster->tallied_generation = cluster->brokers_generation;
	cluster->tallied_names = mark_names(cluster);
	cluster->totals = (struct join_totals){.unseen = queues->truncated};
	join_cluster_forget_phrases(cluster);
	vec_each (&cluster->brokers, at) {
		((struct join_broker *)*at)->tally = (struct join_tally){.in_rate = -1, .out_rate = -1};
		((struct join_broker *)*at)->tallied = true;
	}
	for (size_t i = 0; i < queues->count; i++) {
		const struct rabbitmq_queue *queue = &queues->items[i];
		bool replicated = queue->type == RABBITMQ_QUORUM || queue->type == RABBITMQ_STREAM;
		struct join_broker *leader =
			broker_of_word(cluster, queue->leader != RABBITMQ_NO_NAME ? queue->leader : queue->node);
		if (leader) {
			leader->tally.leaders += replicated; /* as replicas are: a classic queue has none */
			add_rates(&leader->tally, queue);
		}
		if (replicated) {
			tally_members(cluster, queue);
			count_state(&cluster->totals, join_rabbitmq_queue_state(queue), queue->online_count);
		}
	}
	if (new_picture)
		vec_each (&cluster->brokers, at)
			join_history_push(&(*at)->in_history, ((struct join_broker *)*at)->tally.in_rate);
}

/* ---- brokers ---- */

static const char *alarm_words(struct join_cluster *cluster, const struct rabbitmq_node *node,
			       const struct rabbitmq_member *member)
{
	bool known = (node && node->memory_alarm >= 0 && node->disk_alarm >= 0) || (member && member->alarm >= 0);
	bool memory = node && node->memory_alarm == 1, disk = node && node->disk_alarm == 1;
	if (memory && disk)
		return "memory,disk";
	if (memory || disk)
		return memory ? "memory" : "disk";
	if (member && member->alarm == 1)
		return member->alarm_reason[0] ? arena_strdup(&cluster->world->frame, member->alarm_reason) : "alarm";
	return known ? "" : NULL;
}

static void fill_from_node(struct join_broker *broker, const struct rabbitmq_node *node)
{
	struct world_broker *it = &broker->pub;
	it->member_name = node->name;
	it->role = str_eq(node->type, "ram") ? "ram member" : "member";
#define X(place, type, member, ...) WORLD_IF_##place(it->member = node->member;)
#include "api/rabbitmq/node_fields.def"
#undef X
	if (node->memory_limit > 0)
		it->memory_limit_bytes = node->memory_limit;
	broker->disk_free = node->disk_free;
	it->draining = node->being_drained;
	if (node->version)
		it->version = node->version;
	broker->unheard = str_empty(node->partitions) ? NULL : node->partitions;
}

/* That we may not ask says nothing of it. */
static bool tells_of_broker(const struct err *err)
{
	return err->code != ERR_FORBIDDEN && err->code != ERR_REFUSED && err->code != ERR_UNSUPPORTED;
}

static void fill_from_member(const struct join_cluster *cluster, struct join_broker *broker,
			     const struct rabbitmq_member *member, const struct rabbitmq_node *node)
{
	bool others = false;
	for (size_t i = 0; i < cluster->rabbitmq.member_count; i++)
		others |= cluster->rabbitmq.members[i].answers == 1;
	broker->alive = member->answers == 1;
	broker->silent = member->answers == 0 && others && tells_of_broker(&member->part.err);
	broker->stopped = join_rabbitmq_has_stopped(cluster, broker, member, node);
	broker->slow = member->slow;
	if (member->unheard)
		broker->unheard = member->unheard;
	broker->pub.source = (struct world_source){.updated_ms = member->part.updated_ms, .err = member->part.err};
}

static int quorum_critical(const struct join_broker *broker, const struct rabbitmq_member *member, bool queues_known)
{
	bool ours = queues_known && broker->tallied && broker->tally.critical > 0;
	if (ours || (member && member->quorum_critical == 1))
		return 1;
	/* The list of queues does not show all that it would take down: only its own check says that it would not. */
	return member && member->quorum_critical == 0 ? 0 : -1;
}

/* That none is listed says something only of a node whose connections are listed at all: where the node itself is
 * heard through the agent that lists them, or has gone. */
static void fill_clients(const struct join_cluster *cluster, struct world_broker *it, const struct rabbitmq_node *node)
{
	const struct rabbitmq_clients *snapshot = cluster->rabbitmq.clients;
	if (!snapshot || !node ||
	    join_cluster_is_older(cluster, cluster->rabbitmq.clients_part.updated_ms,
				  CLIENTS_STALE_MS + cluster->pub.pace_ms))
		return;
	size_t first = 0;
	while (first < snapshot->count && !str_eq(snapshot->items[first].node, node->name))
		first++;
	size_t end = first;
	while (end < snapshot->count && str_eq(snapshot->items[end].node, node->name))
		end++;
	if (end == first && node->memory_used_bytes < 0 && it->reachable != 0)
		return;
	struct world_client *clients = arena_alloc(&cluster->world->frame, (end - first + 1) * sizeof *clients);
	it->connections = 0;
	for (size_t i = first; i < end; i++) {
		clients[i - first] = (struct world_client){snapshot->items[i].name, snapshot->items[i].connections};
		it->connections += snapshot->items[i].connections;
	}
	it->clients = clients;
	it->client_count = end - first;
}

static const struct rabbitmq_node *node_among(const struct join_cluster *cluster, const struct rabbitmq_nodes *nodes,
					      const char *pod)
{
	int32_t broker = join_cluster_broker_named(cluster, pod);
	for (size_t i = 0; nodes && i < nodes->count; i++)
		if (join_rabbitmq_broker_of(cluster, nodes->items[i].name) == broker)
			return &nodes->items[i];
	return NULL;
}

static const struct rabbitmq_node *node_of(const struct join_cluster *cluster, const char *pod)
{
	return node_among(cluster, cluster->rabbitmq.nodes, pod);
}

/* Whether a node is known to be it: else the queues' members say nothing of it. */
static bool is_joined(const struct join_cluster *cluster, const struct world_broker *broker)
{
	if (broker->member_name)
		return true;
	for (size_t i = 0; i < cluster->rabbitmq.queues->word_count; i++)
		if (cluster->word_broker[i] >= 0 && cluster->brokers.items[cluster->word_broker[i]] == broker)
			return true;
	return false;
}

static void show_tally(struct join_broker *broker)
{
	struct world_broker *it = &broker->pub;
	it->leaders = broker->tally.leaders;
	it->replicas = broker->tally.replicas;
	it->in_sync = broker->tally.in_sync;
	it->under_replicated = it->replicas - it->in_sync;
	it->in_rate = broker->tally.in_rate;
	it->out_rate = broker->tally.out_rate;
	broker->critical = broker->tally.critical;
}

static void rabbitmq_join_fill_broker(struct join_cluster *cluster, struct join_broker *broker)
{
	const struct rabbitmq_snapshot *snapshot = &cluster->rabbitmq;
	struct world_broker *it = &broker->pub;
	const struct rabbitmq_member *member = member_of(cluster, it->name);
	const struct rabbitmq_node *node = node_of(cluster, it->name);
	it->reachable = join_rabbitmq_reachable(cluster, broker, member, node);
	fill_clients(cluster, it, node);
	it->alarms = alarm_words(cluster, node, member);
	bool queues_known = snapshot->queues && !snapshot->queues->truncated && !snapshot->partial;
	it->quorum_critical = quorum_critical(broker, member, queues_known && cluster->totals.unknown == 0);
	if (queues_known && broker->tallied && is_joined(cluster, it))
		show_tally(broker);
	if (member && member->critical_queues > broker->critical)
		broker->critical = member->critical_queues;
}

/* What each says itself, before what follows from what all of them say. */
static void hear_brokers(struct join_cluster *cluster)
{
	vec_each (&cluster->brokers, at) {
		struct join_broker *broker = (struct join_broker *)*at;
		const struct rabbitmq_member *member = member_of(cluster, broker->name);
		const struct rabbitmq_node *node = node_of(cluster, broker->name);
		if (cluster->rabbitmq.overview && cluster->rabbitmq.overview->version)
			broker->pub.version = cluster->rabbitmq.overview->version;
		const struct rabbitmq_node *told = node_among(cluster, cluster->rabbitmq.maintenance, broker->name);
		broker->drained = told && told->being_drained == 1;
		if (node)
			fill_from_node(broker, node);
		if (member)
			fill_from_member(cluster, broker, member, node);
	}
	join_hearing(cluster);
}

static void rabbitmq_join_parts(struct join_cluster *cluster)
{
	static const enum world_part of_kafka[] = {WORLD_PART_MINIMUMS, WORLD_PART_MOVES, WORLD_PART_QUORUM,
						   WORLD_PART_DISKS, WORLD_PART_GROUPS};
	const struct rabbitmq_snapshot *snapshot = &cluster->rabbitmq;
	int64_t now = loop_now_ms(cluster->world->loop);
	struct world_source checks = {.updated_ms = now};
	for (size_t i = 0; i < ARRAY_LEN(of_kafka); i++)
		join_cluster_told(cluster, of_kafka[i], now, &(struct err){0});
	for (size_t i = 0; i < snapshot->member_count; i++) {
		const struct rabbitmq_member *member = &snapshot->members[i];
		if (member->answers == 0) /* that is said of it, with its reason */
			continue;
		if (member->check.updated_ms < checks.updated_ms)
			checks.updated_ms = member->check.updated_ms;
		if (err_is_set(&member->check.err))
			checks.err = member->check.err;
	}
	join_cluster_told(cluster, WORLD_PART_CHECKS, checks.updated_ms, &checks.err);
	join_cluster_told(cluster, WORLD_PART_BROKERS, snapshot->nodes_part.updated_ms, &snapshot->nodes_part.err);
	join_cluster_told(cluster, WORLD_PART_REPLICAS, snapshot->queues_part.updated_ms, &snapshot->queues_part.err);
}

/* ---- what is not known ---- */

/* Whoever answers has been asked, where the management API is open, what it calls itself. */
static bool were_names_asked(const struct rabbitmq_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->member_count; i++)
		if (snapshot->members[i].answers == 1 && !snapshot->members[i].named &&
		    snapshot->way == RABBITMQ_BY_MANAGEMENT)
			return false;
	return true;
}

/* Nodes that run in no pod that is known: what is where cannot be told while there are any. */
static void say_strangers(struct join_cluster *cluster)
{
	const struct rabbitmq_nodes *nodes = cluster->rabbitmq.nodes;
	struct arena *frame = &cluster->world->frame;
	const char *names = "";
	cluster->strangers = 0;
	for (size_t i = 0; nodes && i < nodes->count; i++) {
		const struct rabbitmq_node *node = &nodes->items[i];
		if (node->running != 1 || join_rabbitmq_broker_of(cluster, node->name) >= 0)
			continue;
		if (cluster->strangers++ < NAMES_TOLD)
			names = arena_printf(frame, "%s%s%.120s", names, *names ? ", " : "", node->name);
	}
	if (cluster->strangers > NAMES_TOLD)
		names = arena_printf(frame, "%s and %zu more", names, cluster->strangers - NAMES_TOLD);
	cluster->ids_settled = were_names_asked(&cluster->rabbitmq);
	cluster->pub.unjoined = !cluster->strangers ? NULL
						    : arena_printf(frame, "no pod is known for RabbitMQ node%s %s",
								   cluster->strangers == 1 ? "" : "s", names);
	cluster->pub.unjoined_advice =
		!cluster->strangers
			? NULL
			: "what these nodes hold is unknown: check the node names and which pods belong to the cluster";
}

void join_rabbitmq(struct join_cluster *cluster)
{
	const struct rabbitmq_snapshot *snapshot = &cluster->rabbitmq;
	struct world_cluster *it = &cluster->pub;
	if (snapshot->queues &&
	    (cluster->tallied != snapshot->queues || cluster->tallied_generation != cluster->brokers_generation ||
	     cluster->tallied_names != mark_names(cluster)))
		tally_queues(cluster);
	hear_brokers(cluster);
	say_strangers(cluster);
	vec_each (&cluster->brokers, at)
		rabbitmq_join_fill_broker(cluster, (struct join_broker *)*at);
	if (snapshot->overview && snapshot->overview->version)
		it->version = snapshot->overview->version;
	join_cluster_show_totals(cluster, snapshot->queues && !snapshot->partial, snapshot->queues_part.updated_ms);
	it->queue_count = snapshot->queues     ? (int64_t)snapshot->queues->count
			  : snapshot->overview ? snapshot->overview->queues
					       : -1;
	/* Whom the nodes are hidden from, the totals are told of the virtual hosts that are open to it (rabbit_mgmt_db). */
	bool whole = snapshot->overview && snapshot->nodes && !snapshot->partial;
#define X(place, type, member, ...)                                                                                    \
	WORLD_IF_##place(it->member = whole ? snapshot->overview->member : WORLD_UNKNOWN_##type;)
#include "api/rabbitmq/overview_fields.def"
#undef X
	it->topic_count = it->group_count = it->total_lag = -1;
	it->voters = NULL;
	it->voter_count = 0;
	rabbitmq_join_parts(cluster);
	it->source = (struct world_source){.updated_ms = snapshot->overview_part.updated_ms,
					   .err = snapshot->management_err};
	if (!err_is_set(&it->source.err))
		it->source.err = snapshot->overview_part.err;
	if (!err_is_set(&it->source.err))
		it->source.err = snapshot->nodes_part.err;
	if (!err_is_set(&it->source.err))
		it->source.err = snapshot->queues_part.err;
}
