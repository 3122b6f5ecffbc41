#include "tests/unit/unit.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "api/base/str.h"
#include "api/kafka/client/kafka_tls.h"
#include "tests/unit/tls_certs.h"

static X509 *parse(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	return cert;
}

static int verify_against(const char *root_pem, const char *leaf_pem, const char *host)
{
	X509 *root = parse(root_pem), *leaf = parse(leaf_pem);
	X509_STORE *store = X509_STORE_new();
	X509_STORE_add_cert(store, root);
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	X509_STORE_CTX_init(context, store, leaf, NULL);
	X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
	X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(context), host, 0);
	X509_verify_cert(context);
	int error = X509_STORE_CTX_get_error(context);
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	X509_free(root);
	X509_free(leaf);
	return error;
}

static void makes_certificates_good_and_bad(void **state)
{
	struct tls_cert_pair root, leaf;
	tls_cert_pair_make(&root, &(struct tls_cert_options){.common_name = "root", .is_ca = true});
	struct tls_cert_options options = {.sans = "DNS:broker.test",
					   .usage = "serverAuth",
					   .issuer_cert_pem = root.cert,
					   .issuer_key_pem = root.key};
	tls_cert_pair_make(&leaf, &options);
	assert_int_equal(verify_against(root.cert, leaf.cert, "broker.test"), X509_V_OK);
	assert_int_equal(verify_against(root.cert, leaf.cert, "other.test"), X509_V_ERR_HOSTNAME_MISMATCH);
	assert_int_equal(verify_against(leaf.cert, leaf.cert, "broker.test"),
			 X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	tls_cert_pair_finish(&leaf);

	options.valid_from_s = -7200;
	options.valid_to_s = -3600;
	tls_cert_pair_make(&leaf, &options);
	assert_int_equal(verify_against(root.cert, leaf.cert, "broker.test"), X509_V_ERR_CERT_HAS_EXPIRED);
	tls_cert_pair_finish(&leaf);
	tls_cert_pair_finish(&root);
}

/* OpenSSL would ask for its passphrase on the terminal, and wait: a Secret's certificate may say that it is. */
static void nobody_is_asked_for_a_passphrase(void **state)
{
	struct tls_cert_pair pair;
	tls_cert_pair_make(&pair, &(struct tls_cert_options){.common_name = "root", .is_ca = true});
	size_t first = strcspn(pair.cert, "\n") + 1;
	CLEANUP(free)
	char *encrypted = str_printf("%.*sProc-Type: 4,ENCRYPTED\nDEK-Info: "
				     "AES-128-CBC,54D1A73FC7D0227333161112F2DBFA06\n\n%s",
				     (int)first, pair.cert, pair.cert + first);
	CLEANUP(free) char *bundle = str_printf("%s%s", pair.cert, encrypted);
	const char *const cases[][3] = {{encrypted}, {bundle}, {NULL, encrypted, pair.key}, {NULL, bundle, pair.key}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		assert_false(net_tls_check_pem(cases[i][0], cases[i][1], cases[i][2], &err));
		assert_non_null(strstr(err.text, "is encrypted, and nobody is asked"));
	}
	struct err err = {0};
	struct net_tls_peer peer;
	char sentence[200];
	net_tls_peer_init(&peer, "broker");
	assert_null(kafka_tls_create(&(struct kafka_tls){.enabled = true, .ca_pem = encrypted}, &peer, &err));
	net_tls_describe_client_cert(encrypted, 0, sentence, sizeof sentence);
	assert_string_equal(sentence, "the client certificate");
	net_tls_peer_finish(&peer);
	tls_cert_pair_finish(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(makes_certificates_good_and_bad),
					   cmocka_unit_test(nobody_is_asked_for_a_passphrase)};
	return cmocka_run_group_tests_name("kafka/tls_certs", tests, NULL, NULL);
}
