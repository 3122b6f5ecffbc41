/* Which RabbitMQ node is in which pod: worlds with node names of every form, some nodes asked through their own pods and some
 * not. What is said of a pod is held against what its node holds; where nothing certain leads there, nothing may be said. */
#include "tests/unit/unit.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "tests/unit/model/fixture.h"

enum { PODS = 3, QUEUES = 5, WORLDS = 900 };

enum naming { BY_NAME, BY_ADDRESS, BY_DASHES, BY_HOST, ANOTHERS, ELSEWHERE, NAMINGS };

struct test_world {
	struct fixture f;
	struct join_cluster *cluster;
	struct rabbitmq_member members[PODS];
	const char *nodes[PODS];
	bool told[PODS];
	bool named; /* the names lead to the pods */
	int leads[PODS], holds[PODS];
	uint32_t random;
};

static uint32_t draw(struct test_world *w, uint32_t below)
{
	w->random = w->random * 1664525u + 1013904223u;
	return (w->random >> 8) % below;
}

static void name_nodes(struct test_world *w, enum naming naming)
{
	for (int i = 0; i < PODS; i++) {
		struct arena *arena = &w->f.arena;
		int other = (i + 1) % PODS;
		const char *const names[NAMINGS] = {
			[BY_NAME] = arena_printf(arena, "rabbit@mq-%d.mq.test.svc", i),
			[BY_ADDRESS] = arena_printf(arena, "rabbit@10.0.0.%d", i),
			[BY_DASHES] = arena_printf(arena, "rabbit@10-0-0-%d.test.pod", i),
			[BY_HOST] = arena_printf(arena, "bus@host-%d", i),
			[ANOTHERS] = arena_printf(arena, "rabbit@mq-%d", other),
			[ELSEWHERE] = arena_printf(arena, "rabbit@mq-%d.mq.staging.svc", other),
		};
		w->nodes[i] = names[naming];
		/* With a short name alone, which is another pod's, nobody could know. */
		w->told[i] = naming == ANOTHERS || draw(w, 3) > 0;
		w->members[i] = (struct rabbitmq_member){.pod = arena_printf(arena, "mq-%d", i),
							 .node = w->told[i] ? (char *)(uintptr_t)w->nodes[i] : NULL,
							 .answers = 1,
							 .quorum_critical = -1,
							 .critical_queues = -1,
							 .alarm = -1};
	}
	w->named = naming <= BY_DASHES;
}

static const char *say_queue(struct test_world *w, int number)
{
	struct arena *arena = &w->f.arena;
	const char *members = "";
	int leader = -1;
	for (int i = 0; i < PODS; i++) {
		if (draw(w, 3) == 0)
			continue;
		members = arena_printf(arena, "%s%s\"%s\"", members, *members ? "," : "", w->nodes[i]);
		leader = leader < 0 || draw(w, 2) ? i : leader;
		w->holds[i]++;
	}
	if (leader < 0)
		return "{\"name\":\"none\",\"vhost\":\"/\",\"type\":\"classic\",\"state\":\"running\"}";
	w->leads[leader]++;
	return arena_printf(
		arena,
		"{\"name\":\"q%d\",\"vhost\":\"/\",\"type\":\"quorum\",\"state\":\"running\",\"leader\":\"%s\","
		"\"members\":[%s],\"online\":[%s]}",
		number, w->nodes[leader], members, members);
}

static void make_world(struct test_world *w, uint32_t seed, enum naming naming)
{
	*w = (struct test_world){.random = seed};
	fixture_start(&w->f);
	w->cluster = fixture_rabbitmq(&w->f, "[]");
	name_nodes(w, naming);
	const char *queues = "";
	for (int i = 0; i < QUEUES; i++)
		queues = arena_printf(&w->f.arena, "%s%s%s", queues, i ? "," : "", say_queue(w, i));
	for (int i = 0; i < PODS; i++) {
		struct kube_pod *pod = (struct kube_pod *)w->cluster->pub.brokers[i]->pod;
		pod->ips = arena_alloc(&w->f.arena, sizeof *pod->ips);
		pod->ips[0].text = arena_printf(&w->f.arena, "10.0.0.%d", i);
		pod->ip_count = 1;
	}
	w->cluster->rabbitmq.members = w->members;
	w->cluster->rabbitmq.member_count = PODS;
	fixture_say_queues(&w->f, w->cluster, arena_printf(&w->f.arena, "[%s]", queues));
	fixture_say_nodes(&w->f, w->cluster,
			  arena_printf(&w->f.arena,
				       "[{\"name\":\"%s\",\"running\":true},{\"name\":\"%s\",\"running\":true},"
				       "{\"name\":\"%s\",\"running\":true}]",
				       w->nodes[0], w->nodes[1], w->nodes[2]));
	fixture_update(&w->f);
}

