#include "tests/unit/tls_certs.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "api/base/mem.h"

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "tls_certs: %s failed\n", what);
	ERR_print_errors_fp(stderr);
	abort();
}

static X509 *read_cert(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	need(cert != NULL, "reading the issuer's certificate");
	BIO_free(bio);
	return cert;
}

static EVP_PKEY *read_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	need(key != NULL, "reading the issuer's key");
	BIO_free(bio);
	return key;
}

static char *take_text(BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);
	char *text = mem_strndup(data, (size_t)len);
	BIO_free(bio);
	return text;
}

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	if (!value)
		return;
	X509V3_CTX context;
	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	need(extension && X509_add_ext(cert, extension, -1), value);
	X509_EXTENSION_free(extension);
}

static void set_serial(X509 *cert)
{
	unsigned char bytes[8];
	need(RAND_bytes(bytes, sizeof bytes) == 1, "serial number");
	bytes[0] &= 0x7f;
	BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
	BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
	BN_free(number);
}

static void set_validity(X509 *cert, const struct tls_cert_options *options)
{
	bool standard = options->valid_from_s == 0 && options->valid_to_s == 0;
	time_t now = time(NULL);
	ASN1_TIME_set(X509_getm_notBefore(cert), now + (standard ? -3600 : options->valid_from_s));
	ASN1_TIME_set(X509_getm_notAfter(cert), now + (standard ? 3600 : options->valid_to_s));
}

void tls_cert_make(const struct tls_cert_options *options, char **cert_pem, char **key_pem)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	need(key && cert, "making a key");
	X509 *issuer = options->issuer_cert_pem ? read_cert(options->issuer_cert_pem) : NULL;
	EVP_PKEY *issuer_key = options->issuer_key_pem ? read_key(options->issuer_key_pem) : NULL;

	X509_set_version(cert, X509_VERSION_3);
	set_serial(cert);
	set_validity(cert, options);
	X509_set_pubkey(cert, key);
	X509_NAME *name = X509_get_subject_name(cert);
	const char *common_name = options->common_name ? options->common_name : "mqdeck test";
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0);
	X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) : name);

	X509 *signer = issuer ? issuer : cert;
	add_extension(cert, signer, NID_basic_constraints, options->is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	add_extension(cert, signer, NID_key_usage,
		      options->is_ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
	add_extension(cert, signer, NID_subject_key_identifier, "hash");
	add_extension(cert, signer, NID_authority_key_identifier, issuer ? "keyid:always" : NULL);
	add_extension(cert, signer, NID_subject_alt_name, options->sans);
	add_extension(cert, signer, NID_ext_key_usage, options->usage);
	need(X509_sign(cert, issuer_key ? issuer_key : key, EVP_sha256()) > 0, "signing");

	BIO *bio = BIO_new(BIO_s_mem());
	need(PEM_write_bio_X509(bio, cert) == 1, "writing the certificate");
	*cert_pem = take_text(bio);
	bio = BIO_new(BIO_s_mem());
	need(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1, "writing the key");
	*key_pem = take_text(bio);

	X509_free(issuer);
	EVP_PKEY_free(issuer_key);
	X509_free(cert);
	EVP_PKEY_free(key);
}

void tls_cert_pair_make(struct tls_cert_pair *pair, const struct tls_cert_options *options)
{
	tls_cert_make(options, &pair->cert, &pair->key);
}

void tls_cert_pair_finish(struct tls_cert_pair *pair)
{
	free(pair->cert);
	free(pair->key);
	*pair = (struct tls_cert_pair){0};
}
