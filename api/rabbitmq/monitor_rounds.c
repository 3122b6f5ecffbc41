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
	LATER_MS = 1000, /* until what says "later" is asked again */
	LATERS_SOON = 5, /* so often in a row; then at the usual pace */
	CROWDED_MAX = 3, /* doublings of the usual pace */
	ALONG_PART = 6,  /* of a slow pace */
	SILENT_PART = 4, /* of the time that a pod has been silent for, until it is asked again */
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
	/* Who is asked seldom is not in a hurry: one connection does. */
	bool apart = !peer->monitor->pace_ms || job >= RABBITMQ_JOB_PEERS;
	struct rabbitmq_way_in *lane = &peer->lanes[apart ? rabbitmq_lane_of(job) : RABBITMQ_LANE_CLUSTER];
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

void rabbitmq_note_answer(struct rabbitmq_peer *peer, bool heard)
{
	const struct rabbitmq_monitor *monitor = peer->monitor;
	int64_t now = rabbitmq_now(monitor);
	if (heard) {
		peer->silent_ms = -1;
		peer->not_before_ms = 0;
		return;
	}
	if (peer->silent_ms < 0)
		peer->silent_ms = now;
	int64_t rest = (now - peer->silent_ms) / SILENT_PART;
	rest = rest < monitor->patience_ms ? rest : monitor->patience_ms;
	peer->not_before_ms = now + rest + (rest ? loop_random(monitor->options.loop) % (rest / SILENT_PART + 1) : 0);
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
	monitor->later = monitor->snapshot.overview_part.err.code == ERR_BUSY ||
			 monitor->snapshot.nodes_part.err.code == ERR_BUSY ||
			 monitor->snapshot.queues_part.err.code == ERR_BUSY;
	monitor->laters = monitor->later ? monitor->laters + 1 : 0;
	monitor->snapshot.settled = !monitor->later;
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

/* err decides what is done next; why is what is said. */
static void fail_round(struct rabbitmq_monitor *monitor, const struct err *err, const struct err *why)
{
	struct rabbitmq_snapshot *snapshot = &monitor->snapshot;
	if (snapshot->way == RABBITMQ_BY_MANAGEMENT) {
		snapshot->management_err = *why;
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
	snapshot->overview_part.err = snapshot->nodes_part.err = snapshot->queues_part.err = *why;
	rabbitmq_end_round(monitor);
}

/* A round that fails ends at another peer each time; what is said of it names the same one. */
static void note_failed(struct rabbitmq_monitor *monitor, const struct err *err)
{
	if (monitor->tried++ && monitor->failed <= monitor->chosen)
		return;
	monitor->failed = monitor->chosen;
	monitor->failed_err = *err;
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
	if (err->code == ERR_UNAUTHORIZED || err->code == ERR_FORBIDDEN || err->no_descriptor) {
		fail_round(monitor, err, err);
		return;
	}
	note_failed(monitor, err);
	if (monitor->tried >= monitor->peers.len) {
		fail_round(monitor, err, &monitor->failed_err);
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

/* Who is silent for long is not asked each time. */
static bool may_ask(const struct rabbitmq_peer *peer)
{
	return peer->not_before_ms <= rabbitmq_now(peer->monitor);
}

static void ask_all(struct rabbitmq_monitor *monitor, enum rabbitmq_job job)
{
	vec_each (&monitor->peers, peer)
		if (may_ask(*peer))
			rabbitmq_push_job(*peer, job);
}

/* How long it is until any of them may be asked. */
static int64_t monitor_rest_ms(const struct rabbitmq_monitor *monitor)
{
	int64_t first = INT64_MAX, now = rabbitmq_now(monitor);
	for (size_t i = 0; i < monitor->peers.len; i++)
		if (monitor->peers.items[i]->not_before_ms < first)
			first = monitor->peers.items[i]->not_before_ms;
	return monitor->peers.len && first > now ? first - now : 0;
}

static bool is_check_later(const struct rabbitmq_monitor *monitor)
{
	for (size_t i = 0; i < monitor->members.len; i++)
		if (monitor->members.items[i].check.err.code == ERR_BUSY)
			return true;
	return false;
}

/* Somebody could not be asked for want of descriptors. */
static bool is_crowded(const struct rabbitmq_monitor *monitor)
{
	for (size_t i = 0; i < monitor->members.len; i++)
		if (monitor->members.items[i].part.err.no_descriptor)
			return true;
	return monitor->snapshot.overview_part.err.no_descriptor;
}

static void begin_checks(struct rabbitmq_monitor *monitor)
{
	bool management = monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT;
	monitor->check_laters = is_check_later(monitor) ? monitor->check_laters + 1 : 0;
	monitor->crowded = !is_crowded(monitor)             ? 0
			   : monitor->crowded < CROWDED_MAX ? monitor->crowded + 1
							    : CROWDED_MAX;
	monitor->checks_ms = rabbitmq_now(monitor);
	for (size_t i = 0; management && i < monitor->peers.len; i++)
		if (!monitor->members.items[i].named && may_ask(monitor->peers.items[i]))
			rabbitmq_push_job(monitor->peers.items[i], RABBITMQ_JOB_NAME);
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

static int64_t monitor_until(int64_t since, int64_t interval, int64_t now)
{
	return since < 0 || now - since >= interval ? 0 : interval - (now - since);
}

/* Before 3.13 the management API does not say it. */
static void ask_maintenance(struct rabbitmq_monitor *monitor, int64_t now)
{
	const struct rabbitmq_nodes *nodes = monitor->snapshot.nodes;
	bool untold = false;
	for (size_t i = 0; nodes && i < nodes->count; i++)
		untold |= nodes->items[i].running == 1 && nodes->items[i].being_drained < 0;
	if (!untold || !monitor->asks_maintenance || !monitor->options.runner.start ||
	    monitor->snapshot.way != RABBITMQ_BY_MANAGEMENT || monitor->chosen >= monitor->peers.len ||
	    monitor_until(monitor->maintenance_ms, COMMANDS_MS, now))
		return;
	monitor->maintenance_ms = now;
	rabbitmq_push_job(monitor->peers.items[monitor->chosen], RABBITMQ_JOB_MAINTENANCE);
}

static bool may_use_management(const struct rabbitmq_monitor *monitor, int64_t now)
{
	return monitor->authorization && !monitor->refused &&
	       (monitor->management_ms < 0 || now - monitor->management_ms >= RETRY_MANAGEMENT_MS);
}

static int64_t monitor_interval_of(const struct rabbitmq_monitor *monitor, int64_t management)
{
	int64_t usual = monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT ? management : COMMANDS_MS;
	usual <<= monitor->crowded;
	return usual > monitor->pace_ms ? usual : monitor->pace_ms;
}

static int64_t monitor_round_interval(const struct rabbitmq_monitor *monitor)
{
	bool soon = monitor->later && monitor->laters <= LATERS_SOON;
	return soon ? LATER_MS : monitor_interval_of(monitor, STATISTICS_MS);
}

static int64_t monitor_check_interval(const struct rabbitmq_monitor *monitor)
{
	bool soon = monitor->check_laters < LATERS_SOON && is_check_later(monitor);
	return soon ? LATER_MS : monitor_interval_of(monitor, CHECKS_MS);
}

/* At a slow pace what is nearly due goes along: one connection does for all. */
static bool is_due(const struct rabbitmq_monitor *monitor, int64_t since, int64_t interval)
{
	return monitor_until(since, interval, rabbitmq_now(monitor)) <= monitor->pace_ms / ALONG_PART;
}

void rabbitmq_on_timer(void *data)
{
	struct rabbitmq_monitor *monitor = data;
	int64_t now = rabbitmq_now(monitor);
	if (!monitor->peers.len)
		return;
	if (monitor_rest_ms(monitor)) {
		rabbitmq_schedule(monitor);
		return;
	}
	if (!monitor->in_round && is_due(monitor, monitor->round_ms, monitor_round_interval(monitor))) {
		if (monitor->snapshot.way == RABBITMQ_BY_COMMAND_LINE && may_use_management(monitor, now))
			monitor->snapshot.way = RABBITMQ_BY_MANAGEMENT;
		if (monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT)
			monitor->management_ms = now;
		monitor->round_ms = now;
		monitor->tried = 0;
		choose_peer(monitor);
		begin_round(monitor);
	}
	if (is_due(monitor, monitor->checks_ms, monitor_check_interval(monitor)))
		begin_checks(monitor);
	if (is_due(monitor, monitor->self_ms, monitor_interval_of(monitor, SELVES_MS)) &&
	    monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT) {
		monitor->self_ms = now;
		ask_all(monitor, RABBITMQ_JOB_ALARMS);
	}
	ask_maintenance(monitor, now);
	rabbitmq_schedule(monitor);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void rabbitmq_schedule(struct rabbitmq_monitor *monitor)
{
	int64_t now = rabbitmq_now(monitor);
	int64_t checks = monitor_until(monitor->checks_ms, monitor_check_interval(monitor), now);
	int64_t round = monitor_until(monitor->round_ms, monitor_round_interval(monitor), now);
	int64_t due = monitor->in_round ? checks : sooner(checks, round);
	if (monitor->snapshot.way == RABBITMQ_BY_MANAGEMENT)
		due = sooner(due, monitor_until(monitor->self_ms, monitor_interval_of(monitor, SELVES_MS), now));
	int64_t rest = monitor_rest_ms(monitor);
	due = due > rest ? due : rest;
	if (!monitor->peers.len || !monitor->started)
		loop_timer_disarm(monitor->timer);
	else
		loop_timer_arm(monitor->timer, due);
}
