#include "api/model/sources/watcher.h"

#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/records/record_decode.h"
#include "api/kube/watch/informer.h"
#include "api/model/world/world_private.h"
#include "api/model/sources/broker_source.h"

enum { FOLLOW_DELAY_MS = 5, CHECK_MS = 1000, SELECTOR_MAX = 1024 };

struct watched {
	struct feed *feed;
	struct informer *informer;
	enum kube_kind kind;
	char *namespace;      /* NULL = all */
	struct err start_err; /* the informer could not even be started */
	bool needed;
};

struct feed {
	struct world *world;
	struct map watched; /* "kind namespace labels fields" */
	struct sides *sides;
	struct loop_timer *follow;
	struct loop_timer *check; /* staleness is the absence of events */
	enum world_link last_link;
};

/* Listed before anything is known of broker clusters. */
static const enum kube_kind first_kinds[] = {
	KUBE_STATEFUL_SETS, KUBE_RABBITMQ_CLUSTERS, KUBE_KAFKAS,          KUBE_KAFKA_NODE_POOLS, KUBE_POD_SETS,
	KUBE_NODES,         KUBE_VOLUMES,           KUBE_STORAGE_CLASSES,
};

/* For each namespace that has a broker cluster. */
static const enum kube_kind namespace_kinds[] = {
	KUBE_SERVICES,
	KUBE_ENDPOINT_SLICES,
	KUBE_DISRUPTION_BUDGETS,
	KUBE_EVENTS,
};

/* For each broker cluster, by the selector its pods and claims share. */
static const enum kube_kind cluster_kinds[] = {KUBE_PODS, KUBE_CLAIMS};

static void follow_soon(struct feed *feed)
{
	if (!loop_timer_is_armed(feed->follow))
		loop_timer_arm(feed->follow, FOLLOW_DELAY_MS);
}

static bool shapes_clusters(enum kube_kind kind)
{
	return kind == KUBE_STATEFUL_SETS || kind == KUBE_PODS || kind == KUBE_RABBITMQ_CLUSTERS ||
	       kind == KUBE_KAFKAS || kind == KUBE_KAFKA_NODE_POOLS || kind == KUBE_KAFKA_USERS ||
	       kind == KUBE_POD_SETS;
}

static void on_change(void *data, enum informer_change change, const void *record, const void *was)
{
	struct watched *watched = data;
	struct world *world = watched->feed->world;
	const struct kube_meta *meta = record;
	if (change == INFORMER_DELETED)
		record_store_remove(&world->store, watched->kind, meta->namespace, meta->name);
	else
		record_store_put(&world->store, watched->kind, kube_record_share(record));
	if (shapes_clusters(watched->kind))
		follow_soon(watched->feed);
	world_mark_dirty(world);
}

static void on_state(void *data, const struct informer_state *state)
{
	struct watched *watched = data;
	follow_soon(watched->feed);
	world_mark_dirty(watched->feed->world);
}

static void forget(struct watched *watched)
{
	const struct kube_meta *meta = NULL;
	struct record_store *store = &watched->feed->world->store;
	while (watched->informer && (meta = informer_next(watched->informer, meta)))
		record_store_remove(store, watched->kind, meta->namespace, meta->name);
	informer_stop(watched->informer);
	free(watched->namespace);
	free(watched);
}

static void need(struct feed *feed, enum kube_kind kind, const char *namespace, const char *labels, const char *fields)
{
	CLEANUP(free)
	char *key = str_printf("%d %s %s %s", (int)kind, str_or(namespace, ""), str_or(labels, ""), str_or(fields, ""));
	struct watched *watched = map_get(&feed->watched, key);
	if (!watched) {
		watched = mem_alloc(sizeof *watched);
		watched->feed = feed;
		watched->kind = kind;
		watched->namespace = mem_strdup(namespace);
		map_set(&feed->watched, key, watched);
		watched->informer = informer_start(feed->world->options.client,
						   &(struct informer_options){
							   .kind = kind,
							   .namespace = namespace,
							   .label_selector = labels,
							   .field_selector = fields,
							   .on_change = on_change,
							   .on_state = on_state,
							   .data = watched,
						   },
						   &watched->start_err);
	}
	watched->needed = true;
}

