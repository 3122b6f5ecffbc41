/* Verification of the peer's certificate on top of OpenSSL's: which names count, and what to say when it fails.
 * OpenSSL's own words ("unable to get local issuer certificate") tell an operator little. */
#include "api/net/net_tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/base/clock.h"
#include "api/base/mem.h"
#include "api/base/str.h"

DEFINE_CLEANUP(BIO *, BIO_free_all);
DEFINE_CLEANUP(X509 *, X509_free);
DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free);

enum { NET_TLS_NAMES_SHOWN = 5 };

void net_tls_peer_init(struct net_tls_peer *peer, const char *names)
{
	size_t first = names ? strcspn(names, ",") : 0;
	*peer = (struct net_tls_peer){0};
	if (!names)
		return;
	peer->name = mem_strndup(names, first);
	peer->others = names[first] ? mem_strdup(names + first + 1) : NULL;
}

void net_tls_peer_finish(struct net_tls_peer *peer)
{
	free(peer->name);
	free(peer->others);
	*peer = (struct net_tls_peer){0};
}

/* ---- words about a certificate ---- */

static void x509_name_text(const X509_NAME *name, char *out, size_t size)
{
	CLEANUP(BIO_free_all) BIO *bio = BIO_new(BIO_s_mem());
	X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
	int len = BIO_read(bio, out, (int)size - 1);
	out[len > 0 ? len : 0] = '\0';
	if (!*out)
		snprintf(out, size, "no subject");
}

static int64_t wall_ms_of(const ASN1_TIME *time)
{
	struct tm tm = {0};
	return time && ASN1_TIME_to_tm(time, &tm) ? (int64_t)timegm(&tm) * 1000 : 0;
}

static void add_alternative_name(char *out, size_t size, const char *name, int name_len)
{
	size_t used = strlen(out);
	snprintf(out + used, size - used, "%s%.*s", used ? ", " : "", name_len, name);
}

/* The names in subjectAltName: "a, b, 10.0.0.1". */
static void alternative_names(const X509 *cert, char *out, size_t size)
{
	*out = '\0';
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int count = names ? sk_GENERAL_NAME_num(names) : 0;
	for (int i = 0; i < count && i < NET_TLS_NAMES_SHOWN; i++) {
		int type;
		const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
		const unsigned char *bytes = type == GEN_DNS || type == GEN_IPADD ? ASN1_STRING_get0_data(value) : NULL;
		char address[INET6_ADDRSTRLEN];
		if (type == GEN_DNS)
			add_alternative_name(out, size, (const char *)bytes, ASN1_STRING_length(value));
		else if (type == GEN_IPADD && (ASN1_STRING_length(value) == 4 || ASN1_STRING_length(value) == 16) &&
			 inet_ntop(ASN1_STRING_length(value) == 4 ? AF_INET : AF_INET6, bytes, address, sizeof address))
			add_alternative_name(out, size, address, (int)strlen(address));
	}
	if (count > NET_TLS_NAMES_SHOWN)
		add_alternative_name(out, size, "…", (int)strlen("…"));
	GENERAL_NAMES_free(names);
}

struct net_tls_verdict {
	const struct net_tls_peer *peer;
	const X509 *cert; /* the one at fault */
	int error, depth;
	char *out;
	size_t size;
};

static void say_expired(struct net_tls_verdict *it)
{
	char when[32];
	clock_format_rfc3339(wall_ms_of(X509_get0_notAfter(it->cert)), when);
	snprintf(it->out, it->size, "has expired on %s", when);
}

static void say_early(struct net_tls_verdict *it)
{
	char when[32];
	clock_format_rfc3339(wall_ms_of(X509_get0_notBefore(it->cert)), when);
	snprintf(it->out, it->size, "is not valid before %s: check this machine's clock", when);
}

static void say_mismatch(struct net_tls_verdict *it)
{
	char names[256];
	alternative_names(it->cert, names, sizeof names);
	if (*names)
		snprintf(it->out, it->size,
			 "is for %s, not for this name (set tls-server-name to verify against another)", names);
	else
		snprintf(it->out, it->size, "has no subjectAltName; a common name alone is not accepted");
}

static void say_issuer(struct net_tls_verdict *it)
{
	char issuer[160];
	x509_name_text(X509_get_issuer_name(it->cert), issuer, sizeof issuer);
	snprintf(it->out, it->size,
		 "is signed by an unknown authority (\"%s\"): the authority is not trusted, or the server does not "
		 "send its intermediate certificates",
		 issuer);
}

static const struct net_tls_reason {
	int error;
	const char *text; /* or */
	void (*say)(struct net_tls_verdict *it);
} reasons[] = {
	{.error = X509_V_ERR_CERT_HAS_EXPIRED, .say = say_expired},
	{.error = X509_V_ERR_CERT_NOT_YET_VALID, .say = say_early},
	{.error = X509_V_ERR_HOSTNAME_MISMATCH, .say = say_mismatch},
	{.error = X509_V_ERR_IP_ADDRESS_MISMATCH, .say = say_mismatch},
	{.error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, .say = say_issuer},
	{.error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, .say = say_issuer},
	{.error = X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, .say = say_issuer},
	{.error = X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, .text = "is self-signed and not trusted"},
	{.error = X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, .text = "is a root certificate that is not trusted"},
	{.error = X509_V_ERR_INVALID_PURPOSE, .text = "is not valid for servers (extended key usage)"},
	{.error = X509_V_ERR_INVALID_CA, .text = "is used as an authority but is not a CA certificate"},
	{.error = X509_V_ERR_CERT_SIGNATURE_FAILURE, .text = "has an invalid signature"},
};

