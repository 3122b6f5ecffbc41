/* What is watched follows from what was found: StatefulSets, custom resources and nodes first, then pods, claims and
 * the rest by the selectors and namespaces of the broker clusters among them (watcher_scopes.c). So the whole cluster
 * never comes across the wire to show six brokers; each time a list that shapes clusters changes, what is needed is gone
 * through anew (on_follow), and informers that nothing needs any more are stopped once those that take their place have
 * been read. */
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
#include "api/model/sources/last_words.h"
#include "api/model/sources/volume_usage.h"
#include "api/model/sources/watcher_private.h"

/* A list brings hundreds of changes at once: what is needed is gone through after the last of them, not for each. */
enum { FOLLOW_DELAY_MS = 5, CHECK_MS = 1000 };

/* Listed before anything is known of broker clusters. */
static const enum kube_kind first_kinds[] = {
	KUBE_STATEFUL_SETS, KUBE_RABBITMQ_CLUSTERS, KUBE_KAFKAS,          KUBE_KAFKA_NODE_POOLS, KUBE_POD_SETS,
	KUBE_NODES,         KUBE_VOLUMES,           KUBE_STORAGE_CLASSES, KUBE_DEPLOYMENTS,      KUBE_DAEMON_SETS,
};

static void watcher_tell(const struct source_watcher *watcher)
{
	watcher->options.on_change(watcher->options.data);
}

void source_watcher_follow_soon(struct source_watcher *watcher)
{
	if (!loop_timer_is_armed(watcher->follow))
		loop_timer_arm(watcher->follow, FOLLOW_DELAY_MS);
}

static void watcher_on_state(void *data, const struct kube_informer_state *state)
{
	struct source_watched *watched = data;
	source_watcher_follow_soon(watched->watcher);
	watcher_tell(watched->watcher);
}

static void watched_free(struct source_watched *watched)
{
	kube_informer_stop(watched->informer);
	source_group_release(watched->group);
	free(watched->namespace);
	free(watched->labels);
	free(watched);
}

static struct source_watched *watched_start(struct source_watcher *watcher, const struct source_need *need)
{
	struct source_watched *watched = mem_alloc(sizeof *watched);
	watched->watcher = watcher;
	watched->kind = need->kind;
	watched->namespace = mem_strdup(need->namespace);
	watched->labels = mem_strdup(need->labels);
	watched->group = need->group ? source_group_hold(need->group) : NULL;
	watched->is_part = need->fields != NULL;
	watched->is_sifted = need->is_sifted;
	watched->informer = kube_informer_start(watcher->options.client,
						&(struct kube_informer_options){
							.kind = need->kind,
							.namespace = need->namespace,
							.label_selector = need->labels,
							.field_selector = need->fields,
							.not_before = watcher->versions[need->kind],
							.on_change = source_watched_on_change,
							.on_state = watcher_on_state,
							.data = watched,
						},
						&watched->start_err);
	return watched;
}

void source_watcher_need(struct source_watcher *watcher, const struct source_need *need)
{
	CLEANUP(free)
	char *key = str_printf("%d %s %s %s", (int)need->kind, str_or(need->namespace, ""), str_or(need->labels, ""),
			       str_or(need->fields, ""));
	struct source_watched *watched = map_get(&watcher->watched, key);
	if (!watched && !need->if_watched) {
		watched = watched_start(watcher, need);
		map_set(&watcher->watched, key, watched);
		watcher->scopes_made = false;
	}
	if (watched)
		watched->needed = true;
}

static void need_for_cluster(void *data, const struct source_found_cluster *found)
{
	struct source_watcher *watcher = data;
	source_scopes_add(watcher, found);
	source_brokers_follow(watcher->sources, found);
}

/* What is needed there, or in all namespaces, and has not been read. */
static bool is_awaited(struct source_watcher *watcher, enum kube_kind kind, const char *namespace)
{
	const struct source_watched *other;
	const struct record_lookup_entry *at = NULL;
	while ((other = source_watched_next(watcher, kind, namespace, &at)))
		if (other->needed && !other->is_part && !source_watched_is_listed(other))
			return true;
	return false;
}

/* What takes its place is not there yet: what it holds is all that is known. */
static bool is_to_stay(struct source_watched *watched)
{
	struct source_watcher *watcher = watched->watcher;
	if (watched->needed || !source_watched_is_listed(watched))
		return watched->needed;
	if (watched->namespace)
		return is_awaited(watcher, watched->kind, watched->namespace) ||
		       is_awaited(watcher, watched->kind, NULL);
	return source_scopes_is_counting(watcher, watched->kind) || is_awaited(watcher, watched->kind, SOURCE_ANYWHERE);
}

