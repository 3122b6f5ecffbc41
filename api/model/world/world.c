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

enum {
	/* So many clusters are joined in a moment: the whole is made anew at each change. With more of them only what the
	 * brokers of a cluster said is joined when it comes, the whole now and then beside, and as seldom as it takes long. */
	FEW_CLUSTERS = 24,
	WHOLE_MS = 5000,
	REST_TIMES = 10,        /* as long as it took, between two that are made because something changed */
	RENEW_REST_TIMES = 200, /* … and because time passed: ages in sentences */
};

/* What is joined, and when to join it anew. */
struct world_driver {
	struct world joined; /* the first member: whoever has a struct world has this */
	struct world_options options;
	char *namespace;
	bool dirty;                /* records changed: the whole is to be joined anew */
	bool answered;             /* brokers have said something */
	bool told;                 /* on_change was called since the last update */
	bool settled;              /* the first read is over */
	int64_t whole_ms, took_ms; /* when the whole was joined last, and for how long; loop ms */
	int64_t renew_at_ms;       /* when the tick is due */
	struct loop_timer *tick;   /* what the frame says holds no longer */
	struct loop_timer *later;  /* what the brokers said is told */
};

static struct world_driver *driver_of(const struct world *world)
{
	return (struct world_driver *)world;
}

static void world_tell(struct world_driver *driver)
{
	if (driver->told)
		return;
	driver->told = true;
	if (driver->options.on_change)
		driver->options.on_change(driver->options.data);
}

void world_mark_dirty(struct world *world)
{
	struct world_driver *driver = driver_of(world);
	driver->dirty = true;
	world_tell(driver);
}

void world_mark_polled(struct world *world)
{
	struct world_driver *driver = driver_of(world);
	driver->answered = true;
	driver->settled = driver->settled || source_watcher_settled(world->watcher);
	if (!driver->settled)
		world_tell(driver); /* somebody waits for it */
	else if (!driver->told && !loop_timer_is_armed(driver->later))
		loop_timer_arm(driver->later, WORLD_POLLED_MS);
}

static void world_on_change(void *data)
{
	world_mark_dirty(data);
}

static void tell_answers(void *data)
{
	world_tell(data);
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
		.seldom = options->seldom,
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
	driver->later = loop_timer_create(options->loop, tell_answers, driver);
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
static void note_health(struct join_cluster *cluster)
{
	source_watcher_note_health(cluster->world->watcher, cluster->key, cluster->pub.severity >= SEV_WARN);
}

static bool has_many(const struct world *world)
{
	return world->cluster_list.len > FEW_CLUSTERS;
}

/* What the frame says holds until then: it is made again, unless it is anyway. */
static void renew_in_time(struct world_driver *driver)
{
	const struct world *world = &driver->joined;
	int64_t now = loop_now_ms(world->loop), rest = driver->took_ms * RENEW_REST_TIMES;
	int64_t at = now + (world->renew_ms > rest ? world->renew_ms : rest);
	if (!world->renew_ms || (loop_timer_is_armed(driver->tick) && driver->renew_at_ms <= at))
		return;
	driver->renew_at_ms = at;
	loop_timer_arm(driver->tick, at - now);
}

static void make_whole(struct world_driver *driver)
{
	struct world *world = &driver->joined;
	int64_t began_ms = loop_now_ms(world->loop);
	int64_t began_us = log_is_on(LOG_TRACE, LOG_MODEL) ? clock_real_us() : 0;
	driver->dirty = driver->answered = false;
	loop_timer_disarm(driver->tick);
	source_watcher_describe(world->watcher, &world->view); /* NULL is fine: link, sources */
	join_update(world);
	rules_judge_world(world);
	vec_each (&world->cluster_list, cluster)
		note_health(join_cluster_of(*cluster));
	rules_order(world);
	record_store_collect(&world->store); /* the frame before, the last to point there, is gone */
	driver->whole_ms = loop_now_ms(world->loop);
	driver->took_ms = driver->whole_ms - began_ms;
	log_trace(LOG_MODEL, "world joined clusters=%zu nodes=%zu pods=%zu problems=%zu us=%lld",
		  world->cluster_list.len, world->node_list.len, world->pods.len, world->problems.len,
		  (long long)(clock_real_us() - began_us));
}

static void judge_answers(struct join_cluster *cluster)
{
	rules_judge_cluster(cluster);
	note_health(cluster);
}

static void hear_answers(struct world_driver *driver)
{
	driver->answered = false;
	join_answers(&driver->joined, judge_answers);
	rules_order(&driver->joined);
}

/* Rules look at how old answers are, of those too that do not answer: what is heard alone does not do for long. */
static bool is_whole_due(const struct world_driver *driver)
{
	int64_t rest = driver->took_ms * RENEW_REST_TIMES;
	return !has_many(&driver->joined) ||
	       loop_now_ms(driver->joined.loop) - driver->whole_ms >= (rest > WHOLE_MS ? rest : WHOLE_MS);
}

static const struct world_view *world_bring(struct world_driver *driver, bool whole)
{
	struct world *world = &driver->joined;
	driver->told = false;
	if (whole || driver->answered) {
		(whole ? make_whole : hear_answers)(driver);
		loop_timer_disarm(driver->later);
		renew_in_time(driver);
		world_publish(world);
	}
	source_watcher_describe_ages(world->watcher, &world->view);
	return &world->view;
}

const struct world_view *world_update(struct world *world)
{
	struct world_driver *driver = driver_of(world);
	return world_bring(driver, driver->dirty || (driver->answered && is_whole_due(driver)));
}

const struct world_view *world_hear(struct world *world)
{
	return world_bring(driver_of(world), false);
}

int64_t world_due_ms(const struct world *world)
{
	const struct world_driver *driver = driver_of(world);
	return driver->dirty && has_many(world) ? driver->whole_ms + driver->took_ms * REST_TIMES : 0;
}

bool world_is_outdated(const struct world *world)
{
	return driver_of(world)->dirty || driver_of(world)->answered;
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