static void describe_failure(struct net_tls_peer *peer, X509_STORE_CTX *store)
{
	char subject[200], why[400];
	struct net_tls_verdict it = {.peer = peer,
				     .cert = X509_STORE_CTX_get_current_cert(store),
				     .error = X509_STORE_CTX_get_error(store),
				     .depth = X509_STORE_CTX_get_error_depth(store),
				     .out = why,
				     .size = sizeof why};
	if (!it.cert)
		it.cert = X509_STORE_CTX_get0_cert(store);
	x509_name_text(X509_get_subject_name(it.cert), subject, sizeof subject);
	snprintf(why, sizeof why, "is not accepted: %s", X509_verify_cert_error_string(it.error));
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (reasons[i].error != it.error)
			continue;
		if (reasons[i].say)
			reasons[i].say(&it);
		else
			snprintf(why, sizeof why, "%s", reasons[i].text);
	}
	err_set(&peer->failure, ERR_TLS, "the certificate of %s%s, \"%s\", %s",
		it.depth > 0 ? "an authority behind " : "", str_or(peer->name, "the proxy or server"), subject, why);
}

static int tls_verify(X509_STORE_CTX *store, void *data)
{
	struct net_tls_peer *peer = data;
	err_clear(&peer->failure);
	if (peer->name) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(store);
		X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
							       X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		if (!X509_VERIFY_PARAM_set1_ip_asc(param, peer->name))
			X509_VERIFY_PARAM_set1_host(param, peer->name, 0);
		for (const char *at = peer->others; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
			X509_VERIFY_PARAM_add1_host(param, at, strcspn(at, ","));
	}
	if (X509_verify_cert(store) > 0)
		return 1;
	describe_failure(peer, store);
	return 0;
}

void net_tls_peer_attach(struct net_tls_peer *peer, SSL_CTX *ctx)
{
	SSL_CTX_set_cert_verify_callback(ctx, tls_verify, peer);
}

/* ---- our own ---- */

int net_tls_no_passphrase(char *out, int size, int writing, void *data)
{
	return -1;
}

static X509 *tls_read_cert(const char *pem)
{
	CLEANUP(BIO_free_all) BIO *bio = BIO_new_mem_buf(pem, -1);
	return PEM_read_bio_X509(bio, NULL, net_tls_no_passphrase, NULL);
}

static EVP_PKEY *tls_read_key(const char *pem)
{
	CLEANUP(BIO_free_all) BIO *bio = BIO_new_mem_buf(pem, -1);
	return PEM_read_bio_PrivateKey(bio, NULL, net_tls_no_passphrase, NULL);
}

static bool check_pair(const char *cert_pem, const char *key_pem, struct err *err)
{
	if (!key_pem)
		return err_set(err, ERR_CONFIG, "a client certificate is set, but no client key");
	CLEANUP(X509_free) X509 *cert = tls_read_cert(cert_pem);
	if (!cert)
		return err_set(err, ERR_CONFIG, "the client certificate is not a PEM certificate");
	CLEANUP(EVP_PKEY_free) EVP_PKEY *key = tls_read_key(key_pem);
	if (!key)
		return err_set(err, ERR_CONFIG, "the client key is not a PEM private key without a passphrase");
	if (!X509_check_private_key(cert, key))
		return err_set(err, ERR_CONFIG, "the client key does not match the client certificate");
	return true;
}

/* Any text of PEM may be, not only a key, and each of a bundle: libcurl would have OpenSSL ask. */
static bool check_is_plain(const char *pem, const char *what, struct err *err)
{
	return !pem || !strstr(pem, "Proc-Type:") ||
	       err_set(err, ERR_CONFIG, "the %s is encrypted, and nobody is asked for its passphrase: decrypt it",
		       what);
}

bool net_tls_check_pem(const char *ca_pem, const char *cert_pem, const char *key_pem, struct err *err)
{
	bool ok = check_is_plain(ca_pem, "certificate authority", err) &&
		  check_is_plain(cert_pem, "client certificate", err);
	if (ok && ca_pem) {
		CLEANUP(X509_free) X509 *ca = tls_read_cert(ca_pem);
		if (!ca)
			ok = err_set(err, ERR_CONFIG, "the certificate authority is not a PEM certificate");
	}
	ok = ok && (!cert_pem || check_pair(cert_pem, key_pem, err));
	/* What OpenSSL noted of it would otherwise be reported with somebody's next handshake. */
	ERR_clear_error();
	return ok;
}

void net_tls_describe_client_cert(const char *cert_pem, int64_t wall_ms, char *out, size_t size)
{
	CLEANUP(X509_free) X509 *cert = tls_read_cert(cert_pem);
	if (!cert) {
		ERR_clear_error();
		snprintf(out, size, "the client certificate");
		return;
	}
	char subject[160], when[32];
	int64_t until = wall_ms_of(X509_get0_notAfter(cert));
	x509_name_text(X509_get_subject_name(cert), subject, sizeof subject);
	clock_format_rfc3339(until, when);
	snprintf(out, size, "the client certificate \"%s\" (valid until %s%s)", subject, when,
		 until < wall_ms ? ", expired" : "");
}
