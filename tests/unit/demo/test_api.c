#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/str.h"
#include "tests/unit/demo/client.h"

#define PODS "/api/v1/namespaces/prod/pods"
#define ORDERS "/apis/apps/v1/namespaces/prod/statefulsets/orders"

static void nobody_enters_without_the_token(void **state)
{
	struct client *client = *state;
	CLEANUP(free) char *answer = client_raw(client, "GET /api/v1/pods HTTP/1.1\r\nHost: x\r\n\r\n", 38);
	assert_non_null(strstr(answer, "401 Unauthorized"));
	CLEANUP(free) char *token = mem_strdup(strrchr(demo_url(client->demo), '/') + 1);
	CLEANUP(free)
	char *request = str_printf("GET /version HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token);
	CLEANUP(free) char *entered = client_raw(client, request, strlen(request));
	assert_non_null(strstr(entered, "200 OK"));
	assert_non_null(strstr(entered, "v1.34"));
}

static void discovery_names_what_is_served(void **state)
{
	struct client *client = *state;
	assert_int_equal(client_get(client, "/apis"), 200);
	assert_non_null(strstr(client->body, "kafka.strimzi.io"));
	assert_int_equal(client_get(client, "/api/v1"), 200);
	assert_non_null(strstr(client->body, "pods/portforward"));
	assert_non_null(strstr(client->body, "\"categories\":[\"all\"]")); /* kubectl get all */
	assert_int_equal(client_get(client, "/apis/apps/v1"), 200);
	assert_non_null(strstr(client->body, "statefulsets/scale"));
	assert_int_equal(client_get(client, "/apis/nothing/v1"), 404);
}

static void lists_select_and_page(void **state)
{
	struct client *client = *state;
	assert_int_equal(client_get(client, "/api/v1/pods"), 200);
	assert_int_equal(client_items(client), 12);
	assert_int_equal(client_get(client, PODS "?labelSelector=app.kubernetes.io%2Fname%20in%20(kafka,x),!nothing"),
			 200);
	assert_int_equal(client_items(client), 3);
	assert_int_equal(client_get(client, PODS "?labelSelector=app.kubernetes.io%2Fname%20notin%20(kafka)"), 200);
	assert_int_equal(client_items(client), 3);
	assert_int_equal(client_get(client, "/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1"), 200);
	assert_int_equal(client_items(client), 4);
	assert_int_equal(client_get(client, PODS "?labelSelector=a%20b"), 400);
	assert_int_equal(client_get(client, "/api/v1/pods?limit=5"), 200);
	assert_int_equal(client_items(client), 5);
	int seen = 5;
	while (*client_text(client, "metadata.continue")) {
		struct buf path = BUF_INIT(2048);
		buf_append_str(&path, "/api/v1/pods?limit=5&continue=");
		http_escape(&path, client_text(client, "metadata.continue"));
		assert_int_equal(client_get(client, buf_str(&path)), 200);
		buf_finish(&path);
		seen += client_items(client);
	}
	assert_int_equal(seen, 12);
	assert_int_equal(client_get(client, "/api/v1/pods?continue=rubbish"), 400);
	assert_int_equal(client_get(client, "/api/v1/pods?resourceVersion=99999999"), 504);
	assert_non_null(strstr(client->body, "ResourceVersionTooLarge"));
}

static void a_watch_sees_what_changes(void **state)
{
	struct client *client = *state;
	struct client_watch watch;
	char path[200];
	assert_int_equal(client_get(client, PODS), 200);
	snprintf(path, sizeof path, PODS "?watch=1&allowWatchBookmarks=true&timeoutSeconds=100&resourceVersion=%s",
		 client_text(client, "metadata.resourceVersion"));
	client_watch_begin(client, &watch, path);
	assert_int_equal(watch.text.len, 0);
	assert_int_equal(client_send(client, "DELETE", PODS "/orders-1", NULL,
				     "{\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"wrong\"}}"),
			 409);
	assert_int_equal(client_send(client, "DELETE", PODS "/orders-1", NULL, NULL), 200);
	client_live(client, 20000);
	assert_int_equal(client_watch_count(&watch, "\"type\":\"DELETED\""), 1);
	assert_int_equal(client_watch_count(&watch, "\"type\":\"ADDED\""), 1);
	assert_true(client_watch_count(&watch, "\"type\":\"MODIFIED\"") >= 3);
	client_live(client, 50000);
	assert_int_equal(client_watch_count(&watch, "\"type\":\"BOOKMARK\""), 1);
	client_live(client, 40000);
	assert_true(watch.done);
	client_watch_end(&watch);
}

static void a_watch_with_a_selector_sees_objects_come_and_go(void **state)
{
	struct client *client = *state;
	struct client_watch watch;
	client_watch_begin(client, &watch, "/api/v1/nodes?watch=1&labelSelector=deck%3Dyes&resourceVersion=0");
	assert_int_equal(client_send(client, "PATCH", "/api/v1/nodes/node-1", "application/merge-patch+json",
				     "{\"metadata\":{\"labels\":{\"deck\":\"yes\"}}}"),
			 200);
	assert_int_equal(client_send(client, "PATCH", "/api/v1/nodes/node-1", "application/json-patch+json",
				     "[{\"op\":\"test\",\"path\":\"/metadata/labels/deck\",\"value\":\"yes\"},"
				     "{\"op\":\"remove\",\"path\":\"/metadata/labels/deck\"}]"),
			 200);
	client_live(client, 100);
	assert_int_equal(client_watch_count(&watch, "\"type\":\"ADDED\""), 1);
	assert_int_equal(client_watch_count(&watch, "\"type\":\"DELETED\""), 1);
	client_watch_end(&watch);
}

static void a_version_that_is_too_old_is_gone(void **state)
{
	struct client *client = *state;
	struct client_watch watch;
	client_watch_begin(client, &watch, PODS "?watch=1&resourceVersion=5");
	assert_int_equal(client_watch_count(&watch, "\"code\":410"), 1);
	assert_true(watch.done);
	client_watch_end(&watch);
}

static void initial_events_end_with_their_bookmark(void **state)
{
	struct client *client = *state;
	struct client_watch watch;
	client_watch_begin(
		client, &watch,
		PODS "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
	assert_int_equal(client_watch_count(&watch, "\"type\":\"ADDED\""), 6);
	assert_int_equal(client_watch_count(&watch, "k8s.io/initial-events-end"), 1);
	client_watch_end(&watch);
}

static void a_cluster_is_scaled_up_and_down(void **state)
{
	struct client *client = *state;
	assert_int_equal(client_send(client, "PATCH", ORDERS "/scale?dryRun=All", "application/merge-patch+json",
				     "{\"spec\":{\"replicas\":4}}"),
			 200);
	assert_int_equal(demo_json_number(client->json, "spec.replicas", 0), 4);
	client_live(client, 5000);
	assert_int_equal(client_get(client, PODS "/orders-3"), 404);
	assert_int_equal(client_send(client, "PATCH", ORDERS "/scale", "application/merge-patch+json",
				     "{\"spec\":{\"replicas\":4}}"),
			 200);
	client_live(client, 30000);
	assert_int_equal(client_get(client, ORDERS), 200);
	assert_int_equal(demo_json_number(client->json, "status.readyReplicas", 0), 4);
	assert_int_equal(demo_json_number(client->json, "metadata.generation", 0), 2);
	assert_int_equal(client_send(client, "PATCH", ORDERS "/scale", "application/merge-patch+json",
				     "{\"spec\":{\"replicas\":3}}"),
			 200);
	client_live(client, 30000);
	assert_int_equal(client_get(client, PODS "/orders-3"), 404);
	assert_int_equal(client_get(client, "/api/v1/namespaces/prod/persistentvolumeclaims/data-orders-3"), 200);
	assert_string_equal(client_text(client, "status.phase"), "Bound");
}

/* Brokers and kubelets agree, and a kubelet that is dead does not answer. */
static void kubelets_tell_how_full_volumes_are(void **state)
{
	struct client *client = *state;
	assert_int_equal(client_get(client, "/api/v1/nodes/node-3/proxy/stats/summary"), 200);
	assert_non_null(strstr(client->body, "\"pvcRef\":{\"name\":\"data-orders-2\",\"namespace\":\"prod\"}"));
	assert_non_null(strstr(client->body, "\"capacityBytes\":107374182400"));
	assert_int_equal(client_get(client, "/api/v1/nodes/node-9/proxy/stats/summary"), 404);
	assert_int_equal(client_get(client, "/api/v1/nodes/node-3/proxy/run"), 404);
	assert_int_equal(client_send(client, "POST", "/demo/nodes/node-3/fail", NULL, NULL), 200);
	assert_int_equal(client_get(client, "/api/v1/nodes/node-3/proxy/stats/summary"), 503);
}

static void operators_follow_their_resources(void **state)
{
	struct client *client = *state;
	assert_int_equal(client_send(client, "PATCH",
				     "/apis/kafka.strimzi.io/v1/namespaces/staging/kafkanodepools/brokers/scale",
				     "application/merge-patch+json", "{\"spec\":{\"replicas\":4}}"),
			 200);
	assert_int_equal(client_send(client, "PATCH",
				     "/apis/rabbitmq.com/v1beta1/namespaces/staging/rabbitmqclusters/jobs",
				     "application/merge-patch+json", "{\"spec\":{\"replicas\":2}}"),
			 200);
	client_live(client, 30000);
	assert_int_equal(client_get(client, "/api/v1/namespaces/staging/pods/logs-brokers-3"), 200);
	assert_int_equal(client_get(client, "/api/v1/namespaces/staging/pods/jobs-server-2"), 200);
	assert_int_equal(client_get(client, "/apis/rabbitmq.com/v1beta1/namespaces/staging/rabbitmqclusters/jobs"),
			 200);
	assert_non_null(strstr(client->body, "UnsupportedOperation"));
}

static void a_cordon_keeps_pods_away(void **state)
{
	struct client *client = *state;
	for (int i = 1; i <= 3; i++) {
		char path[64];
		snprintf(path, sizeof path, "/api/v1/nodes/node-%d", i);
		assert_int_equal(client_send(client, "PATCH", path, "application/strategic-merge-patch+json",
					     "{\"spec\":{\"unschedulable\":true}}"),
				 200);
	}
	assert_int_equal(client_send(client, "PATCH", ORDERS "/scale", "application/merge-patch+json",
				     "{\"spec\":{\"replicas\":4}}"),
			 200);
	client_live(client, 20000);
	assert_int_equal(client_get(client, PODS "/orders-3"), 200);
	assert_string_equal(client_text(client, "status.phase"), "Pending");
	assert_int_equal(
		client_get(client, "/api/v1/namespaces/prod/events?fieldSelector=involvedObject.name%3Dorders-3"), 200);
	assert_non_null(strstr(client->body, "3 node(s) were unschedulable"));
	assert_int_equal(client_send(client, "PATCH", "/api/v1/nodes/node-2", "application/merge-patch+json",
				     "{\"spec\":{\"unschedulable\":null}}"),
			 200);
	client_live(client, 20000);
	assert_int_equal(client_get(client, PODS "/orders-3"), 200);
	assert_string_equal(client_text(client, "spec.nodeName"), "node-2");
}

static void budgets_block_the_second_eviction(void **state)
{
	struct client *client = *state;
	const char *body = "{\"kind\":\"Eviction\",\"apiVersion\":\"policy/v1\"}";
	assert_int_equal(client_send(client, "POST", PODS "/events-0/eviction", NULL,
				     "{\"kind\":\"Eviction\",\"deleteOptions\":{\"dryRun\":[\"All\"]}}"),
			 201);
	assert_int_equal(client_send(client, "POST", PODS "/events-0/eviction", NULL, body), 201);
	assert_int_equal(client_send(client, "POST", PODS "/events-1/eviction", NULL, body), 429);
	assert_non_null(strstr(client->body, "DisruptionBudget"));
	client_live(client, 30000);
	assert_int_equal(client_send(client, "POST", PODS "/events-1/eviction", NULL, body), 201);
}

static void what_is_stale_or_wrong_is_refused(void **state)
{
	struct client *client = *state;
	assert_int_equal(client_send(client, "PATCH", "/api/v1/nodes/node-1", "application/merge-patch+json",
				     "{\"metadata\":{\"resourceVersion\":\"1\"},\"spec\":{\"unschedulable\":true}}"),
			 409);
	assert_int_equal(client_send(client, "PATCH", "/api/v1/nodes/node-1", "text/plain", "{}"), 415);
	assert_int_equal(client_send(client, "PATCH", "/api/v1/nodes/node-1", "application/merge-patch+json",
				     "{\"metadata\":7}"),
			 400);
	assert_int_equal(client_send(client, "PUT", "/api/v1/nodes/node-1", NULL, "not json"), 400);
	assert_int_equal(client_send(client, "PATCH", ORDERS, "application/merge-patch+json",
				     "{\"spec\":{\"volumeClaimTemplates\":[]}}"),
			 422);
	assert_int_equal(client_send(client, "PATCH", ORDERS "/scale", "application/merge-patch+json",
				     "{\"spec\":{\"replicas\":-1}}"),
			 422);
	assert_int_equal(client_send(client, "POST", "/api/v1/namespaces/prod/configmaps", NULL,
				     "{\"metadata\":{\"name\":\"Bad Name\"}}"),
			 422);
	assert_int_equal(client_get(client, "/api/v1/namespaces/prod/pods/x/y/z"), 404);
	assert_int_equal(client_get(client, "/api/v1/pods/orders-0"), 404);
	assert_int_equal(client_send(client, "DELETE", "/api/v1/pods", NULL, NULL), 405);
}

static void everything_is_allowed_and_says_so(void **state)
{
	struct client *client = *state;
	assert_int_equal(client_send(client, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", NULL,
				     "{\"spec\":{\"resourceAttributes\":{\"verb\":\"patch\"}}}"),
			 201);
	assert_true(demo_json_true(client->json, "status.allowed"));
	assert_string_equal(client_text(client, "spec.resourceAttributes.verb"), "patch");
}

static void leases_are_made_and_renewed(void **state)
{
	struct client *client = *state;
	const char *path = "/apis/coordination.k8s.io/v1/namespaces/prod/leases";
	const char *lease = "{\"metadata\":{\"name\":\"mqdeck\"},\"spec\":{\"holderIdentity\":\"me\"}}";
	assert_int_equal(client_send(client, "POST", path, NULL, lease), 201);
	assert_int_equal(client_send(client, "POST", path, NULL, lease), 409);
	CLEANUP(free)
	char *whole = mem_strdup(client_get(client, "/apis/coordination.k8s.io/v1/namespaces/prod/leases/mqdeck") == 200
					 ? client->body
					 : "");
	assert_int_equal(
		client_send(client, "PUT", "/apis/coordination.k8s.io/v1/namespaces/prod/leases/mqdeck", NULL, whole),
		200);
}

static void volumes_grow_where_their_class_allows(void **state)
{
	struct client *client = *state;
	const char *patch = "{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"200Gi\"}}}}";
	const char *const claims[] = {"data-events-0", "data-orders-0"};
	const char *const sizes[] = {"200Gi", "100Gi"};
	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		char path[120];
		snprintf(path, sizeof path, "/api/v1/namespaces/prod/persistentvolumeclaims/%s", claims[i]);
		assert_int_equal(client_send(client, "PATCH", path, "application/merge-patch+json", patch), 200);
		client_live(client, 8000);
		assert_int_equal(client_get(client, path), 200);
		assert_string_equal(client_text(client, "status.capacity.storage"), sizes[i]);
	}
}

static void logs_are_told_and_followed(void **state)
{
	struct client *client = *state;
	struct client_watch watch;
	assert_int_equal(client_get(client, PODS "/events-0/log?tailLines=3"), 200);
	int lines = 0;
	for (const char *at = client->body; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 3);
	client_watch_begin(client, &watch, PODS "/events-0/log?follow=true&tailLines=1");
	size_t before = watch.text.len;
	assert_true(demo_kill_pod(client->demo, "prod", "events-1"));
	client_live(client, 5000);
	assert_true(watch.text.len > before);
	assert_int_equal(client_watch_count(&watch, "rabbit on node rabbit@events-1"), 1);
	assert_int_equal(client_send(client, "DELETE", PODS "/events-0?gracePeriodSeconds=1", NULL, NULL), 200);
	client_live(client, 6000);
	assert_true(watch.done);
	client_watch_end(&watch);
}

static void tables_are_for_those_who_ask(void **state)
{
	struct client *client = *state;
	CLEANUP(free) char *token = mem_strdup(strrchr(demo_url(client->demo), '/') + 1);
	CLEANUP(free)
	char *request = str_printf("GET /%s/api/v1/nodes HTTP/1.1\r\nAccept: "
				   "application/json;as=Table;v=v1;g=meta.k8s.io,application/json\r\n"
				   "Connection: close\r\n\r\n",
				   token);
	CLEANUP(free) char *answer = client_raw(client, request, strlen(request));
	assert_non_null(strstr(answer, "\"kind\":\"Table\""));
	assert_non_null(strstr(answer, "[\"node-1\",\"Ready\",\"31d\",\"v1.34.1\""));
}

static void hostile_requests_are_turned_away(void **state)
{
	struct client *client = *state;
	static const struct {
		const char *bytes, *answer;
	} table[] = {
		{"\r\n\r\nrubbish\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "413"},
		{"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
		{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
		{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", "400"},
		{"GET /%zz HTTP/1.1\r\n\r\n", "400"},
		{"GET /a?b=%00 HTTP/1.1\r\n\r\n", "400"},
		{"GET /1/2/3/4/5/6/7/8/9/10/11/12/13/14 HTTP/1.1\r\n\r\n", "400"},
		{"\x16\x03\x01\x02\x01\r\n\r\n", "400"},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		CLEANUP(free) char *answer = client_raw(client, table[i].bytes, strlen(table[i].bytes));
		assert_non_null(strstr(answer, table[i].answer));
	}
	CLEANUP(free) char *long_line = mem_alloc(100001);
	memset(long_line, 'a', 100000);
	CLEANUP(free) char *answer = client_raw(client, long_line, 100000);
	assert_non_null(strstr(answer, "431"));
	CLEANUP(free) char *cut = client_raw(client, "GET /api/v1/po", 14);
	assert_string_equal(cut, "");
	assert_int_equal(client_get(client, "/version"), 200);
}

/* Values with quotes, which our own templates would not survive. */
static void hostile_objects_are_lived_with(void **state)
{
	struct client *client = *state;
	assert_int_equal(client_send(client, "POST", "/api/v1/namespaces/prod/persistentvolumeclaims", NULL,
				     "{\"metadata\":{\"name\":\"odd\"},\"spec\":{\"storageClassName\":\"a'\\\"b\","
				     "\"resources\":{\"requests\":{\"storage\":\"'\"}}}}"),
			 201);
	assert_int_equal(
		client_send(client, "POST", PODS, NULL,
			    "{\"metadata\":{\"name\":\"odd-0\",\"labels\":{\"app.kubernetes.io/name\":\"kafka\","
			    "\"app.kubernetes.io/instance\":\"orders\"}},\"spec\":{\"containers\":[{\"name\":\"a'b\","
			    "\"image\":\"\\\"\\u001b[2J\"}],\"volumes\":[{\"name\":\"v\","
			    "\"persistentVolumeClaim\":{\"claimName\":\"odd\"}}]},\"status\":{\"podIP\":\"'\"}}"),
		201);
	assert_int_equal(client_send(client, "PATCH", PODS "/odd-0", "application/merge-patch+json",
				     "{\"status\":{\"conditions\":7,\"containerStatuses\":\"x\"}}"),
			 200);
	client_live(client, 20000);
	assert_int_equal(client_get(client, PODS "/odd-0"), 200);
	assert_int_equal(client_send(client, "DELETE", PODS "/odd-0", NULL, NULL), 200);
	client_live(client, 20000);
	assert_int_equal(client_get(client, PODS "/odd-0"), 404);
}

static void the_api_stops_and_starts(void **state)
{
	struct client *client = *state;
	struct client_watch watch;
	struct err err = {0};
	client_watch_begin(client, &watch, PODS "?watch=1&resourceVersion=0");
	demo_stop_api(client->demo);
	client_live(client, 1000);
	assert_true(watch.done);
	client_watch_end(&watch);
	assert_int_equal(client_get(client, "/version"), 0);
	assert_true(demo_start_api(client->demo, &err));
	assert_int_equal(client_get(client, "/version"), 200);
}

static void commands_come_by_post(void **state)
{
	struct client *client = *state;
	assert_int_equal(client_get(client, "/demo/nodes/node-3/fail"), 405);
	assert_int_equal(client_send(client, "POST", "/demo/nodes/node-9/fail", NULL, NULL), 404);
	assert_int_equal(client_send(client, "POST", "/demo/nodes/node-3/fail", NULL, NULL), 200);
	client_live(client, 25000);
	assert_int_equal(client_get(client, "/api/v1/nodes/node-3"), 200);
	assert_non_null(strstr(client->body, "node.kubernetes.io/unreachable"));
	assert_int_equal(client_send(client, "POST", "/demo/nodes/node-3/heal", NULL, NULL), 200);
	client_live(client, 25000);
	assert_int_equal(client_get(client, "/api/v1/nodes/node-3"), 200);
	assert_null(strstr(client->body, "node.kubernetes.io/unreachable"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_enters_without_the_token, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(discovery_names_what_is_served, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(lists_select_and_page, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(a_watch_sees_what_changes, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(a_watch_with_a_selector_sees_objects_come_and_go, client_setup,
						client_teardown),
		cmocka_unit_test_setup_teardown(a_version_that_is_too_old_is_gone, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(initial_events_end_with_their_bookmark, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(a_cluster_is_scaled_up_and_down, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(kubelets_tell_how_full_volumes_are, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(operators_follow_their_resources, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(a_cordon_keeps_pods_away, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(budgets_block_the_second_eviction, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(what_is_stale_or_wrong_is_refused, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(everything_is_allowed_and_says_so, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(leases_are_made_and_renewed, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(volumes_grow_where_their_class_allows, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(logs_are_told_and_followed, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(tables_are_for_those_who_ask, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(hostile_requests_are_turned_away, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(hostile_objects_are_lived_with, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(the_api_stops_and_starts, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(commands_come_by_post, client_setup, client_teardown),
	};
	return cmocka_run_group_tests_name("demo/api", tests, NULL, NULL);
}
