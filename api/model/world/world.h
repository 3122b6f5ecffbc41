/* The world: what Kubernetes says of pods, claims, services and nodes joined with what the brokers say of replicas,
 * leaders and quorum. Views and operations read it and never talk to a cluster themselves.
 *
 * Its shapes (api/model/records/world_shapes.h) are brought up to date by world_update() and world_hear() and by nothing
 * else, so that a frame sees one state: pointers taken after one of them are valid until the next. What must be remembered
 * longer is remembered by key ("namespace/name"). */
#ifndef MQDECK_MODEL_WORLD_WORLD_H
#define MQDECK_MODEL_WORLD_WORLD_H

#include "api/base/loop.h"
#include "api/model/records/world_shapes.h"

struct kafka_admin;
struct kube_client;
struct dial_opener;
struct world;

enum { WORLD_POLLED_MS = 1000 };

struct world_options {
	struct loop *loop;
	struct kube_client *client;
	struct dial_opener *dialer; /* port-forward */
	const char *namespace;      /* NULL = all namespaces */
	/* Named in configuration: secret holding user and password of a cluster; NULL = discover. */
	const char *(*credentials_secret)(void *data, const char *namespace, const char *cluster);
	/* What the configuration says a workload runs: "kafka", "rabbitmq", "none"; NULL = nothing. */
	const char *(*broker_kind)(void *data, const char *namespace, const char *name);
	/* Something changed: paint when convenient. Coalesced by the caller. What Kubernetes tells is passed on at
	 * once, what brokers answered within WORLD_POLLED_MS. */
	void (*on_change)(void *data);
	void *data;
	int64_t broker_poll_ms; /* 0 = 2 s; RabbitMQ statistics are never asked more often than every 5 s */
	bool with_groups;       /* consumer groups and their lag */
	bool seldom; /* nobody looks closely: also few brokers are asked as seldom as those of many clusters are */
};

struct world *world_create(const struct world_options *options); /* copies the strings */
void world_destroy(struct world *world);                         /* NULL is fine */

/* Joins what came in since the last call; cheap when nothing did. The result belongs to the world. */
const struct world_view *world_update(struct world *world);
/* For who may not be kept waiting: only what the brokers said is joined, which takes a moment however many clusters there are.
 * What Kubernetes said since is not in it: world_is_outdated() stays true. */
const struct world_view *world_hear(struct world *world);
/* When world_update() is worth what it takes, loop ms; in the past = at once, as always with few clusters. */
int64_t world_due_ms(const struct world *world);

/* True when world_update() would join: what the last one gave may point at what brokers have said anew since. */
bool world_is_outdated(const struct world *world);

/* Asks for all of it again, at once, whatever back-off says: the operator wants to know. */
void world_ask_again(struct world *world);

/* The broker cluster that somebody looks at, by key; NULL = none in particular. Where there are more than a few, its brokers are
 * asked as often as they bear and before those of others, which are asked the more seldom the more there are; who is unwell
 * comes before who is well. What that makes of the age of what is shown stands in world_cluster. */
void world_look_at(struct world *world, const char *cluster_key);
/* An operation needs it: asked at once and as often as it bears, whatever else is asked, for half a minute. */
void world_need(struct world *world, const char *cluster_key);

/* True once every list is in and every broker cluster found has answered or failed: what `mqdeck get` waits for. */
bool world_settled(const struct world *world);

/* For a cluster whose credentials could not be found; kept in memory only, wiped on destroy. */
void world_set_credentials(struct world *world, const char *cluster_key, const char *user, const char *password);

/* For operations: the client that the picture of a Kafka cluster is read with. Borrowed until the next
 * world_update(); NULL when there is none (yet). */
struct kafka_admin *world_kafka_admin(struct world *world, const char *cluster_key);

struct world_cluster *world_find_cluster(const struct world_view *view, const char *key);
struct world_broker *world_find_broker(const struct world_view *view, const char *namespace, const char *pod);
/* The same, and a controller that runs apart from the brokers. */
struct world_broker *world_find_member(const struct world_view *view, const char *namespace, const char *pod);
struct world_node *world_find_node(const struct world_view *view, const char *name);

/* index < cluster->replicated_count */
void world_replicated_at(const struct world_cluster *cluster, int64_t index, struct world_replicated *out);
void world_queue_at(const struct world_cluster *cluster, int64_t index, struct world_queue *out);
void world_topic_at(const struct world_cluster *cluster, int64_t index, struct world_topic *out);
void world_group_at(const struct world_cluster *cluster, int64_t index, struct world_group *out);

#endif
