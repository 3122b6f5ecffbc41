/* The blast radius in sentences, and with every name as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"
#include "api/ops/impact/impact.h"
#include "api/ops/engine/name_list.h"
#include "api/ops/engine/engine_private.h"

enum { AWAY_MAX = 512 };

static const char *const json_names[] = {
#define X(name, json) [BLAST_##name] = json,
	BLAST_EFFECTS(X)
#undef X
};

/* Of one and of several, for Kafka's partitions and RabbitMQ's queues. */
static const struct {
	bool harm;
	enum ops_sentence_kind kind; /* where it is no harm */
	const char *one, *many;
} words[] = {
	[BLAST_OFFLINE] = {true, OPS_MEANS, "goes offline", "go offline"},
	[BLAST_BELOW_MIN] = {true, OPS_MEANS, "falls below min.insync.replicas and refuses acks=all",
			     "fall below min.insync.replicas and refuse acks=all"},
	[BLAST_MINORITY] = {true, OPS_MEANS, "loses its quorum and stops", "lose their quorum and stop"},
	[BLAST_UNPROTECTED] = {false, OPS_CAUTION, "has no replica to spare and is not available meanwhile",
			       "have no replica to spare and are not available meanwhile"},
	[BLAST_UNDER_REPLICATED] = {false, OPS_MEANS, "goes on with a replica less", "go on with a replica less"},
	[BLAST_LEADERS] = {false, OPS_MEANS, "gets another leader", "get another leader"},
	[BLAST_CLASSIC] = {false, OPS_CAUTION, "lives there and nowhere else: it is not available meanwhile",
			   "live there and nowhere else: they are not available meanwhile"},
};

static void name_row(const struct blast *blast, enum blast_effect effect, uint32_t index, char *out, size_t size)
{
	if (effect == BLAST_CLASSIC) {
		struct world_queue queue;
		world_queue_at(blast->cluster, index, &queue);
		snprintf(out, size, "%s", queue.name);
		return;
	}
	struct world_replicated row;
	world_replicated_at(blast->cluster, index, &row);
	if (row.partition >= 0)
		snprintf(out, size, "%s/%d", row.name, (int)row.partition);
	else
		snprintf(out, size, "%s", row.name);
}

static void say_effect(struct ops_plan *plan, const struct blast *blast, enum blast_effect effect,
		       enum ops_sentence_kind harm)
{
	size_t count = blast->lists[effect].len;
	struct found found = {0};
	char name[300], more[48];
	if (count == 0)
		return;
	for (size_t i = 0; i < count && i < 3; i++) {
		name_row(blast, effect, blast->lists[effect].items[i], name, sizeof name);
		found_add(&found, "%.100s", name);
	}
	found.count = (int64_t)count;
	const char *what = blast->cluster->kind == BROKER_KAFKA ? "partition"
			   : effect == BLAST_CLASSIC            ? "classic queue"
								: "queue";
	ops_say(plan, words[effect].harm ? harm : words[effect].kind, "without %s%s %zu %s%s %s: %s%s",
		blast->in_turn ? "one of " : "", blast->brokers, count, what, plural((int64_t)count),
		count == 1 ? words[effect].one : words[effect].many, found.names, found_more(&found, more));
}

static void say_quorum(struct ops_plan *plan, const struct blast *blast, enum ops_sentence_kind harm)
{
	if (blast->voters > 0 && blast->quorum_lost)
		ops_say(plan, harm, "the controllers lose their quorum: %d of %d would keep up, and %d must",
			(int)blast->voters_left, (int)blast->voters, (int)(blast->voters + 2) / 2);
	else if (blast->voters == 1 && blast->voters_left == 0)
		ops_say(plan, OPS_CAUTION, "%s is the only controller: nothing is elected or changed meanwhile",
			blast->brokers);
	else if (blast->voters > 0)
		ops_say(plan, OPS_MEANS, "the controllers keep their quorum: %d of %d keep up meanwhile",
			(int)blast->voters_left, (int)blast->voters);
	if (blast->members > 1 && blast->members_left <= blast->members / 2)
		ops_say(plan, OPS_CAUTION,
			"%d of %d nodes stay: no majority, which stops metadata changes and, with pause_minority, "
			"those "
			"nodes too",
			(int)blast->members_left, (int)blast->members);
}

void blast_say(struct ops_plan *plan, const struct blast *blast, enum ops_sentence_kind harm)
{
	if (blast->unknown[0])
		ops_say(plan, harm, "%s", blast->unknown);
	for (enum blast_effect effect = 0; effect < BLAST_EFFECT_COUNT; effect++)
		say_effect(plan, blast, effect, harm);
	say_quorum(plan, blast, harm);
	blast_say_clients(plan, blast);
}

/* ---- JSON ---- */

static void add_number(cJSON *object, const char *name, int64_t value)
{
	if (value < 0)
		cJSON_AddNullToObject(object, name);
	else
		cJSON_AddNumberToObject(object, name, (double)value);
}

static cJSON *one_cluster(const struct blast *blast, const struct world_broker *const *brokers, size_t count)
{
	cJSON *object = cJSON_CreateObject();
	cJSON_AddStringToObject(object, "cluster", blast->cluster->key);
	cJSON *names = cJSON_AddArrayToObject(object, "brokers");
	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(names, cJSON_CreateString(brokers[i]->name));
	cJSON_AddBoolToObject(object, "inTurn", blast->in_turn);
	for (size_t effect = 0; effect < BLAST_EFFECT_COUNT; effect++) {
		cJSON *list = cJSON_AddArrayToObject(object, json_names[effect]);
		for (size_t i = 0; i < blast->lists[effect].len; i++) {
			char name[600];
			name_row(blast, (enum blast_effect)effect, blast->lists[effect].items[i], name, sizeof name);
			cJSON_AddItemToArray(list, cJSON_CreateString(name));
		}
	}
	add_number(object, "voters", blast->voters);
	add_number(object, "votersLeft", blast->voters_left);
	add_number(object, "members", blast->members);
	add_number(object, "membersLeft", blast->members_left);
	add_number(object, "consumerGroups", blast->groups);
	add_number(object, "volumes", blast->volumes);
	blast_add_clients(blast, object);
	if (blast->unknown[0])
		cJSON_AddStringToObject(object, "unknown", blast->unknown);
	else
		cJSON_AddNullToObject(object, "unknown");
	return object;
}

cJSON *blast_json(const struct ops_plan *plan, const struct ops_context *context)
{
	cJSON *all = cJSON_CreateArray();
	const struct world_broker *away[AWAY_MAX], *of_one[AWAY_MAX];
	bool in_turn = false;
	if (!plan->operation->away)
		return all;
	size_t count = plan->operation->away(plan, context, away, ARRAY_LEN(away), &in_turn);
	for (size_t c = 0; c < context->view->cluster_count; c++) {
		const struct world_cluster *cluster = context->view->clusters[c];
		size_t own = 0;
		for (size_t i = 0; i < count; i++)
			if (away[i]->cluster == cluster)
				of_one[own++] = away[i];
		if (own == 0)
			continue;
		CLEANUP(blast_finish) struct blast blast;
		blast_of(&blast, cluster, of_one, own, in_turn);
		cJSON_AddItemToArray(all, one_cluster(&blast, of_one, own));
	}
	return all;
}

char *ops_blast_text(struct ops *ops, const struct ops_plan *plan)
{
	struct err err = {0};
	struct ops_context context;
	if (!ops_look_at(ops->view(ops->data), plan->operation->target, plan->target, &context, &err))
		return NULL;
	cJSON *json = blast_json(plan, &context);
	char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}
