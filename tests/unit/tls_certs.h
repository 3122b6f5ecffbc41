/* Certificates made at test time, for the TLS matrix of HTTP, WebSocket and Kafka sockets: expired, not yet valid,
 * wrong host, self-signed, unknown root, wrong purpose. Nothing with a date is ever committed. Failure ends the test
 * program. */
#ifndef MQDECK_TESTS_TLS_CERTS_H
#define MQDECK_TESTS_TLS_CERTS_H

#include <stdbool.h>
#include <stdint.h>

struct tls_cert_options {
	const char *common_name;                      /* NULL = "mqdeck test" */
	const char *sans;                             /* "DNS:kafka-0.kafka,IP:127.0.0.1"; NULL = none */
	const char *usage;                            /* extended key usage: "serverAuth", "clientAuth"; NULL = none */
	const char *issuer_cert_pem, *issuer_key_pem; /* NULL = self-signed */
	int64_t valid_from_s, valid_to_s;             /* seconds from now; both 0 = -1 hour to +1 hour */
	bool is_ca;
};

/* A P-256 key and its certificate; free both. */
void tls_cert_make(const struct tls_cert_options *options, char **cert_pem, char **key_pem);

/* The same, kept together. */
struct tls_cert_pair {
	char *cert, *key;
};

void tls_cert_pair_make(struct tls_cert_pair *pair, const struct tls_cert_options *options);
void tls_cert_pair_finish(struct tls_cert_pair *pair);

#endif
