/* Tries the ways into a Kafka cluster (kafka_candidates.h) one after the other: reads the secrets a way needs and
 * hands out what the client is to show. Secrets are read one at a time and wiped after use. */
#ifndef MQDECK_MODEL_SOURCES_KAFKA_CONNECTOR_H
#define MQDECK_MODEL_SOURCES_KAFKA_CONNECTOR_H

#include "api/kafka/client/connection.h"
#include "api/kube/client/kube_budget.h"
#include "api/model/sources/kafka_candidates.h"

struct kube_client;
struct source_kafka_connector;

struct source_kafka_entry { /* all strings are gone after the call */
	uint16_t port;
	struct kafka_tls tls;
	struct kafka_sasl sasl;
	const char *server_name; /* of the way in; NULL = the pod's own names */
	const char *listener;    /* NULL where it has no name */
	const char *origin;      /* whose credentials: "secret prod/app"; NULL = none are used */
	bool declared;           /* the cluster's resource says that the port is so: nothing is guessed */
};

struct source_kafka_connector_options {
	struct kube_client *client;
	struct kube_budget_share *share; /* the cluster's, of the budget */
	struct loop *loop;
	struct source_kafka_question question; /* borrowed for the call */
	const char *user, *password;           /* typed by the operator; copied, wiped on destroy; NULL = none */
	void (*on_found)(void *data, const struct source_kafka_entry *entry);
	/* No way is left. err says what is missing, of the best way that could not be gone. */
	void (*on_none)(void *data, const struct err *err);
	void *data;
};

/* Never calls back from inside. */
struct source_kafka_connector *source_kafka_connector_start(const struct source_kafka_connector_options *options);
/* What was found leads nowhere, for this reason: try on. */
void source_kafka_connector_next(struct source_kafka_connector *connector, const struct err *why);
void source_kafka_connector_destroy(struct source_kafka_connector *connector); /* NULL is fine; no callback after */

#endif
