/* PEM texts and certificates of anybody's: as those to trust, as our own, and in the sentence about a refusal. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "api/base/mem.h"
#include "api/kafka/client/kafka_tls.h"
#include "api/net/net_tls.h"

enum { SENTENCE = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_pem(const char *pem)
{
	char sentence[SENTENCE];
	struct err err = {0};
	bool good = net_tls_check_pem(pem, NULL, NULL, &err);
	if (good == err_is_set(&err))
		abort();
	good = net_tls_check_pem(NULL, pem, pem, NULL) || good;
	memset(sentence, 'x', sizeof sentence);
	net_tls_describe_client_cert(pem, 1767323045000, sentence, sizeof sentence);
	if (!memchr(sentence, '\0', sizeof sentence))
		abort();
	if (!good)
		return; /* refused in the same way, and a context of OpenSSL costs more than all of this */
	struct net_tls_peer peer;
	net_tls_peer_init(&peer, "broker,other");
	const struct kafka_tls tls = {.enabled = true, .ca_pem = pem, .cert_pem = pem, .key_pem = pem};
	SSL *ssl = kafka_tls_create(&tls, &peer, &err);
	SSL_free(ssl);
	net_tls_peer_finish(&peer);
}

/* The bytes as a certificate's, put into PEM: what is inside is reached sooner. */
static void fuzz_der(const uint8_t *bytes, size_t len)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text;
	if (PEM_write_bio(out, "CERTIFICATE", "", bytes, (long)len) > 0) {
		long written = BIO_get_mem_data(out, &text);
		CLEANUP(free) char *pem = mem_strndup(text, (size_t)written);
		fuzz_pem(pem);
	}
	BIO_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	CLEANUP(free) char *text = mem_strndup((const char *)data + 1, size - 1);
	if (data[0] & 1)
		fuzz_pem(text);
	else
		fuzz_der(data + 1, size - 1);
	return 0;
}
