/* What is watched follows from what was found: StatefulSets, custom resources and nodes first, then pods, claims and
 * the rest by the selectors and namespaces of the broker clusters among them. So the whole cluster never comes across
 * the wire to show six brokers; each time a list that shapes clusters changes, what is needed is gone through anew
 * (on_follow), and informers that nothing needs any more are stopped. */
#include "api/model/sources/watcher.h"

#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/records/record_decode.h"
#include "api/kube/watch/informer.h"
#include "api/model/sources/broker_source.h"
#include "api/model/sources/discover.h"

/* A list brings hundreds of changes at once: what is needed is gone through after the last of them, not for each. */
enum { FOLLOW_DELAY_MS = 5, CHECK_MS = 1000, SELECTOR_MAX = 1024 };

struct source_watched {
	struct source_watcher *watcher;
	struct kube_informer *informer;
	enum kube_kind kind;
	char *namespace;      /* NULL = all */
	char *labels;         /* NULL = all */
	struct err start_err; /* the informer could not even be started */
	bool needed;
};

struct source_watcher {
	struct source_options options;
	struct map watched; /* "kind namespace labels fields" */
	struct source_brokers *sources;
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
	KUBE_SERVICES, KUBE_ENDPOINT_SLICES, KUBE_DISRUPTION_BUDGETS,
	KUBE_EVENTS,   KUBE_CLAIMS, /* all of them: a pod mounts a claim by its name, whatever its labels */
};

static void watcher_tell(const struct source_watcher *watcher)
{
	watcher->options.on_change(watcher->options.data);
}

static void follow_soon(struct source_watcher *watcher)
{
	if (!loop_timer_is_armed(watcher->follow))
		loop_timer_arm(watcher->follow, FOLLOW_DELAY_MS);
}

static bool shapes_clusters(enum kube_kind kind)
{
	return kind == KUBE_STATEFUL_SETS || kind == KUBE_PODS || kind == KUBE_RABBITMQ_CLUSTERS ||
	       kind == KUBE_KAFKAS || kind == KUBE_KAFKA_NODE_POOLS || kind == KUBE_KAFKA_USERS ||
	       kind == KUBE_POD_SETS;
}

static void watcher_on_change(void *data, enum kube_informer_change change, const void *record, const void *was)
{
	struct source_watched *watched = data;
	const struct source_options *options = &watched->watcher->options;
	const struct kube_meta *meta = record;
	if (change == KUBE_INFORMER_DELETED)
		record_store_remove(options->store, watched->kind, meta->namespace, meta->name);
	else
		record_store_put(options->store, watched->kind, kube_record_share(record));
	if (shapes_clusters(watched->kind))
		follow_soon(watched->watcher);
	options->on_change(options->data);
}

static void watcher_on_state(void *data, const struct kube_informer_state *state)
{
	struct source_watched *watched = data;
	follow_soon(watched->watcher);
	watcher_tell(watched->watcher);
}

static void watcher_forget(struct source_watched *watched)
{
	const struct kube_meta *meta = NULL;
	struct record_store *store = watched->watcher->options.store;
	while (watched->informer && (meta = kube_informer_next(watched->informer, meta)))
		record_store_remove(store, watched->kind, meta->namespace, meta->name);
	kube_informer_stop(watched->informer);
	free(watched->namespace);
	free(watched->labels);
	free(watched);
}

static void watcher_need(struct source_watcher *watcher, enum kube_kind kind, const char *namespace, const char *labels,
			 const char *fields)
{
	CLEANUP(free)
	char *key = str_printf("%d %s %s %s", (int)kind, str_or(namespace, ""), str_or(labels, ""), str_or(fields, ""));
	struct source_watched *watched = map_get(&watcher->watched, key);
	if (!watched) {
		watched = mem_alloc(sizeof *watched);
		watched->watcher = watcher;
		watched->kind = kind;
		watched->namespace = mem_strdup(namespace);
		watched->labels = mem_strdup(labels);
		map_set(&watcher->watched, key, watched);
		watched->informer = kube_informer_start(watcher->options.client,
							&(struct kube_informer_options){
								.kind = kind,
								.namespace = namespace,
								.label_selector = labels,
								.field_selector = fields,
								.on_change = watcher_on_change,
								.on_state = watcher_on_state,
								.data = watched,
							},
							&watched->start_err);
	}
	watched->needed = true;
}

static void need_for_cluster(void *data, const struct source_found_cluster *found)
{
	struct source_watcher *watcher = data;
	char selector[SELECTOR_MAX];
	for (size_t i = 0; i < ARRAY_LEN(namespace_kinds); i++)
		watcher_need(watcher, namespace_kinds[i], found->namespace, NULL, NULL);
	if (source_discover_selector(found, selector, sizeof selector))
		watcher_need(watcher, KUBE_PODS, found->namespace, selector, NULL);
	watcher_need(watcher, KUBE_LEASES, found->namespace, "app.kubernetes.io/managed-by=mqdeck", NULL);
	if (found->kafka) { /* who may log in */
		snprintf(selector, sizeof selector, "strimzi.io/cluster=%s", found->name);
		watcher_need(watcher, KUBE_KAFKA_USERS, found->namespace, selector, NULL);
	}
	watcher_need(watcher, KUBE_EVENTS, "default", NULL, "involvedObject.kind=Node");
	source_brokers_follow(watcher->sources, found);
}

