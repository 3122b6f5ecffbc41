/* Where lists are asked for once there are clusters. Of few namespaces each has lists of its own, so that nothing comes
 * across the wire that is not beside a cluster. Of many, one list of all namespaces costs the server less, unless it holds
 * so much else: that is counted first. Where all may not be read, a few namespaces are tried before each is. Pods come by
 * the selectors of the clusters, many in one list. */
#include <cjson/cJSON.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "api/model/sources/watcher_private.h"

enum {
	FEW_NAMESPACES = 6, /* with lists of their own, eight each, the connections are fewer than 60 without HTTP/2 */
	PILOTS = 8,
	/* A list and watch costs the server about as much as the reading of so many objects. */
	OBJECTS_OF_A_LIST = 128,
};

struct source_namespace {
	bool needed, has_kafka, is_new;
	bool is_pilot, is_kafka_pilot; /* tried where all namespaces are refused */
};

static const struct {
	enum kube_kind kind;
	const char *labels;
	bool is_counted; /* else there are few, or selectors leave few */
	bool of_kafka;   /* who may log in */
} scoped_kinds[SOURCE_SCOPED_KINDS] = {
	{.kind = KUBE_SERVICES, .is_counted = true},
	{.kind = KUBE_ENDPOINT_SLICES, .is_counted = true},
	{.kind = KUBE_DISRUPTION_BUDGETS, .is_counted = true},
	{.kind = KUBE_EVENTS, .is_counted = true},
	{.kind = KUBE_CLAIMS,
	 .is_counted = true}, /* all of them: a pod mounts a claim by its name, whatever its labels */
	{.kind = KUBE_KAFKA_USERS, .is_counted = true, .of_kafka = true},
	{.kind = KUBE_LEASES, .labels = "app.kubernetes.io/managed-by=mqdeck"},
	{.kind = KUBE_PODS},
};

static size_t number_of(const struct source_scoping *scoping)
{
	return (size_t)(scoping - scoping->watcher->scoping);
}

static enum kube_kind scope_kind(const struct source_scoping *scoping)
{
	return scoped_kinds[number_of(scoping)].kind;
}

bool source_scopes_has_namespace(const struct source_watcher *watcher, const char *namespace)
{
	return map_find(&watcher->namespaces, str_or(namespace, "")) != NULL;
}

bool source_scopes_is_counting(const struct source_watcher *watcher, enum kube_kind kind)
{
	for (size_t i = 0; i < SOURCE_SCOPED_KINDS; i++)
		if (scoped_kinds[i].kind == kind)
			return watcher->scoping[i].count != NULL;
	return false;
}

bool source_scopes_are_counting(const struct source_watcher *watcher)
{
	for (size_t i = 0; i < SOURCE_SCOPED_KINDS; i++)
		if (watcher->scoping[i].count)
			return true;
	return false;
}

/* ---- counting ---- */

static void stop_counting(struct source_scoping *scoping)
{
	kube_request_cancel(scoping->count);
	scoping->count = NULL;
}

static size_t count_of(const cJSON *list)
{
	const cJSON *meta = cJSON_GetObjectItemCaseSensitive(list, "metadata");
	double more = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(meta, "remainingItemCount"));
	size_t here = (size_t)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(list, "items"));
	return here + (more > 0 && more < 1e9 ? (size_t)more : 0);
}

/* A server that does not say how many there are is asked for all. */
static void on_counted(void *data, const cJSON *list, const struct kube_result *result)
{
	struct source_scoping *scoping = data;
	scoping->count = NULL;
	size_t count = list ? count_of(list) : 0;
	if (result->err.code == ERR_FORBIDDEN)
		scoping->scope = SOURCE_SCOPE_PILOTS;
	else
		scoping->scope =
			count > OBJECTS_OF_A_LIST * scoping->decided_at ? SOURCE_SCOPE_NAMESPACES : SOURCE_SCOPE_ALL;
	log_debug(LOG_KUBE, "informer counts resource=%s objects=%zu namespaces=%zu error=\"%s\"",
		  kube_kind_info(scope_kind(scoping))->resource, count, scoping->decided_at,
		  log_error_text(&result->err));
	source_watcher_follow_soon(scoping->watcher);
}

