/* Whatever changes, and in whatever order: a world that followed it shows what one does that sees the records for the
 * first time. What is kept from one update to the next (who made which pod, what was weighed) must not grow old. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/buf.h"
#include "api/base/str.h"
#include "api/model/records/pod_maker.h"
#include "tests/bench/broker_sets.h"
#include "tests/unit/model/fixture.h"

enum { CLUSTERS = 6, PER_NAMESPACE = 2, OTHERS = 4, STEPS = 400, PICTURE_MAX = 1 << 20 };

struct changed_world {
	struct fixture f;
	struct broker_sets sets;
	unsigned random;
};

static size_t any_of(struct changed_world *it, size_t count)
{
	it->random = it->random * 1103515245 + 12345;
	return (it->random >> 8) % count;
}

/* ---- the picture ---- */

static void draw_broker(struct buf *out, const struct world_view *view, const struct world_broker *broker)
{
	const struct world_broker *found = world_find_member(view, broker->cluster->namespace, broker->name);
	buf_printf(out, "  %s %s %s on %s, expected %d, %zu claims\n", broker->name, broker->state,
		   broker->pod ? broker->pod->meta.resource_version : "-", broker->node ? broker->node->name : "-",
		   broker->expected, broker->volume_count);
	assert_ptr_equal(found, broker);
}

static void draw_cluster(struct buf *out, const struct world_view *view, const struct world_cluster *cluster)
{
	buf_printf(out, "%s %d %s, %s, budget %s\n", cluster->key, (int)cluster->severity, cluster->headline,
		   cluster->why, cluster->budget ? cluster->budget->meta.name : "-");
	for (size_t i = 0; i < cluster->member_count; i++)
		draw_broker(out, view, cluster->members[i]);
	for (size_t i = 0; i < cluster->volume_count; i++)
		buf_printf(out, "  %s of %s, waits %s\n", cluster->volumes[i]->claim->meta.name,
			   cluster->volumes[i]->broker ? cluster->volumes[i]->broker->name : "-",
			   str_or(cluster->volumes[i]->waits, "-"));
	for (size_t i = 0; i < cluster->service_count; i++)
		buf_printf(out, "  %s %d/%d\n", cluster->services[i]->record->meta.name,
			   cluster->services[i]->ready_endpoints, cluster->services[i]->all_endpoints);
}

static char *draw(const struct world_view *view)
{
	struct buf out = BUF_INIT(PICTURE_MAX);
	for (size_t i = 0; i < view->cluster_count; i++)
		draw_cluster(&out, view, view->clusters[i]);
	for (size_t i = 0; i < view->node_count; i++)
		buf_printf(&out, "%s %zu\n", view->nodes[i]->name, view->nodes[i]->broker_count);
	for (size_t i = 0; i < view->pod_count; i++)
		buf_printf(&out, "%s/%s\n", view->pods[i]->meta.namespace, view->pods[i]->meta.name);
	for (size_t i = 0; i < view->event_count; i++)
		buf_printf(&out, "%s/%s %s\n", view->events[i].record->meta.namespace,
			   view->events[i].record->meta.name,
			   view->events[i].cluster ? view->events[i].cluster->key : "-");
	return buf_take(&out);
}

static char *draw_anew(struct changed_world *it)
{
	struct world *world = world_create(&(struct world_options){.loop = it->f.loop});
	for (size_t kind = 0; kind < KUBE_KIND_COUNT; kind++) {
		const void *record;
		for (struct map_entry *at = NULL;
		     (record = record_store_next(&it->f.world->store, (enum kube_kind)kind, &at));)
			record_store_put(&world->store, (enum kube_kind)kind, record);
	}
	char *picture = draw(world_update(world));
	world_destroy(world);
	return picture;
}

/* ---- what happens ---- */

static void *any_record(struct changed_world *it, enum kube_kind kind, size_t size)
{
	size_t number = it->f.world->store.kinds[kind].len, skip = number ? any_of(it, number) : 0;
	struct map_entry *at = NULL;
	const void *record = record_store_next(&it->f.world->store, kind, &at);
	while (record && skip--)
		record = record_store_next(&it->f.world->store, kind, &at);
	if (!record)
		return NULL;
	struct kube_meta *copy = memcpy(arena_alloc(&it->f.arena, size), record, size);
	copy->resource_version = arena_printf(&it->f.arena, "%u", it->random);
	return copy;
}

static struct kube_pod *any_pod(struct changed_world *it)
{
	return any_record(it, KUBE_PODS, sizeof(struct kube_pod));
}

static void put_pod(struct changed_world *it, struct kube_pod *pod)
{
	if (pod)
		record_store_put(&it->f.world->store, KUBE_PODS, pod);
}

/* Of two clusters that one pod would belong to, either may be shown as its own: no pod is given to another here. */
static void a_pod_loses_labels(struct changed_world *it)
{
	struct kube_pod *pod = any_pod(it);
	if (pod && pod->meta.label_count)
		pod->meta.label_count = any_of(it, 2);
	put_pod(it, pod);
}

