/* Words that the sentences of problems and headlines share. */
#include "api/model/rules/sentences.h"

#include <stdio.h>
#include <string.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/join.h"
#include "api/model/records/record_facts.h"

enum {
	CUT = 240,
	NAMED_MAX = 3,
	SECOND = 1000,
	MINUTE = 60 * SECOND,
	HOUR = 60 * MINUTE,
	COARSE = 10 * SECOND,
};

const char *rule_sentence_duration(struct world *world, int64_t ms)
{
	struct arena *frame = &world->frame;
	join_renew_after(world, ms < 2 * MINUTE ? SECOND : MINUTE);
	if (ms < 2 * MINUTE)
		return arena_printf(frame, "%d s", (int)(ms < 0 ? 0 : ms / SECOND));
	if (ms < HOUR)
		return arena_printf(frame, "%d min", (int)(ms / MINUTE));
	if (ms < 48LL * HOUR)
		return arena_printf(frame, "%d h", (int)(ms / HOUR));
	return arena_printf(frame, "%lld d", (long long)(ms / (24LL * HOUR)));
}

/* " 41 s ago", in minutes from two minutes on so that it does not change all the time; "" for an unknown time. */
static const char *sentence_ago(struct world *world, int64_t since_wall_ms)
{
	int64_t ms = world->wall_ms - since_wall_ms;
	if (since_wall_ms < 0)
		return "";
	if (ms >= 2 * MINUTE)
		return arena_printf(&world->frame, " %s ago", rule_sentence_duration(world, ms));
	join_renew_after(world, COARSE);
	if (ms < COARSE)
		return "";
	return arena_printf(&world->frame, " %d s ago", (int)(ms / COARSE * (COARSE / SECOND)));
}

const char *rule_sentence_cut(struct world *world, const char *text)
{
	if (!text)
		return "";
	size_t len = strcspn(text, "\r\n");
	if (len <= CUT)
		return arena_strndup(&world->frame, text, len);
	len = CUT;
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return arena_printf(&world->frame, "%.*s…", (int)len, text);
}

const char *rule_sentence_count(struct world *world, int64_t count, const char *one, const char *many)
{
	return arena_printf(&world->frame, "%lld %s", (long long)count, count == 1 ? one : many);
}

const char *rule_sentence_node(struct world *world, const struct world_node *node)
{
	const struct kube_condition *ready = record_node_condition(node->record, "Ready");
	if (!node->reports)
		return arena_printf(&world->frame, "%s stopped reporting%s", node->name,
				    sentence_ago(world, node->not_ready_since_ms));
	return arena_printf(&world->frame, "%s is not ready: %s", node->name,
			    rule_sentence_cut(world, ready && ready->message ? ready->message : "no reason given"));
}

const char *rule_sentence_names(struct world *world, const char *const *names, size_t count)
{
	const char *text = "";
	size_t named = count <= NAMED_MAX ? count : NAMED_MAX - 1;
	for (size_t i = 0; i < named; i++) {
		bool last = i + 1 == count;
		text = arena_printf(&world->frame, "%s%s%s", text, i == 0 ? "" : last ? " and " : ", ", names[i]);
	}
	return count > named ? arena_printf(&world->frame, "%s and %zu more", text, count - named) : text;
}

const char *rule_sentence_worst(struct world *world, const struct join_cluster *cluster, enum world_replica_state state,
				int64_t count)
{
	const struct join_worst *worst = &cluster->totals.worst[state];
	const char *text = "";
	for (size_t i = 0; i < worst->count; i++) {
		struct world_replicated row;
		join_replicated_at(&cluster->pub, worst->rows[i], &row);
		const char *name = rule_sentence_cut(world, row.name);
		bool last = (int64_t)i + 1 == count;
		text = arena_printf(&world->frame, "%s%s%s", text, i == 0 ? "" : last ? " and " : ", ", name);
		if (row.partition >= 0)
			text = arena_printf(&world->frame, "%s/%d", text, (int)row.partition);
	}
	if (count > (int64_t)worst->count && worst->count)
		text = arena_printf(&world->frame, "%s and %lld more", text,
				    (long long)(count - (int64_t)worst->count));
	return *text ? arena_printf(&world->frame, " (%s)", text) : "";
}

const char *rule_sentence_brokers(struct world *world, const struct join_cluster *cluster,
				  bool (*which)(const struct join_broker *broker))
{
	VEC(const char *) names = {0};
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		const struct join_broker *broker = (const struct join_broker *)cluster->brokers.items[i];
		if (which(broker))
			vec_push(&names, broker->name);
	}
	const char *text = rule_sentence_names(world, names.items, names.len);
	vec_finish(&names);
	return text;
}
