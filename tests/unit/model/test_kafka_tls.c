/* From the records of a cluster to a live picture of its brokers, over real TLS and SASL: a scripted API, brokers of
 * tests/unit/kafka, and the world as it is. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/world/world.h"
#include "tests/unit/kafka/fake_kafka.h"
#include "tests/unit/model/broker_api.h"

enum { PORT_TLS = 9093 };

#define PASSWORD "correct-horse-canary"

struct lab {
	struct dial_opener dialer; /* first */
	struct clock clock;
	struct loop *loop;
	struct broker_api api;
	struct fake_kafka kafka;
	struct world *world;
	struct tls_cert_pair ca, clients_ca, broker, user;
	uint16_t port; /* the one that brokers listen on */
	const char *configured;
};

static void put_pods(struct lab *lab)
{
	const char *labels = lab->api.kafkas ? "\"strimzi.io/cluster\":\"orders\",\"strimzi.io/"
					       "kind\":\"Kafka\",\"strimzi.io/broker-role\":\"true\""
					     : "\"app\":\"kafka\"";
	char ports[100];
	snprintf(ports, sizeof ports, "{\"name\":\"%s\",\"containerPort\":%d}", lab->port == PORT_TLS ? "tls" : "kafka",
		 lab->port);
	broker_api_put_pods(&lab->api, "kafka", labels, lab->api.kafkas ? "StrimziPodSet" : "StatefulSet",
			    "orders-kafka-brokers", ports);
}

/* ---- the way to the brokers ---- */

static struct dial *open_pod(struct dial_opener *self, const struct dial_target *target, int *fd, struct err *err)
{
	struct lab *lab = (struct lab *)self;
	struct dial_target there = *target;
	if (target->port != lab->port) {
		err_set(err, ERR_CONNECT, "nothing listens on port %u", target->port);
		return NULL;
	}
	there.port = (uint16_t)(FAKE_PORT + target->pod[strlen("kafka-")] - '0');
	return lab->kafka.cluster.dialer.open(&lab->kafka.cluster.dialer, &there, fd, err);
}

static const struct err *dial_error(const struct dial *dial)
{
	static const struct err fine = {0};
	return &fine;
}

static void close_dial(struct dial *dial)
{
}

static const char *configured(void *data, const char *namespace, const char *cluster)
{
	return ((struct lab *)data)->configured;
}

static void on_change(void *data)
{
}

/* ---- setting up ---- */

static int set_up(void **state)
{
	struct lab *lab = mem_alloc(sizeof *lab);
	lab->dialer = (struct dial_opener){open_pod, dial_error, close_dial};
	lab->clock = clock_virtual(1767225600000);
	lab->loop = loop_create(&lab->clock);
	lab->port = PORT_TLS;
	fake_kafka_init(&lab->kafka, lab->loop);
	tls_cert_pair_make(&lab->ca, &(struct tls_cert_options){.common_name = "cluster-ca", .is_ca = true});
	tls_cert_pair_make(&lab->clients_ca, &(struct tls_cert_options){.common_name = "clients-ca", .is_ca = true});
	tls_cert_pair_make(&lab->broker,
			   &(struct tls_cert_options){
				   .sans = "DNS:*.orders-kafka-brokers.prod.svc,DNS:kafka-0,DNS:kafka-1,DNS:kafka-2",
				   .issuer_cert_pem = lab->ca.cert,
				   .issuer_key_pem = lab->ca.key});
	tls_cert_pair_make(&lab->user, &(struct tls_cert_options){.common_name = "app",
								  .issuer_cert_pem = lab->clients_ca.cert,
								  .issuer_key_pem = lab->clients_ca.key});
	*state = lab;
	return 0;
}

static int tear_down(void **state)
{
	struct lab *lab = *state;
	world_destroy(lab->world);
	fake_cluster_finish(&lab->kafka.cluster);
	broker_api_stop(&lab->api);
	loop_destroy(lab->loop);
	struct tls_cert_pair *pairs[] = {&lab->ca, &lab->clients_ca, &lab->broker, &lab->user};
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		tls_cert_pair_finish(pairs[i]);
	free(lab);
	return 0;
}

