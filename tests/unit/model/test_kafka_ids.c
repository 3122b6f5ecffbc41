/* Who is who: worlds with ids, names and addresses in every arrangement. What the console says of a pod is held against what
 * the broker in it holds; where nothing certain leads from one to the other, it must say nothing. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/records/critical.h"
#include "api/ops/impact/impact.h"
#include "tests/unit/model/fixture.h"

enum { PODS_MAX = 5, PARTITIONS = 6, WORLDS = 4000, MIN_IN_SYNC = 2, GHOST = 77777 };

enum numbering { SAME, OFFSET, GAPS, SWAPPED, HUGE_IDS, NUMBERINGS };
enum naming {
	BY_NAME,
	BY_ADDRESS,
	BY_SECOND_ADDRESS,
	BY_DASHES,
	ONE_OUTSIDE,
	OUTSIDE,
	MISLEADING,
	ELSEWHERE,
	BY_OPERATOR,
	NAMINGS
};

struct truth { /* of one pod */
	int32_t id;
	bool absent; /* there is no pod now */
	bool registered, asked, tells, foreign;
	const char *host, *pod;
};

struct test_world {
	struct fixture f;
	struct join_cluster *cluster;
	size_t pods;
	struct truth truth[PODS_MAX];
	bool named;    /* the hosts lead to the pods */
	bool operated; /* Strimzi's list of node ids leads to them */
	struct kafka_snapshot snapshot;
	struct kafka_broker brokers[PODS_MAX + 1];
	struct kafka_admin_place places[PODS_MAX];
	struct kafka_topic topic;
	struct kafka_partition partitions[PARTITIONS];
	uint32_t random;
};

static uint32_t draw(struct test_world *w, uint32_t below)
{
	w->random = w->random * 1664525u + 1013904223u;
	return (w->random >> 8) % below;
}

/* ---- making worlds ---- */

static void number_pods(struct test_world *w, enum numbering numbering)
{
	for (size_t i = 0; i < w->pods; i++) {
		const int32_t ids[NUMBERINGS] = {[SAME] = (int32_t)i,
						 [OFFSET] = (int32_t)i + 100,
						 [GAPS] = (int32_t)(i * i + 2 * i),
						 [SWAPPED] = (int32_t)i,
						 [HUGE_IDS] = INT32_MAX - (int32_t)(i * 1000)};
		w->truth[i].id = ids[numbering];
	}
	for (size_t i = w->pods; numbering == SWAPPED && i-- > 1;) {
		size_t other = draw(w, (uint32_t)i + 1);
		int32_t id = w->truth[i].id;
		w->truth[i].id = w->truth[other].id;
		w->truth[other].id = id;
	}
}

static void name_brokers(struct test_world *w, enum naming naming)
{
	struct arena *arena = &w->f.arena;
	for (size_t i = 0; i < w->pods; i++) {
		int own = (int)i, other = (int)((i + 1) % w->pods);
		const char *const hosts[NAMINGS] = {
			[BY_NAME] = arena_printf(arena, "log-%d.log.test.svc.cluster.local", own),
			[BY_ADDRESS] = arena_printf(arena, "10.0.0.%d", own),
			[BY_SECOND_ADDRESS] = arena_printf(arena, "fd00:0::%d", own),
			[BY_DASHES] = arena_printf(arena, "10-0-0-%d.test.pod", own),
			[ONE_OUTSIDE] = "kafka.example.com",
			[OUTSIDE] = arena_printf(arena, "b%d.example.com", own),
			[MISLEADING] = arena_printf(arena, "log-%d.kafka.example.com", other),
			[ELSEWHERE] = arena_printf(arena, "log-%d.log.staging.svc", other),
			[BY_OPERATOR] = arena_printf(arena, "b%d.example.com", own),
		};
		w->truth[i].host = hosts[naming];
		w->truth[i].pod = naming == BY_OPERATOR ? arena_printf(arena, "log-pool-%d", (int)w->truth[i].id)
							: arena_printf(arena, "log-%d", own);
	}
	w->named = naming <= BY_DASHES;
	w->operated = naming == BY_OPERATOR;
}

