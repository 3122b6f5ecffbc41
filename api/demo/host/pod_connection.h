/* One TCP connection to a port inside a pod, as a port-forward carries it: RabbitMQ's management API or Kafka's protocol. */
#ifndef MQDECK_DEMO_HOST_POD_CONNECTION_H
#define MQDECK_DEMO_HOST_POD_CONNECTION_H

#include "api/base/buf.h"
#include "api/demo/host/fleet.h"

struct pod_connection;

/* NULL = connection refused: nothing listens there, or the process is not up. */
struct pod_connection *pod_connection_open(struct demo *demo, const char *namespace, const char *pod, uint16_t number);
void pod_connection_close(struct pod_connection *port); /* NULL is fine */
/* Bytes from the client; answers are appended to out. False = the server closes, after out. */
bool pod_connection_feed(struct pod_connection *port, const char *bytes, size_t len, struct buf *out) MUST_USE;

/* kafka_session.c: the Kafka side. scram: the client must authenticate first. */
struct kafka_session;
struct kafka_session *kafka_session_open(struct kafka *kafka, int broker, bool scram);
void kafka_session_close(struct kafka_session *session);
bool kafka_session_feed(struct kafka_session *session, const char *bytes, size_t len, struct buf *out) MUST_USE;

#endif
