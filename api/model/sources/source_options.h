/* What the sources need from above: where to ask, where to put it, and whom to tell. They know neither the join nor
 * the world: records go into the store, what brokers say is handed out on request (struct source_snapshot). */
#ifndef MQDECK_MODEL_SOURCES_SOURCE_OPTIONS_H
#define MQDECK_MODEL_SOURCES_SOURCE_OPTIONS_H

#include "api/base/loop.h"
#include "api/kafka/poll/kafka_snapshot.h"
#include "api/model/records/record_store.h"
#include "api/model/records/world_shapes.h"
#include "api/rabbitmq/monitor.h"

struct kube_client;
struct dial_opener;

struct source_options {
	struct loop *loop;
	struct kube_client *client;
	struct dial_opener *dialer;    /* port-forward */
	struct record_store *store;    /* filled by the watcher */
	const char *namespace;         /* the only one that is looked at; NULL = all */
	int64_t broker_poll_ms;        /* 0 = the default */
	bool with_groups;              /* consumer groups and their lag are wanted */
	bool seldom;                   /* few brokers are asked no more often than many */
	void (*on_change)(void *data); /* records came or went, or a source fares differently */
	void (*on_answer)(void *data); /* a broker was asked and answered: only what it says is another */
	void *data;
	/* Named in configuration: secret holding user and password of a cluster; NULL = discover. */
	const char *(*credentials_secret)(void *data, const char *namespace, const char *cluster);
	/* What the operator says a workload runs: "kafka", "rabbitmq", "none"; NULL = nothing. */
	const char *(*broker_kind)(void *data, const char *namespace, const char *name);
	void *credentials_data; /* of both */
};

typedef void source_answered_fn(void *data, const char *cluster_key);

/* What the brokers of one cluster have said: one of the two, by kind. */
struct source_snapshot {
	const struct rabbitmq_snapshot *rabbitmq; /* NULL = none; valid until the loop runs again */
	/* The picture of the moment; NULL, function or answer, while there is none. */
	const struct kafka_snapshot *(*kafka)(void *data);
	void *kafka_data;
	struct err no_way;        /* why no way leads into it; code NONE = one does, or is tried */
	bool credentials_missing; /* that the operator may give */
	int64_t pace_ms; /* how old an answer may be, because its brokers are asked seldom; 0 = they are asked as usual */
	bool outdated;   /* what is known was got so, and not asked anew since somebody needs it */
};

#endif
