#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/records/record_decode.h"
#include "api/model/sources/kafka_candidates.h"

/* The listeners that most have: in the clear, TLS with SCRAM, TLS with certificates. */
#define PLAIN "{\"name\":\"plain\",\"port\":9092,\"type\":\"internal\",\"tls\":false}"
#define TLS "{\"name\":\"tls\",\"port\":9093,\"type\":\"internal\",\"tls\":true}"
#define MTLS                                                                                                           \
	"{\"name\":\"mtls\",\"port\":9095,\"type\":\"internal\",\"tls\":true,\"authentication\":{\"type\":\"tls\"}"    \
	"}"
#define SCRAM                                                                                                          \
	"{\"name\":\"scram\",\"port\":9094,\"type\":\"internal\",\"tls\":true,\"authentication\":{\"type\":"           \
	"\"scram-"                                                                                                     \
	"sha-512\"}}"
#define OPEN_SCRAM                                                                                                     \
	"{\"name\":\"open\",\"port\":9096,\"type\":\"internal\",\"tls\":false,\"authentication\":{\"type\":"           \
	"\"scram-"                                                                                                     \
	"sha-512\"}}"
#define OAUTH                                                                                                          \
	"{\"name\":\"oauth\",\"port\":9097,\"type\":\"internal\",\"tls\":true,\"authentication\":{\"type\":"           \
	"\"oauth\"}"                                                                                                   \
	"}"
#define OWN                                                                                                            \
	"{\"name\":\"own\",\"port\":9098,\"type\":\"route\",\"tls\":true,\"configuration\":{"                          \
	"\"brokerCertChainAndKey\":"                                                                                   \
	"{\"secretName\":\"our-cert\",\"certificate\":\"tls.crt\",\"key\":\"tls.key\"}}}"

static const struct row {
	const char *what;
	const char *listeners;
	const char *users; /* "name:authentication:secret,…" */
	const char *configured;
	bool typed, forbidden;
	const char *ways; /* "listener:port:user or secret" by blanks; - = no credentials, * = typed */
	const char *why;  /* part of the sentence; NULL = there is none */
} rows[] = {
	{.what = "in the clear where there is nothing else", .listeners = PLAIN, .users = "", .ways = "plain:9092:-"},
	{.what = "TLS before the clear", .listeners = PLAIN "," TLS, .users = "", .ways = "tls:9093:- plain:9092:-"},
	{.what = "certificate, SCRAM, TLS, SCRAM in the clear, the clear",
	 .listeners = PLAIN "," OPEN_SCRAM "," TLS "," SCRAM "," MTLS,
	 .users = "app:scram-sha-512:app,web:tls:web-secret",
	 .ways = "mtls:9095:web-secret scram:9094:app tls:9093:- open:9096:app plain:9092:-"},
	{.what = "mqdeck's own user, then super users, then by name",
	 .listeners = SCRAM,
	 .users = "b:scram-sha-512:b,a:scram-sha-512:a,root:scram-sha-512:root,mqdeck:scram-sha-512:mqdeck",
	 .ways = "scram:9094:mqdeck scram:9094:root scram:9094:a scram:9094:b"},
	{.what = "at most six users a listener",
	 .listeners = SCRAM,
	 .users = "h:scram-sha-512:h,g:scram-sha-512:g,f:scram-sha-512:f,e:scram-sha-512:e,d:scram-sha-512:d,"
		  "c:scram-sha-512:c,b:scram-sha-512:b,a:scram-sha-512:a",
	 .ways = "scram:9094:a scram:9094:b scram:9094:c scram:9094:d scram:9094:e scram:9094:f"},
	{.what = "the configured secret goes first",
	 .listeners = SCRAM,
	 .users = "app:scram-sha-512:app",
	 .configured = "ops/login",
	 .ways = "scram:9094:login scram:9094:app"},
	{.what = "another kind of user does not fit",
	 .listeners = MTLS,
	 .users = "app:scram-sha-512:app",
	 .ways = "",
	 .why = "listener mtls (9095) requires tls, and no KafkaUser of orders uses it: create one, or name a secret "
		"with "
		"user.crt and user.key"},
	{.what = "the better one that is missing is named though another leads in",
	 .listeners = SCRAM "," PLAIN,
	 .users = "",
	 .ways = "plain:9092:-",
	 .why = "listener scram (9094) requires scram-sha-512"},
	{.what = "users that may not be listed",
	 .listeners = SCRAM,
	 .users = "",
	 .forbidden = true,
	 .ways = "",
	 .why = "KafkaUsers cannot be listed (forbidden): grant list on kafkausers, or name a secret with "
		"password"},
	{.what = "OAuth is not spoken",
	 .listeners = OAUTH,
	 .users = "",
	 .ways = "",
	 .why = "no listener uses an authentication type that mqdeck supports (oauth requires oauth)"},
	{.what = "replication's listener alone",
	 .listeners = "",
	 .users = "",
	 .ways = "",
	 .why = "the replication listener (9091) accepts only the operator's own certificate"},
	{.what = "a typed user goes where passwords are taken, TLS first",
	 .listeners = PLAIN "," OPEN_SCRAM "," SCRAM,
	 .users = "app:scram-sha-512:app",
	 .typed = true,
	 .ways = "scram:9094:* open:9096:*"},
	{.what = "a typed user and no place for it",
	 .listeners = PLAIN "," MTLS,
	 .users = "",
	 .typed = true,
	 .ways = "",
	 .why = "none of its listeners accepts a username and password"},
	{.what = "a listener outside the cluster leads in as well",
	 .listeners = OWN,
	 .users = "",
	 .ways = "own:9098:-"},
};

