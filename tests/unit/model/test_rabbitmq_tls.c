/* RabbitMQ's management API over TLS, from the records of a cluster to its queues: a scripted API and a server with
 * real certificates. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>

#include <openssl/pem.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/sources/broker_credentials.h"
#include "api/model/world/world.h"
#include "tests/unit/model/broker_api.h"
#include "tests/unit/net/server.h"
#include "tests/unit/tls_certs.h"

enum { PORT = 15672, PORT_TLS = 15671 };

#define PASSWORD "correct-horse-canary"
#define BOTH "{\"containerPort\":5671},{\"containerPort\":15671},{\"containerPort\":5672},{\"containerPort\":15672}"
#define TLS_ONLY "{\"containerPort\":5671},{\"containerPort\":15671}"

struct lab {
	struct dial_opener dialer; /* first */
	struct clock clock;
	struct loop *loop;
	struct broker_api api;
	struct dial_opener *tcp;
	struct server server;
	struct world *world;
	struct tls_cert_pair ca, broker;
	uint16_t port; /* that the management API is on */
	char authorization[100];
	const char *configured;
	const char *prefix; /* that every request must begin with; NULL = any */
	unsigned requests;
};

/* ---- a management API ---- */

static void script(struct server_conn *conn, void *data)
{
	struct lab *lab = data;
	for (char *request; (request = server_take_request(conn)); free(request)) {
		const char *body =
			strstr(request, "/api/overview") ? "{\"rabbitmq_version\":\"4.0.5\"}"
			: strstr(request, "/api/nodes")  ? "[{\"name\":\"rabbit@mq-0\",\"running\":true}]"
			: strstr(request, "/api/queues")
				? "{\"page\":1,\"page_count\":1,\"items\":[{\"name\":\"a\",\"type\":\"quorum\"}]}"
				: "{\"status\":\"ok\"}";
		bool known = strstr(request, lab->authorization) != NULL &&
			     (!lab->prefix || str_has_prefix(request, lab->prefix));
		lab->requests++;
		if (!known)
			body = "{\"error\":\"not_authorised\",\"reason\":\"Login failed\"}";
		buf_printf(&conn->out,
			   "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
			   known ? 200 : 401, strlen(body), body);
	}
}

static void show_certificate(struct lab *lab, const struct tls_cert_pair *pair)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	BIO *bio = BIO_new_mem_buf(pair->cert, -1);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	bio = BIO_new_mem_buf(pair->key, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	SSL_CTX_use_certificate(context, cert);
	SSL_CTX_use_PrivateKey(context, key);
	X509_free(cert);
	EVP_PKEY_free(key);
	SSL_CTX_free(lab->server.tls);
	lab->server.tls = context;
}

static void want_password(struct lab *lab, const char *password)
{
	char *header = http_basic_header("deck", password);
	snprintf(lab->authorization, sizeof lab->authorization, "%s", strrchr(header, ' ') + 1);
	mem_free_secret(header);
}

/* ---- the way to it ---- */

static struct dial *open_pod(struct dial_opener *self, const struct dial_target *target, int *fd, struct err *err)
{
	struct lab *lab = (struct lab *)self;
	if (target->port != lab->port) {
		err_set(err, ERR_CONNECT, "nothing listens on port %u", target->port);
		return NULL;
	}
	return lab->tcp->open(lab->tcp, &(struct dial_target){.host = "127.0.0.1", .port = lab->server.port}, fd, err);
}

static const char *configured(void *data, const char *namespace, const char *cluster)
{
	return ((struct lab *)data)->configured;
}

static void on_change(void *data)
{
}

static void make_broker(struct lab *lab, struct tls_cert_pair *pair, const char *names)
{
	tls_cert_pair_make(pair, &(struct tls_cert_options){.sans = names,
							    .issuer_cert_pem = lab->ca.cert,
							    .issuer_key_pem = lab->ca.key});
}

static int set_up(void **state)
{
	struct lab *lab = mem_alloc(sizeof *lab);
	lab->clock = clock_virtual(1767225600000);
	lab->loop = loop_create(&lab->clock);
	lab->tcp = dial_tcp_create(lab->loop);
	lab->dialer = (struct dial_opener){open_pod, lab->tcp->error, lab->tcp->close};
	lab->port = PORT_TLS;
	lab->server = (struct server){.loop = lab->loop, .script = script, .data = lab};
	tls_cert_pair_make(&lab->ca, &(struct tls_cert_options){.common_name = "our-ca", .is_ca = true});
	make_broker(lab, &lab->broker, "DNS:*.mq-nodes.prod.svc.cluster.local");
	show_certificate(lab, &lab->broker);
	want_password(lab, PASSWORD);
	server_start(&lab->server);
	*state = lab;
	return 0;
}

