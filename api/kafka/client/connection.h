/* One connection to one Kafka broker: (TLS) → ApiVersions → (SASL) → requests, pipelined, answered in order.
 *
 * Requests may be sent at once; they wait until the connection is ready. Every request is answered exactly once,
 * unless the connection is destroyed: by a response, by a time-out of its own, or by the error that ended the
 * connection. */
#ifndef MQDECK_KAFKA_CLIENT_CONNECTION_H
#define MQDECK_KAFKA_CLIENT_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/kafka/wire/codec.h"
#include "api/net/dial.h"

/* Strings are borrowed: whoever owns the options keeps them (the admin client copies). PEM texts, not paths. */
struct kafka_tls {
	bool enabled;
	const char *ca_pem;             /* replaces the system's roots entirely when given */
	const char *cert_pem, *key_pem; /* client certificate; NULL = none */
	const char *server_name;        /* to send and verify instead of the advertised host; "a,b": any will do */
	bool insecure;                  /* not verified: the owner shows a standing banner */
};

/* BEST: the strongest that the broker offers, PLAIN only where it is encrypted; no login where the port wants none. */
enum kafka_sasl_mechanism {
	KAFKA_SASL_NONE,
	KAFKA_SASL_PLAIN,
	KAFKA_SASL_SCRAM_SHA_256,
	KAFKA_SASL_SCRAM_SHA_512,
	KAFKA_SASL_BEST,
};

/* Why a connection ended, where other settings may help. */
enum kafka_trouble {
	KAFKA_TROUBLE_NONE,
	KAFKA_TROUBLE_NOT_PLAIN,     /* what came in the clear was no Kafka, or nothing: it may be TLS */
	KAFKA_TROUBLE_TLS,           /* the handshake failed, or the port does not speak TLS */
	KAFKA_TROUBLE_MAYBE_LOGIN,   /* closed as brokers do to who has not logged in */
	KAFKA_TROUBLE_LOGIN_WANTED,  /* it offers SASL and we have no user */
	KAFKA_TROUBLE_LOGIN_REFUSED, /* user or password are wrong, or no mechanism offered can be used */
	KAFKA_TROUBLE_MECHANISM,     /* it offers another mechanism: kafka_connection_better() */
};

struct kafka_sasl {
	enum kafka_sasl_mechanism mechanism;
	const char *user, *password;
	bool plain_without_tls; /* PLAIN on an unencrypted connection is refused otherwise */
};

struct kafka_connection_options {
	struct loop *loop;
	struct dial_opener *dialer;
	struct dial_target target;
	const char *server_name; /* the broker's advertised host: the TLS name unless tls.server_name is set */
	const char *label;       /* for sentences: "kafka/orders broker 2" */
	const char *client_id;   /* NULL = "mqdeck" */
	struct kafka_tls tls;
	struct kafka_sasl sasl;
	enum kafka_sasl_mechanism first; /* with BEST: what to ask for first; NONE = the strongest */
	bool ask_login;                  /* without a mechanism: ask whether the port wants a login */
	bool read_only;                  /* requests that change something cannot be encoded */
	int64_t request_timeout_ms;      /* each request, and the whole start; 0 = 10 s */
	/* When the start is over. May be NULL. */
	void (*on_ready)(void *data);
	/* Once, when the connection ended by itself; then destroy it (also from inside). Not called by destroy. */
	void (*on_close)(void *data, const struct err *err);
	void *data;
};

struct kafka_connection;

/* Never calls back from inside. */
struct kafka_connection *kafka_connection_open(const struct kafka_connection_options *options,
					       struct err *err) MUST_USE;
/* Passes it on to an owner who would have opened it alike: callbacks go there from now on, and the strings are its
 * own. */
void kafka_connection_pass(struct kafka_connection *connection, const char *label, const char *server_name, void *data);
/* No callback after. NULL is fine. Wipes secrets. */
void kafka_connection_destroy(struct kafka_connection *connection);

/* err is NULL on success; response is one of messages.h, valid during the call. A response that carries a Kafka
 * error is a success here: the caller reads it. */
typedef void kafka_response_fn(void *data, const struct err *err, const void *response);

/* Copies the request. Picks the newest version that both sides speak once that is known. Never calls back from
 * inside. */
void kafka_connection_send(struct kafka_connection *connection, enum kafka_api_key api, const void *request,
			   int64_t timeout_ms /* 0 = the option's */, kafka_response_fn *done, void *data);

/* Why it ended, for on_close. */
enum kafka_trouble kafka_connection_trouble(const struct kafka_connection *connection);
/* The mechanism to ask for on the next connection; NONE unless the trouble is MECHANISM. */
enum kafka_sasl_mechanism kafka_connection_better(const struct kafka_connection *connection);
/* For the next time it logs in: the session's end, another connection. The mechanism stays. Borrowed. */
void kafka_connection_set_user(struct kafka_connection *connection, const char *user, const char *password);

bool kafka_connection_is_ready(const struct kafka_connection *connection);
size_t kafka_connection_in_flight(const struct kafka_connection *connection);
/* The version that would be used, -1 when the broker has none we speak or versions are not known yet. */
int kafka_connection_version(const struct kafka_connection *connection, enum kafka_api_key api);
/* The broker's ApiVersions answer; NULL before it is ready. Lives as long as the connection. */
struct kafka_api_versions_response;
const struct kafka_api_versions_response *kafka_connection_versions(const struct kafka_connection *connection);

#endif
