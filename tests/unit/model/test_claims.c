/* Why a claim has no volume: by what is missing, and by what its provisioner said. */
#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/base/str.h"
#include "tests/unit/model/fixture.h"

struct waiting {
	struct fixture f;
	struct join_cluster *cluster;
	struct kube_claim *claim;
	struct kube_stateful_set *set;
};

static void wait_begin(struct waiting *it)
{
	struct fixture *f = &it->f;
	fixture_start(f);
	it->set = fixture_set(f, "log", 2, "apache/kafka:4.1.0", 9092);
	fixture_node(f, "node-1", NULL, true);
	fixture_pod(f, it->set, 0, "node-1");
	struct kube_pod *pod = fixture_pod(f, it->set, 1, NULL);
	pod->phase = "Pending";
	fixture_set_condition(f, pod, "PodScheduled", "False", "pod has unbound immediate PersistentVolumeClaims");
	it->claim = fixture_claim(f, "data-log-1", NULL);
	fixture_update(f);
	it->cluster = fixture_cluster(f, "test/log/kafka");
}

static void put_class(struct waiting *it, const char *name, const char *annotation)
{
	struct kube_storage_class *class = arena_alloc(&it->f.arena, sizeof *class);
	struct kube_pair *pair = arena_alloc(&it->f.arena, sizeof *pair);
	*pair = (struct kube_pair){.key = annotation, .value = "true"};
	class->meta = (struct kube_meta){.name = name, .annotations = pair, .annotation_count = annotation ? 1 : 0};
	record_store_put(&it->f.world->store, KUBE_STORAGE_CLASSES, class);
}

static void put_event(struct waiting *it, const char *name, const char *type, int64_t last_ms, const char *message)
{
	struct kube_event *event = arena_alloc(&it->f.arena, sizeof *event);
	*event = (struct kube_event){.meta = {.name = name, .namespace = "test"},
				     .type = type,
				     .message = message,
				     .object_kind = "PersistentVolumeClaim",
				     .object_namespace = "test",
				     .object_name = "data-log-1",
				     .last_ms = last_ms};
	record_store_put(&it->f.world->store, KUBE_EVENTS, event);
}

static void assert_waits(struct waiting *it, const char *why)
{
	fixture_update(&it->f);
	const struct world_volume *volume = it->cluster->pub.brokers[1]->volumes[0];
	assert_true(why ? str_eq(volume->waits, why) : !volume->waits);
	CLEANUP(free)
	char *head = str_printf("1 of 2 brokers ready: log-1 is waiting for its volume data-log-1 (Pending: %s)",
				str_or(why, "pod has unbound immediate PersistentVolumeClaims"));
	assert_string_equal(it->cluster->pub.headline, head);
}

static void the_class_that_is_missing_is_named(void **state)
{
	struct waiting it;
	wait_begin(&it);
	it.claim->storage_class = "fast";
	assert_waits(&it, "storage class \"fast\" does not exist");
	put_class(&it, "slow", "storageclass.kubernetes.io/is-default-class");
	assert_waits(&it, "storage class \"fast\" does not exist");
	put_class(&it, "fast", NULL);
	assert_waits(&it, NULL);
	fixture_finish(&it.f);
}

static void no_class_is_right_only_where_one_is_the_default(void **state)
{
	struct waiting it;
	wait_begin(&it);
	assert_waits(&it, "it names no storage class and none is the default");
	put_class(&it, "slow", NULL);
	assert_waits(&it, "it names no storage class and none is the default");
	it.claim->storage_class = "";
	assert_waits(&it, "it is for a volume made by hand and none is free");
	it.claim->storage_class = NULL;
	put_class(&it, "old", "storageclass.beta.kubernetes.io/is-default-class");
	assert_waits(&it, NULL);
	fixture_finish(&it.f);
}

/* Volumes made by hand bear the name of a class that need not be there. */
static void a_free_volume_of_that_name_is_enough(void **state)
{
	struct waiting it;
	struct kube_volume volume = {.meta = {.name = "pv-free"}, .storage_class = "manual", .phase = "Available"};
	wait_begin(&it);
	it.claim->storage_class = "manual";
	record_store_put(&it.f.world->store, KUBE_VOLUMES, &volume);
	assert_waits(&it, NULL);
	volume.phase = "Bound";
	assert_waits(&it, "storage class \"manual\" does not exist");
	fixture_finish(&it.f);
}

static void what_the_provisioner_said_last_is_told(void **state)
{
	struct waiting it;
	wait_begin(&it);
	it.claim->storage_class = "fast";
	put_class(&it, "fast", NULL);
	put_event(&it, "a", "Warning", 1000, "failed to provision volume: no space in pool");
	assert_waits(&it, "failed to provision volume: no space in pool");
	put_event(&it, "b", "Normal", 2000, "waiting for first consumer");
	assert_waits(&it, NULL);
	fixture_finish(&it.f);
}

static void classes_that_were_not_read_are_not_missing(void **state)
{
	struct waiting it;
	wait_begin(&it);
	it.cluster->pub.parts[WORLD_PART_CLASSES].updated_ms = -1;
	assert_null(join_claim_lacks(it.cluster, "fast"));
	assert_null(join_claim_lacks(it.cluster, NULL));
	fixture_finish(&it.f);
}

/* One may be free. */
static void volumes_that_were_not_read_are_not_missing(void **state)
{
	struct waiting it;
	wait_begin(&it);
	it.cluster->pub.parts[WORLD_PART_VOLUMES].updated_ms = -1;
	assert_string_equal(join_claim_lacks(it.cluster, ""), "it is for a volume made by hand");
	fixture_finish(&it.f);
}

static void templates_tell_before_there_is_a_claim(void **state)
{
	struct waiting it;
	wait_begin(&it);
	it.set->claim_templates->storage_class = "fast";
	fixture_update(&it.f);
	assert_string_equal(it.cluster->pub.template_waits[0], "storage class \"fast\" does not exist");
	put_class(&it, "fast", NULL);
	fixture_update(&it.f);
	assert_null(it.cluster->pub.template_waits[0]);
	fixture_finish(&it.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_class_that_is_missing_is_named),
		cmocka_unit_test(no_class_is_right_only_where_one_is_the_default),
		cmocka_unit_test(a_free_volume_of_that_name_is_enough),
		cmocka_unit_test(what_the_provisioner_said_last_is_told),
		cmocka_unit_test(classes_that_were_not_read_are_not_missing),
		cmocka_unit_test(volumes_that_were_not_read_are_not_missing),
		cmocka_unit_test(templates_tell_before_there_is_a_claim),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