static void a_pod_has_another_owner(struct changed_world *it)
{
	struct kube_pod *pod = any_pod(it);
	if (!pod)
		return;
	pod->meta.owners = arena_alloc(&it->f.arena, sizeof *pod->meta.owners);
	*pod->meta.owners = (struct kube_owner){.kind = "StatefulSet", .name = "stranger", .controller = true};
	pod->meta.owner_count = any_of(it, 2);
	put_pod(it, pod);
}

static void an_owner_of_that_name_has_another_uid(struct changed_world *it)
{
	struct kube_stateful_set *set = any_record(it, KUBE_STATEFUL_SETS, sizeof *set);
	if (!set)
		return;
	set->meta.uid = arena_printf(&it->f.arena, "uid-%u", it->random);
	set->containers =
		memcpy(arena_alloc(&it->f.arena, sizeof *set->containers), set->containers, sizeof *set->containers);
	set->containers->image = any_of(it, 2) ? "docker.io/library/nginx:1" : "quay.io/apache/kafka:4.1.0";
	record_store_put(&it->f.world->store, KUBE_STATEFUL_SETS, set);
}

static void a_pod_moves(struct changed_world *it)
{
	struct kube_pod *pod = any_pod(it);
	if (pod)
		pod->node_name = any_of(it, 4) ? arena_printf(&it->f.arena, "node-%zu", any_of(it, 6)) : NULL;
	put_pod(it, pod);
}

static void remove_where(struct changed_world *it, enum kube_kind kind, const char *namespace, size_t most)
{
	VEC(const struct kube_meta *) gone = {0};
	const struct kube_meta *record;
	for (struct map_entry *at = NULL; (record = record_store_next(&it->f.world->store, kind, &at));)
		if (str_eq(record->namespace, namespace) && gone.len < most)
			vec_push(&gone, record);
	vec_each (&gone, at)
		record_store_remove(&it->f.world->store, kind, (*at)->namespace, (*at)->name);
	vec_finish(&gone);
}

static const char *any_namespace(struct changed_world *it)
{
	return arena_printf(&it->f.arena, "team-%zu", any_of(it, CLUSTERS / PER_NAMESPACE));
}

static void pods_go(struct changed_world *it)
{
	remove_where(it, KUBE_PODS, any_namespace(it), 2);
}

static void a_namespace_goes(struct changed_world *it)
{
	const char *namespace = any_namespace(it);
	for (size_t kind = 0; kind < KUBE_KIND_COUNT; kind++)
		remove_where(it, (enum kube_kind)kind, namespace, SIZE_MAX);
}

static void all_is_there_again(struct changed_world *it)
{
	broker_sets_put(&it->sets);
	broker_sets_put_others(&it->sets, OTHERS);
}

static void (*const happenings[])(struct changed_world *it) = {
	a_pod_loses_labels, a_pod_has_another_owner, an_owner_of_that_name_has_another_uid, a_pod_moves, pods_go,
	a_namespace_goes,   all_is_there_again,
};

/* ---- what holds ---- */

static void groups_hold_all_pods_and_no_others(const struct record_store *store)
{
	const struct kube_pod *pod;
	const char *text;
	char maker[RECORD_MAKER_MAX];
	size_t made = 0, found = 0;
	for (struct map_entry *at = NULL; (pod = record_store_next(store, KUBE_PODS, &at));)
		made += record_pod_maker(pod, maker);
	for (struct map_entry *at = NULL; (text = record_store_next_group(store, RECORD_PODS_BY_MAKER, &at));) {
		const struct record_group *group = record_store_group(store, RECORD_PODS_BY_MAKER, text);
		for (size_t i = 0; (pod = record_group_pod(group, i)); i++, found++) {
			assert_true(record_pod_maker(pod, maker));
			assert_string_equal(maker, text);
			assert_ptr_equal(record_store_get(store, KUBE_PODS, pod->meta.namespace, pod->meta.name), pod);
		}
		assert_true(group != NULL && record_group_pod(group, 0));
	}
	assert_int_equal(found, made);
}

static void what_was_followed_is_what_is_seen_anew(void **state)
{
	struct changed_world it = {.random = 9};
	fixture_start(&it.f);
	it.sets =
		(struct broker_sets){.store = &it.f.world->store, .clusters = CLUSTERS, .per_namespace = PER_NAMESPACE};
	all_is_there_again(&it);
	for (int step = 0; step < STEPS; step++) {
		happenings[any_of(&it, ARRAY_LEN(happenings))](&it);
		groups_hold_all_pods_and_no_others(&it.f.world->store);
		world_mark_dirty(it.f.world);
		CLEANUP(free) char *followed = draw(world_update(it.f.world));
		CLEANUP(free) char *anew = draw_anew(&it);
		assert_string_equal(followed, anew);
	}
	fixture_finish(&it.f);
	broker_sets_finish(&it.sets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_followed_is_what_is_seen_anew)};
	return cmocka_run_group_tests_name("model/changes", tests, NULL, NULL);
}
