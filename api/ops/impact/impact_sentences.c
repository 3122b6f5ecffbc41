/* The impact in sentences, and with every name as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"
#include "api/ops/impact/impact.h"
#include "api/ops/plan/name_list.h"

enum { AWAY_MAX = 512, NAMED_ROWS_MAX = 2000 };

static const char *const json_names[] = {
#define X(name, json) [OPS_IMPACT_##name] = json,
	OPS_IMPACT_EFFECTS(X)
#undef X
};

/* Of one and of several, for Kafka's partitions and RabbitMQ's queues. */
static const struct {
	bool harm;
	enum ops_sentence_kind kind; /* where it is no harm */
	const char *one, *many;
} impact_words[] = {
	[OPS_IMPACT_OFFLINE] = {true, OPS_MEANS, "goes offline", "go offline"},
	[OPS_IMPACT_BELOW_MIN] = {true, OPS_MEANS, "falls below min.insync.replicas and refuses acks=all",
				  "fall below min.insync.replicas and refuse acks=all"},
	[OPS_IMPACT_MINORITY] = {true, OPS_MEANS, "loses its quorum and becomes unavailable",
				 "lose their quorum and become unavailable"},
	[OPS_IMPACT_NO_SLACK] = {false, OPS_DANGER,
				 "needs all its replicas (min.insync.replicas) and refuses acks=all meanwhile",
				 "need all their replicas (min.insync.replicas) and refuse acks=all meanwhile"},
	[OPS_IMPACT_UNPROTECTED] = {false, OPS_CAUTION, "has no spare replica and is unavailable meanwhile",
				    "have no spare replica and are unavailable meanwhile"},
	[OPS_IMPACT_UNDER_REPLICATED] = {false, OPS_MEANS, "becomes under-replicated", "become under-replicated"},
	[OPS_IMPACT_LEADERS] = {false, OPS_MEANS, "changes leader", "change leader"},
	[OPS_IMPACT_CLASSIC] = {false, OPS_CAUTION, "has its only copy there and is unavailable meanwhile",
				"have their only copy there and are unavailable meanwhile"},
	[OPS_IMPACT_OTHER] =
		{false, OPS_CAUTION,
		 "has its leader there and is of a type that mqdeck does not know: it may be unavailable",
		 "have their leader there and are of a type that mqdeck does not know: they may be unavailable"},
};

static void impact_name_row(const struct ops_impact *impact, enum ops_impact_effect effect, uint32_t index, char *out,
			    size_t size)
{
	if (effect >= OPS_IMPACT_CLASSIC) {
		struct world_queue queue;
		world_queue_at(impact->cluster, index, &queue);
		snprintf(out, size, "%s", queue.name);
		return;
	}
	struct world_replicated row;
	world_replicated_at(impact->cluster, index, &row);
	if (row.partition >= 0)
		snprintf(out, size, "%s/%d", row.name, (int)row.partition);
	else
		snprintf(out, size, "%s", row.name);
}

void ops_impact_name_rows(const struct ops_impact *impact, enum ops_impact_effect effect, struct ops_name_list *names)
{
	size_t count = impact->lists[effect].len;
	for (size_t i = 0; i < count && i < NAMED_ROWS_MAX; i++) {
		uint32_t index = impact->lists[effect].items[i];
		struct world_queue queue;
		struct world_replicated row;
		if (effect >= OPS_IMPACT_CLASSIC) {
			world_queue_at(impact->cluster, index, &queue);
			ops_name_list_add_partition(names, queue.name, -1);
		} else {
			world_replicated_at(impact->cluster, index, &row);
			ops_name_list_add_partition(names, row.name, row.partition);
		}
	}
	names->count = (int64_t)count;
}

/* Up to 3.13 a policy may mirror classic queues, which their list does not tell. */
static bool may_be_mirrored(const struct world_cluster *cluster)
{
	return !cluster->version || str_has_prefix(cluster->version, "3.");
}

static const char *say_what_happens(const struct ops_impact *impact, enum ops_impact_effect effect, bool one)
{
	if (effect == OPS_IMPACT_CLASSIC && may_be_mirrored(impact->cluster))
		return one ? "lives there and is unavailable meanwhile unless it is mirrored"
			   : "live there and are unavailable meanwhile unless they are mirrored";
	return one ? impact_words[effect].one : impact_words[effect].many;
}