static void every_broker(struct lab *lab, const struct tls_cert_pair *cert, enum kafka_sasl_mechanism mechanism,
			 const char *password)
{
	for (int i = 0; i < 3; i++) {
		lab->kafka.cluster.brokers[i].cert = cert;
		lab->kafka.cluster.brokers[i].mechanism = mechanism;
		lab->kafka.cluster.brokers[i].password = password;
	}
}

static void open_world(struct lab *lab)
{
	put_pods(lab);
	lab->world = world_create(&(struct world_options){.loop = lab->loop,
							  .client = broker_api_start(&lab->api, lab->loop),
							  .dialer = &lab->dialer,
							  .credentials_secret = configured,
							  .on_change = on_change,
							  .data = lab});
}

static const struct world_cluster *settle(struct lab *lab, const char *key)
{
	for (int i = 0; i < 300; i++) {
		loop_run(lab->loop, 100, NULL);
		world_update(lab->world);
		if (world_settled(lab->world))
			break;
	}
	const struct world_cluster *cluster = world_find_cluster(world_update(lab->world), key);
	assert_non_null(cluster);
	assert_null(strstr(cluster->source.err.text, PASSWORD));
	return cluster;
}

static void expect_read(const struct world_cluster *cluster)
{
	if (cluster->replicated_count != 4 || err_is_set(&cluster->source.err))
		fail_msg("%lld partitions: %s", (long long)cluster->replicated_count, cluster->source.err.text);
	assert_false(cluster->credentials_missing);
}

static void expect_unread(const struct world_cluster *cluster, const char *says)
{
	if (cluster->replicated_count >= 0 || !strstr(cluster->source.err.text, says))
		fail_msg("%lld partitions: %s (wanted: %s)", (long long)cluster->replicated_count,
			 cluster->source.err.text, says);
	assert_true(cluster->credentials_missing);
}

/* ---- Strimzi ---- */

static const char strimzi_key[] = "prod/orders/kafka";

static void declare(struct lab *lab, const char *authentication, const char *certificates)
{
	static char kafka[8192], user[1024];
	snprintf(kafka, sizeof kafka,
		 "{\"metadata\":{\"name\":\"orders\",\"namespace\":\"prod\"},\"spec\":{\"kafka\":{\"replicas\":3,"
		 "\"listeners\":[{\"name\":\"tls\",\"port\":9093,\"type\":\"internal\",\"tls\":true,\"authentication\":"
		 "{\"type\":\"%s\"}}]}},\"status\":{\"listeners\":[{\"name\":\"tls\",\"bootstrapServers\":"
		 "\"orders-kafka-bootstrap.prod.svc:9093\",\"certificates\":[%s]}]}}",
		 authentication, certificates);
	snprintf(user, sizeof user,
		 "{\"metadata\":{\"name\":\"deck\",\"namespace\":\"prod\",\"labels\":{\"strimzi.io/"
		 "cluster\":\"orders\"}},"
		 "\"spec\":{\"authentication\":{\"type\":\"%s\"}},\"status\":{\"username\":\"deck\",\"secret\":"
		 "\"deck\"}}",
		 authentication);
	lab->api.kafkas = kafka;
	lab->api.users = user;
	lab->api.secrets[0] =
		(struct broker_secret){.name = "orders-cluster-ca-cert", .data = {{"ca.crt", lab->ca.cert}}};
	lab->api.secrets[1] =
		(struct broker_secret){.name = "deck",
				       .labels = "\"strimzi.io/kind\":\"KafkaUser\"",
				       .data = {{"ca.crt", lab->clients_ca.cert}, {"password", PASSWORD}}};
}

static void strimzi_by_tls_and_scram(void **state)
{
	struct lab *lab = *state;
	declare(lab, "scram-sha-512", "");
	every_broker(lab, &lab->broker, KAFKA_SASL_SCRAM_SHA_512, PASSWORD);
	open_world(lab);
	expect_read(settle(lab, strimzi_key));
	assert_true(lab->kafka.cluster.brokers[0].logins > 0);
	assert_int_equal(lab->api.secret_reads, 2);
}

