/* The monitor's own shape. monitor.c (what is asked) stands on monitor_targets.c (who there is) and monitor_answers.c (what
 * the answers hold), and these on monitor_rounds.c (who is asked when). */
#ifndef MQDECK_RABBITMQ_MONITOR_PRIVATE_H
#define MQDECK_RABBITMQ_MONITOR_PRIVATE_H

#include "api/base/vec.h"
#include "api/rabbitmq/link.h"
#include "api/rabbitmq/monitor.h"

enum {
	RABBITMQ_PAGE_SIZE = 500,
	RABBITMQ_PAGES_MAX = RABBITMQ_QUEUES_MAX / RABBITMQ_PAGE_SIZE,
	RABBITMQ_CONNECTION_PAGES_MAX = RABBITMQ_CONNECTIONS_MAX / RABBITMQ_PAGE_SIZE,
	RABBITMQ_JOBS_MAX = 8,
	RABBITMQ_VHOSTS_MAX = 64,
};

/* Those up to VHOST_QUEUES belong to a round, which one peer serves as a whole; the rest are asked of each peer. */
enum rabbitmq_job {
	RABBITMQ_JOB_OVERVIEW,
	RABBITMQ_JOB_NODES,
	RABBITMQ_JOB_QUEUES,
	RABBITMQ_JOB_CONNECTIONS,
	RABBITMQ_JOB_STATUS,
	RABBITMQ_JOB_VHOSTS,
	RABBITMQ_JOB_VHOST_QUEUES,
	RABBITMQ_JOB_NAME,
	RABBITMQ_JOB_CRITICAL,
	RABBITMQ_JOB_CRITICAL_COMMAND,
	RABBITMQ_JOB_ALARMS,
	RABBITMQ_JOB_PEERS,
	RABBITMQ_JOB_MAINTENANCE,
};

/* A connection of its own each: a node that waits for the others still answers for itself, at once and beside that. */
enum rabbitmq_lane { RABBITMQ_LANE_CLUSTER, RABBITMQ_LANE_SELF, RABBITMQ_LANE_PEERS, RABBITMQ_LANES };

static inline bool rabbitmq_job_is_of_round(enum rabbitmq_job job)
{
	return job <= RABBITMQ_JOB_VHOST_QUEUES;
}

static inline enum rabbitmq_lane rabbitmq_lane_of(enum rabbitmq_job job)
{
	return job == RABBITMQ_JOB_ALARMS  ? RABBITMQ_LANE_SELF
	       : job >= RABBITMQ_JOB_PEERS ? RABBITMQ_LANE_PEERS
					   : RABBITMQ_LANE_CLUSTER;
}

struct rabbitmq_way_in { /* of one connection to a broker pod */
	struct rabbitmq_peer *peer;
	struct rabbitmq_link *link;
	enum rabbitmq_job jobs[RABBITMQ_JOBS_MAX]; /* waiting */
	size_t job_count;
	enum rabbitmq_job current;  /* under way while the link is busy */
	struct rabbitmq_list *list; /* that it reads; NULL = its answer is whole */
	uint64_t epoch;             /* of the monitor when it began */
};

struct rabbitmq_peer { /* one broker pod */
	struct rabbitmq_monitor *monitor;
	struct rabbitmq_way_in lanes[RABBITMQ_LANES];
	bool wanted;
	uint64_t state;                   /* as of its target */
	int64_t silent_ms, not_before_ms; /* since when it does not answer, -1 = it does; and when it is asked again */
};

