/* Partitions of the world beside the lists in a plan's facts: walks, names of facts, and what must be known of a cluster
 * before its replicas are touched. */
#include "api/ops/kafka/partitions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kafka/wire/kafka_errors.h"

/* ---- facts ---- */

const char *ops_kafka_fact_name(char out[static OPS_KAFKA_FACT_MAX], const char *name, const char *key)
{
	snprintf(out, OPS_KAFKA_FACT_MAX, "%s%s%s", name, key ? ":" : "", str_or(key, ""));
	return out;
}

const char *ops_kafka_fact(const struct ops_plan *plan, const char *name, const char *key)
{
	char fact[OPS_KAFKA_FACT_MAX];
	return ops_fact(plan, ops_kafka_fact_name(fact, name, key));
}

const struct world_cluster *ops_kafka_step_cluster(const struct ops_context *context, struct err *err)
{
	const char *key = context->step ? context->step->item : NULL;
	const struct world_cluster *cluster = key ? world_find_cluster(context->view, key) : context->cluster;
	if (!cluster)
		err_set(err, ERR_NOT_FOUND, "%s not found", str_or(key, "the Kafka cluster"));
	return cluster;
}

void ops_kafka_set_list(struct ops_plan *plan, const char *name, const char *key,
			const struct ops_kafka_assignment *list)
{
	char fact[OPS_KAFKA_FACT_MAX];
	struct buf text = BUF_INIT(OPS_KAFKA_ASSIGNMENT_TEXT_MAX);
	ops_kafka_assignment_write(list, &text);
	if (text.overflow)
		ops_note(plan, OPS_BLOCKS, "%zu partitions are too many for one plan: do it topic by topic (topic=…)",
			 list->items.len);
	else
		ops_set_fact(plan, ops_kafka_fact_name(fact, name, key), "%s", buf_str(&text));
	buf_finish(&text);
}

void ops_kafka_get_list(const struct ops_plan *plan, const char *name, const char *key,
			struct ops_kafka_assignment *out)
{
	struct err err = {0};
	const char *text = ops_kafka_fact(plan, name, key);
	/* The text is our own; what a person gave was checked when the plan was made. */
	if (!text || !ops_kafka_assignment_parse(out, text, &err))
		*out = (struct ops_kafka_assignment){0};
}

/* ---- partitions ---- */

size_t ops_kafka_target(const struct world_replicated *now, int32_t out[static WORLD_REPLICAS_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < now->replica_count; i++)
		if (!now->leaving[i])
			out[count++] = now->replica_ids[i];
	return count;
}

bool ops_kafka_is_moving(const struct world_replicated *now)
{
	bool moving = false;
	for (size_t i = 0; i < now->replica_count; i++)
		moving |= now->joining[i] || now->leaving[i];
	return moving;
}

bool ops_kafka_is_at(const struct world_replicated *now, const struct ops_kafka_assignment_item *item)
{
	if (ops_kafka_is_moving(now))
		return false;
	if (item->count == 0)
		return true;
	return item->count == now->replica_count &&
	       !memcmp(item->nodes, now->replica_ids, item->count * sizeof *item->nodes);
}

bool ops_kafka_in_sync(const struct world_replicated *now, int32_t id)
{
	for (size_t i = 0; i < now->replica_count; i++)
		if (now->replica_ids[i] == id)
			return now->in_sync[i];
	return false;
}

bool ops_kafka_holds(const int32_t *ids, size_t count, int32_t id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

const struct world_broker *ops_kafka_broker_of(const struct world_cluster *cluster, int32_t id)
{
	for (size_t i = 0; i < cluster->broker_count; i++)
		if (id >= 0 && cluster->brokers[i]->id == id)
			return cluster->brokers[i];
	return NULL;
}

const char *ops_kafka_broker_name(const struct world_cluster *cluster, int32_t id, char out[static 64])
{
	const struct world_broker *broker = ops_kafka_broker_of(cluster, id);
	if (broker)
		snprintf(out, 64, "%s", broker->name);
	else
		snprintf(out, 64, "broker %d", (int)id);
	return out;
}

bool ops_kafka_walk_next(struct ops_kafka_walk *walk)
{
	while (walk->index < walk->cluster->replicated_count) {
		world_replicated_at(walk->cluster, walk->index++, &walk->now);
		if (!walk->list)
			return true;
		walk->item = ops_kafka_assignment_find(walk->list, walk->now.name, walk->now.partition, &walk->hint);
		if (walk->item)
			return true;
	}
	return false;
}

/* ---- sentences ---- */

void ops_kafka_need(struct ops_needs *needs, const char *namespace)
{
	ops_need_tunnel(needs, "portforward", namespace);
}

bool ops_kafka_is_readable(struct ops_plan *plan, const struct ops_context *context,
			   const struct world_cluster *cluster)
{
	if (cluster->kind != WORLD_BROKER_KAFKA) {
		ops_note(plan, OPS_BLOCKS, "%s is not a Kafka cluster: %s is for Kafka", cluster->name,
			 plan->operation->name);
		return false;
	}
	if (context->view->link != WORLD_LIVE) {
		ops_note(plan, OPS_BLOCKS, "the Kubernetes API does not answer: the data shown is old");
		return false;
	}
	if (err_is_set(&cluster->source.err)) {
		ops_note(plan, OPS_BLOCKS, "replicas on the brokers of %s cannot be read: %s", cluster->name,
			 cluster->source.err.text);
		return false;
	}
	if (cluster->source.updated_ms < 0 || cluster->replicated_count < 0) {
		ops_note(plan, OPS_BLOCKS,
			 "replicas on the brokers of %s are unknown: the brokers have not reported them",
			 cluster->name);
		return false;
	}
	return true;
}

const char *ops_kafka_names_text(struct ops_name_list *names, char out[static 460])
{
	char more[48];
	snprintf(out, 460, "%s%s", names->names, ops_name_list_more(names, more));
	return out;
}

bool ops_kafka_refuse(struct err *err, int16_t code, const char *what, const char *message)
{
	kafka_error_set(err, code, what, message);
	if (!kafka_error_is_retriable(code))
		err->code = ERR_REFUSED;
	return false;
}
