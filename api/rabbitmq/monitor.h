/* One RabbitMQ cluster kept fresh by polling: overview, nodes and queues from any member that answers, health checks
 * from each member itself. Over the management API where it can be reached, over the command line inside the pods
 * otherwise. Statistics are made every 5 s by the brokers, so nothing is asked more often (PROTOCOL.md); the list
 * of connections, which costs them most, every 30 s and only while it is short. */
#ifndef MQDECK_RABBITMQ_MONITOR_H
#define MQDECK_RABBITMQ_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/net/dial.h"
#include "api/rabbitmq/rabbitmq_snapshot.h"

struct rabbitmq_part {
	int64_t updated_ms; /* loop clock of the last good answer; -1 = never */
	struct err err;     /* the failure since then */
};

/* One broker pod, asked itself. */
struct rabbitmq_member {
	const char *pod;
	char *node;          /* as it calls itself, asked through this pod; NULL = not said. The monitor's. */
	bool named;          /* it was asked for that since it last did not answer */
	int answers;         /* 1 it answered the last time, 0 it did not, -1 not asked yet, or somebody else answers */
	bool refuses;        /* it does not answer because nothing listens there: RabbitMQ in it does not run, is in
				maintenance, or has no management any more */
	int64_t refused_ms;  /* since when, if it does */
	bool slow;           /* it answers alone, but not what it must ask other nodes for */
	char *unheard;       /* the nodes that it does not hear, as it says itself, joined by ','; "" = it hears
				    all of them; NULL = not asked, or not said. The monitor's. */
	int quorum_critical; /* 1, 0, -1 unknown */
	int64_t critical_queues;    /* -1 unknown */
	struct rabbitmq_part check; /* of these two: answered or failed since the credentials in use */
	int alarm;                  /* local alarms in effect: 1, 0, -1 unknown */
	char alarm_reason[128];
	struct rabbitmq_part part;
};

enum rabbitmq_way { RABBITMQ_BY_MANAGEMENT, RABBITMQ_BY_COMMAND_LINE };

struct rabbitmq_snapshot {
	struct rabbitmq_overview *overview; /* counted parts, see rabbitmq_snapshot.h; NULL = never read */
	struct rabbitmq_nodes *nodes;
	struct rabbitmq_queues *queues;
	/* NULL = not known: not read yet, not by the management API, or more than RABBITMQ_CONNECTIONS_MAX of them. */
	struct rabbitmq_clients *clients;
	struct rabbitmq_part overview_part, nodes_part, queues_part, clients_part;
	/* Who is in maintenance, by the command line: asked where the management API does not say it and somebody wants
	 * to know. NULL = not known. */
	struct rabbitmq_nodes *maintenance;
	const struct rabbitmq_member *members;
	size_t member_count;
	enum rabbitmq_way way;
	/* The nodes are hidden from this user, for want of the tag `monitoring`; then the queues are those of its virtual
	 * hosts only, and what is not among them is unknown. */
	bool partial;
	bool settled;              /* a round is over, well or badly; one that ended with "later" is not */
	struct err management_err; /* why the management API is not used or fails; ERR_UNAUTHORIZED: the credentials */
};

struct rabbitmq_target { /* copied */
	const char *namespace, *pod, *container;
	const char *host;  /* tests only, as in dial.h */
	uint16_t port;     /* 0 = 15672, with TLS 15671 */
	const char *names; /* "a,b": its DNS names, any of which its certificate may be for; NULL = "pod.namespace" */
	uint64_t state; /* another number when what failed there before may go well now: it started, or became ready */
};

/* PEM texts. */
struct rabbitmq_tls {
	const char *ca_pem;             /* replaces the system's roots */
	const char *cert_pem, *key_pem; /* NULL = no client certificate */
};

/* Runs argv in a target's container, without a shell (the layer above has exec). NULL with err for what can be said
 * at once; else done is called once, later, unless cancelled. exit_code -1 = unknown. */
typedef void rabbitmq_output_fn(void *data, const struct err *err, int exit_code, const char *output, size_t len,
				const char *complaint);
struct rabbitmq_runner {
	void *(*start)(void *data, const struct rabbitmq_target *target, const char *const *argv,
		       rabbitmq_output_fn *done, void *done_data, struct err *err);
	void (*cancel)(void *run);
	void *data;
};

struct rabbitmq_monitor_options {
	struct loop *loop;
	struct dial_opener *dialer;
	struct rabbitmq_runner runner; /* start NULL = no command line */
	uint16_t port;                 /* these two as rabbitmq_monitor_set_place() has it */
	char *prefix;
	const char *label; /* for sentences: "mq/rabbitmq" */
	/* The picture changed. */
	void (*on_change)(void *data);
	/* The management API refused the credentials in use. May be NULL. */
	void (*on_refused)(void *data);
	void *data;
};

struct rabbitmq_monitor;

struct rabbitmq_monitor *rabbitmq_monitor_create(const struct rabbitmq_monitor_options *options);
void rabbitmq_monitor_destroy(
	struct rabbitmq_monitor *monitor); /* no callback after; NULL is fine; wipes credentials */
/* The pods there are now, best to ask first. What is known of those that stay is kept. */
void rabbitmq_monitor_set_targets(struct rabbitmq_monitor *monitor, const struct rabbitmq_target *targets,
				  size_t count);
/* NULL = management without TLS, as at the start. Copied. Connections there are end; call set_credentials next. */
void rabbitmq_monitor_set_tls(struct rabbitmq_monitor *monitor, const struct rabbitmq_tls *tls);
/* Where the management API is served by its configuration: 0 = on the usual port; prefix "/mq", NULL = none. Copied. */
void rabbitmq_monitor_set_place(struct rabbitmq_monitor *monitor, uint16_t port, const char *prefix);
/* NULL user = there are none (any more): only the command line is left. `origin` says in sentences whose they are
 * ("secret mq/rabbitmq-credentials"), or with no user why there is none (NULL unknown). Nothing is asked before the
 * first call; every call asks at once. */
void rabbitmq_monitor_set_credentials(struct rabbitmq_monitor *monitor, const char *user, const char *password,
				      const char *origin);
/* Whether somebody wants to know which nodes are in maintenance. Before 3.13 only the command line tells, and each
 * command starts an Erlang VM in a pod: want it while a pod is not Ready. */
void rabbitmq_monitor_want_maintenance(struct rabbitmq_monitor *monitor, bool wanted);
/* Nothing is asked more often than every `every_ms`; 0 = as usual. A pod that does not answer is asked again after a quarter of
 * the time it has been silent for, but after `most_ms` at the latest (a minute at first). What is overdue by that is asked
 * at once. */
void rabbitmq_monitor_set_pace(struct rabbitmq_monitor *monitor, int64_t every_ms, int64_t most_ms);
/* All of it, at once, whatever is due when. */
void rabbitmq_monitor_ask_again(struct rabbitmq_monitor *monitor);
/* Borrowed until the loop runs again; its counted parts may be kept longer. */
const struct rabbitmq_snapshot *rabbitmq_monitor_snapshot(const struct rabbitmq_monitor *monitor);
size_t rabbitmq_monitor_in_flight(const struct rabbitmq_monitor *monitor);

#endif
