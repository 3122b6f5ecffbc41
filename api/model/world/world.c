#include "api/model/world/world.h"

#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/rules/rules.h"
#include "api/model/sources/watcher.h"
#include "api/model/world/world_private.h"

void world_mark_dirty(struct world *world)
{
	world->dirty = true;
	if (world->told)
		return;
	world->told = true;
	if (world->options.on_change)
		world->options.on_change(world->options.data);
}

void world_mark_polled(struct world *world)
{
	world->dirty = true;
	world->settled = world->settled || source_watcher_settled(world->watcher);
	if (!world->settled)
		world_mark_dirty(world); /* somebody waits for it */
	else if (!world->told && !loop_timer_is_armed(world->later))
		loop_timer_arm(world->later, WORLD_POLLED_MS);
}

static void world_on_change(void *data)
{
	world_mark_dirty(data);
}

static void world_on_answer(void *data)
{
	world_mark_polled(data);
}

void world_renew_after(struct world *world, int64_t ms)
{
	if (!world->renew_ms || ms < world->renew_ms)
		world->renew_ms = ms;
}

struct world *world_create(const struct world_options *options)
{
	struct world *world = mem_alloc(sizeof *world);
	world->loop = options->loop;
	world->options = *options;
	world->namespace = mem_strdup(options->namespace);
	world->options.namespace = world->namespace;
	world->store.owns = options->client != NULL;
	world->dirty = true;
	world->tick = loop_timer_create(options->loop, world_on_change, world);
	world->later = loop_timer_create(options->loop, world_on_change, world);
	world->view.data_age_ms = -1;
	world->view.discovering = true;
	world->view.namespace = world->options.namespace;
	if (options->client)
		world->watcher = source_watcher_create(&(struct source_options){
			.loop = options->loop,
			.client = options->client,
			.dialer = options->dialer,
			.store = &world->store,
			.namespace = world->namespace,
			.broker_poll_ms = options->broker_poll_ms,
			.with_groups = options->with_groups,
			.on_change = world_on_change,
			.on_answer = world_on_answer,
			.data = world,
			.credentials_secret = options->credentials_secret,
			.credentials_data = options->data,
		});
	return world;
}

static void free_nodes(struct world *world)
{
	for (struct map_entry *at = map_next(&world->nodes, NULL); at; at = map_next(&world->nodes, at)) {
		struct world_kept_node *node = at->value;
		vec_finish(&node->brokers);
		free(node->name);
		free(node);
	}
	map_finish(&world->nodes);
}

static void free_values(struct map *map)
{
	for (struct map_entry *at = map_next(map, NULL); at; at = map_next(map, at))
		free(at->value);
	map_finish(map);
}

void world_destroy(struct world *world)
{
	if (!world)
		return;
	source_watcher_destroy(world->watcher);
	for (struct map_entry *at = map_next(&world->clusters, NULL); at; at = map_next(&world->clusters, at))
		join_cluster_destroy(at->value);
	map_finish(&world->clusters);
	free_nodes(world);
	free_values(&world->volumes);
	free_values(&world->services);
	vec_finish(&world->cluster_list);
	vec_finish(&world->node_list);
	vec_finish(&world->volume_list);
	vec_finish(&world->service_list);
	vec_finish(&world->problems);
	vec_finish(&world->events);
	vec_finish(&world->pods);
	loop_timer_destroy(world->tick);
	loop_timer_destroy(world->later);
	record_store_finish(&world->store);
	arena_finish(&world->frame);
	free(world->namespace);
	free(world);
}

static void world_publish(struct world *world)
{
	struct world_view *view = &world->view;
	view->clusters = world->cluster_list.items;
	view->cluster_count = world->cluster_list.len;
	view->nodes = world->node_list.items;
	view->node_count = world->node_list.len;
	view->volumes = world->volume_list.items;
	view->volume_count = world->volume_list.len;
	view->services = world->service_list.items;
	view->service_count = world->service_list.len;
	view->problems = world->problems.items;
	view->problem_count = world->problems.len;
	view->events = world->events.items;
	view->event_count = world->events.len;
	view->pods = world->pods.items;
	view->pod_count = world->pods.len;
}

static void world_join_all(struct world *world)
{
	world->wall_ms = clock_wall_ms(loop_clock(world->loop));
	world->renew_ms = 0;
	arena_reset(&world->frame);
	source_watcher_describe(world->watcher, &world->view); /* NULL is fine: link, sources */
	join_nodes(world);
	join_clusters(world);
	join_plans(world);
	join_broker_sources(world);
	join_volumes(world);
	join_services(world);
	join_events(world);
	rule_broker_states(world);
	rules_find_problems(world);
	record_store_collect(&world->store);
	world_publish(world);
}

const struct world_view *world_update(struct world *world)
{
	world->told = false;
	if (world->dirty) {
		world->dirty = false;
		loop_timer_disarm(world->later);
		world_join_all(world);
		if (world->renew_ms)
			loop_timer_arm(world->tick, world->renew_ms);
	}
	source_watcher_describe_ages(world->watcher, &world->view);
	return &world->view;
}

bool world_is_outdated(const struct world *world)
{
	return world->dirty;
}

bool world_settled(const struct world *world)
{
	return source_watcher_settled(world->watcher);
}

void world_set_credentials(struct world *world, const char *cluster_key, const char *user, const char *password)
{
	source_watcher_set_credentials(world->watcher, cluster_key, user, password);
}

struct kafka_admin *world_kafka_admin(struct world *world, const char *cluster_key)
{
	return source_watcher_kafka_admin(world->watcher, cluster_key);
}

struct world_cluster *world_find_cluster(const struct world_view *view, const char *key)
{
	for (size_t i = 0; i < view->cluster_count; i++)
		if (str_eq(view->clusters[i]->key, key))
			return view->clusters[i];
	return NULL;
}

struct world_broker *world_find_broker(const struct world_view *view, const char *namespace, const char *pod)
{
	for (size_t i = 0; i < view->cluster_count; i++) {
		struct world_kept_cluster *cluster = join_cluster_of(view->clusters[i]);
		int32_t at = str_eq(cluster->namespace, namespace) ? join_cluster_broker_named(cluster, pod) : -1;
		if (at >= 0)
			return cluster->brokers.items[at];
	}
	return NULL;
}

struct world_node *world_find_node(const struct world_view *view, const char *name)
{
	for (size_t i = 0; i < view->node_count; i++)
		if (str_eq(view->nodes[i]->name, name))
			return view->nodes[i];
	return NULL;
}

void world_replicated_at(const struct world_cluster *cluster, int64_t index, struct world_replicated *out)
{
	*out = (struct world_replicated){
		.cluster = (struct world_cluster *)cluster,
		.name = "",
		.partition = -1,
		.leader = -1,
		.min_in_sync = -1,
		.state = WORLD_REPLICA_UNKNOWN,
		.size_bytes = -1,
	};
	if (cluster->kind == WORLD_BROKER_KAFKA)
		join_kafka_replicated_at(join_cluster_of(cluster), index, out);
	else
		join_rabbitmq_replicated_at(join_cluster_of(cluster), index, out);
}