/* A Kafka resource with one node pool, whose status lists the ids; the pods are called after them. */
static void put_pool(struct test_world *w, struct kube_stateful_set *set)
{
	static struct kube_pair labels[] = {
		{"strimzi.io/cluster", "log"}, {"strimzi.io/kind", "Kafka"}, {"strimzi.io/broker-role", "true"}};
	struct arena *arena = &w->f.arena;
	struct kube_kafka *kafka = arena_alloc(arena, sizeof *kafka);
	struct kube_kafka_node_pool *pool = arena_alloc(arena, sizeof *pool);
	*kafka = (struct kube_kafka){.meta = {.name = "log", .namespace = "test"}, .replicas = -1};
	*pool = (struct kube_kafka_node_pool){
		.meta = {.name = "pool", .namespace = "test", .labels = labels, .label_count = 1},
		.replicas = (int32_t)w->pods,
		.node_ids = arena_alloc(arena, w->pods * sizeof *pool->node_ids),
		.node_id_count = w->pods};
	for (size_t i = 0; i < w->pods; i++)
		pool->node_ids[i] = w->truth[i].id;
	record_store_put(&w->f.world->store, KUBE_KAFKAS, kafka);
	record_store_put(&w->f.world->store, KUBE_KAFKA_NODE_POOLS, pool);
	record_store_remove(&w->f.world->store, KUBE_STATEFUL_SETS, "test", set->meta.name);
	set->template_labels = labels;
	set->template_label_count = ARRAY_LEN(labels);
}

static void put_pods(struct test_world *w)
{
	struct kube_stateful_set *set = fixture_set(&w->f, w->operated ? "log-pool" : "log", (int32_t)w->pods,
						    "quay.io/apache/kafka:4.1.0", 9092);
	set->service_name = "log";
	fixture_node(&w->f, "node-1", "zone-a", true);
	if (w->operated)
		put_pool(w, set);
	for (size_t i = 0; i < w->pods; i++) {
		if (w->truth[i].absent)
			continue;
		struct kube_pod *pod = fixture_pod(&w->f, set, w->operated ? w->truth[i].id : (int32_t)i, "node-1");
		if (w->operated)
			pod->meta.owners->kind = "StrimziPodSet";
		pod->subdomain = "log";
		pod->ips = arena_alloc(&w->f.arena, 2 * sizeof *pod->ips);
		pod->ips[0].text = arena_printf(&w->f.arena, "10.0.0.%d", (int)i);
		pod->ips[1].text = arena_printf(&w->f.arena, "fd00::%d", (int)i);
		pod->ip_count = 2;
	}
	fixture_update(&w->f);
	w->cluster = fixture_cluster(&w->f, "test/log/kafka");
}

static const struct kafka_snapshot *snapshot_of(void *data)
{
	return data;
}

static int compare_brokers(const void *a, const void *b)
{
	const struct kafka_broker *left = a, *right = b;
	return (left->id > right->id) - (left->id < right->id);
}

static void say_brokers(struct test_world *w)
{
	struct kafka_snapshot *snapshot = &w->snapshot;
	for (size_t i = 0; i < w->pods; i++) {
		const struct truth *it = &w->truth[i];
		struct kafka_admin_place *place = &w->places[snapshot->place_count];
		*place = (struct kafka_admin_place){
			.namespace = "test",
			.pod = it->pod,
			.id = it->tells ? it->id : -1,
			.cluster_id = it->foreign ? "theirs"
				      : it->tells ? "ours"
						  : NULL,
			.asked = it->asked,
		};
		if (!it->tells && it->asked)
			err_set(&place->err, ERR_FORBIDDEN, "it may not be asked");
		snapshot->place_count += !it->absent;
		if (!it->foreign) /* what left the cluster is named by replicas alone */
			w->brokers[snapshot->broker_count++] = (struct kafka_broker){
				.id = it->id,
				.host = it->registered ? it->host : NULL,
				.port = 9092 + (int32_t)i,
				.registered = it->registered,
				.dirs_part.updated_ms = -1,
			};
	}
	w->brokers[snapshot->broker_count++] =
		(struct kafka_broker){.id = GHOST, .registered = draw(w, 4) == 0, .dirs_part.updated_ms = -1};
	qsort(w->brokers, snapshot->broker_count, sizeof *w->brokers, compare_brokers);
	snapshot->places = w->places;
	snapshot->brokers = w->brokers;
}

