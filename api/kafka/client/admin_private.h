/* Inside the admin client: admin.c keeps the calls, brokers.c the connections below them, admin_security.c what the
 * brokers want of whoever connects. */
#ifndef MQDECK_KAFKA_CLIENT_ADMIN_PRIVATE_H
#define MQDECK_KAFKA_CLIENT_ADMIN_PRIVATE_H

#include "api/base/arena.h"
#include "api/base/map.h"
#include "api/base/vec.h"
#include "api/kafka/client/admin.h"

/* A broker, or a bootstrap target (id -1). */
struct kafka_node {
	struct kafka_admin *admin;
	int32_t id, port;
	char *host, *rack;     /* advertised; a bootstrap target's own */
	char *namespace, *pod; /* bootstrap targets only */
	char *label;
	struct kafka_connection *connection;
	struct err err;  /* of the last connection that failed */
	int64_t dial_at; /* not before; back-off */
	unsigned failures;
	bool switched; /* dialled at once for what its last end taught, since it was last ready */
	bool listed;   /* in the last metadata */
};

struct kafka_request {
	struct kafka_request *next;
	struct kafka_admin *admin;
	struct arena arena;
	struct kafka_call call; /* request and group are the arena's */
	const struct kafka_api *api;
	int64_t deadline, retry_at;
	unsigned tries;
	int32_t node_id; /* where it was sent; -1 = a bootstrap target */
	bool sent, cancelled;
	struct err err; /* of the last try */
};

struct kafka_admin {
	struct kafka_admin_options options; /* strings of our own */
	VEC(struct kafka_node *) brokers;
	VEC(struct kafka_node *) bootstrap;
	struct kafka_request *requests; /* all, oldest first */
	struct map coordinators;        /* group -> (void *)(id + 1) */
	struct loop_timer *timer;
	int32_t controller;
	size_t turn; /* round robin of KAFKA_TO_ANY */
	bool refreshing, have_brokers;
	int64_t refreshed_ms; /* when the way was asked for last: not again at once, whoever waits for it */
	unsigned busy;
	bool destroyed;
	enum kafka_sasl_mechanism mechanism; /* what the brokers were seen to offer; NONE = not asked yet */
	bool ask_login;                      /* a broker closed as they do to who has not logged in */
	struct err bootstrap_err;
	void (*on_nodes)(void *data);
	void *on_nodes_data;
};

/* Something changed: look at all requests again, soon. */
static inline void kafka_admin_kick(struct kafka_admin *admin)
{
	if (!admin->destroyed)
		loop_timer_arm(admin->timer, 0);
}

/* ---- brokers.c ---- */
struct kafka_node *kafka_node_find(const struct kafka_admin *admin, int32_t id);
/* A ready connection to any broker, else to a bootstrap target, NULL when none is ready. */
struct kafka_node *kafka_node_any(struct kafka_admin *admin);
bool kafka_node_is_ready(const struct kafka_node *node);
/* Dials unless connected, on its way or in its back-off. */
void kafka_node_dial(struct kafka_node *node);
/* Dials whatever may lead into the cluster. */
void kafka_nodes_dial_some(struct kafka_admin *admin);
void kafka_nodes_learn(struct kafka_admin *admin, const struct kafka_metadata_response *metadata);
void kafka_nodes_set_bootstrap(struct kafka_admin *admin, const struct dial_target *targets, size_t count);
void kafka_nodes_finish(struct kafka_admin *admin);
/* When a back-off ends next; -1 = none. */
int64_t kafka_nodes_next_dial(const struct kafka_admin *admin);

/* ---- admin_security.c ---- */
void kafka_security_copy(struct kafka_admin_options *own, const struct kafka_tls *tls, const struct kafka_sasl *sasl);
void kafka_security_free(struct kafka_admin_options *own);
/* Learns from how a connection of the node ended. True = dial again at once. */
bool kafka_security_learn(struct kafka_node *node, const struct kafka_connection *connection, const struct err *err);

#endif
