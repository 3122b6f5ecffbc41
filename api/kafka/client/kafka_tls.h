/* OpenSSL set up from PEM texts, and its errors in words. */
#ifndef MQDECK_KAFKA_CLIENT_KAFKA_TLS_H
#define MQDECK_KAFKA_CLIENT_KAFKA_TLS_H

#include <openssl/ssl.h>

#include "api/base/err.h"
#include "api/kafka/client/connection.h"
#include "api/net/net_tls.h"

/* A client session with memory BIOs, verifying peer->name; `peer` outlives it. NULL with err when the PEMs are no
 * good. */
SSL *kafka_tls_create(const struct kafka_tls *tls, struct net_tls_peer *peer, struct err *err) MUST_USE;
/* After a failed call: fills err with what was wrong (code TLS) and empties OpenSSL's error queue. Returns false. */
bool kafka_tls_explain(const struct net_tls_peer *peer, struct err *err);

#endif
