/* The brokers' source: for every broker cluster found, a connection that keeps a picture of what the brokers say. */
#ifndef MQDECK_MODEL_SOURCES_BROKER_SOURCE_H
#define MQDECK_MODEL_SOURCES_BROKER_SOURCE_H

#include "api/model/sources/discover.h"
#include "api/model/sources/source_options.h"

struct source_broker;
struct source_brokers;

struct source_brokers_options {
	const struct source_options *options; /* borrowed */
	/* The lists of the kind that concern the cluster are in, or cannot be had: *err then says why. */
	bool (*is_listed)(void *data, enum kube_kind kind, const struct source_found_cluster *found, struct err *err);
	void (*follow_again)(void *data); /* a source wants to be followed anew, soon */
	void *data;
};

struct source_brokers *source_brokers_create(const struct source_brokers_options *options);
void source_brokers_destroy(struct source_brokers *sources);

/* Between begin and end every cluster there is; those not named are let go at the end. */
void source_brokers_begin(struct source_brokers *sources);
void source_brokers_follow(struct source_brokers *sources, const struct source_found_cluster *found);
void source_brokers_end(struct source_brokers *sources);
void source_brokers_collect(struct source_brokers *sources); /* frees those let go before the last frame */

/* Those that have answered since they were shown last, once each. */
void source_brokers_each_answered(struct source_brokers *sources, source_answered_fn *each, void *data);

struct source_broker *source_brokers_find(struct source_brokers *sources, const char *cluster_key);
bool source_brokers_settled(const struct source_brokers *sources);
int64_t source_brokers_age(const struct source_brokers *sources,
			   int64_t now_ms); /* of the oldest picture; -1 = there is none */
/* Who is asked how often, and first: the cluster that somebody looks at (NULL = none), those that an operation needs, for half
 * a minute each time it says so, then those that are unwell, then the rest. */
void source_brokers_look_at(struct source_brokers *sources, const char *cluster_key);
void source_brokers_need(struct source_brokers *sources, const char *cluster_key);
void source_brokers_note_health(struct source_brokers *sources, const char *cluster_key, bool unwell);
/* Brings ranks and paces up to date; to be called every second or so. */
void source_brokers_attend(struct source_brokers *sources);
void source_brokers_ask_again(struct source_brokers *sources);
size_t source_brokers_in_flight(const struct source_brokers *sources);

/* What its brokers have said: whoever keeps parts of it takes references. */
void source_broker_show(struct source_broker *source, struct source_snapshot *out);
struct kafka_admin *source_broker_kafka_admin(const struct source_broker *source); /* NULL when there is none */
void source_broker_set_credentials(struct source_broker *source, const char *user, const char *password);

#endif
