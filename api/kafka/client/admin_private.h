/* Inside the admin client: admin.c keeps the calls, brokers.c the connections below them, back_off.c those that fail, places.c
 * who was met in which pod, admin_security.c what the brokers want of whoever connects. */
#ifndef MQDECK_KAFKA_CLIENT_ADMIN_PRIVATE_H
#define MQDECK_KAFKA_CLIENT_ADMIN_PRIVATE_H

#include "api/base/arena.h"
#include "api/base/map.h"
#include "api/base/vec.h"
#include "api/kafka/client/admin.h"

enum { KAFKA_DIAL_AT_ONCE = 3 };

/* Who answered on the connections through a pod. */
struct kafka_identity {
	int32_t id;       /* -1 = not said */
	char *cluster_id; /* NULL = not said */
	bool asked;       /* it has said who it is, or err tells why it has not */
	bool settled;     /* asking again would bring nothing else */
	struct err err;
};

/* A broker, or a bootstrap target (id -1): a place, where that is a pod. */
struct kafka_node {
	struct kafka_admin *admin;
	int32_t id, port;
	char *host, *rack;     /* advertised; a bootstrap target's own */
	char *namespace, *pod; /* a broker's: where its last connection went; NULL = through no pod */
	struct kafka_identity met;
	bool refused; /* it is not the one that was meant */
	bool asking;  /* the connection is not used before it has said who it is */
	unsigned asks;
	int32_t asked_id;
	char *label;
	struct kafka_connection *connection;
	struct dial_turn *turn; /* to dial, that it waits for; NULL = none */
	struct err err;         /* of the last connection that failed */
	int64_t dial_at;        /* not before; back-off */
	int64_t failing_ms;     /* since when, while there are failures */
	unsigned failures;
	int64_t sent_ms; /* when its connection was used last; -1 = never */
	bool rests;      /* the broker ended a connection that nothing was asked on for long */
	bool switched;   /* dialled at once for what its last end taught, since it was last ready */
	bool listed;     /* in the last metadata */
};

struct kafka_request {
	struct kafka_request *next;
	struct kafka_admin *admin;
	struct arena arena;
	struct kafka_call call; /* request and group are the arena's */
	const struct kafka_api *api;
	int64_t deadline, retry_at;
	int64_t patience_ms; /* what the deadline gives it */
	int64_t later_until; /* what only says "later" is asked again until then */
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
	char *cluster_id;    /* of the last metadata; NULL = not said */
	size_t turn;         /* round robin of KAFKA_TO_ANY */
	int64_t patience_ms; /* the longest back-off */
	size_t waiting;      /* nodes that wait for a turn to be dialled */
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
static inline bool kafka_node_is_on_its_way(const struct kafka_node *node)
{
	return node->connection || node->turn;
}
/* Dials whatever may lead into the cluster. */
void kafka_nodes_dial_some(struct kafka_admin *admin);
void kafka_nodes_learn(struct kafka_admin *admin, const struct kafka_metadata_response *metadata);
void kafka_nodes_set_bootstrap(struct kafka_admin *admin, const struct dial_target *targets, size_t count);
void kafka_nodes_finish(struct kafka_admin *admin);
/* Where it is to be dialled. Whoever said that it is this broker is believed before any name. */
bool kafka_node_target(const struct kafka_node *node, struct dial_target *target, struct err *err);
/* The node's connection has said who it is, or cannot tell. */
void kafka_node_was_asked(struct kafka_node *node);

void kafka_nodes_tell(struct kafka_admin *admin); /* whoever watches them: a broker was reached or lost */

/* ---- back_off.c ---- */
/* It could not be reached, or somebody else answers there: dialled again when the back-off is over. */
void kafka_node_failed(struct kafka_node *node, const struct err *err);
void kafka_request_give_time(struct kafka_request *request); /* its deadline is as far off as at first */
/* Who waited for a turn to be dialled has it: the time of what waits for a broker begins now. */
void kafka_requests_renew(struct kafka_admin *admin);
int64_t kafka_nodes_next_dial(const struct kafka_admin *admin); /* when a back-off ends next; -1 = none */

/* ---- places.c ---- */
/* Dials the pods that have not said who is in them, and tells when the next one is due; -1 = none. */
void kafka_places_dial(struct kafka_admin *admin);
int64_t kafka_places_next_dial(const struct kafka_admin *admin);
/* Asks a connection through a pod, just made, who it is; kafka_node_was_asked() when that is over. */
void kafka_place_ask(struct kafka_node *node);
/* The broker there checks who is meant. */
bool kafka_place_checks(const struct kafka_node *node);
struct kafka_node *kafka_place_at(const struct kafka_admin *admin, const char *namespace, const char *pod);
/* The one place where that id was met; NULL = none, or several. */
struct kafka_node *kafka_place_of(const struct kafka_admin *admin, int32_t id);
/* Of another Kafka cluster than a broker that is connected now. */
bool kafka_node_is_foreign(const struct kafka_node *node);
/* Its last connection went into the same pod. */
bool kafka_node_is_in(const struct kafka_node *node, const struct kafka_node *place);
void kafka_identity_copy(struct kafka_identity *to, const struct kafka_identity *from);

/* ---- admin_security.c ---- */
void kafka_security_copy(struct kafka_admin_options *own, const struct kafka_tls *tls, const struct kafka_sasl *sasl);
void kafka_security_free(struct kafka_admin_options *own);
/* Learns from how a connection of the node ended. True = dial again at once. */
bool kafka_security_learn(struct kafka_node *node, const struct kafka_connection *connection, const struct err *err);

#endif
