#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/str.h"
#include "api/demo/base/demo_private.h"
#include "api/demo/host/fleet.h"
#include "api/demo/host/pod_connection.h"
#include "api/kafka/wire/codec.h"
#include "api/kafka/wire/messages.h"
#include "api/net/websocket.h"
#include "tests/unit/demo/client.h"

/* ---- RabbitMQ ---- */

/* One GET of the management API of a pod; the answer's body parsed. NULL = refused. */
static cJSON *management(struct client *client, const char *pod, const char *path, int *status)
{
	struct demo_pod_connection *port = demo_pod_connection_open(client->demo, "prod", pod, 15672);
	if (!port)
		return NULL;
	char *basic = http_basic_header("deck", "correct-horse-1");
	CLEANUP(free) char *request = str_printf("GET /api/%s HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n", path, basic);
	mem_free_secret(basic);
	struct buf out = BUF_INIT(16 << 20);
	assert_true(demo_pod_connection_feed(port, request, strlen(request), &out));
	demo_pod_connection_close(port);
	*status = atoi(buf_str(&out) + strlen("HTTP/1.1 "));
	const char *body = strstr(buf_str(&out), "\r\n\r\n") + 4;
	cJSON *json = demo_json_parse(body, strlen(body));
	buf_finish(&out);
	assert_non_null(json);
	return json;
}

/* How many quorum queues are led by the pod's node, and how many have so many online members. */
static void count_queues(struct client *client, const char *pod, const char *node, int online, int *led, int *with)
{
	int status;
	CLEANUP(cJSON_Delete) cJSON *all = management(client, pod, "queues", &status);
	const cJSON *queue;
	*led = *with = 0;
	assert_int_equal(status, 200);
	cJSON_ArrayForEach(queue, all)
	{
		*led += strstr(demo_json_text(queue, "leader"), node) != NULL;
		*with += str_eq(demo_json_text(queue, "type"), "quorum") &&
			 cJSON_GetArraySize(demo_json_at(queue, "online")) == online;
	}
}

static void management_answers_as_rabbitmq_does(void **state)
{
	struct client *client = *state;
	int status;
	static const struct {
		const char *path;
		int status;
		const char *at, *text;
	} table[] = {
		{"overview", 200, "rabbitmq_version", "4.0.5"},
		{"whoami", 200, "name", "deck"},
		{"cluster-name", 200, "name", "events"},
		{"queues/%2F/payments.capture", 200, "type", "quorum"},
		{"queues/%2F/nothing", 404, "error", "Object Not Found"},
		{"nodes/rabbit@events-1.events-headless.prod", 200, "type", "disc"},
		{"health/checks/alarms", 200, "status", "ok"},
		{"health/checks/node-is-quorum-critical", 200, "status", "ok"},
		{"health/checks/node-is-mirror-sync-critical", 404, "error", "Object Not Found"},
		{"queues?page=9&page_size=100", 400, "error", "page_out_of_range"},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		CLEANUP(cJSON_Delete) cJSON *json = management(client, "events-0", table[i].path, &status);
		assert_int_equal(status, table[i].status);
		assert_string_equal(demo_json_text(json, table[i].at), table[i].text);
	}
	CLEANUP(cJSON_Delete)
	cJSON *page = management(client, "events-0", "queues?page=2&page_size=20&columns=name,leader", &status);
	assert_int_equal(demo_json_number(page, "total_count", 0), 46);
	assert_int_equal(cJSON_GetArraySize(demo_json_at(page, "items")), 20);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetArrayItem(demo_json_at(page, "items"), 0)), 2);
	CLEANUP(cJSON_Delete)
	cJSON *clients = management(client, "events-0",
				    "connections?page=1&page_size=500&columns=node,user,user_provided_name", &status);
	CLEANUP(cJSON_Delete) cJSON *overview = management(client, "events-0", "overview", &status);
	assert_int_equal(demo_json_number(overview, "object_totals.connections", 0),
			 cJSON_GetArraySize(demo_json_at(clients, "items")));
	assert_int_equal(cJSON_GetArraySize(cJSON_GetArrayItem(demo_json_at(clients, "items"), 0)), 3);
	CLEANUP(cJSON_Delete) cJSON *nodes = management(client, "events-0", "nodes", &status);
	assert_int_equal(cJSON_GetArraySize(nodes), 3);
}