struct shelf { /* records and where they are looked up */
	struct record_store store;
	struct arena arena;
	struct source_kafka_candidates ways;
};

static void put(struct shelf *shelf, enum kube_kind kind, const char *json)
{
	struct err err = {0};
	void *record = kube_decode(kind, json, strlen(json), &err);
	if (!record)
		fail_msg("%s in %s", err.text, json);
	record_store_put(&shelf->store, kind, record);
}

static void put_kafka(struct shelf *shelf, const char *listeners)
{
	CLEANUP(free)
	char *json = str_printf(
		"{\"metadata\":{\"name\":\"orders\",\"namespace\":\"prod\"},\"spec\":{\"kafka\":{\"listeners\":[%s],"
		"\"authorization\":{\"type\":\"simple\",\"superUsers\":[\"CN=root\",\"root\"]}}},"
		"\"status\":{\"listeners\":[{\"name\":\"own\",\"bootstrapServers\":\"kafka.example:443\","
		"\"certificates\":[\"one\",\"two\"]},{\"name\":\"tls\",\"bootstrapServers\":"
		"\"orders-kafka-bootstrap.prod.svc:9093\",\"certificates\":[\"shown\"]}]}}",
		listeners);
	put(shelf, KUBE_KAFKAS, json);
}

static void put_users(struct shelf *shelf, const char *users)
{
	CLEANUP(free) char *copy = mem_strdup(users);
	char *rest = copy;
	for (char *one; (one = strsep(&rest, ",")) && *one;) {
		const char *name = strsep(&one, ":"), *authentication = strsep(&one, ":");
		CLEANUP(free)
		char *json =
			str_printf("{\"metadata\":{\"name\":\"%s\",\"namespace\":\"prod\",\"labels\":{\"strimzi.io/"
				   "cluster\":\"orders\"}},\"spec\":{\"authentication\":{\"type\":\"%s\"}},"
				   "\"status\":{\"username\":\"%s\",\"secret\":\"%s\"}}",
				   name, authentication, name, one);
		put(shelf, KUBE_KAFKA_USERS, json);
	}
}

static void shelf_finish(struct shelf *shelf)
{
	record_store_finish(&shelf->store);
	arena_finish(&shelf->arena);
}

static void find(struct shelf *shelf, const struct row *row)
{
	static const struct err forbidden = {ERR_FORBIDDEN, "forbidden"}, fine = {0};
	*shelf = (struct shelf){.store.owns = true};
	put_kafka(shelf, row->listeners);
	put_users(shelf, row->users);
	put(shelf, KUBE_KAFKA_USERS,
	    "{\"metadata\":{\"name\":\"alien\",\"namespace\":\"prod\",\"labels\":{\"strimzi.io/"
	    "cluster\":\"other\"}},"
	    "\"spec\":{\"authentication\":{\"type\":\"scram-sha-512\"}}}");
	const struct source_found_cluster found = {
		.kind = WORLD_BROKER_KAFKA,
		.manager = WORLD_MANAGED_BY_STRIMZI,
		.namespace = "prod",
		.name = "orders",
		.kafka = record_store_get(&shelf->store, KUBE_KAFKAS, "prod", "orders")};
	source_kafka_candidates_find(&(struct source_kafka_question){.found = &found,
								     .store = &shelf->store,
								     .users_err = row->forbidden ? &forbidden : &fine,
								     .configured = row->configured,
								     .typed = row->typed},
				     &shelf->arena, &shelf->ways);
}

