/* One connection to a broker, on Kafka's side: bytes in, bytes out. */
#ifndef MQDECK_DEMO_KAFKA_KAFKA_SESSION_H
#define MQDECK_DEMO_KAFKA_KAFKA_SESSION_H

#include "api/base/buf.h"
#include "api/demo/kafka/kafka_cluster.h"

struct demo_kafka_session;

/* scram: the client must authenticate first. */
struct demo_kafka_session *demo_kafka_session_open(struct demo_kafka *kafka, int broker, bool scram);
void demo_kafka_session_close(struct demo_kafka_session *session);
/* Answers are appended to out. False = the server closes, after out. */
bool demo_kafka_session_feed(struct demo_kafka_session *session, const char *bytes, size_t len,
			     struct buf *out) MUST_USE;

#endif