static void say_effect(struct ops_plan *plan, const struct ops_impact *impact, enum ops_impact_effect effect,
		       enum ops_sentence_kind harm)
{
	size_t count = impact->lists[effect].len;
	struct ops_name_list names = {0};
	char more[48];
	if (count == 0)
		return;
	ops_impact_name_rows(impact, effect, &names);
	const char *what = impact->cluster->kind == WORLD_BROKER_KAFKA ? "partition"
			   : effect == OPS_IMPACT_CLASSIC              ? "classic queue"
								       : "queue";
	ops_note(plan, impact_words[effect].harm ? harm : impact_words[effect].kind, "without %s%s, %zu %s%s %s: %s%s",
		 impact->in_turn ? "one of " : "", impact->brokers, count, what, ops_plural((int64_t)count),
		 say_what_happens(impact, effect, count == 1), names.names, ops_name_list_more(&names, more));
}

static void say_quorum(struct ops_plan *plan, const struct ops_impact *impact, enum ops_sentence_kind harm)
{
	if (impact->voters > 0 && impact->quorum_lost)
		ops_note(plan, harm,
			 "the controllers lose their quorum: %d of %d would be caught up, and %d are required",
			 (int)impact->voters_left, (int)impact->voters, (int)(impact->voters + 2) / 2);
	else if (impact->voters == 1 && impact->voters_left == 0)
		ops_note(plan, OPS_CAUTION, "%s is the only controller: no elections or metadata changes meanwhile",
			 impact->brokers);
	else if (impact->voters > 0)
		ops_note(plan, OPS_MEANS, "the controllers keep their quorum: %d of %d stay caught up",
			 (int)impact->voters_left, (int)impact->voters);
	if (impact->members > 1 && impact->members_left <= impact->members / 2)
		ops_note(plan, OPS_CAUTION,
			 "%d of %d nodes remain: no majority, so metadata changes stop and, with pause_minority, those "
			 "nodes pause",
			 (int)impact->members_left, (int)impact->members);
}

void ops_impact_note(struct ops_plan *plan, const struct ops_impact *impact, enum ops_sentence_kind harm)
{
	if (impact->unknown[0])
		ops_note(plan, harm, "%s", impact->unknown);
	for (enum ops_impact_effect effect = 0; effect < OPS_IMPACT_EFFECT_COUNT; effect++)
		say_effect(plan, impact, effect, harm);
	say_quorum(plan, impact, harm);
	ops_impact_note_clients(plan, impact);
}

/* ---- JSON ---- */

static void add_number(cJSON *object, const char *name, int64_t value)
{
	if (value < 0)
		cJSON_AddNullToObject(object, name);
	else
		cJSON_AddNumberToObject(object, name, (double)value);
}

static cJSON *one_cluster(const struct ops_impact *impact, const struct world_broker *const *brokers, size_t count)
{
	cJSON *object = cJSON_CreateObject();
	cJSON_AddStringToObject(object, "cluster", impact->cluster->key);
	cJSON *names = cJSON_AddArrayToObject(object, "brokers");
	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(names, cJSON_CreateString(brokers[i]->name));
	cJSON_AddBoolToObject(object, "inTurn", impact->in_turn);
	for (size_t effect = 0; effect < OPS_IMPACT_EFFECT_COUNT; effect++) {
		cJSON *list = cJSON_AddArrayToObject(object, json_names[effect]);
		for (size_t i = 0; i < impact->lists[effect].len; i++) {
			char name[600];
			impact_name_row(impact, (enum ops_impact_effect)effect, impact->lists[effect].items[i], name,
					sizeof name);
			cJSON_AddItemToArray(list, cJSON_CreateString(name));
		}
	}
	add_number(object, "voters", impact->voters);
	add_number(object, "votersLeft", impact->voters_left);
	add_number(object, "members", impact->members);
	add_number(object, "membersLeft", impact->members_left);
	add_number(object, "consumerGroups", impact->groups);
	add_number(object, "volumes", impact->volumes);
	ops_impact_add_clients(impact, object);
	if (impact->unknown[0])
		cJSON_AddStringToObject(object, "unknown", impact->unknown);
	else
		cJSON_AddNullToObject(object, "unknown");
	return object;
}

cJSON *ops_impact_json(const struct ops_plan *plan, const struct ops_context *context)
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
		CLEANUP(ops_impact_finish) struct ops_impact impact;
		ops_impact_of(&impact, cluster, of_one, own, in_turn);
		cJSON_AddItemToArray(all, one_cluster(&impact, of_one, own));
	}
	return all;
}

char *ops_impact_text(const struct world_view *view, const struct ops_plan *plan)
{
	struct err err = {0};
	struct ops_context context;
	if (!ops_resolve_target(view, plan->operation->target, plan->target, &context, &err))
		return NULL;
	cJSON *json = ops_impact_json(plan, &context);
	char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}
