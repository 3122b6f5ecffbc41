/* What TLS needs that the libraries leave open: one rule for the name of the peer (subjectAltName only), and a
 * sentence that says which certificate is wrong and why. The same for HTTP, WebSocket and Kafka. */
#ifndef MQDECK_NET_NET_TLS_H
#define MQDECK_NET_NET_TLS_H

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdbool.h>

#include "api/base/err.h"

struct net_tls_peer {
	char *name;         /* host name or IP address that the certificate must be for; NULL = not checked here */
	char *others;       /* "b,c": other names of the same peer that will do as well; NULL = none */
	struct err failure; /* why the last verification failed; ERR_NONE when it did not */
};

/* "a" or "a,b,c": the first is shown and sent, the others are accepted as well. Copied. */
void net_tls_peer_init(struct net_tls_peer *peer, const char *names);
void net_tls_peer_finish(struct net_tls_peer *peer);
/* Makes ctx verify its peer by this rule. ctx must not verify after `peer` is finished. */
void net_tls_peer_attach(struct net_tls_peer *peer, SSL_CTX *ctx);

/* For everything that is read as PEM: what is encrypted must not make OpenSSL ask for a passphrase on the terminal. */
pem_password_cb net_tls_no_passphrase;

/* The texts are what they should be: at least one certificate in ca, cert and key belong together, nothing is encrypted.
 * Each may be NULL; ERR_CONFIG. */
bool net_tls_check_pem(const char *ca_pem, const char *cert_pem, const char *key_pem, struct err *err) MUST_USE;

/* Writes what a refusing server may mean: `client certificate "CN=dev" (valid until 2026-01-02T03:04:05Z, expired)`. */
void net_tls_describe_client_cert(const char *cert_pem, int64_t wall_ms, char *out, size_t size);

#endif