static void strimzi_by_client_certificate(void **state)
{
	struct lab *lab = *state;
	declare(lab, "tls", "");
	lab->api.secrets[1].data[1].key = "user.crt";
	lab->api.secrets[1].data[1].value = lab->user.cert;
	lab->api.secrets[1].data[2].key = "user.key";
	lab->api.secrets[1].data[2].value = lab->user.key;
	every_broker(lab, &lab->broker, KAFKA_SASL_NONE, NULL);
	for (int i = 0; i < 3; i++)
		lab->kafka.cluster.brokers[i].client_ca = lab->clients_ca.cert;
	open_world(lab);
	expect_read(settle(lab, strimzi_key));
}

/* The certificates in the status will do, and are no less trusted: the operator wrote both. */
static void strimzi_without_the_right_to_read_the_authority(void **state)
{
	struct lab *lab = *state;
	struct buf quoted = BUF_INIT(8192);
	buf_append_str(&quoted, "\"");
	for (const char *c = lab->ca.cert; *c; c++)
		buf_printf(&quoted, *c == '\n' ? "\\n" : "%c", *c);
	buf_append_str(&quoted, "\"");
	declare(lab, "scram-sha-512", buf_str(&quoted));
	buf_finish(&quoted);
	lab->api.secrets[0].forbidden = true;
	every_broker(lab, &lab->broker, KAFKA_SASL_SCRAM_SHA_512, PASSWORD);
	open_world(lab);
	expect_read(settle(lab, strimzi_key));
}

static void strimzi_says_which_secret_and_which_verb(void **state)
{
	struct lab *lab = *state;
	declare(lab, "scram-sha-512", "");
	lab->api.secrets[0].forbidden = true;
	open_world(lab);
	expect_unread(settle(lab, strimzi_key), "cannot be read from secret prod/orders-cluster-ca-cert");
	assert_non_null(strstr(settle(lab, strimzi_key)->source.err.text, "get"));
	assert_int_equal(lab->kafka.cluster.brokers[0].connections, 0);
}

/* The users' authority is no authority of brokers, though it lies in the user's own secret. */
static void strimzi_distrusts_what_the_cluster_did_not_sign(void **state)
{
	struct lab *lab = *state;
	struct tls_cert_pair forged;
	declare(lab, "scram-sha-512", "");
	tls_cert_pair_make(&forged, &(struct tls_cert_options){.sans = "DNS:*.orders-kafka-brokers.prod.svc",
							       .issuer_cert_pem = lab->clients_ca.cert,
							       .issuer_key_pem = lab->clients_ca.key});
	every_broker(lab, &forged, KAFKA_SASL_SCRAM_SHA_512, PASSWORD);
	open_world(lab);
	expect_unread(settle(lab, strimzi_key), "unknown authority");
	assert_int_equal(lab->kafka.cluster.brokers[0].requests, 0);
	tls_cert_pair_finish(&forged);
}

static void strimzi_reads_rotated_secrets_again(void **state)
{
	struct lab *lab = *state;
	struct tls_cert_pair ca, broker;
	declare(lab, "scram-sha-512", "");
	every_broker(lab, &lab->broker, KAFKA_SASL_SCRAM_SHA_512, PASSWORD);
	open_world(lab);
	expect_read(settle(lab, strimzi_key));
	loop_run(lab->loop, 60000, NULL);
	assert_int_equal(lab->api.secret_reads, 2);

	tls_cert_pair_make(&ca, &(struct tls_cert_options){.common_name = "next-ca", .is_ca = true});
	tls_cert_pair_make(&broker,
			   &(struct tls_cert_options){
				   .sans = "DNS:*.orders-kafka-brokers.prod.svc,DNS:kafka-0,DNS:kafka-1,DNS:kafka-2",
				   .issuer_cert_pem = ca.cert,
				   .issuer_key_pem = ca.key});
	lab->api.secrets[0].data[0].value = ca.cert;
	lab->api.secrets[1].data[1].value = "another";
	every_broker(lab, &broker, KAFKA_SASL_SCRAM_SHA_512, "another");
	for (int i = 0; i < 3; i++)
		fake_broker_drop(&lab->kafka.cluster.brokers[i]);
	loop_run(lab->loop, 20000, NULL);
	world_update(lab->world);
	expect_read(settle(lab, strimzi_key));
	assert_int_equal(lab->api.secret_reads, 4);
	tls_cert_pair_finish(&ca);
	tls_cert_pair_finish(&broker);
}