static void wrong_credentials_are_refused(void **state)
{
	struct client *client = *state;
	struct demo_pod_connection *port = demo_pod_connection_open(client->demo, "prod", "events-0", 15672);
	struct buf out = BUF_INIT(65536);
	const char *request = "GET /api/overview HTTP/1.1\r\nAuthorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\n\r\n";
	assert_true(demo_pod_connection_feed(port, request, strlen(request), &out));
	assert_non_null(strstr(buf_str(&out), "401 Unauthorized"));
	assert_false(demo_pod_connection_feed(port, "\x16\x03\x01\r\n\r\n", 7, &out));
	buf_finish(&out);
	demo_pod_connection_close(port);
}

static void a_dead_node_shows_in_the_queues(void **state)
{
	struct client *client = *state;
	int led, with, status;
	count_queues(client, "events-0", "events-2", 3, &led, &with);
	assert_int_equal(with, 40);
	assert_true(led > 10);
	assert_true(demo_fail_node(client->demo, "node-3"));
	client_live(client, 4000);
	count_queues(client, "events-0", "events-2", 2, &led, &with);
	assert_int_equal(led, 0);
	assert_int_equal(with, 40);
	CLEANUP(cJSON_Delete)
	cJSON *critical = management(client, "events-0", "health/checks/node-is-quorum-critical", &status);
	assert_int_equal(status, 503);
	assert_int_equal(cJSON_GetArraySize(demo_json_at(critical, "queues")), 41);
	CLEANUP(cJSON_Delete) cJSON *gone = management(client, "events-2", "overview", &status);
	assert_null(gone);
	assert_true(demo_heal_node(client->demo, "node-3"));
	client_live(client, 15000);
	count_queues(client, "events-0", "events-2", 3, &led, &with);
	assert_int_equal(with, 40);
}

/* ---- Kafka ---- */

struct kafka_peer {
	struct demo_pod_connection *port;
	struct arena arena;
};

/* NULL = the connection ended. */
static const void *ask(struct kafka_peer *peer, int16_t key, int16_t version, const void *request)
{
	struct kafka_header header = {.api_key = key, .version = version, .correlation = 77, .client_id = "test"};
	struct buf bytes = BUF_INIT(1 << 20), out = BUF_INIT(16 << 20);
	struct err err = {0};
	assert_true(kafka_encode_request(&bytes, &header, request, false, &err));
	bool open = demo_pod_connection_feed(peer->port, bytes.data, bytes.len, &out);
	const void *answer = NULL;
	if (open) {
		assert_true(out.len > 4);
		answer = kafka_decode_response(&peer->arena, (uint8_t *)out.data + 4, out.len - 4, &header, &err);
		assert_string_equal(err.text, "");
	}
	buf_finish(&bytes);
	buf_finish(&out);
	return answer;
}

static struct kafka_peer peer_open(struct client *client, const char *namespace, const char *pod, uint16_t number)
{
	struct kafka_peer peer = {.port = demo_pod_connection_open(client->demo, namespace, pod, number)};
	assert_non_null(peer.port);
	return peer;
}

static void peer_close(struct kafka_peer *peer)
{
	demo_pod_connection_close(peer->port);
	arena_finish(&peer->arena);
}

struct replication {
	int partitions, under, offline, below, brokers, controller;
};

static struct replication replication_of(struct client *client, const char *namespace, const char *pod)
{
	struct kafka_peer peer = peer_open(client, namespace, pod, 9092);
	struct kafka_metadata_request request = {.topics = KAFKA_NULL_ARRAY};
	const struct kafka_metadata_response *answer = ask(&peer, KAFKA_METADATA, 12, &request);
	struct replication found = {.brokers = answer->brokers.len, .controller = answer->controller_id};
	vec_each (&answer->topics, topic) {
		vec_each (&topic->partitions, partition) {
			found.partitions++;
			found.under += partition->isr_nodes.len < partition->replica_nodes.len;
			found.below += partition->isr_nodes.len < 2 && partition->replica_nodes.len == 3;
			found.offline += partition->leader_id < 0;
		}
	}
	peer_close(&peer);
	return found;
}

static void the_clusters_are_as_described(void **state)
{
	struct client *client = *state;
	struct replication orders = replication_of(client, "prod", "orders-0");
	assert_int_equal(orders.brokers, 3);
	assert_int_equal(orders.partitions, 384);
	assert_int_equal(orders.under, 0);
	struct replication logs = replication_of(client, "staging", "logs-brokers-1");
	assert_int_equal(logs.under, 2);
	assert_int_equal(logs.offline, 0);
}

