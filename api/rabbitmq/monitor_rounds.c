/* The order of asking: the jobs that wait for each peer, rounds that go from one peer to the next, checks beside them, and
 * when all of it is due again. What is asked and what becomes of the answers is not known here. */
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/rabbitmq/monitor_private.h"

enum {
	STATISTICS_MS = 5000, /* the brokers' own interval */
	CHECKS_MS = 10000,
	SELVES_MS = 5000,    /* who hangs is known by name within twice that */
	COMMANDS_MS = 30000, /* each command starts an Erlang VM */
	RETRY_MANAGEMENT_MS = 60000,
};

static void begin_round(struct rabbitmq_monitor *monitor);

int64_t rabbitmq_now(const struct rabbitmq_monitor *monitor)
{
	return loop_now_ms(monitor->options.loop);
}

void rabbitmq_changed(struct rabbitmq_monitor *monitor)
{
	monitor->snapshot.members = monitor->members.items;
	monitor->snapshot.member_count = monitor->members.len;
	monitor->options.on_change(monitor->options.data);
}

struct rabbitmq_member *rabbitmq_member_of(struct rabbitmq_peer *peer)
{
	struct rabbitmq_monitor *monitor = peer->monitor;
	for (size_t i = 0; i < monitor->peers.len; i++)
		if (monitor->peers.items[i] == peer)
			return &monitor->members.items[i];
	return NULL;
}

/* ---- jobs ---- */

void rabbitmq_push_job(struct rabbitmq_peer *peer, enum rabbitmq_job job)
{
	struct rabbitmq_way_in *lane = &peer->lanes[rabbitmq_lane_of(job)];
	for (size_t i = 0; i < lane->job_count; i++)
		if (lane->jobs[i] == job)
			return;
	if (lane->job_count < RABBITMQ_JOBS_MAX)
		lane->jobs[lane->job_count++] = job;
	loop_timer_arm(peer->monitor->pump, 0);
}

enum rabbitmq_job rabbitmq_pop_job(struct rabbitmq_way_in *lane)
{
	enum rabbitmq_job job = lane->jobs[0];
	memmove(lane->jobs, lane->jobs + 1, (lane->job_count - 1) * sizeof *lane->jobs);
	lane->job_count--;
	return job;
}

void rabbitmq_drop_round_jobs(struct rabbitmq_peer *peer)
{
	struct rabbitmq_way_in *lane = &peer->lanes[RABBITMQ_LANE_CLUSTER];
	size_t kept = 0;
	for (size_t i = 0; i < lane->job_count; i++)
		if (!rabbitmq_job_is_of_round(lane->jobs[i]))
			lane->jobs[kept++] = lane->jobs[i];
	lane->job_count = kept;
}

void rabbitmq_end_round(struct rabbitmq_monitor *monitor)
{
	log_debug(LOG_RABBITMQ, "round ended label=%s ms=%lld error=\"%s\"", monitor->label,
		  (long long)(rabbitmq_now(monitor) - monitor->round_ms),
		  log_error_text(&monitor->snapshot.overview_part.err));
	monitor->in_round = false;
	monitor->snapshot.settled = true;
	rabbitmq_queues_unref(monitor->filling);
	rabbitmq_clients_unref(monitor->counting);
	monitor->filling = NULL;
	monitor->counting = NULL;
	rabbitmq_schedule(monitor);
	rabbitmq_changed(monitor);
}

/* Where waiting will not help, the command line may. */
static bool is_closed(const struct err *err)
{
	return err->code == ERR_UNAUTHORIZED || err->code == ERR_FORBIDDEN || err->code == ERR_NOT_FOUND ||
	       err->code == ERR_CONNECT || err->code == ERR_TLS || err->code == ERR_PARSE;
}

bool rabbitmq_takes_part(const struct rabbitmq_monitor *monitor)
{
	return !monitor->options.runner.start ||
	       (monitor->commands_failed_ms >= 0 &&
		rabbitmq_now(monitor) - monitor->commands_failed_ms < RETRY_MANAGEMENT_MS);
}

