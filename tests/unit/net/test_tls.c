/* The TLS matrix (who signed the certificate, for which name, when, and who trusts whom): the same rows for HTTP
 * requests and for WebSockets. */
#include "tests/unit/unit.h"

#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "api/base/loop.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/http.h"
#include "api/net/websocket.h"
#include "tests/unit/net/server.h"
#include "tests/unit/tls_certs.h"

enum { DAY = 86400 };

struct authorities {
	struct tls_cert_pair root, other, inter, client;
};

struct fixture {
	struct clock clock;
	struct loop *loop;
	struct server server;
	struct authorities *ca;
	char seen_name[64]; /* common name of the client's certificate */
	int done, status;
	struct err err;
};

struct row {
	const char *what;
	/* the server */
	struct tls_cert_options cert; /* signed by the root unless said otherwise */
	enum { BY_ROOT, BY_INTER, BY_OTHER, BY_ITSELF } signer;
	bool sends_chain;
	int max_version;
	/* the client */
	const char *host; /* NULL = 127.0.0.1 */
	const char *server_name, *other_names;
	bool insecure, system_roots, other_root;
	/* what must come of it; NULL = it works */
	const char *complaint;
};

static const char *const any_name = "IP:127.0.0.1,DNS:localhost";

static const struct row matrix[] = {
	{.what = "a good one by address", .cert = {.sans = "IP:127.0.0.1", .usage = "serverAuth"}},
	{.what = "a good one by name", .cert = {.sans = "DNS:localhost"}, .host = "localhost"},
	{.what = "expired",
	 .cert = {.sans = any_name, .valid_from_s = -2 * DAY, .valid_to_s = -DAY},
	 .complaint = "has expired on 20"},
	{.what = "not yet valid",
	 .cert = {.sans = any_name, .valid_from_s = DAY, .valid_to_s = 2 * DAY},
	 .complaint = "is not valid before 20"},
	{.what = "wrong host",
	 .cert = {.sans = "DNS:kube.example,IP:10.0.0.1"},
	 .complaint = "is for kube.example, 10.0.0.1, not for this name"},
	{.what = "wrong name",
	 .cert = {.sans = "DNS:other.localhost"},
	 .host = "localhost",
	 .complaint = "is for other.localhost"},
	{.what = "address asked, name certified", .cert = {.sans = "DNS:localhost"}, .complaint = "is for localhost"},
	{.what = "address as a DNS name", .cert = {.sans = "DNS:127.0.0.1"}, .complaint = "is for 127.0.0.1, not for"},
	{.what = "name asked, address certified",
	 .cert = {.sans = "IP:127.0.0.1"},
	 .host = "localhost",
	 .complaint = "is for 127.0.0.1"},
	{.what = "common name only",
	 .cert = {.common_name = "localhost"},
	 .host = "localhost",
	 .complaint = "has no subjectAltName"},
	{.what = "self-signed", .cert = {.sans = any_name}, .signer = BY_ITSELF, .complaint = "is self-signed"},
	{.what = "untrusted root",
	 .cert = {.sans = any_name},
	 .signer = BY_OTHER,
	 .complaint = "is signed by an unknown authority (\"CN=other root\")"},
	{.what = "the given authority replaces the system's",
	 .cert = {.sans = any_name},
	 .signer = BY_OTHER,
	 .other_root = true,
	 .complaint = "unknown authority"},
	{.what = "system roots do not know it",
	 .cert = {.sans = any_name},
	 .system_roots = true,
	 .complaint = "unknown authority"},
	{.what = "with its intermediate", .cert = {.sans = any_name}, .signer = BY_INTER, .sends_chain = true},
	{.what = "missing intermediate",
	 .cert = {.sans = any_name},
	 .signer = BY_INTER,
	 .complaint = "does not send its intermediate certificates"},
	{.what = "for clients only",
	 .cert = {.sans = any_name, .usage = "clientAuth"},
	 .complaint = "is not valid for servers"},
	{.what = "TLS 1.2", .cert = {.sans = any_name}, .max_version = TLS1_2_VERSION},
	{.what = "TLS 1.1 only", .cert = {.sans = any_name}, .max_version = TLS1_1_VERSION, .complaint = "below 1.2"},
	{.what = "tls-server-name matches", .cert = {.sans = "DNS:api.example"}, .server_name = "api.example"},
	{.what = "tls-server-name does not match",
	 .cert = {.sans = any_name},
	 .server_name = "api.example",
	 .complaint = "the certificate of api.example"},
	{.what = "another of its names",
	 .cert = {.sans = "DNS:mq.example"},
	 .server_name = "mq-0.example",
	 .other_names = "mq-0,mq.example"},
	{.what = "none of its names",
	 .cert = {.sans = "DNS:mq.other"},
	 .server_name = "mq-0.example",
	 .other_names = "mq-0,mq.example",
	 .complaint = "the certificate of mq-0.example"},
	{.what = "tls-server-name is an address", .cert = {.sans = "IP:10.1.2.3"}, .server_name = "10.1.2.3"},
	{.what = "insecure takes an expired one",
	 .insecure = true,
	 .cert = {.sans = any_name, .valid_from_s = -2 * DAY, .valid_to_s = -DAY},
	 .signer = BY_OTHER},
	{.what = "insecure takes another name", .insecure = true, .cert = {.sans = "DNS:x"}, .signer = BY_ITSELF},
};