static void start_counting(struct source_scoping *scoping)
{
	char version[16];
	struct err err = {0};
	const struct kube_kind_info *info = kube_kind_info(scope_kind(scoping));
	if (scoped_kinds[number_of(scoping)].is_counted && kube_kind_version(scope_kind(scoping), 0, version)) {
		CLEANUP(free)
		char *path = kube_url(&(struct kube_url){
			.group = info->group, .version = version, .resource = info->resource, .query = "limit=1"});
		scoping->count = kube_get_json(scoping->watcher->options.client, "how many there are", path, on_counted,
					       scoping, &err);
	}
	if (!scoping->count)
		scoping->scope = SOURCE_SCOPE_ALL;
}

/* ---- deciding ---- */

struct scoped_sum { /* of the lists of a kind that are needed */
	size_t lists, listed, refused;
};

static struct scoped_sum sum_up_lists(const struct source_scoping *scoping, bool of_all)
{
	struct scoped_sum sum = {0};
	const struct map *all = &scoping->watcher->watched;
	for (struct map_entry *at = map_next(all, NULL); at; at = map_next(all, at)) {
		const struct source_watched *watched = at->value;
		if (watched->kind != scope_kind(scoping) || watched->is_part || (watched->namespace == NULL) != of_all)
			continue;
		const struct err *err = source_watched_error(watched);
		sum.lists++;
		sum.listed += source_watched_is_listed(watched) && !err_is_set(err);
		sum.refused += err->code == ERR_FORBIDDEN || (err->code == ERR_LIMIT && !err->no_descriptor);
	}
	return sum;
}

static void look_at_pilots(struct source_scoping *scoping)
{
	struct scoped_sum sum = sum_up_lists(scoping, false);
	if (sum.listed)
		scoping->scope = SOURCE_SCOPE_NAMESPACES;
	else if (sum.lists && sum.refused == sum.lists)
		scoping->scope = SOURCE_SCOPE_ALL_REFUSED;
}

static void scope_decide(struct source_scoping *scoping, size_t namespaces)
{
	bool are_many = namespaces > FEW_NAMESPACES || (scoping->decided_at && namespaces > FEW_NAMESPACES / 2);
	if (scoping->watcher->options.namespace || !are_many) {
		stop_counting(scoping);
		scoping->scope = SOURCE_SCOPE_NAMESPACES;
		scoping->decided_at = 0;
	} else if (namespaces >= 2 * scoping->decided_at || 2 * namespaces <= scoping->decided_at) {
		stop_counting(scoping);
		scoping->decided_at = namespaces;
		start_counting(scoping);
	} else {
		if (scoping->scope == SOURCE_SCOPE_ALL && sum_up_lists(scoping, true).refused)
			scoping->scope = SOURCE_SCOPE_PILOTS;
		if (scoping->scope == SOURCE_SCOPE_PILOTS)
			look_at_pilots(scoping);
	}
}

/* ---- what is needed ---- */

static bool scope_is_of_all(const struct source_scoping *scoping)
{
	return scoping->scope == SOURCE_SCOPE_ALL || scoping->scope == SOURCE_SCOPE_ALL_REFUSED;
}

static bool is_needed_in(const struct source_scoping *scoping, const struct source_namespace *namespace)
{
	bool of_kafka = scoped_kinds[number_of(scoping)].of_kafka;
	if (scoping->scope == SOURCE_SCOPE_PILOTS)
		return of_kafka ? namespace->is_kafka_pilot : namespace->is_pilot;
	return namespace->has_kafka || !of_kafka;
}

static void need_lists(struct source_scoping *scoping)
{
	struct source_watcher *watcher = scoping->watcher;
	struct source_need need = {.kind = scope_kind(scoping),
				   .labels = scoped_kinds[number_of(scoping)].labels,
				   .if_watched = scoping->count != NULL};
	if (scope_is_of_all(scoping)) {
		need.is_sifted = true;
		source_watcher_need(watcher, &need);
		return;
	}
	for (struct map_entry *at = map_next(&watcher->namespaces, NULL); at; at = map_next(&watcher->namespaces, at)) {
		need.namespace = at->key;
		if (is_needed_in(scoping, at->value))
			source_watcher_need(watcher, &need);
	}
}

static void need_pods(struct source_scoping *scoping)
{
	struct source_watcher *watcher = scoping->watcher;
	source_groups_begin(&watcher->groups);
	vec_each (&watcher->selectors, selector) {
		if (scope_is_of_all(scoping))
			source_groups_need(&watcher->groups, NULL, selector->text);
		else if (is_needed_in(scoping, map_get(&watcher->namespaces, selector->namespace)))
			source_groups_need(&watcher->groups, selector->namespace, selector->text);
	}
	source_groups_end(&watcher->groups);
	vec_each (&watcher->groups.current, group)
		source_watcher_need(watcher, &(struct source_need){.kind = KUBE_PODS,
								   .namespace = (*group)->namespace,
								   .labels = (*group)->labels,
								   .group = *group,
								   .is_sifted = !(*group)->namespace});
}

