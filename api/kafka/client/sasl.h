/* The SASL mechanisms PLAIN (RFC 4616) and SCRAM-SHA-256/512 (RFC 5802, 7677) as bytes in, bytes out. No channel
 * binding; the password goes in as raw UTF-8, as Kafka's own client sends it. */
#ifndef MQDECK_KAFKA_CLIENT_SASL_H
#define MQDECK_KAFKA_CLIENT_SASL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/buf.h"
#include "api/base/err.h"
#include "api/kafka/client/connection.h"

/* A server may ask for so much work and no more. */
enum { KAFKA_SCRAM_ITERATIONS_MIN = 4096, KAFKA_SCRAM_ITERATIONS_MAX = 131072 };

struct kafka_sasl_session;

/* nonce is for tests; NULL = random. user and password are copied. */
struct kafka_sasl_session *kafka_sasl_create(const struct kafka_sasl *sasl, const char *nonce,
					     struct err *err) MUST_USE;
void kafka_sasl_destroy(struct kafka_sasl_session *session); /* wipes; NULL is fine */

/* One step: takes what the server said (nothing at first), appends what to send. *done is set once the server has
 * proved itself and nothing is to be sent. False with err: stop, the server is not to be trusted or the credentials
 * are no good. */
bool kafka_sasl_step(struct kafka_sasl_session *session, const uint8_t *bytes, size_t len, struct buf *out, bool *done,
		     struct err *err) MUST_USE;

const char *kafka_sasl_name(enum kafka_sasl_mechanism mechanism); /* "SCRAM-SHA-512" */

#endif