static void hold_pod(const struct test_world *w, int i)
{
	const struct world_broker *broker = w->cluster->pub.brokers[i];
	bool certain = w->told[i] || w->named;
	if (certain || broker->member_name) {
		assert_non_null(broker->member_name);
		assert_string_equal(broker->member_name, w->nodes[i]);
	}
	if ((certain && w->holds[i]) || broker->leaders >= 0)
		assert_int_equal(broker->leaders, w->leads[i]);
	if ((certain && w->holds[i]) || broker->replicas >= 0)
		assert_int_equal(broker->replicas, w->holds[i]);
	if (!certain && !broker->member_name)
		assert_non_null(w->cluster->pub.unjoined);
}

static void what_is_said_of_a_pod_is_what_its_node_holds(void **state)
{
	for (uint32_t seed = 0; seed < WORLDS; seed++) {
		struct test_world w;
		make_world(&w, seed * 2654435761u, seed % NAMINGS);
		for (int i = 0; i < PODS; i++)
			hold_pod(&w, i);
		fixture_finish(&w.f);
	}
}

static void two_pods_that_go_by_one_name_are_both_in_doubt(void **state)
{
	struct test_world w;
	make_world(&w, 1, BY_NAME);
	w.members[0].node = w.members[1].node = (char *)(uintptr_t)w.nodes[0];
	fixture_update(&w.f);
	assert_int_equal(join_rabbitmq_broker_of(w.cluster, w.nodes[0]), -1);
	assert_int_equal(join_rabbitmq_broker_of(w.cluster, w.nodes[1]), -1); /* mq-1 goes by another name */
	assert_int_equal(join_rabbitmq_broker_of(w.cluster, w.nodes[2]), 2);
	assert_int_equal(w.cluster->pub.brokers[0]->leaders, -1);
	assert_int_equal(w.cluster->pub.brokers[1]->quorum_critical, -1);
	fixture_finish(&w.f);
}

/* The picture of queues stays the same: what it says of the pods is made anew. */
static void a_name_that_comes_later_counts_at_once(void **state)
{
	struct test_world w;
	make_world(&w, 2, BY_HOST);
	for (int i = 0; i < PODS; i++)
		w.members[i].node = NULL;
	fixture_update(&w.f);
	uint64_t answers = w.cluster->pub.answers;
	for (int i = 0; i < PODS; i++)
		assert_int_equal(w.cluster->pub.brokers[i]->leaders, -1);
	/* Nobody is blamed while they are being asked. */
	assert_string_equal(w.cluster->pub.headline,
			    "3 of 3 brokers ready; which pod is which RabbitMQ node is unknown");
	for (int i = 0; i < PODS; i++)
		w.members[i].named = true;
	fixture_update(&w.f);
	assert_string_equal(w.cluster->pub.headline,
			    "no pod is known for RabbitMQ nodes bus@host-0, bus@host-1, bus@host-2");
	for (int i = 0; i < PODS; i++)
		w.members[i].node = (char *)(uintptr_t)w.nodes[i];
	fixture_update(&w.f);
	for (int i = 0; i < PODS; i++)
		assert_int_equal(w.cluster->pub.brokers[i]->leaders, w.leads[i]);
	assert_null(w.cluster->pub.unjoined);
	assert_int_not_equal(w.cluster->pub.answers, answers); /* rows name the pods now */
	fixture_finish(&w.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_of_a_pod_is_what_its_node_holds),
		cmocka_unit_test(two_pods_that_go_by_one_name_are_both_in_doubt),
		cmocka_unit_test(a_name_that_comes_later_counts_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
