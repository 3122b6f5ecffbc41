/* The client of one Kafka cluster: finds out its brokers, keeps one connection a broker, and routes each call to the
 * broker that must answer it (PROTOCOL.md). One struct kafka_admin a cluster. */
#ifndef MQDECK_KAFKA_CLIENT_ADMIN_H
#define MQDECK_KAFKA_CLIENT_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/kafka/client/connection.h"
#include "api/kafka/wire/messages.h"
#include "api/net/dial.h"

struct kafka_admin_options {
	struct loop *loop;
	struct dial_opener *dialer;
	const char *label;                   /* for sentences: "kafka/orders" */
	const struct dial_target *bootstrap; /* copied */
	size_t bootstrap_count;
	/* Where a broker that advertises host:port can be dialled. The strings of *target are borrowed until the call
	 * returns to the admin client. False = not reachable from here. NULL = dial host:port as they are. */
	bool (*resolve)(void *data, int32_t node_id, const char *host, int32_t port, struct dial_target *target);
	void *resolve_data;
	struct kafka_tls tls;   /* copied */
	struct kafka_sasl sasl; /* copied, wiped on destroy */
	bool read_only;
	int64_t request_timeout_ms; /* 0 = 10 s */
	/* A connection ended in a way that other settings may help against; not for what is seen to by itself (another
	 * mechanism). It must not destroy the admin client. May be NULL. */
	void (*on_trouble)(void *data, enum kafka_trouble trouble, const struct err *err);
	void *trouble_data;
};

struct kafka_admin;

struct kafka_admin *kafka_admin_create(const struct kafka_admin_options *options);
/* Cancels everything; no callback after. NULL is fine; safe inside a callback. */
void kafka_admin_destroy(struct kafka_admin *admin);
/* New bootstrap targets (pods moved). Copied. */
void kafka_admin_set_bootstrap(struct kafka_admin *admin, const struct dial_target *targets, size_t count);

/* For connections from now on; those that work go on and log in again with the new user. Copied. Not from inside
 * on_trouble. */
void kafka_admin_set_security(struct kafka_admin *admin, const struct kafka_tls *tls, const struct kafka_sasl *sasl);

enum kafka_route {
	KAFKA_TO_ANY,
	KAFKA_TO_CONTROLLER,  /* found by Metadata; NOT_CONTROLLER refreshes and asks again */
	KAFKA_TO_BROKER,      /* call.broker */
	KAFKA_TO_COORDINATOR, /* of call.group; NOT_COORDINATOR finds it again */
};

struct kafka_call {
	enum kafka_api_key api;
	enum kafka_route route;
	int32_t broker;
	const char *group;
	const void *request; /* copied */
	int64_t timeout_ms;  /* of each try; 0 = the option's */
	int64_t later_ms;    /* for how long an answer that says "later" is asked again; 0 = three time-outs */
	/* Exactly once unless cancelled or destroyed, never from inside kafka_admin_send. err is set when there is no
	 * answer or the answer as a whole is an error (its top-level error_code); then response may still be there with
	 * the details. Errors of single items are in the response. Valid during the call. */
	kafka_response_fn *done;
	void *data;
};

struct kafka_request; /* gone after done */
/* Waits for a connection where there is none; retriable errors are tried again for three time-outs in total, or for
 * later_ms. Of a read that was given up the error is then ERR_BUSY: asked once more it may well be answered. A call
 * that changes something is never sent twice after its bytes may have reached the broker, unless the broker answered
 * with a retriable error. */
struct kafka_request *kafka_admin_send(struct kafka_admin *admin, const struct kafka_call *call);
void kafka_admin_cancel(struct kafka_request *request); /* NULL is fine; no callback */

/* ---- what is known of the cluster's brokers ---- */
struct kafka_admin_broker {
	int32_t id;
	int32_t port;
	const char *host, *rack; /* rack may be NULL */
	bool connected;
	const struct err *err; /* of the last attempt to connect; code NONE = none failed */
	const struct kafka_api_versions_response *versions; /* NULL while not connected */
};

/* A pod, by which the cluster may be entered, and who answers there. */
struct kafka_admin_place {
	const char *namespace, *pod;
	int32_t id;             /* as the broker itself said on a connection through that pod; -1 = not said */
	const char *cluster_id; /* of that broker; NULL = not said */
	bool asked;             /* it has said who it is, or err tells why it has not */
	struct err err;
};

size_t kafka_admin_place_count(const struct kafka_admin *admin);
/* `out` has room for all. Strings are borrowed: they last until the loop runs again. */
void kafka_admin_places(const struct kafka_admin *admin, struct kafka_admin_place *out);
size_t kafka_admin_broker_count(const struct kafka_admin *admin);
void kafka_admin_broker(const struct kafka_admin *admin, size_t index, struct kafka_admin_broker *out);
bool kafka_admin_is_connected(const struct kafka_admin *admin);                 /* to any broker, however found */
const struct err *kafka_admin_bootstrap_error(const struct kafka_admin *admin); /* code NONE while it works */
/* Calls on_nodes (NULL = stop) whenever a broker was reached or lost, or a place said who it is. It must not destroy the admin client. */
void kafka_admin_watch(struct kafka_admin *admin, void (*on_nodes)(void *data), void *data);
/* A broker that cannot be reached is dialled again after 0.5 to 5 s, and once it has been away for longer after a quarter of
 * that time; but after `most_ms` at the latest (a minute at first). */
void kafka_admin_set_patience(struct kafka_admin *admin, int64_t most_ms);
/* Dials and sends at once what waits for its next try. */
void kafka_admin_ask_again(struct kafka_admin *admin);
size_t kafka_admin_in_flight(const struct kafka_admin *admin);

#endif
