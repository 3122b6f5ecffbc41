/* A source for every broker cluster found: begun when the cluster is, let go of when it is gone. */
#include "api/model/sources/broker_source.h"

#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "api/model/sources/broker_source_private.h"

enum { OVERDUE_MS = 30000 };

static const struct source_broker_type *const broker_source_types[] = {
	[WORLD_BROKER_RABBITMQ] = &source_rabbitmq_type,
	[WORLD_BROKER_KAFKA] = &source_kafka_type,
};

const struct source_broker_type *source_broker_type_of(const struct source_broker *source)
{
	return broker_source_types[source->kind];
}

static void broker_source_destroy(struct source_broker *source)
{
	log_info(LOG_MODEL, "source torn down key=%s needed=%s", source->key, source->needed ? "yes" : "no");
	broker_source_types[source->kind]->destroy(source);
	kube_budget_leave(source->share);
	vec_finish(&source->pods);
	free(source->key);
	free(source->namespace);
	free(source->name);
	free(source);
}

struct source_brokers *source_brokers_create(const struct source_brokers_options *options)
{
	struct source_brokers *sources = mem_alloc(sizeof *sources);
	sources->options = *options;
	return sources;
}

void source_brokers_destroy(struct source_brokers *sources)
{
	if (!sources)
		return;
	source_brokers_collect(sources);
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at))
		broker_source_destroy(at->value);
	map_finish(&sources->all);
	vec_finish(&sources->let_go);
	vec_finish(&sources->answered);
	arena_finish(&sources->scratch);
	free(sources->looked_at);
	free(sources);
}

void source_brokers_begin(struct source_brokers *sources)
{
	arena_reset(&sources->scratch);
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at))
		((struct source_broker *)at->value)->needed = false;
}

void source_brokers_follow(struct source_brokers *sources, const struct source_found_cluster *found)
{
	char *key = source_discover_key(found);
	struct source_broker *source = map_get(&sources->all, key);
	if (source && source->needed) { /* a cluster may be found twice, by its resource and by its StatefulSet */
		free(key);
		return;
	}
	if (!source) {
		source = mem_alloc(sizeof *source);
		source->all = sources;
		source->surroundings = &sources->options;
		source->options = sources->options.options;
		source->key = mem_strdup(key);
		source->namespace = mem_strdup(found->namespace);
		source->name = mem_strdup(found->name);
		source->kind = found->kind;
		source->needed_ms = source->renewing_ms = -1;
		source->spread = 1 + loop_random(source->options->loop) % SOURCE_SPREAD;
		source->share = kube_budget_join(kube_client_budget(source->options->client), KUBE_BUDGET_REST);
		source_dialer_init(&source->dialer, source->options->dialer, source->share);
		CLEANUP(free) char *because = source_evidence_words(&found->evidence, true);
		log_info(LOG_MODEL, "source begun key=%s because=\"%s\" statefulset=%s desired=%d", key, because,
			 found->stateful_set ? found->stateful_set->meta.name : "-", (int)found->desired);
		map_set(&sources->all, key, source);
	}
	free(key);
	source->needed = true;
	source_broker_find_pods(source, found);
	broker_source_types[source->kind]->follow(source, found, &sources->scratch);
}

/* A source goes with its cluster: nobody would look at what it hears, and its pods would still be asked. But the frame
 * before may point at its last snapshot, so it is only let go of here and ends with the next join (collect). */
void source_brokers_end(struct source_brokers *sources)
{
	size_t before = sources->let_go.len;
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at))
		if (!((struct source_broker *)at->value)->needed)
			vec_push(&sources->let_go, at->value);
	for (size_t i = before; i < sources->let_go.len; i++)
		map_remove(&sources->all, sources->let_go.items[i]->key);
	source_brokers_attend(sources);
}

static void forget_answers(struct source_brokers *sources)
{
	vec_each (&sources->answered, source)
		(*source)->answered = false;
	vec_clear(&sources->answered);
}

void source_brokers_collect(struct source_brokers *sources)
{
	forget_answers(sources);
	vec_each (&sources->let_go, source)
		broker_source_destroy(*source);
	vec_clear(&sources->let_go);
}

struct source_broker *source_brokers_find(struct source_brokers *sources, const char *cluster_key)
{
	return map_get(&sources->all, cluster_key);
}

bool source_brokers_settled(const struct source_brokers *sources)
{
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at)) {
		const struct source_broker *source = at->value;
		if (source->pods.len && !broker_source_types[source->kind]->settled(source, 0))
			return false;
	}
	return true;
}

int64_t source_brokers_age(const struct source_brokers *sources, int64_t now_ms)
{
	int64_t age = -1;
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at)) {
		const struct source_broker *source = at->value;
		int64_t updated = broker_source_types[source->kind]->updated(source);
		int64_t its = updated >= 0 ? now_ms - updated : -1, pace = source_broker_pace_ms(source);
		if (pace && its >= 0) /* what is not overdue is as it should be */
			its = its > pace + OVERDUE_MS ? its : 0;
		age = its > age ? its : age;
	}
	return age;
}

void source_brokers_ask_again(struct source_brokers *sources)
{
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at)) {
		struct source_broker *source = at->value;
		broker_source_types[source->kind]->ask_again(source);
	}
}

size_t source_brokers_in_flight(const struct source_brokers *sources)
{
	size_t count = 0;
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at)) {
		const struct source_broker *source = at->value;
		count += broker_source_types[source->kind]->in_flight(source);
	}
	return count;
}

void source_broker_answered(struct source_broker *source)
{
	if (!source->answered)
		vec_push(&source->all->answered, source);
	source->answered = true;
	source->options->on_answer(source->options->data);
}

void source_brokers_each_answered(struct source_brokers *sources, source_answered_fn *each, void *data)
{
	vec_each (&sources->answered, it)
		if ((*it)->answered && (*it)->needed)
			each(data, (*it)->key);
	forget_answers(sources);
}

void source_broker_show(struct source_broker *source, struct source_snapshot *out)
{
	source->answered = false;
	*out = (struct source_snapshot){.pace_ms = source_broker_pace_ms(source),
					.outdated = !source_broker_is_current(source)};
	broker_source_types[source->kind]->show(source, out);
}

void source_broker_set_credentials(struct source_broker *source, const char *user, const char *password)
{
	broker_source_types[source->kind]->set_credentials(source, user, password);
}
