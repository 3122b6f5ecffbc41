#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "tests/unit/demo/client.h"

static char *dump_after(uint64_t seed, bool quiet, int64_t ms)
{
	struct client client;
	client_start(&client, seed, quiet);
	client_live(&client, ms);
	char *dump = demo_dump(client.demo);
	client_finish(&client);
	return dump;
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
	CLEANUP(free) char *one = dump_after(7, false, 310000);
	CLEANUP(free) char *two = dump_after(7, false, 310000);
	CLEANUP(free) char *other = dump_after(8, false, 310000);
	assert_true(strlen(one) > 50000);
	assert_string_equal(one, two);
	assert_string_not_equal(one, other);
}

static void a_quiet_cluster_stays_as_it_is(void **state)
{
	CLEANUP(free) char *early = dump_after(1, true, 1000);
	CLEANUP(free) char *late = dump_after(1, true, 600000);
	/* Only the nodes' leases are renewed. */
	char *early_leases = strstr(early, "{\"metadata\":{\"name\":\"node-1\",\"namespace\":\"kube-node-lease\"");
	char *late_leases = strstr(late, "{\"metadata\":{\"name\":\"node-1\",\"namespace\":\"kube-node-lease\"");
	assert_non_null(early_leases);
	assert_non_null(late_leases);
	*early_leases = *late_leases = '\0';
	assert_string_equal(early, late);
}

static int ready_pods(struct client *client)
{
	int ready = 0;
	const cJSON *pod;
	assert_int_equal(client_get(client, "/api/v1/pods"), 200);
	cJSON_ArrayForEach(pod, demo_json_at(client->json, "items"))
	{
		const cJSON *status = cJSON_GetArrayItem(demo_json_at(pod, "status.conditions"), 4);
		assert_string_equal(demo_json_text(status, "type"), "Ready");
		ready += str_eq(demo_json_text(status, "status"), "True");
	}
	return ready;
}

static void it_lives_by_the_script(void **state)
{
	static const struct {
		int64_t at_s;
		int ready;
	} table[] = {
		{50, 12},            /* calm */
		{70, 12},            /* node-3 has failed, Kubernetes does not know yet */
		{85, 8},             /* it knows */
		{125, 8},            /* the node is back, its brokers start */
		{150, 12},           /* all well */
		{213, 11},           /* jobs-server-1 was killed */
		{230, 12}, {385, 8}, /* the next round */
	};
	struct client client;
	client_start(&client, 1, false);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		client_live(&client, table[i].at_s * 1000 - loop_now_ms(client.loop));
		assert_int_equal(ready_pods(&client), table[i].ready);
	}
	assert_int_equal(client_get(&client, "/api/v1/namespaces/staging/pods/jobs-server-1"), 200);
	const cJSON *status = cJSON_GetArrayItem(demo_json_at(client.json, "status.containerStatuses"), 0);
	assert_true(demo_json_number(status, "restartCount", 0) >= 1);
	assert_int_equal(demo_json_number(status, "lastState.terminated.exitCode", 0), 137);
	client_finish(&client);
}

static size_t times_in(const char *text, const char *word)
{
	size_t count = 0;
	for (const char *at = text; (at = strstr(at, word)); at++)
		count++;
	return count;
}

static void more_clusters_stand_beside_the_four(void **state)
{
	struct clock clock = clock_virtual(1767323045000);
	struct loop *loop = loop_create(&clock);
	struct err err = {0};
	struct demo *demo = demo_start(loop, &(struct demo_options){.quiet = true, .more_clusters = 25}, &err);
	assert_non_null(demo);
	loop_run(loop, 2000, NULL);
	CLEANUP(free) char *dump = demo_dump(demo);
	assert_int_equal(times_in(dump, "{\"metadata\":{\"name\":\"team-"), 3);
	assert_int_equal(times_in(dump, "{\"metadata\":{\"name\":\"orders-2\",\"namespace\":\"team-0"), 2);
	assert_int_equal(times_in(dump, "{\"metadata\":{\"name\":\"mail\",\"namespace\":\"team-03\""),
			 times_in(dump, "{\"metadata\":{\"name\":\"mail\",\"namespace\":\"team-01\""));
	assert_int_equal(times_in(dump, "{\"metadata\":{\"name\":\"media\",\"namespace\":\"team-03\""), 0);
	demo_destroy(demo);
	loop_destroy(loop);
}

static void the_kubeconfig_leads_to_it(void **state)
{
	struct client client;
	client_start(&client, 3, true);
	const char *text = demo_kubeconfig(client.demo);
	CLEANUP(free) char *server = str_printf("server: %s\n", demo_url(client.demo));
	assert_non_null(strstr(text, server));
	assert_non_null(strstr(text, "current-context: demo\n"));
	client_finish(&client);
}

static void wrong_options_are_refused(void **state)
{
	struct clock clock = clock_virtual(0);
	struct loop *loop = loop_create(&clock);
	struct err err = {0};
	assert_null(demo_start(loop, &(struct demo_options){.token = "a/b"}, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_null(demo_start(loop, &(struct demo_options){.host = "no address"}, &err));
	assert_int_equal(err.code, ERR_USAGE);
	demo_destroy(NULL);
	loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(a_quiet_cluster_stays_as_it_is),
		cmocka_unit_test(it_lives_by_the_script),
		cmocka_unit_test(more_clusters_stand_beside_the_four),
		cmocka_unit_test(the_kubeconfig_leads_to_it),
		cmocka_unit_test(wrong_options_are_refused),
	};
	return cmocka_run_group_tests_name("demo/life", tests, NULL, NULL);
}
