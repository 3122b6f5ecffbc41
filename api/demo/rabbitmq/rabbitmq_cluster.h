/* A RabbitMQ cluster in miniature: nodes that are up or not as their pods are, queues with members and leaders, figures that
 * move slowly. */
#ifndef MQDECK_DEMO_RABBITMQ_RABBITMQ_CLUSTER_H
#define MQDECK_DEMO_RABBITMQ_RABBITMQ_CLUSTER_H

#include "api/demo/host/fleet.h"
#include "api/demo/http/http_request.h"

enum rabbit_queue_type { QUEUE_CLASSIC, QUEUE_QUORUM, QUEUE_STREAM };

struct rabbit_queue {
	char name[256]; /* what RabbitMQ allows, and its end */
	const char *vhost;
	enum rabbit_queue_type type;
	int members[CLUSTER_BROKERS_MAX];
	int64_t since_ms[CLUSTER_BROKERS_MAX]; /* demo time from which each member copies the log; long ago = it has it */
	size_t member_count;
	int leader;                  /* node; -1 = none */
	int64_t leader_lost_ms;      /* demo time, since when there is none or the leader's node is gone */
	int64_t leaderless_until_ms; /* demo time, held without a leader by the script */
	double rate;                 /* messages a second in, on average */
	int backlog;                 /* messages, on average */
	int consumers;
	unsigned phase;
};

struct rabbit_node {
	bool joined; /* is a member of the cluster, up or not */
	bool up;
	bool stopped;   /* its process runs, RabbitMQ in it does not: stop_app */
	bool drained;   /* in maintenance: no clients, no members of quorum queues */
	bool forgotten; /* put out of the cluster; what stands on its volume does not let it start again */
	int64_t changed_ms;
};

struct rabbit {
	struct demo *demo;
	const struct cluster_spec *spec;
	struct rabbit_node nodes[CLUSTER_BROKERS_MAX];
	VEC(struct rabbit_queue) queues;
	int64_t ticked_ms; /* demo time of the last tick */
};

struct rabbit *rabbit_create(struct demo *demo, const struct cluster_spec *spec);
void rabbit_destroy(struct rabbit *rabbit); /* NULL is fine */
void rabbit_tick(struct rabbit *rabbit);
bool rabbit_lose_leader(struct rabbit *rabbit, const char *queue, int64_t for_ms);

/* "rabbit@events-0.events-headless.prod" */
const char *rabbit_node_name(const struct rabbit *rabbit, int node, char *out, size_t size);
int rabbit_node_find(const struct rabbit *rabbit, const char *name); /* -1 = none */
bool rabbit_is_online(const struct rabbit *rabbit, const struct rabbit_queue *queue, int node); /* its member there */
size_t rabbit_online_members(const struct rabbit *rabbit, const struct rabbit_queue *queue);
/* Would taking this node leave the queue without a majority? (operators.md) */
bool rabbit_is_critical(const struct rabbit *rabbit, const struct rabbit_queue *queue, int node);
/* Now, slowly varying. */
double rabbit_queue_rate(const struct rabbit *rabbit, const struct rabbit_queue *queue);
int64_t rabbit_queue_messages(const struct rabbit *rabbit, const struct rabbit_queue *queue);

/* rabbitmq_json.c: what the management API and the command line say. */
cJSON *rabbit_queue_json(const struct rabbit *rabbit, const struct rabbit_queue *queue) MUST_USE;
cJSON *rabbit_node_json(const struct rabbit *rabbit, int node) MUST_USE;
cJSON *rabbit_overview_json(const struct rabbit *rabbit, int node) MUST_USE;

/* rabbitmq_clients.c: the items of /api/connections, and how many they are. */
cJSON *rabbit_connections_json(const struct rabbit *rabbit) MUST_USE;
int rabbit_connection_count(const struct rabbit *rabbit);

/* rabbitmq_management.c: one request to the management API of a node; appends the whole HTTP answer. */
void rabbit_serve(struct rabbit *rabbit, int node, const struct request *request, struct buf *out);
/* rabbitmq_members.c: changes that the command line asks for. False with words for standard error. */
struct rabbit_queue *rabbit_find_queue(struct rabbit *rabbit, const char *vhost, const char *name); /* NULL */
bool rabbit_add_member(struct rabbit *rabbit, struct rabbit_queue *queue, int node, struct buf *errors);
bool rabbit_remove_member(struct rabbit *rabbit, struct rabbit_queue *queue, int node, struct buf *errors);
void rabbit_drain(struct rabbit *rabbit, int node, bool drain);
void rabbit_stop_app(struct rabbit *rabbit, int node, bool stop);
bool rabbit_forget(struct rabbit *rabbit, int node, struct buf *errors);
/* Leaders of quorum queues, evenly over the nodes. */
void rabbit_rebalance(struct rabbit *rabbit);
/* Entries of the log that a member does not have yet. */
int64_t rabbit_behind(const struct rabbit *rabbit, const struct rabbit_queue *queue, int node);

/* rabbitmq_cli.c: one command of rabbitmqctl, rabbitmq-diagnostics, -queues, -streams or -upgrade; appends to out or errors and returns
 * the exit code. */
/* rabbitmq_commands.c: those of them that change something or judge a queue; -1 = it is none of these. */
int rabbit_tool(struct rabbit *rabbit, int node, const char *const *argv, size_t argc, struct buf *out, struct buf *errors);
int rabbit_command(struct rabbit *rabbit, int node, const char *const *argv, size_t argc, struct buf *out, struct buf *errors);

#endif