static void say_partitions(struct test_world *w)
{
	for (int32_t p = 0; p < PARTITIONS; p++) {
		struct kafka_partition *it = &w->partitions[p];
		int32_t *nodes = arena_alloc(&w->f.arena, 2 * (PODS_MAX + 1) * sizeof *nodes);
		uint8_t replicas = 0, isr = 0;
		for (size_t i = 0; i < w->snapshot.broker_count; i++)
			if (draw(w, 3) > 0)
				nodes[replicas++] = w->brokers[i].id;
		for (uint8_t i = 0; i < replicas; i++)
			if (kafka_snapshot_broker(&w->snapshot, nodes[i])->registered && draw(w, 5) > 0)
				nodes[replicas + isr++] = nodes[i];
		*it = (struct kafka_partition){.nodes = nodes,
					       .id = p,
					       .leader = isr ? nodes[replicas] : -1,
					       .replica_count = replicas,
					       .isr_count = isr,
					       .size_bytes = -1};
		for (size_t i = 0; i < w->snapshot.broker_count; i++)
			w->brokers[i].leaders += isr && w->brokers[i].id == it->leader;
	}
	w->topic = (struct kafka_topic){.name = "orders",
					.partitions = w->partitions,
					.partition_count = PARTITIONS,
					.min_in_sync = MIN_IN_SYNC};
	w->snapshot.topics = &w->topic;
	w->snapshot.topic_count = 1;
}

static void draw_fate(struct test_world *w, struct truth *it)
{
	it->absent = draw(w, 8) == 0;
	it->foreign = !it->absent && draw(w, 12) == 0;
	it->registered = !it->absent && !it->foreign && draw(w, 4) > 0;
	it->tells = it->foreign || (it->registered && draw(w, 3) > 0);
	it->asked = it->tells || draw(w, 3) > 0;
}

static void make_world(struct test_world *w, uint32_t seed, enum numbering numbering, enum naming naming)
{
	*w = (struct test_world){.random = seed};
	fixture_start(&w->f);
	w->pods = 1 + draw(w, PODS_MAX);
	number_pods(w, numbering);
	name_brokers(w, naming);
	for (size_t i = 0; i < w->pods; i++)
		draw_fate(w, &w->truth[i]);
	put_pods(w);
	w->snapshot = (struct kafka_snapshot){.controller = -1, .reachable = true, .cluster_id = "ours"};
	say_brokers(w);
	say_partitions(w);
	w->snapshot.metadata_part.updated_ms = w->snapshot.config_part.updated_ms = loop_now_ms(w->f.loop);
	w->snapshot.quorum_part.updated_ms = loop_now_ms(w->f.loop);
	w->snapshot.group_part.updated_ms = -1;
	w->cluster->kafka = snapshot_of;
	w->cluster->kafka_data = &w->snapshot;
	fixture_update(&w->f);
}

/* ---- what the brokers hold ---- */