static int tear_down(void **state)
{
	struct lab *lab = *state;
	world_destroy(lab->world);
	broker_api_stop(&lab->api);
	server_stop(&lab->server);
	SSL_CTX_free(lab->server.tls);
	dial_tcp_destroy(lab->tcp);
	loop_destroy(lab->loop);
	tls_cert_pair_finish(&lab->ca);
	tls_cert_pair_finish(&lab->broker);
	free(lab);
	return 0;
}

static void open_world(struct lab *lab, const char *tls, const char *ports)
{
	static char resource[1024];
	snprintf(resource, sizeof resource,
		 "{\"metadata\":{\"name\":\"mq\",\"namespace\":\"prod\"},\"spec\":{\"replicas\":3%s},\"status\":{"
		 "\"defaultUser\":"
		 "{\"secretReference\":{\"name\":\"mq-default-user\",\"namespace\":\"prod\",\"keys\":{\"username\":"
		 "\"username\","
		 "\"password\":\"password\"}},\"serviceReference\":{\"name\":\"mq\",\"namespace\":\"prod\"}}}}",
		 str_or(tls, ""));
	lab->api.rabbitmqs = tls ? resource : NULL;
	lab->api.sets =
		"{\"metadata\":{\"name\":\"mq-server\",\"namespace\":\"prod\",\"labels\":{\"app\":\"rabbitmq\"}},"
		"\"spec\":{\"replicas\":3,\"selector\":{\"matchLabels\":{\"app\":\"mq\"}},\"template\":{\"spec\":"
		"{\"containers\":[{\"name\":\"rabbitmq\",\"image\":\"rabbitmq:4\",\"ports\":[{\"containerPort\":"
		"5672}]}"
		"]}}}}";
	if (tls)
		lab->api.sets = "{\"metadata\":{\"name\":\"mq-server\",\"namespace\":\"prod\",\"ownerReferences\":[{"
				"\"kind\":"
				"\"RabbitmqCluster\",\"name\":\"mq\",\"controller\":true}]},\"spec\":{\"replicas\":3,"
				"\"selector\":{\"matchLabels\":{\"app\":\"mq\"}}}}";
	lab->api.secrets[0] = (struct broker_secret){.name = "mq-default-user",
						     .data = {{"username", "deck"}, {"password", PASSWORD}}};
	broker_api_put_pods(&lab->api, "mq-server", "\"app\":\"mq\"", "StatefulSet", "mq-nodes", ports);
	lab->world = world_create(&(struct world_options){.loop = lab->loop,
							  .client = broker_api_start(&lab->api, lab->loop),
							  .dialer = &lab->dialer,
							  .credentials_secret = configured,
							  .on_change = on_change,
							  .data = lab});
}

static const struct world_cluster *settle(struct lab *lab)
{
	for (int i = 0; i < 300; i++) {
		loop_run(lab->loop, 100, NULL);
		world_update(lab->world);
		if (world_settled(lab->world))
			break;
	}
	const struct world_view *view = world_update(lab->world);
	assert_int_equal(view->cluster_count, 1);
	assert_null(strstr(view->clusters[0]->source.err.text, PASSWORD));
	return view->clusters[0];
}

static void expect_read(const struct world_cluster *cluster)
{
	if (cluster->queue_count != 1 || err_is_set(&cluster->source.err))
		fail_msg("%lld queues: %s", (long long)cluster->queue_count, cluster->source.err.text);
}

static void expect_unread(const struct world_cluster *cluster, const char *says)
{
	if (cluster->queue_count >= 0 || !strstr(cluster->source.err.text, says))
		fail_msg("%lld queues: %s (wanted: %s)", (long long)cluster->queue_count, cluster->source.err.text,
			 says);
}

static void of_the_operator_with_an_authority_of_its_own(void **state)
{
	struct lab *lab = *state;
	lab->api.secrets[1] = (struct broker_secret){.name = "mq-ca", .data = {{"ca.crt", lab->ca.cert}}};
	open_world(lab,
		   ",\"tls\":{\"secretName\":\"mq-tls\",\"caSecretName\":\"mq-ca\",\"disableNonTLSListeners\":true}",
		   TLS_ONLY);
	expect_read(settle(lab));
	assert_int_equal(lab->api.secret_reads, 2);
}