static void a_dead_broker_leaves_and_catches_up(void **state)
{
	struct client *client = *state;
	assert_true(demo_fail_node(client->demo, "node-1"));
	client_live(client, 5000);
	struct replication found = replication_of(client, "prod", "orders-1");
	assert_int_equal(found.brokers, 2);
	assert_true(found.under > 370);
	assert_int_equal(found.offline, 0);
	assert_int_not_equal(found.controller, 0);
	assert_true(demo_heal_node(client->demo, "node-1"));
	client_live(client, 10000 + 6000);
	struct replication half = replication_of(client, "prod", "orders-1");
	assert_int_equal(half.brokers, 3);
	assert_true(half.under > 0 && half.under < found.under);
	client_live(client, 12000);
	assert_int_equal(replication_of(client, "prod", "orders-1").under, 0);
}

static void two_dead_brokers_leave_too_few(void **state)
{
	struct client *client = *state;
	assert_true(demo_fail_node(client->demo, "node-1"));
	client_live(client, 5000);
	assert_true(demo_fail_node(client->demo, "node-3"));
	client_live(client, 5000);
	struct replication found = replication_of(client, "prod", "orders-1");
	assert_true(found.below > 370);
	assert_int_equal(found.brokers, 1);
	assert_int_equal(found.controller, -1);
}

static void disks_and_quorum_are_told(void **state)
{
	struct client *client = *state;
	struct kafka_peer peer = peer_open(client, "prod", "orders-1", 9092);
	struct kafka_describe_log_dirs_request dirs = {.topics = KAFKA_NULL_ARRAY};
	const struct kafka_describe_log_dirs_response *told = ask(&peer, KAFKA_DESCRIBE_LOG_DIRS, 4, &dirs);
	double used = 1 - (double)told->results.items[0].usable_bytes / (double)told->results.items[0].total_bytes;
	assert_true(used > 0.85 && used < 0.87);
	struct kafka_quorum_request_partition zero = {0};
	struct kafka_quorum_request_topic topic = {.topic_name = "__cluster_metadata", .partitions = {&zero, 1}};
	struct kafka_describe_quorum_request quorum = {.topics = {&topic, 1}};
	const struct kafka_describe_quorum_response *voters = ask(&peer, KAFKA_DESCRIBE_QUORUM, 2, &quorum);
	assert_int_equal(voters->topics.items[0].partitions.items[0].current_voters.len, 3);
	assert_int_equal(voters->topics.items[0].partitions.items[0].leader_id, 0);
	peer_close(&peer);
}

static void a_broker_tells_its_own_settings_and_no_other_ones(void **state)
{
	struct kafka_peer peer = peer_open(*state, "prod", "orders-1", 9092);
	const char *key = "node.id";
	struct kafka_config_query queries[] = {{4, "1", {&key, 1}}, {4, "2", {&key, 1}}, {4, "one", {&key, 1}}};
	struct kafka_describe_configs_request request = {.resources = {queries, ARRAY_LEN(queries)}};
	const struct kafka_describe_configs_response *told = ask(&peer, KAFKA_DESCRIBE_CONFIGS, 4, &request);
	const struct kafka_config_result *results = told->results.items;
	assert_int_equal(results[0].error_code, 0);
	assert_string_equal(results[0].configs.items[0].value, "1");
	assert_int_equal(results[1].error_code, 42);
	assert_string_equal(results[1].error_message,
			    "Unexpected broker id, expected 1 or empty string, but received 2");
	assert_int_equal(results[1].configs.len, 0);
	assert_int_equal(results[2].error_code, 42);
	peer_close(&peer);
}