/* An informer that ends takes its records along: what is not watched any more would be shown as if it were. */
static void drop_unneeded(struct source_watcher *watcher)
{
	VEC(char *) gone = {0};
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at))
		if (!is_to_stay(at->value))
			vec_push(&gone, mem_strdup(at->key));
	vec_each (&gone, key)
		((struct source_watched *)map_get(&watcher->watched, *key))->gone = true;
	vec_each (&gone, key)
		source_watched_release_records(map_get(&watcher->watched, *key));
	vec_each (&gone, key) {
		watched_free(map_remove(&watcher->watched, *key));
		free(*key);
	}
	if (gone.len) {
		watcher->scopes_made = false;
		watcher_tell(watcher);
	}
	vec_finish(&gone);
}

static void need_first_kinds(struct source_watcher *watcher)
{
	for (size_t i = 0; i < ARRAY_LEN(first_kinds); i++)
		source_watcher_need(watcher,
				    &(struct source_need){.kind = first_kinds[i],
							  .namespace = kube_kind_info(first_kinds[i])->namespaced
									       ? watcher->options.namespace
									       : NULL});
}

static void begin_needs(struct source_watcher *watcher)
{
	for (size_t i = 0; i < KUBE_KIND_COUNT; i++)
		watcher->versions[i] = NULL;
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at)) {
		struct source_watched *watched = at->value;
		const char *version = watched->informer ? kube_informer_version(watched->informer) : NULL;
		watched->needed = false;
		watcher->versions[watched->kind] = version ? version : watcher->versions[watched->kind];
	}
}

static void on_follow(void *data)
{
	struct source_watcher *watcher = data;
	begin_needs(watcher);
	need_first_kinds(watcher);
	source_scopes_begin(watcher);
	source_brokers_begin(watcher->sources);
	source_discover_clusters(&(struct source_discovery){.store = watcher->options.store,
							    .broker_kind = watcher->options.broker_kind,
							    .settings = watcher->options.credentials_data},
				 need_for_cluster, watcher);
	source_brokers_end(watcher->sources);
	source_scopes_end(watcher);
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
	source_usage_tick(watcher->usage);
	source_brokers_attend(watcher->sources);
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
	source_watcher_follow_soon(data);
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
	watcher->last_words = source_last_words_create(&watcher->options);
	watcher->usage = source_usage_create(&watcher->options);
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
	source_last_words_destroy(watcher->last_words);
	source_usage_destroy(watcher->usage);
	source_scopes_finish(watcher);
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at))
		watched_free(at->value);
	map_finish(&watcher->watched);
	record_lookup_finish(&watcher->scopes);
	loop_timer_destroy(watcher->follow);
	loop_timer_destroy(watcher->check);
	free(watcher);
}

/* ---- what is said of it ---- */

static void describe_by_hand(struct world_view *view)
{
	memset(view->lists, 0, sizeof view->lists);
	view->link = WORLD_LIVE;
	view->discovering = false;
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
	view->discovering = !source_watcher_lists_are_in(watcher);
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

void source_watcher_ask_again(struct source_watcher *watcher)
{
	if (!watcher)
		return;
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at)) {
		const struct source_watched *watched = at->value;
		if (watched->informer)
			kube_informer_kick(watched->informer);
	}
	source_scopes_ask_again(watcher);
	source_brokers_ask_again(watcher->sources);
}

void source_watcher_look_at(struct source_watcher *watcher, const char *cluster_key)
{
	if (watcher)
		source_brokers_look_at(watcher->sources, cluster_key);
}

void source_watcher_hurry(struct source_watcher *watcher, const char *cluster_key)
{
	if (watcher)
		source_brokers_need(watcher->sources, cluster_key);
}

void source_watcher_note_health(struct source_watcher *watcher, const char *cluster_key, bool unwell)
{
	if (watcher)
		source_brokers_note_health(watcher->sources, cluster_key, unwell);
}

bool source_watcher_settled(const struct source_watcher *watcher)
{
	return !watcher ||
	       (source_watcher_lists_are_in(watcher) && source_brokers_settled(watcher->sources) &&
		!source_last_words_in_flight(watcher->last_words) && !source_usage_is_waiting(watcher->usage));
}

static struct source_broker *watcher_broker(struct source_watcher *watcher, const char *cluster_key)
{
	return watcher ? source_brokers_find(watcher->sources, cluster_key) : NULL;
}

bool source_watcher_snapshot(struct source_watcher *watcher, const char *cluster_key, struct source_snapshot *out)
{
	struct source_broker *source = watcher_broker(watcher, cluster_key);
	if (source)
		source_broker_show(source, out);
	return source != NULL;
}

void source_watcher_each_answered(struct source_watcher *watcher, source_answered_fn *each, void *data)
{
	if (watcher)
		source_brokers_each_answered(watcher->sources, each, data);
}

const char *source_watcher_last_words(struct source_watcher *watcher, const struct kube_pod *pod,
				      const struct kube_container_status *status)
{
	return watcher ? source_last_words_reason(watcher->last_words, pod, status) : NULL;
}

const struct kube_volume_stats *source_watcher_usage(struct source_watcher *watcher, const char *node,
						     const struct kube_claim *claim, const char **why)
{
	*why = NULL;
	return watcher ? source_usage_of(watcher->usage, node, claim->meta.namespace, claim->meta.name, why) : NULL;
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