struct rabbitmq_monitor {
	struct rabbitmq_monitor_options options;
	char *label;
	char *authorization, *user, *origin; /* of the credentials in use; user and origin for sentences */
	struct rabbitmq_tls tls;             /* our copies; ca_pem NULL = no TLS */
	struct loop_timer *timer, *pump;
	int64_t pace_ms, patience_ms; /* as of rabbitmq_monitor_set_pace() */
	VEC(struct rabbitmq_peer *) peers;
	VEC(struct rabbitmq_member) members; /* in step with peers */
	struct rabbitmq_snapshot snapshot;
	struct rabbitmq_queues *filling;
	struct rabbitmq_clients *counting;
	int64_t page; /* of the list that is being read */
	VEC(char *) vhosts;
	size_t vhost;
	bool started, in_round;
	uint64_t epoch;                             /* grows when answers under way have become meaningless */
	size_t chosen, tried;                       /* index into peers; how many failed in this round */
	size_t failed;                              /* of those the first in the order of peers, */
	struct err failed_err;                      /* … and why */
	int64_t round_ms, checks_ms, management_ms; /* when each began; -1 = never */
	int64_t self_ms, peers_ms;                  /* when each node was last asked for itself, and for its peers */
	bool asks_maintenance;                      /* of the command line, where the management API does not say it */
	int64_t maintenance_ms;                     /* when that was last asked; -1 = never */
	int64_t clients_ms;                         /* when connections were last asked for; -1 = never */
	int64_t commands_failed_ms;                 /* when the command line last served no round; -1 = never */
	bool later;                                 /* the last round ended with "later" */
	unsigned laters, check_laters;              /* rounds, and checks of all nodes, in a row that did */
	bool refused;                               /* the credentials in use were refused */
	unsigned crowded; /* checks in a row for which descriptors were missing, up to CROWDED_MAX */
};

/* Each takes an answer without an error, except those of names, of health checks, of connections and of maintenance, which
 * take any, and that of nodes, which takes FORBIDDEN. */
typedef void rabbitmq_take_fn(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer);
rabbitmq_take_fn rabbitmq_take_overview, rabbitmq_take_name, rabbitmq_take_nodes, rabbitmq_take_queues,
	rabbitmq_take_connections, rabbitmq_take_critical, rabbitmq_take_alarms, rabbitmq_take_peers,
	rabbitmq_take_status, rabbitmq_take_vhosts, rabbitmq_take_vhost_queues, rabbitmq_take_maintenance;

/* ---- monitor_rounds.c ---- */
int64_t rabbitmq_now(const struct rabbitmq_monitor *monitor);
void rabbitmq_on_timer(void *data); /* of monitor->timer */
void rabbitmq_schedule(struct rabbitmq_monitor *monitor);
bool rabbitmq_serves_round(const struct rabbitmq_peer *peer);
void rabbitmq_push_job(struct rabbitmq_peer *peer, enum rabbitmq_job job);
enum rabbitmq_job rabbitmq_pop_job(struct rabbitmq_way_in *lane); /* job_count > 0 */
/* It answered, or did not: whoever is silent for long is asked seldom. */
void rabbitmq_note_answer(struct rabbitmq_peer *peer, bool heard);
void rabbitmq_drop_round_jobs(struct rabbitmq_peer *peer);
void rabbitmq_end_round(struct rabbitmq_monitor *monitor);
/* The peer could not serve the round: the next one shall. Refused credentials are refused everywhere, and descriptors that
 * are missing are missing for all. */
void rabbitmq_next_peer(struct rabbitmq_monitor *monitor, struct rabbitmq_peer *peer, const struct err *err);
/* The command line, which shows all, is no way: what the management API shows of it is taken. */
bool rabbitmq_takes_part(const struct rabbitmq_monitor *monitor);
void rabbitmq_changed(struct rabbitmq_monitor *monitor);
struct rabbitmq_member *rabbitmq_member_of(struct rabbitmq_peer *peer); /* NULL once its pod is gone */
/* Something is wrong between the nodes: whom each hears is asked of all of them, and forgotten when it is over. */
void rabbitmq_look_around(struct rabbitmq_monitor *monitor);

/* ---- monitor_answers.c ---- */
/* The list that the next page is a part of. */
struct rabbitmq_list *rabbitmq_begin_queues(struct rabbitmq_monitor *monitor);
struct rabbitmq_list *rabbitmq_begin_connections(struct rabbitmq_monitor *monitor);
void rabbitmq_clear_vhosts(struct rabbitmq_monitor *monitor);
void rabbitmq_forget_unheard(struct rabbitmq_member *member);
void rabbitmq_member_finish(struct rabbitmq_member *member); /* what it holds */

/* ---- monitor_targets.c ---- */
void rabbitmq_peer_destroy(struct rabbitmq_peer *peer);
const char *rabbitmq_peer_pod(const struct rabbitmq_peer *peer);

#endif