static int64_t lag_of(struct client *client, const char *group, const char *topic)
{
	int64_t lag = 0;
	for (int broker = 0; broker < 3; broker++) {
		char pod[32];
		snprintf(pod, sizeof pod, "orders-%d", broker);
		struct kafka_peer peer = peer_open(client, "prod", pod, 9092);
		struct kafka_offset_fetch_group asked = {
			.group_id = group, .topics = KAFKA_NULL_ARRAY, .member_epoch = -1};
		struct kafka_offset_fetch_request fetch = {.groups = {&asked, 1}};
		const struct kafka_offset_fetch_response *offsets = ask(&peer, KAFKA_OFFSET_FETCH, 8, &fetch);
		if (offsets->groups.items[0].error_code == 0) {
			vec_each (&offsets->groups.items[0].topics.items[0].partitions, partition)
				lag -= partition->committed_offset;
		}
		for (int32_t index = 0; index < 24; index++) {
			struct kafka_list_offsets_partition end = {
				.partition_index = index, .current_leader_epoch = -1, .timestamp = -1};
			struct kafka_list_offsets_topic in = {.name = topic, .partitions = {&end, 1}};
			struct kafka_list_offsets_request list = {.replica_id = -1, .topics = {&in, 1}};
			const struct kafka_list_offsets_response *ends = ask(&peer, KAFKA_LIST_OFFSETS, 7, &list);
			if (ends->topics.items[0].partitions.items[0].error_code == 0)
				lag += ends->topics.items[0].partitions.items[0].offset;
		}
		peer_close(&peer);
	}
	return lag;
}

static void a_group_has_its_lag(void **state)
{
	struct client *client = *state;
	int64_t lag = lag_of(client, "billing", "payments");
	assert_true(lag > 24 * 20 && lag < 24 * 200);
	struct kafka_peer peer = peer_open(client, "prod", "orders-0", 9092);
	int32_t members = 0;
	const char *name = "billing";
	for (int broker = 0; broker < 3; broker++) {
		char pod[32];
		snprintf(pod, sizeof pod, "orders-%d", broker);
		peer_close(&peer);
		peer = peer_open(client, "prod", pod, 9092);
		struct kafka_describe_groups_request request = {.groups = {&name, 1}};
		const struct kafka_describe_groups_response *answer = ask(&peer, KAFKA_DESCRIBE_GROUPS, 5, &request);
		const struct kafka_described_group *group = &answer->groups.items[0];
		if (group->error_code != 0)
			continue;
		members = group->members.len;
		const struct kafka_consumer_assignment *share =
			kafka_decode_assignment(&peer.arena, &group->members.items[1].member_assignment);
		assert_non_null(share);
		assert_string_equal(share->assigned_partitions.items[0].topic, "payments");
		assert_int_equal(share->assigned_partitions.items[0].partitions.len, 6);
		assert_int_equal(share->assigned_partitions.items[0].partitions.items[1], 5);
	}
	assert_int_equal(members, 4);
	peer_close(&peer);
}

static void partitions_are_moved(void **state)
{
	struct client *client = *state;
	struct kafka_peer peer = peer_open(client, "prod", "orders-0", 9092);
	int32_t to[] = {2, 0};
	struct kafka_reassign_partition partition = {.partition_index = 0, .replicas = {to, 2}};
	struct kafka_reassign_topic topic = {.name = "clickstream.raw", .partitions = {&partition, 1}};
	struct kafka_alter_partition_reassignments_request alter = {.timeout_ms = 1000, .topics = {&topic, 1}};
	struct kafka_list_partition_reassignments_request list = {.timeout_ms = 1000, .topics = KAFKA_NULL_ARRAY};
	const struct kafka_alter_partition_reassignments_response *altered =
		ask(&peer, KAFKA_ALTER_PARTITION_REASSIGNMENTS, 0, &alter);
	assert_int_equal(altered->responses.items[0].partitions.items[0].error_code, 0);
	const struct kafka_list_partition_reassignments_response *ongoing =
		ask(&peer, KAFKA_LIST_PARTITION_REASSIGNMENTS, 0, &list);
	assert_int_equal(ongoing->topics.items[0].partitions.items[0].adding_replicas.items[0], 2);
	assert_int_equal(ongoing->topics.items[0].partitions.items[0].removing_replicas.items[0], 1);
	client_live(client, 30000);
	ongoing = ask(&peer, KAFKA_LIST_PARTITION_REASSIGNMENTS, 0, &list);
	assert_int_equal(ongoing->topics.len, 0);
	to[0] = 77;
	altered = ask(&peer, KAFKA_ALTER_PARTITION_REASSIGNMENTS, 0, &alter);
	assert_int_equal(altered->responses.items[0].partitions.items[0].error_code, 39);
	peer_close(&peer);
}

