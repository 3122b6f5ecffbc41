#include "tests/unit/kafka/fake_broker.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/kafka/client/sasl.h"
#include "api/kafka/wire/kafka_errors.h"
#include "api/kafka/wire/schema_list.h"

void *fake_message(struct arena *arena, const struct kafka_schema *schema)
{
	void *message = arena_alloc(arena, schema->size);
	kafka_message_init(schema, message);
	return message;
}

/* ---- bytes ---- */
static void close_link(struct fake_link *link)
{
	loop_fd_remove(link->watch);
	SSL_free(link->ssl);
	if (link->fd >= 0)
		close(link->fd);
	buf_finish(&link->in);
	buf_finish(&link->out);
	*link = (struct fake_link){.fd = -1};
}

/* What the socket does not take waits in out. */
static void flush(struct fake_link *link)
{
	while (link->out.len > 0) {
		size_t sent = 0;
		ssize_t n = -1;
		if (link->ssl && SSL_write_ex(link->ssl, link->out.data, link->out.len, &sent) == 1)
			n = (ssize_t)sent;
		else if (!link->ssl)
			n = send(link->fd, link->out.data, link->out.len, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		buf_consume(&link->out, (size_t)n);
	}
	loop_fd_set(link->watch, LOOP_READ | (link->out.len ? LOOP_WRITE : 0));
}

static void put(struct fake_link *link, const void *bytes, size_t len)
{
	buf_append(&link->out, bytes, len);
	flush(link);
}

static ssize_t get(struct fake_link *link, void *bytes, size_t size)
{
	size_t got = 0;
	if (!link->ssl)
		return recv(link->fd, bytes, size, MSG_DONTWAIT);
	ERR_clear_error();
	int result =
		SSL_is_init_finished(link->ssl) ? SSL_read_ex(link->ssl, bytes, size, &got) : SSL_accept(link->ssl);
	if (result == 1)
		return got ? (ssize_t)got : -1;
	int why = SSL_get_error(link->ssl, result);
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

/* ---- answers every broker knows ---- */
/* KIP-1242: both are given, and both must fit. */
static bool is_another_meant(const struct fake_broker *broker, const struct kafka_header *header,
			     const struct kafka_api_versions_request *request)
{
	return header->version >= 5 && request->cluster_id &&
	       (strcmp(request->cluster_id, broker->cluster_id) != 0 || request->node_id != broker->id);
}

static void *answer_versions(struct fake_broker *broker, struct kafka_header *header,
			     const struct kafka_api_versions_request *request, struct arena *arena)
{
	struct kafka_api_versions_response *response = fake_message(arena, &kafka_api_versions_response_schema);
	size_t count;
	const struct kafka_api *apis = kafka_api_list(&count);
	struct kafka_api_version *ranges = arena_alloc(arena, count * sizeof *ranges);
	for (size_t i = 0; i < count; i++) {
		int8_t max = apis[i].key == broker->cap_key      ? broker->cap_version
			     : apis[i].key == KAFKA_API_VERSIONS ? broker->newest_api_versions
								 : apis[i].max;
		ranges[i] = (struct kafka_api_version){apis[i].key, 0, max};
	}
	response->api_keys.items = ranges;
	response->api_keys.len = (int32_t)count;
	response->throttle_time_ms = broker->throttle_ms;
	struct kafka_supported_feature *feature = arena_alloc(arena, sizeof *feature);
	*feature = (struct kafka_supported_feature){"metadata.version", 1, broker->metadata_level};
	response->supported_features.items = feature;
	response->supported_features.len = 1;
	struct kafka_finalized_feature *finalized = arena_alloc(arena, 2 * sizeof *finalized);
	finalized[0] = (struct kafka_finalized_feature){"metadata.version", broker->finalized_level, 1};
	finalized[1] = (struct kafka_finalized_feature){"eligible.leader.replicas.version", 1, 1};
	response->finalized_features.items = broker->finalized_level > 0 ? finalized : finalized + 1;
	response->finalized_features.len = (broker->finalized_level > 0) + broker->keeps_eligible;
	if (is_another_meant(broker, header, request))
		response->error_code = KAFKA_ERR_REBOOTSTRAP_REQUIRED;
	if (header->version > broker->newest_api_versions) {
		response->error_code = KAFKA_ERR_UNSUPPORTED_VERSION;
		header->version = 0;
	}
	return response;
}

static void *answer_handshake(struct fake_broker *broker, const struct kafka_sasl_handshake_request *request,
			      struct arena *arena)
{
	struct kafka_sasl_handshake_response *response = fake_message(arena, &kafka_sasl_handshake_response_schema);
	const char **offered = arena_alloc(arena, sizeof *offered);
	if (broker->mechanism == KAFKA_SASL_NONE) {
		response->error_code = KAFKA_ERR_ILLEGAL_SASL_STATE;
		return response;
	}
	*offered = kafka_sasl_name(broker->mechanism);
	response->mechanisms.items = offered;
	response->mechanisms.len = 1;
	if (strcmp(request->mechanism, *offered) != 0)
		response->error_code = KAFKA_ERR_UNSUPPORTED_SASL_MECHANISM;
	return response;
}

static void *answer(struct fake_link *link, struct kafka_header *header, const void *request, struct arena *arena)
{
	struct fake_broker *broker = link->broker;
	if (header->api_key == KAFKA_API_VERSIONS)
		return answer_versions(broker, header, request, arena);
	if (header->api_key == KAFKA_SASL_HANDSHAKE)
		return answer_handshake(broker, request, arena);
	if (header->api_key == KAFKA_SASL_AUTHENTICATE)
		return fake_authenticate(link, arena, request);
	return broker->answer ? broker->answer(broker, header, request, arena) : NULL;
}

static void serve(struct fake_link *link, const uint8_t *body, size_t len)
{
	struct fake_broker *broker = link->broker;
	struct arena arena = ARENA_INIT;
	struct kafka_header header;
	struct err err = {0};
	void *request = kafka_decode_request(&arena, body, len, &header, &err);
	if (!request)
		fail_msg("the fake broker cannot read a request: %s", err.text);
	broker->requests++;
	broker->seen[header.api_key]++;
	broker->last_version[header.api_key] = header.version;
	/* As brokers do: they hang up on who does not log in, and after having refused a mechanism. */
	bool start = header.api_key == KAFKA_API_VERSIONS || header.api_key == KAFKA_SASL_HANDSHAKE ||
		     header.api_key == KAFKA_SASL_AUTHENTICATE;
	bool hangs_up = broker->mechanism && !link->logged_in && !start;
	void *response = broker->silent || hangs_up ? NULL : answer(link, &header, request, &arena);
	if (response && header.api_key == KAFKA_SASL_HANDSHAKE)
		hangs_up = ((struct kafka_sasl_handshake_response *)response)->error_code ==
			   KAFKA_ERR_UNSUPPORTED_SASL_MECHANISM;
	struct buf out = BUF_INIT(KAFKA_FRAME_MAX);
	header.correlation += broker->correlation_shift;
	if (response && !kafka_encode_response(&out, &header, response, &err))
		fail_msg("the fake broker cannot answer: %s", err.text);
	if (broker->cut_answer && out.len > broker->cut_answer) {
		put(link, out.data, broker->cut_answer);
		close_link(link);
	} else {
		put(link, buf_str(&out), out.len);
		if (hangs_up)
			close_link(link);
	}
	buf_finish(&out);
	arena_finish(&arena);
}

static void on_link(void *data, unsigned ready)
{
	struct fake_link *link = data;
	char bytes[4096];
	ssize_t n = -1;
	flush(link);
	while (link->fd >= 0 && (n = get(link, bytes, sizeof bytes)) > 0) {
		if (link->broker->says) {
			put(link, link->broker->says, link->broker->says_len);
			close_link(link);
			return;
		}
		buf_append(&link->in, bytes, (size_t)n);
		size_t body;
		while (link->fd >= 0 && kafka_frame_peek((const uint8_t *)buf_str(&link->in), link->in.len, &body,
							 NULL) == KAFKA_FRAME_WHOLE) {
			serve(link, (const uint8_t *)link->in.data + 4, body);
			if (link->fd >= 0)
				buf_consume(&link->in, 4 + body);
		}
	}
	size_t body;
	bool nonsense =
		link->fd >= 0 && !link->broker->silent &&
		kafka_frame_peek((const uint8_t *)buf_str(&link->in), link->in.len, &body, NULL) == KAFKA_FRAME_BAD;
	if (link->fd >= 0 && (n == 0 || nonsense))
		close_link(link);
}

/* ---- dialling ---- */
static SSL *start_tls(const struct fake_broker *broker, int fd)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	BIO *bio = BIO_new_mem_buf(broker->cert->cert, -1);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	bio = BIO_new_mem_buf(broker->cert->key, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	SSL_CTX_use_certificate(context, cert);
	SSL_CTX_use_PrivateKey(context, key);
	X509_free(cert);
	EVP_PKEY_free(key);
	if (broker->tls_max) {
		SSL_CTX_set_security_level(context, 0);
		SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(context, broker->tls_max);
	}
	if (broker->client_ca) {
		bio = BIO_new_mem_buf(broker->client_ca, -1);
		cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		BIO_free(bio);
		X509_STORE_add_cert(SSL_CTX_get_cert_store(context), cert);
		X509_free(cert);
		SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	}
	SSL *ssl = SSL_new(context);
	SSL_CTX_free(context);
	SSL_set_fd(ssl, fd);
	return ssl;
}

static struct dial *fake_open(struct dial_opener *self, const struct dial_target *target, int *fd, struct err *err)
{
	struct fake_cluster *cluster = (struct fake_cluster *)self;
	int ends[2];
	assert_in_range(target->port, FAKE_PORT, FAKE_PORT + FAKE_BROKERS - 1);
	struct fake_broker *broker = &cluster->brokers[target->port - FAKE_PORT];
	struct fake_link *link = NULL;
	for (size_t i = 0; i < FAKE_LINKS && !link; i++)
		if (cluster->links[i].fd < 0)
			link = &cluster->links[i];
	assert_non_null(link);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	*fd = ends[0];
	broker->connections++;
	if (broker->down) {
		close(ends[1]);
		return (struct dial *)broker;
	}
	*link = (struct fake_link){
		.broker = broker, .fd = ends[1], .in = BUF_INIT(1 << 20), .out = BUF_INIT(KAFKA_FRAME_MAX)};
	link->ssl = broker->cert ? start_tls(broker, ends[1]) : NULL;
	link->watch = loop_fd_add(cluster->loop, ends[1], LOOP_READ, on_link, link);
	return (struct dial *)broker;
}

static const struct err *fake_error(const struct dial *dial)
{
	static const struct err down = {ERR_CONNECT, "the pod is gone"}, fine = {0};
	return ((const struct fake_broker *)dial)->down ? &down : &fine;
}

static void fake_close(struct dial *dial)
{
}

void fake_broker_drop(struct fake_broker *broker)
{
	for (size_t i = 0; i < FAKE_LINKS; i++)
		if (broker->cluster->links[i].broker == broker)
			close_link(&broker->cluster->links[i]);
}

void fake_cluster_init(struct fake_cluster *cluster, struct loop *loop)
{
	*cluster = (struct fake_cluster){.dialer = {fake_open, fake_error, fake_close}, .loop = loop};
	for (int i = 0; i < FAKE_BROKERS; i++)
		cluster->brokers[i] = (struct fake_broker){.cluster = cluster,
							   .id = i,
							   .cluster_id = "fake",
							   .newest_api_versions = 4,
							   .iterations = 4096,
							   .cap_key = -1,
							   .metadata_level = 27};
	for (size_t i = 0; i < FAKE_LINKS; i++)
		cluster->links[i].fd = -1;
}

void fake_cluster_finish(struct fake_cluster *cluster)
{
	for (size_t i = 0; i < FAKE_LINKS; i++)
		close_link(&cluster->links[i]);
}