static void fail_round(struct rabbitmq_monitor *monitor, const struct err *err)
{
	struct rabbitmq_snapshot *snapshot = &monitor->snapshot;
	if (snapshot->way == RABBITMQ_BY_MANAGEMENT) {
		snapshot->management_err = *err;
		bool asked_already = err->code == ERR_FORBIDDEN && rabbitmq_takes_part(monitor);
		if (monitor->options.runner.start && is_closed(err) && !asked_already) {
			log_info(LOG_RABBITMQ, "asked by command from now on label=%s error=\"%s\"", monitor->label,
				 log_error_text(err));
			snapshot->way = RABBITMQ_BY_COMMAND_LINE;
			monitor->tried = 0;
			begin_round(monitor);
			return;
		}
	} else {
		monitor->commands_failed_ms = rabbitmq_now(monitor);
		if (monitor->authorization && !monitor->refused)
			snapshot->way = RABBITMQ_BY_MANAGEMENT;
		if (snapshot->way == RABBITMQ_BY_MANAGEMENT && snapshot->management_err.code == ERR_FORBIDDEN) {
			begin_round(monitor);
			return;
		}
	}
	snapshot->overview_part.err = snapshot->nodes_part.err = snapshot->queues_part.err = *err;
	rabbitmq_end_round(monitor);
}

void rabbitmq_next_peer(struct rabbitmq_monitor *monitor, struct rabbitmq_peer *peer, const struct err *err)
{
	rabbitmq_drop_round_jobs(peer);
	log_debug(LOG_RABBITMQ, "round goes to the next node label=%s pod=%s error=\"%s\"", monitor->label,
		  rabbitmq_peer_pod(peer), log_error_text(err));
	if (err->code == ERR_UNAUTHORIZED && !monitor->refused) {
		monitor->refused = true;
		if (monitor->options.on_refused)
			monitor->options.on_refused(monitor->options.data);
	}
	if (err->code == ERR_UNAUTHORIZED || err->code == ERR_FORBIDDEN || ++monitor->tried >= monitor->peers.len) {
		fail_round(monitor, err);
		return;
	}
	monitor->chosen = (monitor->chosen + 1) % monitor->peers.len;
	begin_round(monitor);
}

bool rabbitmq_serves_round(const struct rabbitmq_peer *peer)
{
	const struct rabbitmq_way_in *lane = &peer->lanes[RABBITMQ_LANE_CLUSTER];
	for (size_t i = 0; i < lane->job_count; i++)
		if (rabbitmq_job_is_of_round(lane->jobs[i]))
			return true;
	return rabbitmq_link_busy(lane->link) && rabbitmq_job_is_of_round(lane->current);
}

/* ---- rounds ---- */

static size_t distance_of(const struct rabbitmq_member *member)
{
	size_t missed = str_empty(member->unheard) ? 0 : 1;
	for (const char *at = member->unheard; missed && (at = strchr(at, ',')); at++)
		missed++;
	return member->answers == 0 ? SIZE_MAX : member->slow ? SIZE_MAX - 1 : missed;
}

/* Who hears the most of the others tells the most of the cluster: of two sides the larger. */
static void choose_peer(struct rabbitmq_monitor *monitor)
{
	for (size_t i = 0; monitor->chosen < monitor->members.len && i < monitor->members.len; i++)
		if (distance_of(&monitor->members.items[i]) < distance_of(&monitor->members.items[monitor->chosen]))
			monitor->chosen = i;
}

static void begin_round(struct rabbitmq_monitor *monitor)
{
	if (!monitor->peers.len) {
		rabbitmq_end_round(monitor);
		return;
	}
	if (monitor->chosen >= monitor->peers.len)
		monitor->chosen = 0;
	monitor->in_round = true;
	log_debug(LOG_RABBITMQ, "round begins label=%s pod=%s by=%s", monitor->label,
		  rabbitmq_peer_pod(monitor->peers.items[monitor->chosen]),
		  monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT ? "management" : "commands");
	rabbitmq_push_job(monitor->peers.items[monitor->chosen], monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT
									 ? RABBITMQ_JOB_OVERVIEW
									 : RABBITMQ_JOB_STATUS);
}