static void versions_differ_by_release(void **state)
{
	struct client *client = *state;
	static const struct {
		const char *namespace, *pod;
		int metadata;
	} table[] = {{"prod", "orders-0", 13}, {"staging", "logs-brokers-0", 12}};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct kafka_peer peer = peer_open(client, table[i].namespace, table[i].pod, 9092);
		struct kafka_api_versions_request request = {.client_software_name = "t",
							     .client_software_version = "1"};
		const struct kafka_api_versions_response *answer = ask(&peer, KAFKA_API_VERSIONS, 3, &request);
		vec_each (&answer->api_keys, api) {
			if (api->api_key == KAFKA_METADATA)
				assert_int_equal(api->max_version, table[i].metadata);
		}
		peer_close(&peer);
	}
	/* ApiVersions 9 is answered in version 0 with UNSUPPORTED_VERSION. */
	struct kafka_peer peer = peer_open(client, "prod", "orders-0", 9092);
	static const char newer[] = "\0\0\0\x0b\0\x12\0\x09\0\0\0\x05\0\x01x";
	struct buf out = BUF_INIT(4096);
	assert_true(demo_pod_connection_feed(peer.port, newer, 15, &out));
	assert_memory_equal(out.data + 4, "\0\0\0\x05\0\x23", 6);
	buf_finish(&out);
	peer_close(&peer);
}

static void rubbish_ends_the_connection(void **state)
{
	struct client *client = *state;
	static const char *const rubbish[] = {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x01\x01",
					      "\x7f\xff\xff\xff zzzz"};
	for (size_t i = 0; i < ARRAY_LEN(rubbish); i++) {
		struct kafka_peer peer = peer_open(client, "prod", "orders-0", 9092);
		struct buf out = BUF_INIT(4096);
		assert_false(demo_pod_connection_feed(peer.port, rubbish[i], strlen(rubbish[i]), &out));
		buf_finish(&out);
		peer_close(&peer);
	}
	/* Nothing but the login before the login. */
	struct kafka_peer peer = peer_open(client, "staging", "logs-brokers-0", 9094);
	struct kafka_metadata_request request = {.topics = KAFKA_NULL_ARRAY};
	assert_null(ask(&peer, KAFKA_METADATA, 12, &request));
	peer_close(&peer);
	assert_null(demo_pod_connection_open(client->demo, "prod", "orders-0", 9094));
	assert_null(demo_pod_connection_open(client->demo, "prod", "orders-0", 22));
	assert_null(demo_pod_connection_open(client->demo, "prod", "nothing-0", 9092));
}

/* ---- through the WebSocket ---- */

struct tunnel {
	struct websocket *ws;
	int opened, closed, status;
	struct buf channels[4];
	struct err err;
};

static void on_open(void *data, const char *subprotocol)
{
	struct tunnel *tunnel = data;
	tunnel->opened++;
	assert_string_equal(subprotocol, "v4.channel.k8s.io");
}

static void on_message(void *data, const unsigned char *bytes, size_t len)
{
	struct tunnel *tunnel = data;
	assert_true(len > 0 && bytes[0] < 4);
	buf_append(&tunnel->channels[bytes[0]], bytes + 1, len - 1);
}

static void on_close(void *data, const struct err *err, int status, const char *body)
{
	struct tunnel *tunnel = data;
	tunnel->closed++;
	tunnel->status = status;
	tunnel->err = *err;
}

static void tunnel_open(struct client *client, struct tunnel *tunnel, const char *path)
{
	struct err err = {0};
	*tunnel = (struct tunnel){0};
	for (size_t i = 0; i < ARRAY_LEN(tunnel->channels); i++)
		buf_init(&tunnel->channels[i], 1 << 20);
	struct websocket_call call = {.path = path,
				      .subprotocols = "v4.channel.k8s.io",
				      .ping_ms = 3600 * 1000,
				      .open_timeout_ms = 3600 * 1000,
				      .on_open = on_open,
				      .on_message = on_message,
				      .on_close = on_close,
				      .data = tunnel};
	tunnel->ws = websocket_open(client->http, &call, &err);
	assert_non_null(tunnel->ws);
	client_live(client, 200);
}

static void tunnel_finish(struct tunnel *tunnel)
{
	websocket_destroy(tunnel->ws);
	for (size_t i = 0; i < ARRAY_LEN(tunnel->channels); i++)
		buf_finish(&tunnel->channels[i]);
}