static void answer(struct server_conn *conn, void *data)
{
	struct fixture *f = data;
	X509 *cert = SSL_get1_peer_certificate(conn->tls);
	f->seen_name[0] = '\0';
	if (cert)
		X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, f->seen_name,
					  sizeof f->seen_name);
	X509_free(cert);
	char *request = server_take_request(conn);
	if (request && strstr(request, "Sec-WebSocket-Key: "))
		server_upgrade(conn, request, NULL, NULL);
	else if (request)
		buf_append_str(&conn->out, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	free(request);
}

static void use_cert(SSL_CTX *ctx, const struct tls_cert_pair *pair, const char *chain)
{
	BIO *bio = BIO_new_mem_buf(pair->cert, -1);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	bio = BIO_new_mem_buf(pair->key, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_int_equal(SSL_CTX_use_certificate(ctx, cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, key), 1);
	X509_free(cert);
	EVP_PKEY_free(key);
	if (chain) {
		bio = BIO_new_mem_buf(chain, -1);
		SSL_CTX_add_extra_chain_cert(ctx, PEM_read_bio_X509(bio, NULL, NULL, NULL));
		BIO_free(bio);
	}
}

static int take_h1(SSL *tls, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
		   unsigned in_len, void *data)
{
	static const unsigned char h1[] = "\x08http/1.1";
	bool found = SSL_select_next_proto((unsigned char **)out, out_len, h1, 9, in, in_len) == OPENSSL_NPN_NEGOTIATED;
	return found ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

static int trust_root(int ok, X509_STORE_CTX *store)
{
	return ok;
}

static void server_tls(struct fixture *f, const struct row *row, bool wants_client_cert)
{
	const struct tls_cert_pair *signers[] = {&f->ca->root, &f->ca->inter, &f->ca->other, NULL};
	const struct tls_cert_pair *signer = signers[row->signer];
	struct tls_cert_options options = row->cert;
	if (signer) {
		options.issuer_cert_pem = signer->cert;
		options.issuer_key_pem = signer->key;
	}
	struct tls_cert_pair pair;
	tls_cert_pair_make(&pair, &options);
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	use_cert(ctx, &pair, row->sends_chain ? f->ca->inter.cert : NULL);
	tls_cert_pair_finish(&pair);
	SSL_CTX_set_alpn_select_cb(ctx, take_h1, NULL);
	if (row->max_version) {
		SSL_CTX_set_security_level(ctx, 0);
		SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(ctx, row->max_version);
	}
	if (wants_client_cert) {
		BIO *bio = BIO_new_mem_buf(f->ca->root.cert, -1);
		X509 *root = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), root);
		X509_free(root);
		BIO_free(bio);
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, trust_root);
	}
	SSL_CTX_free(f->server.tls);
	f->server.tls = ctx;
}

static void sign(struct tls_cert_pair *pair, const struct tls_cert_pair *by, struct tls_cert_options options)
{
	options.issuer_cert_pem = by ? by->cert : NULL;
	options.issuer_key_pem = by ? by->key : NULL;
	tls_cert_pair_make(pair, &options);
}

