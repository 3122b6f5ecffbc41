/* A RabbitMQ cluster in miniature: nodes that are up or not as their pods are, queues with members and leaders,
 * figures that move slowly. */
#ifndef MQDECK_DEMO_RABBITMQ_RABBITMQ_CLUSTER_H
#define MQDECK_DEMO_RABBITMQ_RABBITMQ_CLUSTER_H

#include "api/demo/base/cluster_spec.h"
#include "api/demo/base/demo_private.h"
#include "api/demo/http/http_request.h"
#include "api/demo/http/json_tree.h"

enum demo_rabbitmq_queue_type { DEMO_RABBITMQ_QUEUE_CLASSIC, DEMO_RABBITMQ_QUEUE_QUORUM, DEMO_RABBITMQ_QUEUE_STREAM };

struct demo_rabbitmq_queue {
	char name[256]; /* what RabbitMQ allows, and its end */
	const char *vhost;
	enum demo_rabbitmq_queue_type type;
	int members[DEMO_CLUSTER_BROKERS_MAX];
	int64_t since_ms[DEMO_CLUSTER_BROKERS_MAX]; /* demo time from which each member copies the log; long ago = it
						       has it */
	size_t member_count;
	int leader;                  /* node; -1 = none */
	int64_t leader_lost_ms;      /* demo time, since when there is none or the leader's node is gone */
	int64_t leaderless_until_ms; /* demo time, held without a leader by the script */
	double rate;                 /* messages a second in, on average */
	int backlog;                 /* messages, on average */
	int consumers;
	unsigned phase;
};

struct demo_rabbitmq_node {
	bool joined; /* is a member of the cluster, up or not */
	bool up;
	bool stopped;   /* its process runs, RabbitMQ in it does not: stop_app */
	bool drained;   /* in maintenance: no clients, no members of quorum queues */
	bool forgotten; /* put out of the cluster; what stands on its volume does not let it start again */
	int64_t changed_ms;
};

struct demo_rabbitmq {
	struct demo *demo;
	const struct demo_cluster_spec *spec;
	struct demo_rabbitmq_node nodes[DEMO_CLUSTER_BROKERS_MAX];
	VEC(struct demo_rabbitmq_queue) queues;
	int64_t ticked_ms; /* demo time of the last tick */
};

struct demo_rabbitmq *demo_rabbitmq_create(struct demo *demo, const struct demo_cluster_spec *spec);
void demo_rabbitmq_destroy(struct demo_rabbitmq *rabbit); /* NULL is fine */
void demo_rabbitmq_tick(struct demo_rabbitmq *rabbit);
bool demo_rabbitmq_lose_leader(struct demo_rabbitmq *rabbit, const char *queue, int64_t for_ms);

/* "rabbit@events-0.events-headless.prod" */
const char *demo_rabbitmq_node_name(const struct demo_rabbitmq *rabbit, int node, char *out, size_t size);
int demo_rabbitmq_node_find(const struct demo_rabbitmq *rabbit, const char *name); /* -1 = none */
bool demo_rabbitmq_is_online(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue,
			     int node); /* its member there */
size_t demo_rabbitmq_online_members(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue);
/* Would taking this node leave the queue without a majority? As RabbitMQ's check_if_node_is_quorum_critical
 * judges it. */
bool demo_rabbitmq_is_critical(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue, int node);
/* Now, slowly varying. */
double demo_rabbitmq_queue_rate(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue);
int64_t demo_rabbitmq_queue_messages(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue);

/* rabbitmq_json.c: what the management API and the command line say. */
cJSON *demo_rabbitmq_queue_json(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue) MUST_USE;
double demo_rabbitmq_disk_free(const struct demo_rabbitmq *rabbit, int node); /* bytes */
cJSON *demo_rabbitmq_node_json(const struct demo_rabbitmq *rabbit, int node) MUST_USE;
cJSON *demo_rabbitmq_overview_json(const struct demo_rabbitmq *rabbit, int node) MUST_USE;

/* rabbitmq_clients.c: the items of /api/connections, and how many they are. */
cJSON *demo_rabbitmq_connections_json(const struct demo_rabbitmq *rabbit) MUST_USE;
int demo_rabbitmq_connection_count(const struct demo_rabbitmq *rabbit);

/* rabbitmq_management.c: one request to the management API of a node; appends the whole HTTP answer. */
void demo_rabbitmq_serve(struct demo_rabbitmq *rabbit, int node, const struct demo_request *request, struct buf *out);
/* rabbitmq_members.c: changes that the command line asks for. False with words for standard error. */
struct demo_rabbitmq_queue *demo_rabbitmq_find_queue(struct demo_rabbitmq *rabbit, const char *vhost,
						     const char *name); /* NULL */
bool demo_rabbitmq_add_member(struct demo_rabbitmq *rabbit, struct demo_rabbitmq_queue *queue, int node,
			      struct buf *errors);
bool demo_rabbitmq_remove_member(struct demo_rabbitmq *rabbit, struct demo_rabbitmq_queue *queue, int node,
				 struct buf *errors);
void demo_rabbitmq_drain(struct demo_rabbitmq *rabbit, int node, bool drain);
void demo_rabbitmq_stop_app(struct demo_rabbitmq *rabbit, int node, bool stop);
bool demo_rabbitmq_forget(struct demo_rabbitmq *rabbit, int node, struct buf *errors);
/* Leaders of quorum queues, evenly over the nodes. */
void demo_rabbitmq_rebalance(struct demo_rabbitmq *rabbit);
/* Entries of the log that a member does not have yet. */
int64_t demo_rabbitmq_behind(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue, int node);

/* rabbitmq_cli.c: one command of rabbitmqctl, rabbitmq-diagnostics, -queues, -streams or -upgrade; appends to out or
 * errors and returns the exit code. */
/* rabbitmq_commands.c: those of them that change something or judge a queue; -1 = it is none of these. */
int demo_rabbitmq_command(struct demo_rabbitmq *rabbit, int node, const char *const *argv, size_t argc, struct buf *out,
			  struct buf *errors);
int demo_rabbitmq_cli_run(struct demo_rabbitmq *rabbit, int node, const char *const *argv, size_t argc, struct buf *out,
			  struct buf *errors);

#endif