/* ---- clusters ---- */

static void forget_selectors(struct source_watcher *watcher)
{
	vec_each (&watcher->selectors, selector)
		free(selector->text);
	vec_clear(&watcher->selectors);
}

void source_scopes_begin(struct source_watcher *watcher)
{
	forget_selectors(watcher);
	for (struct map_entry *at = map_next(&watcher->namespaces, NULL); at; at = map_next(&watcher->namespaces, at)) {
		struct source_namespace *namespace = at->value;
		namespace->needed = namespace->has_kafka = false;
	}
}

void source_scopes_add(struct source_watcher *watcher, const struct source_found_cluster *found)
{
	char text[SOURCE_SELECTOR_MAX];
	struct source_namespace *namespace = map_get(&watcher->namespaces, found->namespace);
	if (!namespace) {
		namespace = mem_alloc(sizeof *namespace);
		namespace->is_new = true;
		map_set(&watcher->namespaces, found->namespace, namespace);
	}
	namespace->needed = true;
	namespace->has_kafka |= found->kafka != NULL;
	for (size_t i = 0; source_discover_selector(found, i, text, sizeof text); i++)
		vec_push(&watcher->selectors, (struct source_selector){found->namespace, mem_strdup(text)});
}

/* ---- namespaces ---- */

static void sift_namespaces(struct source_watcher *watcher)
{
	struct map came = MAP_INIT, left = MAP_INIT;
	for (struct map_entry *at = map_next(&watcher->namespaces, NULL); at; at = map_next(&watcher->namespaces, at)) {
		struct source_namespace *namespace = at->value;
		if (!namespace->needed)
			map_set(&left, at->key, namespace);
		else if (namespace->is_new)
			map_set(&came, at->key, namespace);
		namespace->is_new = false;
	}
	if (came.len || left.len)
		source_watcher_sift(watcher, &came, &left);
	for (struct map_entry *at = map_next(&left, NULL); at; at = map_next(&left, at)) {
		map_remove(&watcher->namespaces, at->key);
		free(at->value);
	}
	map_finish(&came);
	map_finish(&left);
}

struct namespace_counts {
	size_t all, of_kafka;
};

static struct namespace_counts choose_pilots(struct source_watcher *watcher)
{
	struct namespace_counts counts = {0};
	for (struct map_entry *at = map_next(&watcher->namespaces, NULL); at; at = map_next(&watcher->namespaces, at)) {
		struct source_namespace *namespace = at->value;
		namespace->is_pilot = counts.all < PILOTS;
		namespace->is_kafka_pilot = namespace->has_kafka && counts.of_kafka < PILOTS;
		counts.all++;
		counts.of_kafka += namespace->has_kafka;
	}
	return counts;
}

void source_scopes_end(struct source_watcher *watcher)
{
	sift_namespaces(watcher);
	struct namespace_counts counts = choose_pilots(watcher);
	if (counts.all)
		source_watcher_need(watcher, &(struct source_need){.kind = KUBE_EVENTS,
								   .namespace = "default",
								   .fields = "involvedObject.kind=Node"});
	for (size_t i = 0; i < SOURCE_SCOPED_KINDS; i++) {
		struct source_scoping *scoping = &watcher->scoping[i];
		scoping->watcher = watcher;
		scope_decide(scoping, scoped_kinds[i].of_kafka ? counts.of_kafka : counts.all);
		if (scoped_kinds[i].kind == KUBE_PODS)
			need_pods(scoping);
		else
			need_lists(scoping);
	}
}

void source_scopes_ask_again(struct source_watcher *watcher)
{
	for (size_t i = 0; i < SOURCE_SCOPED_KINDS; i++)
		watcher->scoping[i].decided_at = 0;
	source_watcher_follow_soon(watcher);
}

void source_scopes_finish(struct source_watcher *watcher)
{
	for (size_t i = 0; i < SOURCE_SCOPED_KINDS; i++)
		stop_counting(&watcher->scoping[i]);
	for (struct map_entry *at = map_next(&watcher->namespaces, NULL); at; at = map_next(&watcher->namespaces, at))
		free(at->value);
	map_finish(&watcher->namespaces);
	forget_selectors(watcher);
	vec_finish(&watcher->selectors);
	source_groups_finish(&watcher->groups);
}
