/* The order of asking: the jobs that wait for each peer, rounds that go from one peer to the next, checks beside them, and
 * when all of it is due again. What is asked and what becomes of the answers is not known here. */
#include <string.h>

#include "api/base/log.h"
#include "api/rabbitmq/monitor_private.h"

enum {
	STATISTICS_MS = 5000, /* the brokers' own interval */
	CHECKS_MS = 10000,
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
	for (size_t i = 0; i < peer->job_count; i++)
		if (peer->jobs[i] == job)
			return;
	if (peer->job_count < RABBITMQ_JOBS_MAX)
		peer->jobs[peer->job_count++] = job;
	loop_timer_arm(peer->monitor->pump, 0);
}

void rabbitmq_push_job_first(struct rabbitmq_peer *peer, enum rabbitmq_job job)
{
	size_t at = 0;
	while (at < peer->job_count && peer->jobs[at] != job)
		at++;
	if (at == RABBITMQ_JOBS_MAX)
		return;
	memmove(peer->jobs + 1, peer->jobs, at * sizeof *peer->jobs);
	peer->jobs[0] = job;
	peer->job_count += at == peer->job_count;
}

enum rabbitmq_job rabbitmq_pop_job(struct rabbitmq_peer *peer)
{
	enum rabbitmq_job job = peer->jobs[0];
	memmove(peer->jobs, peer->jobs + 1, (peer->job_count - 1) * sizeof *peer->jobs);
	peer->job_count--;
	return job;
}

void rabbitmq_drop_round_jobs(struct rabbitmq_peer *peer)
{
	size_t kept = 0;
	for (size_t i = 0; i < peer->job_count; i++)
		if (!rabbitmq_job_is_of_round(peer->jobs[i]))
			peer->jobs[kept++] = peer->jobs[i];
	peer->job_count = kept;
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

static void fail_round(struct rabbitmq_monitor *monitor, const struct err *err)
{
	struct rabbitmq_snapshot *snapshot = &monitor->snapshot;
	if (snapshot->way == RABBITMQ_BY_MANAGEMENT) {
		snapshot->management_err = *err;
		if (monitor->options.runner.start && is_closed(err)) {
			log_info(LOG_RABBITMQ, "asked by command from now on label=%s error=\"%s\"", monitor->label,
				 log_error_text(err));
			snapshot->way = RABBITMQ_BY_COMMAND_LINE;
			monitor->tried = 0;
			begin_round(monitor);
			return;
		}
	} else if (monitor->authorization && !monitor->refused) {
		snapshot->way = RABBITMQ_BY_MANAGEMENT;
	}
	snapshot->overview_part.err = snapshot->nodes_part.err = snapshot->queues_part.err = *err;
	rabbitmq_end_round(monitor);
}

void rabbitmq_next_peer(struct rabbitmq_monitor *monitor, struct rabbitmq_peer *peer, const struct err *err)
{
	rabbitmq_drop_round_jobs(peer);
	log_debug(LOG_RABBITMQ, "round goes to the next node label=%s pod=%s error=\"%s\"", monitor->label,
		  rabbitmq_link_target(peer->link)->pod, log_error_text(err));
	if (err->code == ERR_UNAUTHORIZED && !monitor->refused) {
		monitor->refused = true;
		if (monitor->options.on_refused)
			monitor->options.on_refused(monitor->options.data);
	}
	if (err->code == ERR_UNAUTHORIZED || ++monitor->tried >= monitor->peers.len) {
		fail_round(monitor, err);
		return;
	}
	monitor->chosen = (monitor->chosen + 1) % monitor->peers.len;
	begin_round(monitor);
}

bool rabbitmq_serves_round(const struct rabbitmq_peer *peer)
{
	for (size_t i = 0; i < peer->job_count; i++)
		if (rabbitmq_job_is_of_round(peer->jobs[i]))
			return true;
	return rabbitmq_link_busy(peer->link) && rabbitmq_job_is_of_round(peer->current);
}

/* ---- rounds ---- */

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
		  rabbitmq_link_target(monitor->peers.items[monitor->chosen]->link)->pod,
		  monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT ? "management" : "commands");
	rabbitmq_push_job(monitor->peers.items[monitor->chosen], monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT
									 ? RABBITMQ_JOB_OVERVIEW
									 : RABBITMQ_JOB_STATUS);
}

static void begin_checks(struct rabbitmq_monitor *monitor)
{
	bool management = monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT;
	monitor->checks_ms = rabbitmq_now(monitor);
	for (size_t i = 0; i < monitor->peers.len; i++) {
		rabbitmq_push_job(monitor->peers.items[i],
				  management ? RABBITMQ_JOB_CRITICAL : RABBITMQ_JOB_CRITICAL_COMMAND);
		if (management)
			rabbitmq_push_job(monitor->peers.items[i], RABBITMQ_JOB_ALARMS);
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
		begin_round(monitor);
	}
	if (!monitor_until(monitor->checks_ms, monitor_interval_of(monitor, CHECKS_MS), now))
		begin_checks(monitor);
	rabbitmq_schedule(monitor);
}

void rabbitmq_schedule(struct rabbitmq_monitor *monitor)
{
	int64_t now = rabbitmq_now(monitor);
	int64_t checks = monitor_until(monitor->checks_ms, monitor_interval_of(monitor, CHECKS_MS), now);
	int64_t round = monitor_until(monitor->round_ms, monitor_interval_of(monitor, STATISTICS_MS), now);
	if (!monitor->peers.len || !monitor->started)
		loop_timer_disarm(monitor->timer);
	else
		loop_timer_arm(monitor->timer, !monitor->in_round && round < checks ? round : checks);
}
