#include "tests/unit/unit.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(makes_certificates_good_and_bad)};
	return cmocka_run_group_tests_name("kafka/tls_certs", tests, NULL, NULL);
}