/* ---- StatefulSets ---- */

static const char set_key[] = "prod/kafka/kafka";

static void declare_set(struct lab *lab)
{
	lab->api.sets =
		"{\"metadata\":{\"name\":\"kafka\",\"namespace\":\"prod\"},\"spec\":{\"replicas\":3,\"selector\":"
		"{\"matchLabels\":{\"app\":\"kafka\"}},\"template\":{\"spec\":{\"containers\":[{\"name\":\"kafka\","
		"\"image\":\"apache/kafka:4.1\"}]}}}}";
}

static void a_set_with_tls_asks_for_an_authority(void **state)
{
	struct lab *lab = *state;
	declare_set(lab);
	every_broker(lab, &lab->broker, KAFKA_SASL_NONE, NULL);
	open_world(lab);
	expect_unread(settle(lab, set_key),
		      "kafka-0: port 9093 uses TLS, and no CA certificate is configured: name a secret with ca.crt");
}

static void a_set_with_tls_and_a_configured_secret(void **state)
{
	struct lab *lab = *state;
	declare_set(lab);
	lab->configured = "login";
	lab->api.secrets[0] = (struct broker_secret){
		.name = "login", .data = {{"ca.crt", lab->ca.cert}, {"username", "deck"}, {"password", PASSWORD}}};
	every_broker(lab, &lab->broker, KAFKA_SASL_PLAIN, PASSWORD);
	open_world(lab);
	expect_read(settle(lab, set_key));
	assert_true(lab->kafka.cluster.brokers[0].logins > 0);
}

/* Where an authority is named nothing is said in the clear. */
static void a_configured_authority_is_not_waived(void **state)
{
	struct lab *lab = *state;
	declare_set(lab);
	lab->configured = "login";
	lab->api.secrets[0] = (struct broker_secret){
		.name = "login", .data = {{"ca.crt", lab->ca.cert}, {"username", "deck"}, {"password", PASSWORD}}};
	every_broker(lab, NULL, KAFKA_SASL_SCRAM_SHA_512, PASSWORD);
	open_world(lab);
	expect_unread(settle(lab, set_key), "(with secret prod/login)");
	assert_int_equal(lab->kafka.cluster.brokers[0].requests, 0);
}

static void a_set_that_wants_a_login_is_given_one_by_hand(void **state)
{
	struct lab *lab = *state;
	declare_set(lab);
	lab->port = FAKE_PORT;
	every_broker(lab, NULL, KAFKA_SASL_SCRAM_SHA_256, PASSWORD);
	open_world(lab);
	expect_unread(settle(lab, set_key), "requires a login (it offers SCRAM-SHA-256)");
	world_set_credentials(lab->world, set_key, "deck", "wrong");
	expect_unread(settle(lab, set_key), "wrong username or password");
	world_set_credentials(lab->world, set_key, "deck", PASSWORD);
	expect_read(settle(lab, set_key));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(strimzi_by_tls_and_scram),
		TEST(strimzi_by_client_certificate),
		TEST(strimzi_without_the_right_to_read_the_authority),
		TEST(strimzi_says_which_secret_and_which_verb),
		TEST(strimzi_distrusts_what_the_cluster_did_not_sign),
		TEST(strimzi_reads_rotated_secrets_again),
		TEST(a_set_with_tls_asks_for_an_authority),
		TEST(a_set_with_tls_and_a_configured_secret),
		TEST(a_configured_authority_is_not_waived),
		TEST(a_set_that_wants_a_login_is_given_one_by_hand),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("model/kafka_tls", tests, NULL, NULL);
}
