/* Which candidates lead into a Kafka cluster, best first: told from records alone, before any secret is read.
 *
 * Strimzi: the listeners of the Kafka resource, the most secure first (TLS with a client certificate, TLS with
 * SCRAM, TLS, SCRAM, in the clear), each once for every set of credentials that may open it: the secret named in
 * configuration, then KafkaUsers of the cluster, "mqdeck" first, then super users, then the others. A listener
 * without authentication needs none. Elsewhere: the container's ports by name, with the secret named in
 * configuration. */
#ifndef MQDECK_MODEL_SOURCES_KAFKA_CANDIDATES_H
#define MQDECK_MODEL_SOURCES_KAFKA_CANDIDATES_H

#include "api/base/arena.h"
#include "api/model/sources/discover.h"

enum { SOURCE_KAFKA_CANDIDATES_MAX = 32, SOURCE_KAFKA_USERS_MAX = 6 };

enum source_kafka_auth {
	SOURCE_KAFKA_AUTH_NONE,
	SOURCE_KAFKA_AUTH_SCRAM, /* user and password */
	SOURCE_KAFKA_AUTH_CERTIFICATE,
	SOURCE_KAFKA_AUTH_ANY, /* whatever the secret holds */
};

struct source_kafka_candidate {
	const char *listener; /* Strimzi's name for it; NULL elsewhere */
	uint16_t port;
	bool tls; /* Strimzi: as declared. Elsewhere: by the port's name, a hint only */
	enum source_kafka_auth auth;
	const char *namespace, *secret; /* that holds the credentials; NULL = none is needed, or they were typed */
	const char *user;               /* the KafkaUser the secret is of; NULL = as the secret says */
	bool typed;                     /* with the user and password that the operator typed */
	const char *ca_secret;          /* holds the authority, in the cluster's namespace; NULL = none */
	const char *ca_pem;             /* as the resource's status shows it; NULL = none */
	const char *server_name;        /* a name that the certificate is for; NULL = the pod's own */
};

struct source_kafka_candidates {
	struct source_kafka_candidate items[SOURCE_KAFKA_CANDIDATES_MAX];
	size_t count;
	struct err why; /* what more would be needed: of the best listener that no candidate leads through */
};

struct source_kafka_question {
	const struct source_found_cluster *found;
	const struct record_store *store; /* KafkaUsers */
	const struct err *users_err;      /* why they cannot be listed; code NONE = they can */
	const struct kube_pod *pod;       /* one of its pods; may be NULL */
	const char *configured;           /* secret named in configuration, "name" or "namespace/name"; NULL = none */
	bool typed;                       /* only candidates for a user and password that were typed */
};

/* Strings are the arena's. */
void source_kafka_candidates_find(const struct source_kafka_question *question, struct arena *arena,
				  struct source_kafka_candidates *candidates);

#endif