static int make_authorities(void **state)
{
	struct authorities *ca = mem_alloc(sizeof *ca);
	sign(&ca->root, NULL, (struct tls_cert_options){.common_name = "root", .is_ca = true});
	sign(&ca->other, NULL, (struct tls_cert_options){.common_name = "other root", .is_ca = true});
	sign(&ca->inter, &ca->root, (struct tls_cert_options){.common_name = "intermediate", .is_ca = true});
	sign(&ca->client, &ca->root, (struct tls_cert_options){.common_name = "dev", .usage = "clientAuth"});
	*state = ca;
	return 0;
}

static int free_authorities(void **state)
{
	struct authorities *ca = *state;
	tls_cert_pair_finish(&ca->root);
	tls_cert_pair_finish(&ca->other);
	tls_cert_pair_finish(&ca->inter);
	tls_cert_pair_finish(&ca->client);
	free(ca);
	return 0;
}

static void start(struct fixture *f, struct authorities *ca)
{
	*f = (struct fixture){.clock = clock_real(), .ca = ca};
	f->loop = loop_create(&f->clock);
	f->server = (struct server){.loop = f->loop, .script = answer, .data = f};
	server_start(&f->server);
}

static void stop(struct fixture *f)
{
	server_stop(&f->server);
	SSL_CTX_free(f->server.tls);
	loop_destroy(f->loop);
}

static void note_answer(void *data, const struct http_result *result)
{
	struct fixture *f = data;
	f->err = result->err;
	f->status = result->status;
	f->done++;
}

static void note_open(void *data, const char *subprotocol)
{
	struct fixture *f = data;
	f->status = 101;
	f->done++;
}

static void note_close(void *data, const struct err *err, int status, const char *body)
{
	struct fixture *f = data;
	f->err = *err;
	f->done++;
}

static void run(struct fixture *f)
{
	for (int i = 0; i < 6000 && f->done == 0; i++)
		loop_step(f->loop, 10);
	assert_int_equal(f->done, 1);
}

static struct http *client(struct fixture *f, const struct row *row, const struct tls_cert_pair *ours)
{
	char url[64];
	struct err err = {0};
	snprintf(url, sizeof url, "https://%s:%u", str_or(row->host, "127.0.0.1"), f->server.port);
	struct http_options options = {.base_url = url,
				       .ca_pem = row->system_roots ? NULL : f->ca->root.cert,
				       .cert_pem = ours ? ours->cert : NULL,
				       .key_pem = ours ? ours->key : NULL,
				       .server_name = row->server_name,
				       .other_names = row->other_names,
				       .insecure = row->insecure,
				       .proxy_url = ""};
	struct http *http = http_create(f->loop, &options, &err);
	if (!http)
		fail_msg("%s", err.text);
	return http;
}

static void get(struct fixture *f, struct http *http)
{
	f->done = f->status = 0;
	f->err = (struct err){0};
	struct http_call call = {.method = "GET", .path = "/version", .on_done = note_answer, .data = f};
	assert_non_null(http_send(http, &call, NULL));
	run(f);
}

static void open_websocket(struct fixture *f, struct http *http)
{
	f->done = f->status = 0;
	f->err = (struct err){0};
	struct websocket_call call = {.path = "/x", .on_open = note_open, .on_close = note_close, .data = f};
	struct websocket *ws = websocket_open(http, &call, NULL);
	assert_non_null(ws);
	run(f);
	websocket_destroy(ws);
}

static void check(const struct fixture *f, const struct row *row, int good_status)
{
	if (!row->complaint) {
		if (f->status != good_status)
			fail_msg("%s: %s", row->what, f->err.text);
		return;
	}
	if (f->err.code != ERR_TLS || !strstr(f->err.text, row->complaint))
		fail_msg("%s: status %d, %s: %s", row->what, f->status, err_code_word(f->err.code), f->err.text);
}

static void run_matrix(struct authorities *ca, void (*ask)(struct fixture *f, struct http *http), int good_status)
{
	char file[] = "/tmp/mqdeck-roots-XXXXXX";
	int fd = mkstemp(file);
	assert_true(fd >= 0 && write(fd, ca->other.cert, strlen(ca->other.cert)) > 0);
	close(fd);
	for (size_t i = 0; i < ARRAY_LEN(matrix); i++) {
		struct fixture f;
		start(&f, ca);
		server_tls(&f, &matrix[i], false);
		if (matrix[i].other_root)
			setenv("SSL_CERT_FILE", file, 1);
		struct http *http = client(&f, &matrix[i], NULL);
		ask(&f, http);
		http_destroy(http);
		unsetenv("SSL_CERT_FILE");
		check(&f, &matrix[i], good_status);
		stop(&f);
	}
	unlink(file);
}