/* The certificate that clients meet is often made for the service alone. */
static void of_the_operator_with_a_certificate_for_the_service(void **state)
{
	struct lab *lab = *state;
	tls_cert_pair_finish(&lab->broker);
	make_broker(lab, &lab->broker, "DNS:mq.prod.svc");
	show_certificate(lab, &lab->broker);
	lab->api.secrets[1] = (struct broker_secret){.name = "mq-tls",
						     .data = {{"ca.crt", lab->ca.cert}, {"tls.crt", lab->broker.cert}}};
	open_world(lab, ",\"tls\":{\"secretName\":\"mq-tls\"}", BOTH);
	expect_read(settle(lab));
}

static void of_another_service_is_refused(void **state)
{
	struct lab *lab = *state;
	tls_cert_pair_finish(&lab->broker);
	make_broker(lab, &lab->broker, "DNS:other.prod.svc");
	show_certificate(lab, &lab->broker);
	lab->api.secrets[1] = (struct broker_secret){.name = "mq-tls", .data = {{"ca.crt", lab->ca.cert}}};
	open_world(lab, ",\"tls\":{\"secretName\":\"mq-tls\",\"disableNonTLSListeners\":true}", TLS_ONLY);
	expect_unread(settle(lab), "is for other.prod.svc");
	assert_int_equal(lab->requests, 0);
}

static void without_an_authority_says_what_to_name(void **state)
{
	struct lab *lab = *state;
	open_world(lab, ",\"tls\":{\"secretName\":\"mq-tls\",\"disableNonTLSListeners\":true}", TLS_ONLY);
	expect_unread(settle(lab),
		      "it is served over TLS only (port 15671), and no CA certificate is known to verify it");
	assert_int_equal(lab->requests, 0);
}

static void of_a_set_with_a_configured_secret(void **state)
{
	struct lab *lab = *state;
	lab->configured = "login";
	lab->api.secrets[1] = (struct broker_secret){
		.name = "login", .data = {{"ca.crt", lab->ca.cert}, {"username", "deck"}, {"password", PASSWORD}}};
	open_world(lab, NULL, TLS_ONLY);
	expect_read(settle(lab));
}

static void reads_a_rotated_password_again(void **state)
{
	struct lab *lab = *state;
	lab->api.secrets[1] = (struct broker_secret){.name = "mq-ca", .data = {{"ca.crt", lab->ca.cert}}};
	open_world(lab, ",\"tls\":{\"secretName\":\"mq-tls\",\"caSecretName\":\"mq-ca\"}", BOTH);
	expect_read(settle(lab));
	loop_run(lab->loop, 40000, NULL);
	unsigned before = lab->api.secret_reads;
	want_password(lab, "another");
	lab->api.secrets[0].data[1].value = "another";
	loop_run(lab->loop, 8000, NULL);
	world_update(lab->world);
	expect_read(settle(lab));
	assert_int_equal(lab->api.secret_reads, before + 2);
}

/* What stands behind the ports of a pod's container: its environment, its mounts, and the pod's volumes. */
#define POD(env, volume)                                                                                               \
	"{\"name\":\"management\",\"containerPort\":15673},{\"containerPort\":5672}]," env                             \
	",\"volumeMounts\":[{\"name\":\"s\",\"mountPath\":\"/opt/secrets/\"}]}],\"volumes\":[{\"name\":\"s\"," volume  \
	",\"ignored\":[{}"
#define PROJECTED "\"projected\":{\"sources\":[{\"secret\":{\"name\":\"cookie\"}},{\"secret\":{\"name\":\"mq-own\"}}]}"

