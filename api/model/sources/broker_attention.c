/* Who is asked how often, and who first. A broker cluster that somebody looks at, or that an operation needs, is asked as often
 * as its brokers bear; of the others each so often that all of them together ask a few times a second, however many there
 * are. */
#include "api/base/str.h"
#include "api/model/sources/broker_source_private.h"

enum {
	/* So few brokers in all need no order: each cluster counts as looked at. */
	FEW_BROKERS = 12,
	NEED_MS = 30 * 1000, /* an operation says again and again what it needs */
	RENEWING_MS = 10 * 1000,
	WELL_LEAST_MS = 60 * 1000,
	/* A look at a cluster of three brokers takes about ten questions. With 5 a second for all: */
	ALONE_BROKER_MS = 700,
	/* … and where some are unwell, half for them and half for the rest. */
	HALF_BROKER_MS = 1400,
	UNWELL_LEAST_MS = 10 * 1000, /* what is less is the usual pace */
	SEEKS_MAX = 3,               /* doublings */
	BACK_OFF_OPERATION_MS = 5 * 1000,
	BACK_OFF_LOOKED_AT_MS = 60 * 1000,
	BACK_OFF_MS = 5 * 60 * 1000,
};

static enum kube_budget_rank attention_rank(const struct source_brokers *sources, const struct source_broker *source,
					    bool few)
{
	if (source->needed_ms >= 0 && loop_now_ms(source->options->loop) - source->needed_ms < NEED_MS)
		return KUBE_BUDGET_FIRST;
	if (few || str_eq(source->key, sources->looked_at))
		return KUBE_BUDGET_LOOKED_AT;
	return source->unwell ? KUBE_BUDGET_UNWELL : KUBE_BUDGET_REST;
}

static struct source_pace attention_pace(const struct source_broker *source, enum kube_budget_rank rank,
					 const size_t *brokers)
{
	int64_t unwell_ms = (int64_t)brokers[KUBE_BUDGET_UNWELL] * HALF_BROKER_MS;
	int64_t well_ms = (int64_t)brokers[KUBE_BUDGET_REST] * (unwell_ms ? HALF_BROKER_MS : ALONE_BROKER_MS);
	int64_t least_unwell_ms = source->options->seldom ? UNWELL_LEAST_MS : 0;
	int64_t every_ms = rank == KUBE_BUDGET_UNWELL ? (unwell_ms < UNWELL_LEAST_MS ? least_unwell_ms : unwell_ms)
			   : rank == KUBE_BUDGET_REST ? (well_ms < WELL_LEAST_MS ? WELL_LEAST_MS : well_ms)
						      : 0;
	return (struct source_pace){
		.every_ms = every_ms + every_ms / SOURCE_SPREAD * source->spread / SOURCE_SPREAD,
		.back_off_ms = rank == KUBE_BUDGET_FIRST       ? BACK_OFF_OPERATION_MS
			       : rank == KUBE_BUDGET_LOOKED_AT ? BACK_OFF_LOOKED_AT_MS
							       : BACK_OFF_MS,
	};
}

static void attention_set_pace(struct source_broker *source, const struct source_pace *pace)
{
	struct source_pace before = source->pace;
	source->pace = *pace;
	if (before.every_ms && !pace->every_ms) {
		source->renewing_ms = loop_now_ms(source->options->loop);
		source->slow_ms = before.every_ms;
	}
	if (before.every_ms != pace->every_ms || before.back_off_ms != pace->back_off_ms)
		source_broker_type_of(source)->set_pace(source);
}

void source_brokers_attend(struct source_brokers *sources)
{
	size_t all = 0, brokers[KUBE_BUDGET_RANKS] = {0};
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at))
		all += ((const struct source_broker *)at->value)->pods.len;
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at)) {
		struct source_broker *source = at->value;
		bool few = all <= FEW_BROKERS && !source->options->seldom;
		enum kube_budget_rank rank = attention_rank(sources, source, few);
		brokers[rank] += source->pods.len;
		kube_budget_set_rank(source->share, rank);
	}
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at)) {
		struct source_broker *source = at->value;
		struct source_pace pace = attention_pace(source, kube_budget_rank_of(source->share), brokers);
		attention_set_pace(source, &pace);
	}
}

void source_brokers_look_at(struct source_brokers *sources, const char *cluster_key)
{
	if (str_eq(sources->looked_at, cluster_key))
		return;
	free(sources->looked_at);
	sources->looked_at = mem_strdup(cluster_key);
	source_brokers_attend(sources);
}

void source_brokers_need(struct source_brokers *sources, const char *cluster_key)
{
	struct source_broker *source = source_brokers_find(sources, cluster_key);
	if (!source)
		return;
	source->needed_ms = loop_now_ms(source->options->loop);
	if (kube_budget_rank_of(source->share) != KUBE_BUDGET_FIRST)
		source_brokers_attend(sources);
}

void source_brokers_note_health(struct source_brokers *sources, const char *cluster_key, bool unwell)
{
	struct source_broker *source = source_brokers_find(sources, cluster_key);
	if (source)
		source->unwell = unwell;
}

bool source_broker_is_hurried(const struct source_broker *source)
{
	return source->pace.back_off_ms <= SOURCE_SEEK_MS;
}

int64_t source_broker_seek_ms(const struct source_broker *source, unsigned misses)
{
	int64_t wait = (int64_t)SOURCE_SEEK_MS << (misses < SEEKS_MAX ? misses : SEEKS_MAX);
	if (source_broker_is_hurried(source))
		return SOURCE_SEEK_MS;
	return wait + loop_random(source->options->loop) % (wait / SOURCE_SPREAD);
}

bool source_broker_is_current(struct source_broker *source)
{
	if (source->pace.every_ms)
		return false;
	if (source->renewing_ms >= 0 && source_broker_type_of(source)->settled(source, source->renewing_ms))
		source->renewing_ms = -1;
	return source->renewing_ms < 0;
}

int64_t source_broker_pace_ms(const struct source_broker *source)
{
	int64_t now = loop_now_ms(source->options->loop);
	bool renewing = source->renewing_ms >= 0 && now - source->renewing_ms < RENEWING_MS;
	return renewing && source->slow_ms > source->pace.every_ms ? source->slow_ms : source->pace.every_ms;
}
