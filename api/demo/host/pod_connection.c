/* What stands behind a port of a pod: bytes in, bytes out, to the management API of a node or to a Kafka broker. */
#include "api/demo/host/pod_connection.h"

#include "api/demo/kafka/kafka_session.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

enum { MANAGEMENT_PORT = 15672 };

struct demo_pod_connection {
	struct demo_rabbitmq *rabbit; /* one of the two */
	struct demo_kafka_session *kafka;
	int node;
	struct buf in; /* RabbitMQ's requests */
};

struct demo_pod_connection *demo_pod_connection_open(struct demo *demo, const char *namespace, const char *pod,
						     uint16_t number)
{
	int ordinal;
	struct demo_cluster *cluster = demo_fleet_find(demo, namespace, pod, &ordinal);
	if (!cluster || !demo_kube_kubelet_pod_is_up(demo, namespace, pod))
		return NULL;
	bool management = cluster->rabbit && number == MANAGEMENT_PORT && cluster->rabbit->nodes[ordinal].up;
	bool scram = cluster->kafka && cluster->spec->managed && number == DEMO_KAFKA_SCRAM_PORT;
	if (!management && !scram && !(cluster->kafka && number == DEMO_KAFKA_PORT))
		return NULL;
	struct demo_pod_connection *port = mem_alloc(sizeof *port);
	*port = (struct demo_pod_connection){.node = ordinal, .in = BUF_INIT(DEMO_REQUEST_BUFFER_MAX)};
	if (management)
		port->rabbit = cluster->rabbit;
	else
		port->kafka = demo_kafka_session_open(cluster->kafka, ordinal, scram);
	return port;
}

void demo_pod_connection_close(struct demo_pod_connection *port)
{
	if (!port)
		return;
	demo_kafka_session_close(port->kafka);
	buf_finish(&port->in);
	free(port);
}

bool demo_pod_connection_feed(struct demo_pod_connection *port, const char *bytes, size_t len, struct buf *out)
{
	if (port->kafka)
		return demo_kafka_session_feed(port->kafka, bytes, len, out);
	if (!port->rabbit->nodes[port->node].up || !buf_append(&port->in, bytes, len))
		return false;
	for (;;) {
		struct demo_request request;
		int status;
		enum demo_request_progress progress = demo_request_parse(&port->in, &request, &status);
		if (progress == DEMO_REQUEST_MORE)
			return true;
		if (progress == DEMO_REQUEST_BAD) {
			buf_printf(out, "HTTP/1.1 %d Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
				   status);
			return false;
		}
		bool more = request.keep_alive;
		demo_rabbitmq_serve(port->rabbit, port->node, &request, out);
		demo_request_finish(&request);
		if (!more)
			return false;
	}
}
