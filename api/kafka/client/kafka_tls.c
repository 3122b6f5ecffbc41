/* TLS towards a broker, with certificates from secrets: they stay in memory, and where a secret names its own CA
 * nothing else is trusted. */
#include "api/kafka/client/kafka_tls.h"

#include <arpa/inet.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "api/base/mem.h"
#include "api/base/str.h"

enum { CA_MAX = 1000 };

static bool broker_tls_refuse(struct err *err, const char *what)
{
	char reason[160];
	unsigned long code = ERR_get_error();
	ERR_error_string_n(code, reason, sizeof reason);
	ERR_clear_error();
	return err_set(err, ERR_TLS, "%s: %s", what, code ? reason : "not a PEM text");
}

/* ---- setting up ---- */
static bool trust_only(SSL_CTX *context, const char *pem, struct err *err)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509_STORE *store = SSL_CTX_get_cert_store(context);
	unsigned count = 0;
	X509 *cert;
	while (count < CA_MAX && (cert = PEM_read_bio_X509(bio, NULL, net_tls_no_passphrase, NULL)) != NULL) {
		X509_STORE_add_cert(store, cert);
		X509_free(cert);
		count++;
	}
	BIO_free(bio);
	if (count == 0)
		return broker_tls_refuse(err, "the CA certificate for Kafka cannot be read");
	/* What is named as trusted is trusted, be it an intermediate or the broker's own, as libcurl has it for
	 * HTTP. */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	ERR_clear_error();
	return true;
}

static bool use_certificates(SSL_CTX *context, const char *pem, struct err *err)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = PEM_read_bio_X509(bio, NULL, net_tls_no_passphrase, NULL);
	bool ok = cert && SSL_CTX_use_certificate(context, cert) == 1;
	X509_free(cert);
	while (ok && (cert = PEM_read_bio_X509(bio, NULL, net_tls_no_passphrase, NULL)) != NULL)
		ok = SSL_CTX_add0_chain_cert(context, cert) == 1;
	BIO_free(bio);
	if (!ok)
		return broker_tls_refuse(err, "the client certificate for Kafka cannot be used");
	ERR_clear_error();
	return true;
}

static bool use_key(SSL_CTX *context, const char *pem, struct err *err)
{
	BIO *bio = BIO_new_mem_buf(pem ? pem : "", -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, net_tls_no_passphrase, NULL);
	bool ok = key && SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;
	EVP_PKEY_free(key);
	BIO_free(bio);
	return ok ? true : broker_tls_refuse(err, "the client key for Kafka cannot be used");
}

static bool broker_tls_configure(SSL_CTX *context, const struct kafka_tls *tls, struct err *err)
{
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_verify(context, tls->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
	if (tls->ca_pem ? !trust_only(context, tls->ca_pem, err) : SSL_CTX_set_default_verify_paths(context) != 1)
		return false;
	if (!tls->cert_pem)
		return true;
	return use_certificates(context, tls->cert_pem, err) && use_key(context, tls->key_pem, err);
}

static bool is_address(const char *name)
{
	unsigned char raw[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, name, raw) == 1 || inet_pton(AF_INET6, name, raw) == 1;
}

SSL *kafka_tls_create(const struct kafka_tls *tls, struct net_tls_peer *peer, struct err *err)
{
	const char *name = peer->name;
	if (!tls->insecure && str_empty(name)) {
		err_set(err, ERR_TLS, "no host name to verify the broker's certificate against");
		return NULL;
	}
	ERR_clear_error();
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = NULL;
	if (context && broker_tls_configure(context, tls, err)) {
		if (!tls->insecure)
			net_tls_peer_attach(peer, context);
		ssl = SSL_new(context);
	}
	SSL_CTX_free(context);
	if (!ssl) {
		if (err && !err_is_set(err))
			broker_tls_refuse(err, "TLS for Kafka cannot be set up");
		return NULL;
	}
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	if (!str_empty(name) && !is_address(name))
		SSL_set_tlsext_host_name(ssl, name);
	SSL_set_connect_state(ssl);
	return ssl;
}

/* ---- explaining ---- */
static const struct {
	int reason;
	const char *words;
} failures[] = {
	{SSL_R_WRONG_VERSION_NUMBER, "the port does not use TLS: turn TLS off for it"},
	{SSL_R_UNSUPPORTED_PROTOCOL, "the broker only offers TLS older than 1.2"},
	{SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "the broker does not offer TLS 1.2 or newer"},
	{SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "the broker requires a client certificate"},
	{SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "the broker rejected the client certificate, or requires one"},
	{SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "the broker aborted the handshake: it may require a client certificate"},
	{SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, "the broker rejected the client certificate"},
	{SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "the broker reports that the client certificate has expired"},
	{SSL_R_TLSV1_ALERT_UNKNOWN_CA, "the broker does not trust the issuer of the client certificate"},
	{SSL_R_TLSV1_UNRECOGNIZED_NAME, "the broker does not recognize the server name"},
};

bool kafka_tls_explain(const struct net_tls_peer *peer, struct err *err)
{
	unsigned long code = ERR_get_error();
	ERR_clear_error();
	int reason = ERR_GET_REASON(code);
	const char *name = str_or(peer->name, "the broker");
	if (err_is_set(&peer->failure)) {
		*err = peer->failure;
		return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		if (failures[i].reason == reason)
			return err_set(err, ERR_TLS, "TLS with %s: %s", name, failures[i].words);
	const char *words = ERR_reason_error_string(code);
	return err_set(err, ERR_TLS, "TLS with %s failed: %s", name, words ? words : "the connection was closed");
}