static void ask_all(struct rabbitmq_monitor *monitor, enum rabbitmq_job job)
{
	vec_each (&monitor->peers, peer)
		rabbitmq_push_job(*peer, job);
}

static void begin_checks(struct rabbitmq_monitor *monitor)
{
	bool management = monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT;
	monitor->checks_ms = rabbitmq_now(monitor);
	ask_all(monitor, management ? RABBITMQ_JOB_CRITICAL : RABBITMQ_JOB_CRITICAL_COMMAND);
}

/* ---- who hears whom ---- */

static bool somebody_is_missed(const struct rabbitmq_monitor *monitor)
{
	const struct rabbitmq_nodes *nodes = monitor->snapshot.nodes;
	for (size_t i = 0; i < monitor->members.len; i++)
		if (monitor->members.items[i].slow || monitor->members.items[i].answers == 0)
			return true;
	for (size_t i = 0; nodes && i < nodes->count; i++)
		if (nodes->items[i].running == 0 || (nodes->items[i].partitions && *nodes->items[i].partitions))
			return true;
	return false;
}

void rabbitmq_look_around(struct rabbitmq_monitor *monitor)
{
	int64_t now = rabbitmq_now(monitor);
	if (monitor->snapshot.way != RABBITMQ_BY_MANAGEMENT || !somebody_is_missed(monitor)) {
		vec_each (&monitor->members, member)
			rabbitmq_forget_unheard(member);
		monitor->peers_ms = -1;
	} else if (monitor->peers_ms < 0 || now - monitor->peers_ms >= CHECKS_MS) {
		monitor->peers_ms = now;
		ask_all(monitor, RABBITMQ_JOB_PEERS);
	}
}

static bool may_use_management(const struct rabbitmq_monitor *monitor, int64_t now)
{
	return monitor->authorization && !monitor->refused &&
	       (monitor->management_ms < 0 || now - monitor->management_ms >= RETRY_MANAGEMENT_MS);
}

static int64_t monitor_until(int64_t since, int64_t interval, int64_t now)
{
	return since < 0 || now - since >= interval ? 0 : interval - (now - since);
}

static int64_t monitor_interval_of(const struct rabbitmq_monitor *monitor, int64_t management)
{
	return monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT ? management : COMMANDS_MS;
}

void rabbitmq_on_timer(void *data)
{
	struct rabbitmq_monitor *monitor = data;
	int64_t now = rabbitmq_now(monitor);
	if (!monitor->peers.len)
		return;
	if (!monitor->in_round && !monitor_until(monitor->round_ms, monitor_interval_of(monitor, STATISTICS_MS), now)) {
		if (monitor->snapshot.way == RABBITMQ_BY_COMMAND_LINE && may_use_management(monitor, now))
			monitor->snapshot.way = RABBITMQ_BY_MANAGEMENT;
		if (monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT)
			monitor->management_ms = now;
		monitor->round_ms = now;
		monitor->tried = 0;
		choose_peer(monitor);
		begin_round(monitor);
	}
	if (!monitor_until(monitor->checks_ms, monitor_interval_of(monitor, CHECKS_MS), now))
		begin_checks(monitor);
	if (!monitor_until(monitor->self_ms, SELVES_MS, now) && monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT) {
		monitor->self_ms = now;
		ask_all(monitor, RABBITMQ_JOB_ALARMS);
	}
	rabbitmq_schedule(monitor);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void rabbitmq_schedule(struct rabbitmq_monitor *monitor)
{
	int64_t now = rabbitmq_now(monitor);
	int64_t checks = monitor_until(monitor->checks_ms, monitor_interval_of(monitor, CHECKS_MS), now);
	int64_t round = monitor_until(monitor->round_ms, monitor_interval_of(monitor, STATISTICS_MS), now);
	int64_t due = monitor->in_round ? checks : sooner(checks, round);
	if (monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT)
		due = sooner(due, monitor_until(monitor->self_ms, SELVES_MS, now));
	if (!monitor->peers.len || !monitor->started)
		loop_timer_disarm(monitor->timer);
	else
		loop_timer_arm(monitor->timer, due);
}