/* Plain, and on another port than RabbitMQ's own, which the container names. */
static void of_foreign_manifests(void **state)
{
	static const char *const ways[] = {
		POD("\"env\":[{\"name\":\"RABBITMQ_USERNAME\",\"value\":\"deck\"},{\"name\":\"RABBITMQ_PASSWORD_FILE\","
		    "\"value\":\"/opt/secrets/rabbitmq-password\"}]",
		    PROJECTED),
		POD("\"env\":[{\"name\":\"RABBITMQ_USERNAME\",\"value\":\"deck\"},{\"name\":\"RABBITMQ_PASSWORD_FILE\","
		    "\"value\":\"/opt/secrets/rabbitmq-password\"}]",
		    "\"secret\":{\"secretName\":\"mq-own\"}"),
		POD("\"env\":[{\"name\":\"RABBITMQ_USERNAME\",\"value\":\"deck\"},{\"name\":\"RABBITMQ_PASSWORD\","
		    "\"valueFrom\":{\"secretKeyRef\":{\"name\":\"mq-own\",\"key\":\"rabbitmq-password\"}}}]",
		    PROJECTED),
		POD("\"env\":[{\"name\":\"RABBITMQ_USERNAME\",\"value\":\"deck\"},{\"name\":\"RABBITMQ_PASSWORD\","
		    "\"value\":\"" PASSWORD "\"}]",
		    PROJECTED),
		POD("\"envFrom\":[{\"configMapRef\":{\"name\":\"c\"}},{\"secretRef\":{\"name\":\"mq-env\"}}]",
		    PROJECTED),
		/* The key becomes a file of another name. */
		POD("\"env\":[{\"name\":\"RABBITMQ_USERNAME\",\"value\":\"deck\"},{\"name\":\"RABBITMQ_PASSWORD_FILE\","
		    "\"value\":\"/opt/secrets/login\"}]",
		    "\"secret\":{\"secretName\":\"mq-own\",\"items\":[{\"key\":\"rabbitmq-password\",\"path\":"
		    "\"login\"}]}"),
		/* The user in a ConfigMap and the password in a secret: by key, and as a whole. */
		POD("\"env\":[{\"name\":\"RABBITMQ_USERNAME\",\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"mq-conf\","
		    "\"key\":\"who\"}}},{\"name\":\"RABBITMQ_PASSWORD\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"mq-"
		    "own\","
		    "\"key\":\"rabbitmq-password\"}}}]",
		    PROJECTED),
		POD("\"envFrom\":[{\"configMapRef\":{\"name\":\"mq-conf\"}},{\"secretRef\":{\"name\":\"mq-own\"}}]",
		    PROJECTED),
		POD("\"env\":[{\"name\":\"RABBITMQ_USERNAME\",\"value\":\"deck\"}],\"envFrom\":[{\"secretRef\":{"
		    "\"name\":"
		    "\"mq-own\"}}]",
		    PROJECTED),
		/* A key behind a prefix, and a variable that is given twice: the later one counts. */
		POD("\"env\":[{\"name\":\"RABBITMQ_USERNAME\",\"value\":\"guest\"},{\"name\":\"RABBITMQ_USERNAME\","
		    "\"value\":\"deck\"}],\"envFrom\":[{\"prefix\":\"RABBITMQ_\",\"secretRef\":{\"name\":\"behind\"}}]",
		    PROJECTED),
		/* A password by habit that is another program's comes first: the other one is tried as well. */
		POD("\"envFrom\":[{\"secretRef\":{\"name\":\"mq-env\"}},{\"secretRef\":{\"name\":\"other\"}}]",
		    PROJECTED),
		POD("\"env\":[{\"name\":\"RABBITMQ_USERNAME\",\"value\":\"deck\"}],\"envFrom\":[{\"secretRef\":{"
		    "\"name\":\"mq-own\"}},{\"secretRef\":{\"name\":\"other\"}}]",
		    PROJECTED),
	};
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct lab *lab = *state;
		if (i > 0) {
			tear_down(state);
			set_up(state);
			lab = *state;
		}
		SSL_CTX_free(lab->server.tls);
		lab->server.tls = NULL;
		lab->port = 15673;
		lab->api.secrets[1] =
			(struct broker_secret){.name = "mq-own", .data = {{"rabbitmq-password", PASSWORD}}};
		lab->api.secrets[2] = (struct broker_secret){
			.name = "mq-env",
			.data = {{"RABBITMQ_DEFAULT_USER", "deck"}, {"RABBITMQ_DEFAULT_PASS", PASSWORD}}};
		lab->api.secrets[3] =
			(struct broker_secret){.name = "cookie", .data = {{"rabbitmq-erlang-cookie", "canary"}}};
		lab->api.secrets[4] = (struct broker_secret){.name = "other", .data = {{"password", "canary"}}};
		lab->api.secrets[5] = (struct broker_secret){
			.name = "behind", .data = {{"password", "canary"}, {"DEFAULT_PASS", PASSWORD}}};
		lab->api.config_map =
			"{\"metadata\":{\"name\":\"mq-conf\",\"namespace\":\"prod\"},\"data\":{\"who\":\"deck\","
			"\"RABBITMQ_DEFAULT_USER\":\"deck\"}}";
		open_world(lab, NULL, ways[i]);
		expect_read(settle(lab));
	}
}