static bool holds(const int32_t *ids, size_t count, int32_t id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static bool is_needed(const struct test_world *w, const struct truth *it)
{
	bool needed = false;
	for (size_t p = 0; p < PARTITIONS && !it->foreign; p++) {
		const struct kafka_partition *partition = &w->partitions[p];
		needed |=
			holds(kafka_partition_isr(partition), partition->isr_count, it->id) &&
			world_is_critical_partition(partition->replica_count, partition->isr_count, MIN_IN_SYNC, true);
	}
	return needed;
}

static size_t leads(const struct test_world *w, const struct truth *it)
{
	size_t count = 0;
	for (size_t p = 0; p < PARTITIONS; p++)
		count += w->partitions[p].leader == it->id;
	return count;
}

/* ---- what the console says ---- */

static void assert_nothing_said(const struct world_broker *broker)
{
	assert_int_equal(broker->quorum_critical, -1);
	assert_int_equal(broker->leaders, -1);
	assert_int_equal(broker->replicas, -1);
	assert_int_equal(broker->in_sync, -1);
}

static const struct world_broker *broker_in(const struct test_world *w, const char *pod)
{
	int32_t at = join_cluster_broker_named(w->cluster, pod);
	return at >= 0 ? w->cluster->pub.brokers[at] : NULL;
}

/* Somebody who knows leads from the broker to its pod. */
static bool is_certain(const struct test_world *w, const struct truth *it)
{
	bool said = it->registered && (it->tells || w->named);
	return !it->foreign && (said || (w->operated && !it->absent));
}

static void hold_pod(const struct test_world *w, size_t i)
{
	const struct truth *it = &w->truth[i];
	const struct world_broker *broker = broker_in(w, it->pod);
	struct err why = {0};
	assert_true(broker || it->absent);
	if (!broker)
		return;
	if (is_certain(w, it) || broker->id >= 0)
		assert_int_equal(broker->id, it->id);
	if (it->foreign)
		assert_int_equal(broker->id, -1);
	if (broker->id < 0)
		assert_nothing_said(broker);
	else
		assert_int_equal(broker->quorum_critical, is_needed(w, it));
	if (broker->id >= 0 && it->registered)
		assert_int_equal(broker->leaders, leads(w, it));
	if (it->registered)
		assert_int_not_equal(broker->reachable, 0);
	if (ops_impact_can_stop(&w->cluster->pub, broker, &why))
		assert_false(is_needed(w, it) || (broker->reachable != 0 && w->cluster->pub.unjoined));
	else
		assert_true(err_is_set(&why));
}

static int32_t id_in(const struct test_world *w, int32_t broker)
{
	for (size_t i = 0; i < w->pods; i++)
		if (str_eq(w->truth[i].pod, w->cluster->pub.brokers[broker]->name))
			return w->truth[i].id;
	return -1;
}

static void hold_rows(const struct test_world *w)
{
	for (int64_t p = 0; p < PARTITIONS; p++) {
		struct world_replicated row;
		world_replicated_at(&w->cluster->pub, p, &row);
		assert_int_equal(row.leader_id, w->partitions[p].leader);
		if (row.leader >= 0)
			assert_int_equal(id_in(w, row.leader), row.leader_id);
		for (size_t i = 0; i < row.replica_count; i++)
			if (row.replicas[i] >= 0)
				assert_int_equal(id_in(w, row.replicas[i]), row.replica_ids[i]);
	}
}

static void what_is_said_of_a_pod_is_what_its_broker_holds(void **state)
{
	for (uint32_t seed = 0; seed < WORLDS; seed++) {
		struct test_world w;
		make_world(&w, seed * 2654435761u, seed % NUMBERINGS, seed / NUMBERINGS % NAMINGS);
		bool strangers = false;
		for (size_t i = 0; i < w.snapshot.broker_count; i++)
			strangers |= w.brokers[i].registered && join_kafka_broker_of(w.cluster, w.brokers[i].id) < 0;
		if (strangers)
			assert_non_null(w.cluster->pub.unjoined);
		for (size_t i = 0; i < w.snapshot.place_count; i++) /* nobody is blamed while they are being asked */
			if (!w.places[i].asked)
				assert_null(strstr(w.cluster->pub.headline, "no pod is known"));
		for (size_t i = 0; i < w.pods; i++)
			hold_pod(&w, i);
		hold_rows(&w);
		fixture_finish(&w.f);
	}
}

/* ---- one by one ---- */

static struct join_cluster *start_three(struct fixture *f, const char *const hosts[3], struct kafka_snapshot **snapshot)
{
	static const char *const isr[] = {"012", "12"};
	fixture_start(f);
	struct join_cluster *cluster = fixture_kafka(f, isr, 2);
	*snapshot = cluster->kafka_data;
	for (int i = 0; i < 3; i++)
		((struct kafka_broker *)(*snapshot)->brokers)[i].host = hosts[i];
	vec_each (&cluster->brokers, broker)
		((struct join_broker *)*broker)->known_id = -1;
	return cluster;
}

static const char *const outside[] = {"lb.example", "lb.example", "lb.example"};

static void an_ordinal_is_no_evidence(void **state)
{
	struct fixture f;
	struct kafka_snapshot *snapshot;
	struct join_cluster *cluster = start_three(&f, outside, &snapshot);
	fixture_update(&f);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(cluster->pub.brokers[i]->id, -1);
		assert_nothing_said(cluster->pub.brokers[i]);
		assert_int_equal(cluster->pub.brokers[i]->reachable, -1);
	}
	assert_string_equal(cluster->pub.headline,
			    "no pod is known for brokers 0 (at lb.example:0), 1 (at lb.example:0), "
			    "2 (at lb.example:0)");
	struct world_replicated row;
	world_replicated_at(&cluster->pub, 1, &row);
	assert_int_equal(row.leader, -1);
	assert_int_equal(row.leader_id, 1);
	fixture_finish(&f);
}

