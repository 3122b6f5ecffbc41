/* One TCP connection to a port inside a pod, as a port-forward carries it: RabbitMQ's management API or Kafka's
 * protocol. */
#ifndef MQDECK_DEMO_HOST_POD_CONNECTION_H
#define MQDECK_DEMO_HOST_POD_CONNECTION_H

#include "api/base/buf.h"
#include "api/demo/host/fleet.h"

struct demo_pod_connection;

/* NULL = connection refused: nothing listens there, or the process is not up. */
struct demo_pod_connection *demo_pod_connection_open(struct demo *demo, const char *namespace, const char *pod,
						     uint16_t number);
void demo_pod_connection_close(struct demo_pod_connection *port); /* NULL is fine */
/* Bytes from the client; answers are appended to out. False = the server closes, after out. */
bool demo_pod_connection_feed(struct demo_pod_connection *port, const char *bytes, size_t len,
			      struct buf *out) MUST_USE;

#endif