static void need_for_cluster(void *data, const struct found_cluster *found)
{
	struct feed *feed = data;
	char selector[SELECTOR_MAX];
	for (size_t i = 0; i < ARRAY_LEN(namespace_kinds); i++)
		need(feed, namespace_kinds[i], found->namespace, NULL, NULL);
	if (discover_selector(found, selector, sizeof selector))
		for (size_t i = 0; i < ARRAY_LEN(cluster_kinds); i++)
			need(feed, cluster_kinds[i], found->namespace, selector, NULL);
	need(feed, KUBE_LEASES, found->namespace, "app.kubernetes.io/managed-by=mqdeck", NULL);
	if (found->kafka) { /* who may log in */
		snprintf(selector, sizeof selector, "strimzi.io/cluster=%s", found->name);
		need(feed, KUBE_KAFKA_USERS, found->namespace, selector, NULL);
	}
	need(feed, KUBE_EVENTS, "default", NULL, "involvedObject.kind=Node");
	sides_follow(feed->sides, found);
}

static void drop_unneeded(struct feed *feed)
{
	VEC(char *) gone = {0};
	for (struct map_entry *at = map_next(&feed->watched, NULL); at; at = map_next(&feed->watched, at)) {
		struct watched *watched = at->value;
		if (!watched->needed)
			vec_push(&gone, mem_strdup(at->key));
	}
	vec_each (&gone, key) {
		forget(map_remove(&feed->watched, *key));
		free(*key);
	}
	if (gone.len)
		world_mark_dirty(feed->world);
	vec_finish(&gone);
}

static void on_follow(void *data)
{
	struct feed *feed = data;
	const char *namespace = feed->world->options.namespace;
	for (struct map_entry *at = map_next(&feed->watched, NULL); at; at = map_next(&feed->watched, at))
		((struct watched *)at->value)->needed = false;
	for (size_t i = 0; i < ARRAY_LEN(first_kinds); i++)
		need(feed, first_kinds[i], kube_kind_info(first_kinds[i])->namespaced ? namespace : NULL, NULL, NULL);
	sides_begin(feed->sides);
	discover_clusters(&feed->world->store, need_for_cluster, feed);
	sides_end(feed->sides);
	drop_unneeded(feed);
	world_mark_dirty(feed->world);
}

static enum world_link link_now(const struct feed *feed)
{
	const struct kube_connection *connection = kube_client_connection(feed->world->options.client);
	if (connection->connected)
		return WORLD_LIVE;
	if (connection->first_ms >= 0)
		return WORLD_STALE;
	return err_is_set(&connection->err) ? WORLD_UNREACHABLE : WORLD_CONNECTING;
}

static void on_check(void *data)
{
	struct feed *feed = data;
	enum world_link link = link_now(feed);
	if (link != feed->last_link || link == WORLD_STALE)
		world_mark_dirty(feed->world);
	loop_timer_arm(feed->check, CHECK_MS);
}

struct feed *feed_create(struct world *world)
{
	struct feed *feed = mem_alloc(sizeof *feed);
	feed->world = world;
	feed->sides = sides_create(world);
	feed->follow = loop_timer_create(world->loop, on_follow, feed);
	feed->check = loop_timer_create(world->loop, on_check, feed);
	loop_timer_arm(feed->follow, 0);
	loop_timer_arm(feed->check, CHECK_MS);
	return feed;
}

void feed_destroy(struct feed *feed)
{
	if (!feed)
		return;
	sides_destroy(feed->sides);
	for (struct map_entry *at = map_next(&feed->watched, NULL); at; at = map_next(&feed->watched, at)) {
		struct watched *watched = at->value;
		informer_stop(watched->informer);
		free(watched->namespace);
		free(watched);
	}
	map_finish(&feed->watched);
	loop_timer_destroy(feed->follow);
	loop_timer_destroy(feed->check);
	free(feed);
}

/* ---- what is said of it ---- */

static const struct err *error_of(const struct watched *watched)
{
	return watched->informer ? &informer_state(watched->informer)->err : &watched->start_err;
}

static bool is_listed(const struct watched *watched)
{
	const struct informer_state *state = watched->informer ? informer_state(watched->informer) : NULL;
	return state && (state->synced || state->absent);
}