static void of_a_rabbitmq_conf_in_a_config_map(void **state)
{
	struct lab *lab = *state;
	SSL_CTX_free(lab->server.tls);
	lab->server.tls = NULL;
	lab->port = 15680;
	lab->prefix = "GET /mq/api/";
	lab->api.config_map =
		"{\"metadata\":{\"name\":\"mq-conf\",\"namespace\":\"prod\"},\"data\":{\"rabbitmq.conf\":\""
		"# default_pass = wrong\\n default_user=deck\\r\\ndefault_pass = " PASSWORD " \\n"
		"management.tcp.port = 15680\\nmanagement.path_prefix = /mq\\n\"}}";
	open_world(lab, NULL,
		   "{\"containerPort\":5672}],\"volumeMounts\":[{\"name\":\"c\",\"mountPath\":\"/etc/rabbitmq/\"}]}],"
		   "\"volumes\":[{\"name\":\"c\",\"configMap\":{\"name\":\"mq-conf\"},\"ignored\":[{}");
	expect_read(settle(lab));
}

/* As charts keep it that put the password into it. */
static void of_a_rabbitmq_conf_in_a_secret(void **state)
{
	struct lab *lab = *state;
	SSL_CTX_free(lab->server.tls);
	lab->server.tls = NULL;
	lab->port = PORT;
	lab->api.secrets[1] = (struct broker_secret){
		.name = "mq-conf", .data = {{"rabbitmq.conf", "default_user = deck\ndefault_pass = " PASSWORD "\n"}}};
	lab->api.secrets[2] = (struct broker_secret){.name = "certs", .data = {{"tls.key", "default_user = x"}}};
	open_world(
		lab, NULL,
		"{\"containerPort\":5672}],\"volumeMounts\":[{\"name\":\"c\",\"mountPath\":\"/bitnami/rabbitmq/conf\"},"
		"{\"name\":\"t\",\"mountPath\":\"/opt/rabbitmq/certs\"}]}],\"volumes\":[{\"name\":\"t\",\"secret\":{"
		"\"secretName\":\"certs\"}},{\"name\":\"c\",\"projected\":{\"sources\":[{\"secret\":{\"name\":"
		"\"mq-conf\"}}]},\"ignored\":[{}");
	/* Neither by its name nor by its keys is the other secret asked for: what operators call theirs is. */
	lab->api.secrets[0].forbidden = true;
	expect_read(settle(lab));
	assert_int_equal(lab->api.secret_reads, 2);
}

static void ports_and_resource_tell_how_it_is_served(void **state)
{
	static const struct {
		const char *secret;
		bool only;
		int32_t ports[2];
		enum source_management_tls served;
	} cases[] = {
		{NULL, false, {15672, 0}, SOURCE_MANAGEMENT_IN_CLEAR},
		{NULL, false, {0, 0}, SOURCE_MANAGEMENT_IN_CLEAR},
		{NULL, false, {15671, 0}, SOURCE_MANAGEMENT_TLS_ONLY},
		{NULL, false, {15672, 15671}, SOURCE_MANAGEMENT_EITHER},
		{"tls", false, {15672, 15671}, SOURCE_MANAGEMENT_EITHER},
		{"tls", true, {15671, 0}, SOURCE_MANAGEMENT_TLS_ONLY},
		{"tls", false, {0, 0}, SOURCE_MANAGEMENT_EITHER},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct kube_port ports[] = {{.container_port = cases[i].ports[0]},
					    {.container_port = cases[i].ports[1]}};
		struct kube_container container = {.name = "rabbitmq", .ports = ports, .port_count = 2};
		const struct kube_rabbitmq_cluster resource = {.tls_secret = cases[i].secret,
							       .tls_only = cases[i].only};
		const struct kube_pod pod = {.containers = &container, .container_count = 1};
		const struct source_found_cluster found = {.rabbitmq = &resource};
		assert_int_equal(source_credentials_management(&found, &pod), cases[i].served);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_the_operator_with_an_authority_of_its_own),
		TEST(of_the_operator_with_a_certificate_for_the_service),
		TEST(of_another_service_is_refused),
		TEST(without_an_authority_says_what_to_name),
		TEST(of_a_set_with_a_configured_secret),
		TEST(reads_a_rotated_password_again),
		TEST(of_foreign_manifests),
		TEST(of_a_rabbitmq_conf_in_a_config_map),
		TEST(of_a_rabbitmq_conf_in_a_secret),
		cmocka_unit_test(ports_and_resource_tell_how_it_is_served),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("model/rabbitmq_tls", tests, NULL, NULL);
}