static void what_a_broker_says_through_its_pod_beats_its_name(void **state)
{
	static const char *const swapped[] = {"log-0.log.test.svc", "log-1.log.test.svc", "log-2.log.test.svc"};
	struct fixture f;
	struct kafka_snapshot *snapshot;
	struct join_cluster *cluster = start_three(&f, swapped, &snapshot);
	const struct kafka_admin_place places[] = {
		{.namespace = "test", .pod = "log-0", .id = 2, .asked = true},
		{.namespace = "test", .pod = "log-2", .id = 0, .asked = true},
		{.namespace = "staging", .pod = "log-1", .id = 7, .asked = true},
	};
	snapshot->places = places;
	snapshot->place_count = ARRAY_LEN(places);
	fixture_update(&f);
	assert_int_equal(cluster->pub.brokers[0]->id, 2);
	assert_int_equal(cluster->pub.brokers[1]->id, 1);
	assert_int_equal(cluster->pub.brokers[2]->id, 0);
	assert_null(cluster->pub.unjoined);
	fixture_finish(&f);
}

static void a_broker_of_another_cluster_is_never_joined(void **state)
{
	static const char *const names[] = {"log-0.log.test.svc", "log-1.log.test.svc", "log-2.log.test.svc"};
	struct fixture f;
	struct kafka_snapshot *snapshot;
	struct join_cluster *cluster = start_three(&f, names, &snapshot);
	const struct kafka_admin_place places[] = {
		{.namespace = "test", .pod = "log-1", .id = 1, .cluster_id = "theirs", .asked = true}};
	snapshot->places = places;
	snapshot->place_count = 1;
	snapshot->cluster_id = "ours";
	fixture_update(&f);
	struct err why = {0};
	assert_int_equal(cluster->pub.brokers[1]->id, -1);
	assert_nothing_said(cluster->pub.brokers[1]);
	assert_string_equal(cluster->pub.unjoined,
			    "log-1 answers as a broker of another Kafka cluster (cluster ID theirs "
			    "instead of ours)");
	assert_false(ops_impact_can_stop(&cluster->pub, cluster->pub.brokers[0], &why));
	fixture_finish(&f);
}

static void two_pods_that_go_by_one_id_are_both_in_doubt(void **state)
{
	struct fixture f;
	struct kafka_snapshot *snapshot;
	struct join_cluster *cluster = start_three(&f, outside, &snapshot);
	const struct kafka_admin_place places[] = {{.namespace = "test", .pod = "log-0", .id = 1, .asked = true},
						   {.namespace = "test", .pod = "log-2", .id = 1, .asked = true}};
	snapshot->places = places;
	snapshot->place_count = 2;
	fixture_update(&f);
	assert_int_equal(cluster->pub.brokers[0]->id, -1);
	assert_int_equal(cluster->pub.brokers[2]->id, -1);
	assert_string_equal(cluster->pub.unjoined, "log-0 and log-2 both go by broker ID 1");
	fixture_finish(&f);
}

/* A broker that left is named by replicas alone: that no other pod and no other id are left over proves nothing, for the id
 * may be of one that was removed. What was certain once stays so. */
static void the_one_left_over_is_joined_by_memory_alone(void **state)
{
	static const char *const names[] = {"log-0.log.test.svc", "log-1.log.test.svc", "log-2.log.test.svc"};
	struct fixture f;
	struct kafka_snapshot *snapshot;
	struct join_cluster *cluster = start_three(&f, names, &snapshot);
	struct kafka_broker *gone = &((struct kafka_broker *)snapshot->brokers)[2];
	gone->registered = false;
	gone->host = NULL;
	fixture_update(&f);
	assert_int_equal(cluster->pub.brokers[2]->id, -1);
	assert_nothing_said(cluster->pub.brokers[2]);
	gone->registered = true;
	gone->host = names[2];
	fixture_update(&f);
	gone->registered = false;
	gone->host = NULL;
	fixture_update(&f);
	assert_int_equal(cluster->pub.brokers[2]->id, 2);
	assert_int_equal(cluster->pub.brokers[2]->reachable, 0);
	fixture_finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_of_a_pod_is_what_its_broker_holds),
		cmocka_unit_test(an_ordinal_is_no_evidence),
		cmocka_unit_test(what_a_broker_says_through_its_pod_beats_its_name),
		cmocka_unit_test(a_broker_of_another_cluster_is_never_joined),
		cmocka_unit_test(two_pods_that_go_by_one_id_are_both_in_doubt),
		cmocka_unit_test(the_one_left_over_is_joined_by_memory_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
