#include "api/demo/host/pod_connection.h"

#include "api/demo/kafka/kafka_cluster.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

enum { MANAGEMENT_PORT = 15672 };

struct pod_connection {
	struct rabbit *rabbit; /* one of the two */
	struct kafka_session *kafka;
	int node;
	struct buf in; /* RabbitMQ's requests */
};

struct pod_connection *pod_connection_open(struct demo *demo, const char *namespace, const char *pod, uint16_t number)
{
	int ordinal;
	struct cluster *cluster = fleet_find(demo, namespace, pod, &ordinal);
	if (!cluster || !kubelet_pod_is_up(demo, namespace, pod))
		return NULL;
	bool management = cluster->rabbit && number == MANAGEMENT_PORT && cluster->rabbit->nodes[ordinal].up;
	bool scram = cluster->kafka && cluster->spec->managed && number == KAFKA_DEMO_SCRAM_PORT;
	if (!management && !scram && !(cluster->kafka && number == KAFKA_DEMO_PORT))
		return NULL;
	struct pod_connection *port = mem_alloc(sizeof *port);
	*port = (struct pod_connection){.node = ordinal, .in = BUF_INIT(REQUEST_BUFFER_MAX)};
	if (management)
		port->rabbit = cluster->rabbit;
	else
		port->kafka = kafka_session_open(cluster->kafka, ordinal, scram);
	return port;
}

void pod_connection_close(struct pod_connection *port)
{
	if (!port)
		return;
	kafka_session_close(port->kafka);
	buf_finish(&port->in);
	free(port);
}

bool pod_connection_feed(struct pod_connection *port, const char *bytes, size_t len, struct buf *out)
{
	if (port->kafka)
		return kafka_session_feed(port->kafka, bytes, len, out);
	if (!port->rabbit->nodes[port->node].up || !buf_append(&port->in, bytes, len))
		return false;
	for (;;) {
		struct request request;
		int status;
		enum request_progress progress = request_parse(&port->in, &request, &status);
		if (progress == REQUEST_MORE)
			return true;
		if (progress == REQUEST_BAD) {
			buf_printf(out, "HTTP/1.1 %d Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);
			return false;
		}
		bool more = request.keep_alive;
		rabbit_serve(port->rabbit, port->node, &request, out);
		request_finish(&request);
		if (!more)
			return false;
	}
}
