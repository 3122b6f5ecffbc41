/* How what is watched stands: as a whole, and as far as it concerns one cluster. */
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "api/model/sources/watcher_private.h"

const struct err *source_watched_error(const struct source_watched *watched)
{
	return watched->informer ? &kube_informer_state(watched->informer)->err : &watched->start_err;
}

bool source_watched_is_listed(const struct source_watched *watched)
{
	const struct kube_informer_state *state = watched->informer ? kube_informer_state(watched->informer) : NULL;
	return state && (state->synced || state->absent);
}

static struct world_source watcher_source_of(const struct source_watched *watched)
{
	const struct kube_informer_state *state = watched->informer ? kube_informer_state(watched->informer) : NULL;
	return (struct world_source){.updated_ms = !source_watched_is_listed(watched) ? -1
						   : state->stale_since_ms >= 0
							   ? state->stale_since_ms
							   : loop_now_ms(watched->watcher->options.loop),
				     .err = *source_watched_error(watched)};
}

/* ---- what is where ---- */

/* With thousands of clusters there may be thousands of lists of a kind: each cluster looks at those of its namespace or of
 * its selector, and at those of all. */
static uint64_t scope_key(enum kube_kind kind, const char *namespace, const char *selector)
{
	const char *resource = kube_kind_info(kind)->resource;
	return record_lookup_key(resource, namespace, selector);
}

static void make_scopes(struct source_watcher *watcher)
{
	if (watcher->scopes_made)
		return;
	record_lookup_clear(&watcher->scopes);
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at)) {
		struct source_watched *watched = at->value;
		const struct map *selectors = watched->group ? &watched->group->selectors : &MAP_INIT;
		record_lookup_put(&watcher->scopes, scope_key(watched->kind, SOURCE_ANYWHERE, NULL), watched);
		record_lookup_put(&watcher->scopes, scope_key(watched->kind, watched->namespace, NULL), watched);
		for (struct map_entry *of = map_next(selectors, NULL); of; of = map_next(selectors, of))
			record_lookup_put(&watcher->scopes, scope_key(watched->kind, watched->namespace, of->key),
					  watched);
	}
	watcher->scopes_made = true;
}

struct source_watched *source_watched_next(struct source_watcher *watcher, enum kube_kind kind, const char *namespace,
					   const struct record_lookup_entry **at)
{
	make_scopes(watcher);
	uint64_t key = scope_key(kind, namespace, NULL);
	while ((*at = record_lookup_next(&watcher->scopes, key, *at))) {
		struct source_watched *watched = (*at)->value;
		if (watched->kind == kind && !watched->gone &&
		    (str_eq(namespace, SOURCE_ANYWHERE) || str_eq(namespace, watched->namespace)))
			return watched;
	}
	return NULL;
}

/* ---- how lists stand ---- */

struct watcher_sum {
	struct world_source list;
	bool any;
};

static int rank_of_list(const struct world_source *list)
{
	return 2 * world_source_is_read(list) + (world_source_is_read(list) != err_is_set(&list->err));
}

/* Of lists that say the same, what the best knows is known. */
static void take_better(struct watcher_sum *sum, const struct world_source *other)
{
	int ours = rank_of_list(&sum->list), theirs = rank_of_list(other);
	if (!sum->any || theirs > ours || (theirs == ours && other->updated_ms > sum->list.updated_ms))
		sum->list = *other;
	sum->any = true;
}

/* Of lists that say different things, what the worst does not know is unknown. */
static void take_worse(struct watcher_sum *sum, const struct world_source *other)
{
	struct world_source *list = &sum->list;
	list->updated_ms = !sum->any || other->updated_ms < list->updated_ms ? other->updated_ms : list->updated_ms;
	list->err = err_is_set(&list->err) ? list->err : other->err;
	sum->any = true;
}

/* Of one namespace, NULL = all; selector NULL = whatever is there. */
static void add_lists_of(struct source_watcher *watcher, enum kube_kind kind, const char *namespace,
			 const char *selector, struct watcher_sum *sum)
{
	uint64_t key = scope_key(kind, namespace, selector);
	for (const struct record_lookup_entry *at = NULL; (at = record_lookup_next(&watcher->scopes, key, at));) {
		const struct source_watched *watched = at->value;
		if (watched->kind != kind || watched->is_part || !str_eq(watched->namespace, namespace) ||
		    (selector && !(watched->group && source_group_covers(watched->group, selector))))
			continue;
		struct world_source its = watcher_source_of(watched);
		take_better(sum, &its);
	}
}

static struct watcher_sum sum_of_cluster(struct source_watcher *watcher, enum kube_kind kind,
					 const struct source_found_cluster *found)
{
	struct watcher_sum sum = {0};
	char selector[SOURCE_SELECTOR_MAX];
	for (size_t i = 0; kind == KUBE_PODS && source_discover_selector(found, i, selector, sizeof selector); i++) {
		struct watcher_sum its = {.list.updated_ms = -1};
		add_lists_of(watcher, kind, found->namespace, selector, &its);
		add_lists_of(watcher, kind, NULL, selector, &its);
		take_worse(&sum, &its.list);
	}
	if (sum.any)
		return sum;
	add_lists_of(watcher, kind, found->namespace, NULL, &sum);
	add_lists_of(watcher, kind, NULL, NULL, &sum);
	return sum;
}

/* While one list takes the place of others, these stand for it. */
static struct watcher_sum sum_of_all(struct source_watcher *watcher, enum kube_kind kind)
{
	struct watcher_sum sum = {0};
	struct source_watched *watched;
	const struct record_lookup_entry *at = NULL;
	bool is_exchanged = false;
	while ((watched = source_watched_next(watcher, kind, SOURCE_ANYWHERE, &at)))
		is_exchanged |= !watched->needed;
	while ((watched = source_watched_next(watcher, kind, SOURCE_ANYWHERE, &at))) {
		if (is_exchanged && watched->needed && !source_watched_is_listed(watched))
			continue;
		struct world_source its = watcher_source_of(watched);
		take_worse(&sum, &its);
	}
	return sum;
}

struct world_source source_watcher_list(struct source_watcher *watcher, enum kube_kind kind,
					const struct source_found_cluster *found)
{
	if (!watcher)
		return (struct world_source){0};
	make_scopes(watcher);
	struct watcher_sum sum = found ? sum_of_cluster(watcher, kind, found) : sum_of_all(watcher, kind);
	/* What concerns one cluster is watched once that is found; of all clusters, there being none, all is known. */
	if (!sum.any)
		sum.list.updated_ms =
			found || source_scopes_is_counting(watcher, kind) ? -1 : loop_now_ms(watcher->options.loop);
	return sum.list;
}

/* A list that was refused with "later", or cut by a server that answers otherwise, is asked again: it is not settled. */
static bool watcher_is_settled(const struct source_watched *watched, bool answers)
{
	const struct err *err = source_watched_error(watched);
	bool later = err->code == ERR_BUSY || err->code == ERR_TIMEOUT || err->code == ERR_CONNECT;
	return source_watched_is_listed(watched) || (err_is_set(err) && !(answers && later));
}

bool source_watcher_lists_are_in(const struct source_watcher *watcher)
{
	bool answers = kube_client_connection(watcher->options.client)->first_ms >= 0;
	if (!watcher->watched.len || loop_timer_is_armed(watcher->follow) || source_scopes_are_counting(watcher))
		return false;
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at))
		if (!watcher_is_settled(at->value, answers))
			return false;
	return true;
}