static void a_port_is_forwarded(void **state)
{
	struct client *client = *state;
	struct tunnel tunnel;
	const char *request = "GET /api/overview HTTP/1.1\r\nHost: x\r\n\r\n";
	tunnel_open(client, &tunnel, "/api/v1/namespaces/prod/pods/events-0/portforward?ports=15672");
	assert_int_equal(tunnel.opened, 1);
	assert_memory_equal(buf_str(&tunnel.channels[0]), "\x38\x3d", 2);
	assert_memory_equal(buf_str(&tunnel.channels[1]), "\x38\x3d", 2);
	assert_true(websocket_send(tunnel.ws, "\0", 1, request, strlen(request)));
	client_live(client, 200);
	assert_non_null(strstr(buf_str(&tunnel.channels[0]) + 2, "401 Unauthorized"));
	assert_int_equal(tunnel.closed, 0);
	assert_true(demo_kill_pod(client->demo, "prod", "events-0"));
	client_live(client, 1000);
	assert_int_equal(tunnel.closed, 1);
	tunnel_finish(&tunnel);
}

static void a_refused_port_says_so(void **state)
{
	struct client *client = *state;
	struct tunnel tunnel;
	tunnel_open(client, &tunnel, "/api/v1/namespaces/prod/pods/events-0/portforward?ports=9092");
	assert_int_equal(tunnel.opened, 1);
	assert_int_equal(tunnel.closed, 1);
	assert_non_null(
		strstr(buf_str(&tunnel.channels[1]) + 2, "failed to connect to localhost:9092 inside namespace"));
	tunnel_finish(&tunnel);
	tunnel_open(client, &tunnel, "/api/v1/namespaces/prod/pods/events-0/portforward");
	assert_int_equal(tunnel.status, 400);
	tunnel_finish(&tunnel);
	assert_true(demo_fail_node(client->demo, "node-1"));
	tunnel_open(client, &tunnel, "/api/v1/namespaces/prod/pods/events-0/portforward?ports=15672");
	assert_int_equal(tunnel.status, 500);
	tunnel_finish(&tunnel);
}

static void commands_run_by_exec(void **state)
{
	struct client *client = *state;
	struct tunnel tunnel;
	tunnel_open(client, &tunnel,
		    "/api/v1/namespaces/prod/pods/events-1/"
		    "exec?command=rabbitmq-diagnostics&command=--formatter&command=json"
		    "&command=cluster_status&stdout=true&stderr=true");
	CLEANUP(cJSON_Delete)
	cJSON *answered = demo_json_parse(buf_str(&tunnel.channels[1]), tunnel.channels[1].len);
	assert_int_equal(cJSON_GetArraySize(demo_json_at(answered, "running_nodes")), 3);
	assert_non_null(strstr(buf_str(&tunnel.channels[3]), "\"Success\""));
	tunnel_finish(&tunnel);
	/* Of the virtual host that is asked for. */
	static const char *const vhosts[] = {"%2F", "analytics"};
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(free)
		char *path = str_printf("/api/v1/namespaces/prod/pods/events-1/exec?command=rabbitmqctl&command=-p"
					"&command=%s&command=list_queues&stdout=true",
					vhosts[i]);
		tunnel_open(client, &tunnel, path);
		CLEANUP(cJSON_Delete)
		cJSON *queues = demo_json_parse(buf_str(&tunnel.channels[1]), tunnel.channels[1].len);
		assert_true(cJSON_GetArraySize(queues) > 0);
		assert_string_equal(demo_json_text(cJSON_GetArrayItem(queues, 0), "vhost"), i == 0 ? "/" : "analytics");
		tunnel_finish(&tunnel);
	}
	tunnel_open(client, &tunnel, "/api/v1/namespaces/prod/pods/events-1/exec?command=ls&stdout=true");
	assert_non_null(strstr(buf_str(&tunnel.channels[3]), "NonZeroExitCode"));
	tunnel_finish(&tunnel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(management_answers_as_rabbitmq_does, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(wrong_credentials_are_refused, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(a_dead_node_shows_in_the_queues, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(the_clusters_are_as_described, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(a_dead_broker_leaves_and_catches_up, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(two_dead_brokers_leave_too_few, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(disks_and_quorum_are_told, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(a_broker_tells_its_own_settings_and_no_other_ones, client_setup,
						client_teardown),
		cmocka_unit_test_setup_teardown(a_group_has_its_lag, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(partitions_are_moved, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(versions_differ_by_release, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(rubbish_ends_the_connection, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(a_port_is_forwarded, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(a_refused_port_says_so, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(commands_run_by_exec, client_setup, client_teardown),
	};
	return cmocka_run_group_tests_name("demo/brokers", tests, NULL, NULL);
}