static void the_most_secure_listener_that_can_be_opened_goes_first(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct shelf shelf;
		struct buf text = BUF_INIT(4096);
		find(&shelf, &rows[i]);
		for (size_t w = 0; w < shelf.ways.count; w++) {
			const struct source_kafka_candidate *way = &shelf.ways.items[w];
			buf_printf(&text, "%s%s:%u:%s", w ? " " : "", way->listener, way->port,
				   way->typed ? "*" : str_or(way->secret, "-"));
		}
		if (!str_eq(buf_str(&text), rows[i].ways))
			fail_msg("%s: %s", rows[i].what, buf_str(&text));
		if (rows[i].why ? !strstr(shelf.ways.why.text, rows[i].why) : err_is_set(&shelf.ways.why))
			fail_msg("%s: %s", rows[i].what, shelf.ways.why.text);
		buf_finish(&text);
		shelf_finish(&shelf);
	}
}

static void the_authority_is_the_clusters_or_as_the_status_shows_it(void **state)
{
	struct shelf shelf;
	find(&shelf, &(struct row){.listeners = TLS "," OWN "," PLAIN, .users = ""});
	assert_int_equal(shelf.ways.count, 3);
	const struct source_kafka_candidate *tls = &shelf.ways.items[0], *own = &shelf.ways.items[1];
	assert_string_equal(tls->ca_secret, "orders-cluster-ca-cert");
	assert_string_equal(tls->ca_pem, "shown\n");
	assert_null(tls->server_name);
	assert_null(own->ca_secret);
	assert_string_equal(own->ca_pem, "one\ntwo\n");
	assert_string_equal(own->server_name, "kafka.example");
	assert_null(shelf.ways.items[2].ca_secret);
	shelf_finish(&shelf);
}

static void a_stateful_set_is_entered_by_the_likeliest_port(void **state)
{
	static const struct {
		struct kube_port ports[4];
		const char *configured;
		const char *ways;
	} cases[] = {
		{{{.name = "controller", .container_port = 9093}, {.name = "client", .container_port = 9092}},
		 NULL,
		 "9092"},
		{{{.name = "interbroker", .container_port = 9094}, {.name = "kafka", .container_port = 9095}},
		 NULL,
		 "9095"},
		{{{.container_port = 9094}, {.container_port = 9092}}, NULL, "9092"},
		{{{.name = "tls", .container_port = 9093}, {.name = "plain", .container_port = 9092}}, NULL, "9092"},
		{{{.name = "tls", .container_port = 9093}}, NULL, "9093"},
		{{{.name = "metrics", .container_port = 9404}}, NULL, "9092"},
		{{{.name = "plain", .container_port = 9092}, {.name = "sasl-ssl", .container_port = 9093}},
		 "login",
		 "9093 9092"},
		{{{.name = "controller", .container_port = 9093}, {.container_port = 9092}}, "login", "9092"},
	};
	struct arena arena = ARENA_INIT;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct kube_container container = {.name = "kafka", .ports = (struct kube_port *)cases[i].ports};
		while (container.port_count < 4 && cases[i].ports[container.port_count].container_port)
			container.port_count++;
		const struct kube_pod pod = {.containers = &container, .container_count = 1};
		const struct source_found_cluster found = {
			.kind = WORLD_BROKER_KAFKA, .namespace = "prod", .name = "log"};
		struct source_kafka_candidates ways;
		struct buf text = BUF_INIT(256);
		source_kafka_candidates_find(&(struct source_kafka_question){.found = &found,
									     .pod = &pod,
									     .configured = cases[i].configured},
					     &arena, &ways);
		for (size_t w = 0; w < ways.count; w++) {
			buf_printf(&text, "%s%u", w ? " " : "", ways.items[w].port);
			assert_int_equal(ways.items[w].auth,
					 cases[i].configured ? SOURCE_KAFKA_AUTH_ANY : SOURCE_KAFKA_AUTH_NONE);
			assert_true(str_eq(ways.items[w].secret, cases[i].configured));
		}
		if (!str_eq(buf_str(&text), cases[i].ways))
			fail_msg("case %zu: %s", i, buf_str(&text));
		buf_finish(&text);
	}
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_secure_listener_that_can_be_opened_goes_first),
		cmocka_unit_test(the_authority_is_the_clusters_or_as_the_status_shows_it),
		cmocka_unit_test(a_stateful_set_is_entered_by_the_likeliest_port),
	};
	return cmocka_run_group_tests_name("model/kafka_candidates", tests, NULL, NULL);
}