/* An informer that ends takes its records along: what is not watched any more would be shown as if it were. */
static void drop_unneeded(struct source_watcher *watcher)
{
	VEC(char *) gone = {0};
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at)) {
		struct source_watched *watched = at->value;
		if (!watched->needed)
			vec_push(&gone, mem_strdup(at->key));
	}
	vec_each (&gone, key) {
		watcher_forget(map_remove(&watcher->watched, *key));
		free(*key);
	}
	if (gone.len)
		watcher_tell(watcher);
	vec_finish(&gone);
}

static void on_follow(void *data)
{
	struct source_watcher *watcher = data;
	const char *namespace = watcher->options.namespace;
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at))
		((struct source_watched *)at->value)->needed = false;
	for (size_t i = 0; i < ARRAY_LEN(first_kinds); i++)
		watcher_need(watcher, first_kinds[i], kube_kind_info(first_kinds[i])->namespaced ? namespace : NULL,
			     NULL, NULL);
	source_brokers_begin(watcher->sources);
	source_discover_clusters(watcher->options.store, need_for_cluster, watcher);
	source_brokers_end(watcher->sources);
	drop_unneeded(watcher);
	watcher_tell(watcher);
}

static enum world_link link_now(const struct source_watcher *watcher)
{
	const struct kube_connection *connection = kube_client_connection(watcher->options.client);
	if (connection->connected)
		return WORLD_LIVE;
	if (connection->first_ms >= 0)
		return WORLD_STALE;
	return err_is_set(&connection->err) ? WORLD_UNREACHABLE : WORLD_CONNECTING;
}

static void on_check(void *data)
{
	struct source_watcher *watcher = data;
	enum world_link link = link_now(watcher);
	if (link != watcher->last_link || link == WORLD_STALE)
		watcher_tell(watcher);
	loop_timer_arm(watcher->check, CHECK_MS);
}

static bool watcher_lists(void *data, enum kube_kind kind, const struct source_found_cluster *found, struct err *err)
{
	struct world_source list = source_watcher_list(data, kind, found);
	*err = list.err;
	return world_source_is_read(&list) || err_is_set(&list.err);
}

static void watcher_on_wish(void *data)
{
	follow_soon(data);
}

struct source_watcher *source_watcher_create(const struct source_options *options)
{
	struct source_watcher *watcher = mem_alloc(sizeof *watcher);
	watcher->options = *options;
	watcher->sources = source_brokers_create(&(struct source_brokers_options){
		.options = &watcher->options,
		.is_listed = watcher_lists,
		.follow_again = watcher_on_wish,
		.data = watcher,
	});
	watcher->follow = loop_timer_create(options->loop, on_follow, watcher);
	watcher->check = loop_timer_create(options->loop, on_check, watcher);
	loop_timer_arm(watcher->follow, 0);
	loop_timer_arm(watcher->check, CHECK_MS);
	return watcher;
}

void source_watcher_destroy(struct source_watcher *watcher)
{
	if (!watcher)
		return;
	source_brokers_destroy(watcher->sources);
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at)) {
		struct source_watched *watched = at->value;
		kube_informer_stop(watched->informer);
		free(watched->namespace);
		free(watched->labels);
		free(watched);
	}
	map_finish(&watcher->watched);
	loop_timer_destroy(watcher->follow);
	loop_timer_destroy(watcher->check);
	free(watcher);
}

/* ---- what is said of it ---- */

static const struct err *watcher_error_of(const struct source_watched *watched)
{
	return watched->informer ? &kube_informer_state(watched->informer)->err : &watched->start_err;
}

static bool watcher_is_listed(const struct source_watched *watched)
{
	const struct kube_informer_state *state = watched->informer ? kube_informer_state(watched->informer) : NULL;
	return state && (state->synced || state->absent);
}

static struct world_source watcher_source_of(const struct source_watched *watched, int64_t now)
{
	const struct kube_informer_state *state = watched->informer ? kube_informer_state(watched->informer) : NULL;
	return (struct world_source){.updated_ms = !watcher_is_listed(watched)  ? -1
						   : state->stale_since_ms >= 0 ? state->stale_since_ms
										: now,
				     .err = *watcher_error_of(watched)};
}

/* Who watches a namespace or a selector of its own says nothing of the others. */
static bool watcher_concerns(const struct source_watched *watched, const struct source_found_cluster *found)
{
	char selector[SELECTOR_MAX];
	if (!found || (!watched->namespace && !watched->labels))
		return true;
	if (watched->namespace && !str_eq(watched->namespace, found->namespace))
		return false;
	bool by_cluster = watched->kind == KUBE_PODS || watched->kind == KUBE_CLAIMS;
	return !by_cluster || !source_discover_selector(found, selector, sizeof selector) ||
	       str_eq(watched->labels, selector);
}

