/* One cluster's source; between broker_source.c and the two files that know how a kind of broker is asked. */
#ifndef MQDECK_MODEL_SOURCES_BROKER_SOURCE_PRIVATE_H
#define MQDECK_MODEL_SOURCES_BROKER_SOURCE_PRIVATE_H

#include "api/base/arena.h"
#include "api/base/vec.h"
#include "api/model/sources/broker_source.h"
#include "api/model/sources/source_dialer.h"

/* Clusters that were found together do not stay together: a pace is longer by up to one part in so many. */
enum { SOURCE_SPREAD = 8 };

struct source_pace {
	int64_t every_ms;    /* nothing is asked more often; 0 = as usual */
	int64_t back_off_ms; /* the longest, of what fails */
};

struct source_broker {
	const struct source_brokers_options *surroundings;
	const struct source_options *options; /* the same as surroundings->options */
	char *key, *namespace, *name;
	enum world_broker_kind kind;
	struct kube_budget_share *share;
	struct source_dialer dialer;
	bool needed;
	struct source_brokers *all;
	bool answered; /* since it was shown last: then it stands in all->answered */
	/* ---- broker_attention.c ---- */
	int64_t needed_ms; /* when an operation said last that it needs it; -1 = never */
	bool unwell;
	struct source_pace pace;
	int64_t renewing_ms; /* since when it is asked as usual again, until it has answered anew; -1 = it has */
	int64_t slow_ms;     /* its pace before that */
	unsigned spread;     /* 1 to SOURCE_SPREAD */
	VEC(const struct kube_pod *) pods; /* running ones, best to ask first; only during follow */
	struct source_rabbitmq *rabbitmq;
	struct source_kafka *kafka;
};

struct source_brokers {
	struct source_brokers_options options;
	struct map all; /* by cluster key */
	VEC(struct source_broker *) let_go;
	VEC(struct source_broker *) answered; /* also those that were shown since, or let go of */
	struct arena scratch;                 /* of one round of following */
	char *looked_at;                      /* key; NULL = none */
};

/* How one kind of broker is asked. All but follow may come before the first follow. */
struct source_broker_type {
	void (*follow)(struct source_broker *source, const struct source_found_cluster *found, struct arena *scratch);
	void (*destroy)(struct source_broker *source);
	/* All of it has answered since then, or fails; 0 = ever. */
	bool (*settled)(const struct source_broker *source, int64_t since_ms);
	int64_t (*updated)(const struct source_broker *source); /* loop ms; -1 = never, or nothing to ask */
	void (*show)(const struct source_broker *source, struct source_snapshot *out);
	void (*set_credentials)(struct source_broker *source, const char *user, const char *password);
	void (*set_pace)(struct source_broker *source); /* source->pace is another */
	void (*ask_again)(struct source_broker *source);
	size_t (*in_flight)(const struct source_broker *source);
};

extern const struct source_broker_type source_kafka_type, source_rabbitmq_type;
const struct source_broker_type *source_broker_type_of(const struct source_broker *source);

void source_broker_answered(struct source_broker *source); /* for the two kinds: one of its brokers did */

/* ---- broker_attention.c ---- */
/* Until a search for credentials that led nowhere so often in a row, or for a way in, is made again. */
enum { SOURCE_SEEK_MS = 60 * 1000 };
int64_t source_broker_seek_ms(const struct source_broker *source, unsigned misses);
bool source_broker_is_hurried(const struct source_broker *source); /* somebody looks at it, or needs it */
/* What is known of it was not got at a slow pace, or was renewed since. */
bool source_broker_is_current(struct source_broker *source);
/* How old what is known of it may be for that; 0 = it is asked as usual. */
int64_t source_broker_pace_ms(const struct source_broker *source);

/* Fills source->pods. */
void source_broker_find_pods(struct source_broker *source, const struct source_found_cluster *found);
/* Another number when what failed in the pod before may go well now: it is another, started anew, or became ready. */
uint64_t source_broker_pod_state(const struct kube_pod *pod);
/* "a,b,c" in scratch: the DNS names that a certificate of the pod's own may be made for. */
const char *source_broker_pod_names(const struct source_broker *source, const struct kube_pod *pod,
				    struct arena *scratch);

#endif