static void matrix_for_http(void **state)
{
	run_matrix(*state, get, 200);
}

static void matrix_for_websocket(void **state)
{
	run_matrix(*state, open_websocket, 101);
}

static const struct row good = {.what = "good", .cert = {.sans = "IP:127.0.0.1"}};
static const struct row good_1_2 = {.what = "good", .cert = {.sans = "IP:127.0.0.1"}, .max_version = TLS1_2_VERSION};

static void client_certificates(void **state)
{
	struct fixture f;
	start(&f, *state);
	struct tls_cert_pair expired, second;
	sign(&expired, &f.ca->root,
	     (struct tls_cert_options){.common_name = "late", .valid_from_s = -2 * DAY, .valid_to_s = -DAY});
	sign(&second, &f.ca->root, (struct tls_cert_options){.common_name = "dev2", .usage = "clientAuth"});
	for (int version = 0; version < 2; version++) {
		const struct row *row = version ? &good_1_2 : &good;
		server_tls(&f, row, true);

		struct http *http = client(&f, row, &f.ca->client);
		get(&f, http);
		assert_int_equal(f.status, 200);
		assert_string_equal(f.seen_name, "dev");
		int accepted = f.server.accepted;
		get(&f, http);
		assert_int_equal(f.server.accepted, accepted);
		assert_true(http_set_client_cert(http, second.cert, second.key, NULL));
		get(&f, http);
		assert_int_equal(f.server.accepted, accepted + 1);
		assert_string_equal(f.seen_name, "dev2");
		assert_false(http_set_client_cert(http, second.cert, expired.key, &f.err));
		assert_int_equal(f.err.code, ERR_CONFIG);
		http_destroy(http);

		http = client(&f, row, &expired);
		get(&f, http);
		if (f.err.code != ERR_TLS ||
		    !strstr(f.err.text, "the client certificate \"CN=late\" (valid until 20") ||
		    !strstr(f.err.text, ", expired)"))
			fail_msg("%s", f.err.text);
		http_destroy(http);

		http = client(&f, row, NULL);
		get(&f, http);
		if (f.err.code != ERR_TLS || !strstr(f.err.text, "requires a client certificate"))
			fail_msg("%s", f.err.text);
		http_destroy(http);
	}
	tls_cert_pair_finish(&expired);
	tls_cert_pair_finish(&second);
	stop(&f);
}

static void wrong_pem_is_said_at_once(void **state)
{
	struct authorities *ca = *state;
	struct fixture f;
	start(&f, ca);
	struct http_options cases[] = {
		{.base_url = "https://x", .ca_pem = "nonsense"},
		{.base_url = "https://x", .cert_pem = ca->client.cert},
		{.base_url = "https://x", .cert_pem = ca->client.cert, .key_pem = ca->root.key},
		{.base_url = "https://x", .cert_pem = "nonsense", .key_pem = ca->root.key},
		{.base_url = "https://x", .cert_pem = ca->client.cert, .key_pem = "nonsense"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		assert_null(http_create(f.loop, &cases[i], &err));
		assert_int_equal(err.code, ERR_CONFIG);
		assert_null(strstr(err.text, "nonsense"));
	}
	stop(&f);
}

static void a_server_without_tls(void **state)
{
	struct fixture f;
	start(&f, *state);
	f.server.script = NULL;
	struct http *http = client(&f, &good, NULL);
	struct http_call call = {.method = "GET", .path = "/", .on_done = note_answer, .data = &f};
	assert_non_null(http_send(http, &call, NULL));
	for (int i = 0; i < 6000 && !f.server.conns; i++)
		loop_step(f.loop, 10);
	assert_non_null(f.server.conns);
	buf_append_str(&f.server.conns->out, "HTTP/1.1 400 Bad Request\r\n\r\n");
	server_flush(f.server.conns);
	run(&f);
	assert_int_equal(f.err.code, ERR_TLS);
	assert_non_null(strstr(f.err.text, "does not use TLS"));
	http_destroy(http);
	stop(&f);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matrix_for_http),      cmocka_unit_test(matrix_for_websocket),
		cmocka_unit_test(client_certificates),  cmocka_unit_test(wrong_pem_is_said_at_once),
		cmocka_unit_test(a_server_without_tls),
	};
	return cmocka_run_group_tests_name("net/tls", tests, make_authorities, free_authorities);
}