struct world_source source_watcher_list(const struct source_watcher *watcher, enum kube_kind kind,
					const struct source_found_cluster *found)
{
	struct world_source list = {0};
	bool any = false;
	if (!watcher)
		return list;
	int64_t now = loop_now_ms(watcher->options.loop);
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at)) {
		const struct source_watched *watched = at->value;
		if (watched->kind != kind || !watcher_concerns(watched, found))
			continue;
		struct world_source its = watcher_source_of(watched, now);
		list.updated_ms = !any || its.updated_ms < list.updated_ms ? its.updated_ms : list.updated_ms;
		list.err = err_is_set(&list.err) ? list.err : its.err;
		any = true;
	}
	/* What concerns one cluster is watched once that is found; of all clusters, there being none, all is known. */
	list.updated_ms = any ? list.updated_ms : found ? -1 : now;
	return list;
}

static void describe_by_hand(struct world_view *view)
{
	memset(view->lists, 0, sizeof view->lists);
	view->link = WORLD_LIVE;
	view->discovering = false;
}

/* A list that was refused with "later", or cut by a server that answers otherwise, is asked again: it is not settled. */
static bool watcher_is_settled(const struct source_watched *watched, bool answers)
{
	const struct err *err = watcher_error_of(watched);
	bool later = err->code == ERR_BUSY || err->code == ERR_TIMEOUT || err->code == ERR_CONNECT;
	return watcher_is_listed(watched) || (err_is_set(err) && !(answers && later));
}

static bool lists_are_in(const struct source_watcher *watcher)
{
	bool answers = kube_client_connection(watcher->options.client)->first_ms >= 0;
	if (!watcher->watched.len || loop_timer_is_armed(watcher->follow))
		return false;
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at))
		if (!watcher_is_settled(at->value, answers))
			return false;
	return true;
}

void source_watcher_describe(struct source_watcher *watcher, struct world_view *view)
{
	if (!watcher) {
		describe_by_hand(view);
		return;
	}
	for (size_t i = 0; i < WORLD_LIST_COUNT; i++)
		view->lists[i] = source_watcher_list(watcher, world_part_kind((enum world_part)i), NULL);
	view->link = watcher->last_link = link_now(watcher);
	view->link_err = kube_client_connection(watcher->options.client)->err;
	view->discovering = !lists_are_in(watcher);
}

void source_watcher_describe_ages(struct source_watcher *watcher, struct world_view *view)
{
	if (!watcher) {
		view->data_age_ms = 0;
		return;
	}
	int64_t now = loop_now_ms(watcher->options.loop), age = -1;
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at)) {
		const struct source_watched *watched = at->value;
		const struct kube_informer_state *state =
			watched->informer ? kube_informer_state(watched->informer) : NULL;
		if (!state || !state->synced)
			continue;
		int64_t its = state->stale_since_ms >= 0 ? now - state->stale_since_ms : 0;
		age = its > age ? its : age;
	}
	const struct kube_connection *connection = kube_client_connection(watcher->options.client);
	if (!connection->connected && age >= 0 && now - connection->last_contact_ms > age)
		age = now - connection->last_contact_ms;
	int64_t brokers = source_brokers_age(watcher->sources, now);
	view->data_age_ms = brokers > age ? brokers : age;
	view->requests_in_flight =
		kube_client_in_flight(watcher->options.client) + source_brokers_in_flight(watcher->sources);
}

bool source_watcher_settled(const struct source_watcher *watcher)
{
	return !watcher || (lists_are_in(watcher) && source_brokers_settled(watcher->sources));
}

static struct source_broker *watcher_broker(struct source_watcher *watcher, const char *cluster_key)
{
	return watcher ? source_brokers_find(watcher->sources, cluster_key) : NULL;
}

bool source_watcher_snapshot(struct source_watcher *watcher, const char *cluster_key, struct source_snapshot *out)
{
	const struct source_broker *source = watcher_broker(watcher, cluster_key);
	if (source)
		source_broker_show(source, out);
	return source != NULL;
}

void source_watcher_collect(struct source_watcher *watcher)
{
	if (watcher)
		source_brokers_collect(watcher->sources);
}

void source_watcher_set_credentials(struct source_watcher *watcher, const char *cluster_key, const char *user,
				    const char *password)
{
	struct source_broker *source = watcher_broker(watcher, cluster_key);
	if (source)
		source_broker_set_credentials(source, user, password);
}

struct kafka_admin *source_watcher_kafka_admin(struct source_watcher *watcher, const char *cluster_key)
{
	const struct source_broker *source = watcher_broker(watcher, cluster_key);
	return source ? source_broker_kafka_admin(source) : NULL;
}
