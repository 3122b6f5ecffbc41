/* The world: drives sources, join and rules. Sources gather by themselves; what they bring marks the world as outdated,
 * and the next world_update() lets it all go through join and rules once. */
#include "api/model/world/world.h"

#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/join.h"
#include "api/model/join/joined.h"
#include "api/model/rules/rules.h"
#include "api/model/sources/watcher.h"
#include "api/model/world/world_private.h"

/* What is joined, and when to join it anew. */
struct world_driver {
	struct world joined; /* the first member: whoever has a struct world has this */
	struct world_options options;
	char *namespace;
	bool dirty;
	bool told;                /* on_change was called since the last update */
	bool settled;             /* the first read is over */
	struct loop_timer *tick;  /* what the frame says holds no longer */
	struct loop_timer *later; /* what the brokers said is told */
};

static struct world_driver *driver_of(const struct world *world)
{
	return (struct world_driver *)world;
}

void world_mark_dirty(struct world *world)
{
	struct world_driver *driver = driver_of(world);
	driver->dirty = true;
	if (driver->told)
		return;
	driver->told = true;
	if (driver->options.on_change)
		driver->options.on_change(driver->options.data);
}

void world_mark_polled(struct world *world)
{
	struct world_driver *driver = driver_of(world);
	driver->dirty = true;
	driver->settled = driver->settled || source_watcher_settled(world->watcher);
	if (!driver->settled)
		world_mark_dirty(world); /* somebody waits for it */
	else if (!driver->told && !loop_timer_is_armed(driver->later))
		loop_timer_arm(driver->later, WORLD_POLLED_MS);
}

static void world_on_change(void *data)
{
	world_mark_dirty(data);
}

static void world_on_answer(void *data)
{
	world_mark_polled(data);
}

static struct source_watcher *start_watcher(struct world *world, const struct world_options *options)
{
	return source_watcher_create(&(struct source_options){
		.loop = options->loop,
		.client = options->client,
		.dialer = options->dialer,
		.store = &world->store,
		.namespace = options->namespace,
		.broker_poll_ms = options->broker_poll_ms,
		.with_groups = options->with_groups,
		.on_change = world_on_change,
		.on_answer = world_on_answer,
		.data = world,
		.credentials_secret = options->credentials_secret,
		.broker_kind = options->broker_kind,
		.credentials_data = options->data,
	});
}

struct world *world_create(const struct world_options *options)
{
	struct world_driver *driver = mem_alloc(sizeof *driver);
	struct world *world = &driver->joined;
	driver->options = *options;
	driver->options.namespace = driver->namespace = mem_strdup(options->namespace);
	driver->dirty = true;
	driver->tick = loop_timer_create(options->loop, world_on_change, world);
	driver->later = loop_timer_create(options->loop, world_on_change, world);
	world->loop = options->loop;
	world->store.owns = options->client != NULL;
	world->discovery = (struct source_discovery){
		.store = &world->store, .broker_kind = options->broker_kind, .settings = options->data};
	world->view.data_age_ms = -1;
	world->view.discovering = true;
	world->view.namespace = driver->namespace;
	if (options->client)
		world->watcher = start_watcher(world, &driver->options);
	return world;
}

void world_destroy(struct world *world)
{
	if (!world)
		return;
	struct world_driver *driver = driver_of(world);
	source_watcher_destroy(world->watcher);
	join_finish(world);
	loop_timer_destroy(driver->tick);
	loop_timer_destroy(driver->later);
	free(driver->namespace);
	free(driver);
}

static void world_publish(struct world *world)
{
	struct world_view *view = &world->view;
	join_index_place(world);
	view->names = &world->index.names;
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

/* Whose brokers are asked before those of others. */
static void note_health(struct world *world)
{
	vec_each (&world->cluster_list, it)
		source_watcher_note_health(world->watcher, (*it)->key, (*it)->severity >= SEV_WARN);
}

const struct world_view *world_update(struct world *world)
{
	struct world_driver *driver = driver_of(world);
	driver->told = false;
	if (driver->dirty) {
		driver->dirty = false;
		loop_timer_disarm(driver->later);
		source_watcher_describe(world->watcher, &world->view); /* NULL is fine: link, sources */
		int64_t began_us = log_is_on(LOG_TRACE, LOG_MODEL) ? clock_real_us() : 0;
		join_update(world);
		rules_judge_world(world);
		note_health(world);
		rules_order(world);
		record_store_collect(&world->store); /* the frame before, the last to point there, is gone */
		world_publish(world);
		log_trace(LOG_MODEL, "world joined clusters=%zu nodes=%zu pods=%zu problems=%zu us=%lld",
			  world->view.cluster_count, world->view.node_count, world->view.pod_count,
			  world->view.problem_count, (long long)(clock_real_us() - began_us));
		if (world->renew_ms)
			loop_timer_arm(driver->tick, world->renew_ms);
	}
	source_watcher_describe_ages(world->watcher, &world->view);
	return &world->view;
}

bool world_is_outdated(const struct world *world)
{
	return driver_of(world)->dirty;
}

void world_ask_again(struct world *world)
{
	source_watcher_ask_again(world->watcher);
}

void world_look_at(struct world *world, const char *cluster_key)
{
	source_watcher_look_at(world->watcher, cluster_key);
}

void world_need(struct world *world, const char *cluster_key)
{
	source_watcher_hurry(world->watcher, cluster_key);
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

struct world_pod_name {
	const char *namespace, *name;
};

static struct world_broker *find_controller(const struct join_cluster *cluster, const char *pod)
{
	vec_each (&cluster->controllers, at)
		if (str_eq((*at)->name, pod))
			return *at;
	return NULL;
}

static bool has_broker(const struct join_cluster *cluster, const void *data)
{
	const struct world_pod_name *it = data;
	return str_eq(cluster->namespace, it->namespace) && join_cluster_broker_named(cluster, it->name) >= 0;
}

static bool has_controller(const struct join_cluster *cluster, const void *data)
{
	const struct world_pod_name *it = data;
	return str_eq(cluster->namespace, it->namespace) && find_controller(cluster, it->name);
}

struct world_broker *world_find_broker(const struct world_view *view, const char *namespace, const char *pod)
{
	const struct join_cluster *cluster =
		join_index_named(view->names, namespace, pod, has_broker, &(struct world_pod_name){namespace, pod});
	return cluster ? cluster->brokers.items[join_cluster_broker_named(cluster, pod)] : NULL;
}

struct world_broker *world_find_member(const struct world_view *view, const char *namespace, const char *pod)
{
	const struct join_cluster *cluster =
		join_index_named(view->names, namespace, pod, has_controller, &(struct world_pod_name){namespace, pod});
	return cluster ? find_controller(cluster, pod) : world_find_broker(view, namespace, pod);
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
	join_replicated_at(cluster, index, out);
}

void world_queue_at(const struct world_cluster *cluster, int64_t index, struct world_queue *out)
{
	join_queue_at(cluster, index, out);
}

void world_topic_at(const struct world_cluster *cluster, int64_t index, struct world_topic *out)
{
	join_topic_at(cluster, index, out);
}

void world_group_at(const struct world_cluster *cluster, int64_t index, struct world_group *out)
{
	join_group_at(cluster, index, out);
}