static struct source source_of(struct feed *feed, enum kube_kind kind)
{
	int64_t now = loop_now_ms(feed->world->loop);
	struct source source = {.updated_ms = now};
	for (struct map_entry *at = map_next(&feed->watched, NULL); at; at = map_next(&feed->watched, at)) {
		const struct watched *watched = at->value;
		if (watched->kind != kind)
			continue;
		const struct informer_state *state = watched->informer ? informer_state(watched->informer) : NULL;
		int64_t updated = !is_listed(watched) ? -1 : state->stale_since_ms >= 0 ? state->stale_since_ms : now;
		source.updated_ms = updated < source.updated_ms ? updated : source.updated_ms;
		if (!err_is_set(&source.err))
			source.err = *error_of(watched);
	}
	return source;
}

static void describe_by_hand(struct world_view *view)
{
	struct source *sources[] = {&view->nodes_source,   &view->volumes_source, &view->services_source,
				    &view->events_source,  &view->pods_source,    &view->claims_source,
				    &view->classes_source, &view->sets_source};
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		*sources[i] = (struct source){0};
	view->link = WORLD_LIVE;
	view->discovering = false;
}

static bool lists_are_in(const struct feed *feed)
{
	if (!feed->watched.len || loop_timer_is_armed(feed->follow))
		return false;
	for (struct map_entry *at = map_next(&feed->watched, NULL); at; at = map_next(&feed->watched, at))
		if (!is_listed(at->value) && !err_is_set(error_of(at->value)))
			return false;
	return true;
}

void feed_describe(struct feed *feed, struct world_view *view)
{
	if (!feed) {
		describe_by_hand(view);
		return;
	}
	view->sets_source = source_of(feed, KUBE_STATEFUL_SETS);
	view->nodes_source = source_of(feed, KUBE_NODES);
	view->volumes_source = source_of(feed, KUBE_VOLUMES);
	view->services_source = source_of(feed, KUBE_SERVICES);
	view->events_source = source_of(feed, KUBE_EVENTS);
	view->pods_source = source_of(feed, KUBE_PODS);
	view->claims_source = source_of(feed, KUBE_CLAIMS);
	view->classes_source = source_of(feed, KUBE_STORAGE_CLASSES);
	view->link = feed->last_link = link_now(feed);
	view->link_err = kube_client_connection(feed->world->options.client)->err;
	view->discovering = !lists_are_in(feed);
}

void feed_describe_ages(struct feed *feed, struct world_view *view)
{
	if (!feed) {
		view->data_age_ms = 0;
		return;
	}
	int64_t now = loop_now_ms(feed->world->loop), age = -1;
	for (struct map_entry *at = map_next(&feed->watched, NULL); at; at = map_next(&feed->watched, at)) {
		const struct watched *watched = at->value;
		const struct informer_state *state = watched->informer ? informer_state(watched->informer) : NULL;
		if (!state || !state->synced)
			continue;
		int64_t its = state->stale_since_ms >= 0 ? now - state->stale_since_ms : 0;
		age = its > age ? its : age;
	}
	int64_t brokers = sides_age(feed->sides, now);
	view->data_age_ms = brokers > age ? brokers : age;
	view->requests_in_flight = kube_client_in_flight(feed->world->options.client) + sides_in_flight(feed->sides);
}

bool feed_settled(const struct feed *feed)
{
	return !feed || (lists_are_in(feed) && sides_settled(feed->sides));
}

bool feed_is_listed(const struct feed *feed, enum kube_kind kind, const char *namespace, struct err *err)
{
	err_clear(err);
	if (!feed)
		return true;
	for (struct map_entry *at = map_next(&feed->watched, NULL); at; at = map_next(&feed->watched, at)) {
		const struct watched *watched = at->value;
		if (watched->kind != kind || (watched->namespace && !str_eq(watched->namespace, namespace)))
			continue;
		if (err_is_set(error_of(watched)))
			*err = *error_of(watched);
		else if (!is_listed(watched))
			return false;
	}
	return true;
}

void feed_follow(struct feed *feed)
{
	if (feed)
		follow_soon(feed);
}

struct side *feed_side(struct feed *feed, const char *cluster_key)
{
	return feed ? sides_find(feed->sides, cluster_key) : NULL;
}

void feed_collect(struct feed *feed)
{
	if (feed)
		sides_collect(feed->sides);
}

void feed_set_credentials(struct feed *feed, const char *cluster_key, const char *user, const char *password)
{
	struct side *side = feed_side(feed, cluster_key);
	if (side)
		side_set_credentials(side, user, password);
}

struct kafka_admin *feed_kafka_admin(struct feed *feed, const char *cluster_key)
{
	const struct side *side = feed_side(feed, cluster_key);
	return side ? side_kafka_admin(side) : NULL;
}
